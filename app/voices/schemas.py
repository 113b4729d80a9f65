"""Voices on the wire. Counts are of all who answered together, and hidden while they are few."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.core.fields import Id, Line
from app.core.http.unit import example
from app.voices.models import Voice
from app.voices.rules import (
    SATISFACTION,
    Share,
    VoiceMethod,
    VoicePurpose,
    VoiceStatus,
    WillingnessRule,
    content_counts,
    is_told,
    sample_size,
    share_of,
    source_of,
)

Word = Annotated[str, Line(200, least=1)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
Served = Annotated[int, Field(ge=1, le=1_000_000)]
Options = Annotated[list[Word], Field(min_length=1, max_length=50)]


class VoiceAsk(BaseModel):
    """Which wave asks, in which question, and which of its options say yes; `rule`: by which willingness is judged."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra=example(purpose="acceptance", wave_id=7, question="Q1", options=["yes", "mostly"], rule=None),
    )

    purpose: Literal[VoicePurpose.willingness, VoicePurpose.acceptance]
    wave_id: Id
    question: Word
    options: Options
    rule: WillingnessRule | None = None


class SatisfactionAsk(BaseModel):
    """Which wave asks how content residents are, in which question, and which of its options say so; `served`: how many
    people the service reached."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra=example(wave_id=7, question="Q1", options=["4", "5"], served=430)
    )

    wave_id: Id
    question: Word
    options: Options
    served: Served


class VoiceMeeting(BaseModel):
    """A meeting of representatives: how many may come, how many came, how many were for it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=example(entitled=41, present=21, ayes=11))

    entitled: Count
    present: Count
    ayes: Count


class VoiceRead(BaseModel):
    """What residents were asked and said; the counts are null until heard, and where fewer than five answered. Of
    satisfaction: `needed` of the `served` were to answer, `share` with its interval is content; `ayes` and shares are
    null also where so few are content, or are not, that it would tell what each of them said, and where more answered
    than were served."""

    id: int
    contract_id: int
    purpose: VoicePurpose
    method: VoiceMethod
    wave_id: int | None
    rule: WillingnessRule | None
    source: str
    served: int | None
    needed: int | None
    status: VoiceStatus
    asked: int | None
    answers: int | None
    ayes: int | None
    share: Decimal | None
    low: Decimal | None
    high: Decimal | None
    asked_at: datetime
    heard_at: datetime | None

    @classmethod
    def of(cls, voice: Voice) -> "VoiceRead":
        is_few = voice.method is VoiceMethod.survey and not is_told(voice.answers or 0)
        told = {name: None if is_few else getattr(voice, name) for name in ("asked", "answers", "ayes")}
        told |= dict.fromkeys(Share._fields)
        if voice.purpose is VoicePurpose.satisfaction:
            counts = content_counts(voice.served, voice.answers, voice.ayes)
            told |= counts._asdict() | share_of(counts)._asdict()
        told["source"] = source_of(voice.purpose, voice.method, voice.rule)
        return cls(**{name: getattr(voice, name) for name in cls.model_fields.keys() - told.keys()}, **told)


class SampleRead(BaseModel):
    """How many of those whom a service reached are to answer, so that a share is known to ± the margin."""

    model_config = ConfigDict(json_schema_extra=example(served=430, needed=79, source="…"))

    served: int
    needed: int
    source: str

    @classmethod
    def of(cls, served: int) -> "SampleRead":
        return cls(served=served, needed=sample_size(served), source=SATISFACTION["source"])


class ContractVoices(BaseModel):
    """What residents were asked of a contract, the first question first; `served`: how many people its need is for;
    what may be asked now."""

    items: list[VoiceRead]
    served: int | None
    actions: list[str]
