"""Waves on the wire for those who run them: never a rate without its n."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from app.core.actors import Actor
from app.core.fields import Code, Instant, Line, Prose
from app.core.http.pages import answering
from app.core.http.unit import example
from app.surveys.questionnaires.models import Survey
from app.surveys.waves.models import Issue
from app.surveys.waves.policy import actions
from app.surveys.waves.printing import qr_svg
from app.surveys.waves.rules import Channel, WaveStatus
from app.surveys.waves.tallies import TALLY, Counted, TallyRead

Name = Annotated[str, Line(200)]
Note = Annotated[str, Prose(500)]
Number = Annotated[int, Field(ge=1, le=500)]


class WaveCreate(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra=example(
            title="第一批",
            channel="link",
            communities=["530114003004"],
            opens_at="2026-11-20T09:00:00+08:00",
            closes_at="2026-11-30T18:00:00+08:00",
        ),
    )

    title: Name = ""
    channel: Channel
    communities: list[Code] = Field(min_length=1, max_length=200)
    opens_at: Instant | None = None
    closes_at: Instant | None = None


class WaveUpdate(BaseModel):
    """What may change once the wave exists: its name and its times."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra=example(title="第一批", opens_at=None, closes_at="2026-12-05T18:00:00+08:00")
    )

    title: Name = ""
    opens_at: Instant | None = None
    closes_at: Instant | None = None


class WaveRead(BaseModel):
    """`open_path`: the one address of an open link. `tally` is the whole wave's, `by_community` its parts;
    `unflagged`: how many responses are to be reviewed and raise no doubt."""

    model_config = ConfigDict(
        json_schema_extra=example(
            id=7,
            survey_id=3,
            title="第一批",
            channel="paper",
            state="open",
            opens_at=None,
            closes_at="2026-11-30T18:00:00+08:00",
            communities=["530114003004"],
            open_path=None,
            tally=TALLY,
            by_community=[{**TALLY, "community_code": "530114003004"}],
            unflagged=0,
            version=1,
            actions=["close", "issue", "make_sheets", "enter"],
        )
    )

    id: int
    survey_id: int
    title: str
    channel: Channel
    status: WaveStatus = Field(serialization_alias="state")
    opens_at: datetime | None
    closes_at: datetime | None
    communities: list[str]
    open_path: str | None
    tally: TallyRead
    by_community: list[TallyRead]
    unflagged: int
    version: int
    actions: list[str]

    @classmethod
    def of(cls, survey: Survey, counted: Counted, actor: Actor) -> "WaveRead":
        wave, frame, tallies, unflagged = counted
        plain = ("id", "survey_id", "title", "channel", "status", "opens_at", "closes_at", "version")
        whole, *parts = [TallyRead.of(tally, wave.channel) for tally in tallies]
        return cls(
            **{field: getattr(wave, field) for field in plain},
            communities=frame,
            open_path=answering(wave.open_token) if wave.open_token else None,
            tally=whole,
            by_community=parts,
            unflagged=unflagged,
            actions=actions(actor, survey, wave),
        )


class IssueCreate(BaseModel):
    """Handed out, or (negative, with a reason) taken back."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra=example(community_code="530114003004", count=60, reason="")
    )

    community_code: Code
    count: Annotated[int, Field(ge=-1_000_000, le=1_000_000)]
    reason: Note = ""


class IssueRead(BaseModel):
    id: int
    community_code: str
    count: int
    reason: str
    account_id: int | None
    at: datetime

    @classmethod
    def of(cls, issue: Issue) -> "IssueRead":
        return cls(**{field: getattr(issue, field) for field in cls.model_fields})


class Handout(BaseModel):
    """How many links or sheets are wanted for a community."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=example(community_code="530114003004", count=60))

    community_code: Code
    count: Number


class OneTimeLink(BaseModel):
    """`address`: what people open; `path`: the same on this site."""

    path: str
    address: str

    @classmethod
    def of(cls, token: str, site: str) -> Self:
        path = answering(token)
        return cls(path=path, address=site + path)


class LinkRead(OneTimeLink):
    """An open link, with the QR code that holds its address."""

    qr_svg: str

    @classmethod
    def of(cls, token: str, site: str) -> Self:
        plain = OneTimeLink.of(token, site)
        return cls(**dict(plain), qr_svg=qr_svg(plain.address))


class LinksRead(BaseModel):
    """One-time links, shown only once: we keep their hashes. Their QR codes are on the cards of `print_tokens`."""

    links: list[OneTimeLink]


class SheetsRead(BaseModel):
    serials: list[str]


class SheetsIssued(BaseModel):
    """How many numbered questionnaires were new and are now counted as issued."""

    added: int
