"""Surveys on the wire for those who run them: codes not labels, and never a rate without its n."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.core.actors import Actor
from app.core.bounds import GREATEST
from app.core.fields import Code, Instant, Line, Prose
from app.core.http.unit import example
from app.surveys.models import Issue, Survey, Wave
from app.surveys.policy import actions, wave_actions
from app.surveys.queries import Tally, definition_of
from app.surveys.questionnaires.definition import Label, SurveyDefinition
from app.surveys.rules import Channel, RateWithN, ResponseState, Returns, SurveyStatus, WaveState

Name = Annotated[str, Line(200)]
Note = Annotated[str, Prose(500)]
Number = Annotated[int, Field(ge=1, le=500)]
FORBID = ConfigDict(extra="forbid")
QUESTIONNAIRE = {
    "title": {"zh": "居民服务需求调查", "en": "Residents' needs"},
    "questions": [
        {
            "type": "multi",
            "name": "Q1",
            "label": {"zh": "最需要哪些服务？", "en": "Which services do you want most?"},
            "options": [{"name": "01", "label": {"zh": "养老服务", "en": "Older people"}, "votes_for": "01"}],
            "public": True,
        }
    ],
}
RATE = {"numerator": 494, "denominator": 600, "rate": "0.8233"}
TALLY = {
    "community_code": None,
    "issued": 600,
    "issued_unknown": None,
    "returned": 494,
    "valid": 494,
    "states": {"valid": 494},
    "recovery": RATE,
    "effective": RATE,
    "validity": {"numerator": 494, "denominator": 494, "rate": "1.0000"},
}


class SurveyCreate(BaseModel):
    """A questionnaire. It may be reworded until somebody has answered it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=example(definition=QUESTIONNAIRE))

    definition: SurveyDefinition


class SurveyUpdate(SurveyCreate):
    """The whole questionnaire as it shall read from now on."""


class Target(BaseModel):
    """How many people each group has in truth. `margin`: a single-choice question, or "community_code"."""

    model_config = FORBID

    margin: Name
    counts: Annotated[dict[Name, Annotated[int, Field(ge=-GREATEST, le=GREATEST)]], Field(max_length=1000)]


class TargetsSet(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra=example(targets=[{"margin": "Q1", "counts": {"M": 5120, "F": 5380}}])
    )

    targets: list[Target] = Field(max_length=10)

    def plain(self) -> list[dict[str, Any]]:
        return [target.model_dump() for target in self.targets]


class SurveyRow(BaseModel):
    """A survey in a list."""

    id: int
    party_id: int
    title: Label
    status: SurveyStatus
    question_count: int
    is_demonstration: bool
    created_at: datetime
    published_at: datetime | None
    closed_at: datetime | None

    @classmethod
    def of(cls, survey: Survey) -> "SurveyRow":
        return cls(**_row(survey))


def _row(survey: Survey) -> dict[str, Any]:
    plain = SurveyRow.model_fields.keys() - {"title", "question_count"}
    definition = definition_of(survey)
    return {
        **{field: getattr(survey, field) for field in plain},
        "title": definition.title,
        "question_count": sum(1 for _ in definition.asked()),
    }


class SurveyRead(SurveyRow):
    """`is_answered`: the questionnaire is frozen."""

    model_config = ConfigDict(
        json_schema_extra=example(
            id=3,
            party_id=4,
            title=QUESTIONNAIRE["title"],
            status="published",
            question_count=1,
            is_demonstration=False,
            created_at="2026-11-18T09:00:00+08:00",
            published_at="2026-11-19T09:00:00+08:00",
            closed_at=None,
            definition=QUESTIONNAIRE,
            targets=[],
            is_answered=False,
            version=1,
            actions=["edit", "close", "target", "create_wave"],
        )
    )

    definition: SurveyDefinition
    targets: list[Target]
    is_answered: bool
    version: int
    actions: list[str]

    @classmethod
    def seen(cls, survey: Survey, actor: Actor, *, is_answered: bool) -> "SurveyRead":
        return cls(
            **_row(survey),
            definition=definition_of(survey),
            targets=survey.targets,
            is_answered=is_answered,
            version=survey.version,
            actions=actions(actor, survey, is_answered=is_answered),
        )


class TallyRead(BaseModel):
    """What went out and came back; `community_code` null: altogether. `issued` is null where it is not known, and
    `issued_unknown` says why: an open link has no such count, or none was recorded."""

    community_code: str | None
    issued: int | None
    issued_unknown: Literal["open_link", "not_recorded"] | None
    returned: int
    valid: int
    states: dict[ResponseState, int]
    recovery: RateWithN
    effective: RateWithN
    validity: RateWithN

    @classmethod
    def of(cls, tally: Tally, channel: Channel) -> "TallyRead":
        unknown: Literal["open_link", "not_recorded"]
        unknown = "open_link" if channel is Channel.open_link else "not_recorded"
        return cls.counted(tally.returns, unknown, code=tally.community_code, states=dict(tally.counts))

    @classmethod
    def counted(
        cls,
        returns: Returns,
        unknown: Literal["open_link", "not_recorded"],
        *,
        code: str | None = None,
        states: dict[ResponseState, int] | None = None,
    ) -> "TallyRead":
        return cls(
            community_code=code,
            issued=returns.issued,
            issued_unknown=unknown if returns.issued is None else None,
            returned=returns.returned,
            valid=returns.valid,
            states=states or {},
            recovery=returns.recovery,
            effective=returns.effective,
            validity=returns.validity,
        )


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
    """`open_path`: the one address of an open link. `tally` is the whole wave's, `by_community` its parts."""

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
            version=1,
            actions=["close", "issue", "make_sheets", "enter"],
        )
    )

    id: int
    survey_id: int
    title: str
    channel: Channel
    state: WaveState
    opens_at: datetime | None
    closes_at: datetime | None
    communities: list[str]
    open_path: str | None
    tally: TallyRead
    by_community: list[TallyRead]
    version: int
    actions: list[str]

    @classmethod
    def of(cls, survey: Survey, wave: Wave, frame: list[str], tallies: list[Tally], actor: Actor) -> "WaveRead":
        plain = ("id", "survey_id", "title", "channel", "state", "opens_at", "closes_at", "version")
        whole, *parts = [TallyRead.of(tally, wave.channel) for tally in tallies]
        return cls(
            **{field: getattr(wave, field) for field in plain},
            communities=frame,
            open_path=f"/s/{wave.open_token}" if wave.open_token else None,
            tally=whole,
            by_community=parts,
            actions=wave_actions(actor, survey, wave),
        )


class IssueCreate(BaseModel):
    """Handed out; below nought, with a reason: taken back."""

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


class LinkRead(BaseModel):
    path: str
    qr_svg: str


class LinksRead(BaseModel):
    """One-time links, shown this once: only their hashes are kept."""

    links: list[LinkRead]


class SheetsRead(BaseModel):
    serials: list[str]


class SheetsIssued(BaseModel):
    """How many numbered questionnaires were new and counted as issued."""

    added: int
