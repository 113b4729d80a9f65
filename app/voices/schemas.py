"""Voices on the wire. Counts are of all who answered together, and hidden while they are few."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.core.fields import Id, Line
from app.core.http.unit import example
from app.voices.models import Voice
from app.voices.rules import VoiceMethod, VoicePurpose, VoiceStatus, WillingnessRule, is_told, source_of

Word = Annotated[str, Line(200, least=1)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]


class VoiceAsk(BaseModel):
    """Which wave asks, in which question, and which of its options say yes; `rule`: by which willingness is judged."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra=example(purpose="acceptance", wave_id=7, question="Q1", options=["yes", "mostly"], rule=None),
    )

    purpose: VoicePurpose
    wave_id: Id
    question: Word
    options: Annotated[list[Word], Field(min_length=1, max_length=50)]
    rule: WillingnessRule | None = None


class VoiceMeeting(BaseModel):
    """A meeting of representatives: how many may come, how many came, how many were for it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=example(entitled=41, present=21, ayes=11))

    entitled: Count
    present: Count
    ayes: Count


class VoiceRead(BaseModel):
    """What residents were asked and said; the counts are null until heard, and where fewer than five answered."""

    id: int
    contract_id: int
    purpose: VoicePurpose
    method: VoiceMethod
    wave_id: int | None
    rule: WillingnessRule | None
    source: str
    status: VoiceStatus
    asked: int | None
    answers: int | None
    ayes: int | None
    asked_at: datetime
    heard_at: datetime | None

    @classmethod
    def of(cls, voice: Voice) -> "VoiceRead":
        same = ("id", "contract_id", "purpose", "method", "wave_id", "rule", "status", "asked_at", "heard_at")
        is_few = voice.method is VoiceMethod.survey and not is_told(voice.answers or 0)
        counts = {name: None if is_few else getattr(voice, name) for name in ("asked", "answers", "ayes")}
        source = source_of(voice.method, voice.rule)
        return cls(**{name: getattr(voice, name) for name in same}, **counts, source=source)


class ContractVoices(BaseModel):
    """What residents were asked of a contract, the first question first; what may be asked now."""

    items: list[VoiceRead]
    actions: list[str]
