"""Records on the wire."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict

from app.core.actors import Actor
from app.core.fields import Day, Line, Prose
from app.core.http.unit import example
from app.records.models import Record
from app.records.policy import Holder, actions
from app.records.queries import Told
from app.records.rules import KEPT_WITHIN, LISTS, TITLED, VALUES, Fact, RecordKind, RecordStatus, Visibility, is_adverse
from app.records.terms import TermUnit

SAID: dict[str, Any] = {
    "value": "basically_qualified",
    "words": "2017年度检查结论：基本合格",
    "issuer": "昆明市呈贡区民政局",
    "source": "呈民发〔2018〕12号",
    "valid_from": "2017-01-01",
    "valid_until": "2017-12-31",
    "visibility": "public",
    "requirement": "补交财务报告并说明活动经费的去向",
    "due_on": "2018-09-30",
    "shown_until": "2019-12-31",
    "heard_on": "2018-06-20",
    "decided_on": "2018-06-28",
}


class _Said(BaseModel):
    """What a record says. `requirement`, `due_on` and `shown_until` (what to do, by when, and the last day on which
    the entry is shown) belong to adverse entries, and to them alone; so does `heard_on`, the day on which the
    organisation was told the grounds and could speak. `decided_on`: the day of the paper. Entries of the lists give
    both. Without `valid_until` it ends by its term."""

    model_config = ConfigDict(extra="forbid")

    value: Annotated[str, Line(40)] = ""
    words: Annotated[str, Prose(2000)] = ""
    issuer: Annotated[str, Line(200, least=1)]
    source: Annotated[str, Line(300, least=1)]
    valid_until: Day | None = None
    visibility: Visibility = Visibility.public
    requirement: Annotated[str, Prose(2000)] = ""
    due_on: Day | None = None
    shown_until: Day | None = None
    heard_on: Day | None = None
    decided_on: Day | None = None


class RecordEnter(_Said):
    """`title`: of kinds of which there may be several at a time, which one it is."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=example(kind="inspection", title="", **SAID))

    kind: RecordKind
    title: Annotated[str, Line(200)] = ""
    valid_from: Day

    def fact(self) -> Fact:
        return Fact(**self.model_dump())


class RecordSupersede(_Said):
    """Instead of the one that it supersedes; kind and title stay."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra=example(
            **SAID | {"value": "qualified", "requirement": "", "due_on": None, "shown_until": None, "heard_on": None}
        ),
    )

    valid_from: Day | None = None


class RecordLift(BaseModel):
    """`source`: the paper by which it is so; `words`: what was mended."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra=example(source="呈民移〔2018〕3号", words="年度工作报告已补报。")
    )

    source: Annotated[str, Line(300, least=1)]
    words: Annotated[str, Prose(2000)] = ""


class RecordReply(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra=example(answer="财务报告已补报，理事会记录附后。"))

    answer: Annotated[str, Prose(2000, least=1)]


class RecordAnswerRead(BaseModel):
    """What the organisation says to an adverse entry."""

    answer: str
    answered_at: datetime


class PartyRecordRead(BaseModel):
    """`issuer` and `source` are blank where they are not known: it was listed when the organisation joined.
    `late_after`: the day by which it should have been entered, where it came later."""

    model_config = ConfigDict(
        json_schema_extra=example(
            id=7,
            party_id=12,
            kind="inspection",
            title="",
            **SAID,
            is_adverse=True,
            status="standing",
            supersedes_id=None,
            recorded_at="2018-06-30T10:00:00+08:00",
            superseded_at=None,
            late_after=None,
            answer=None,
            actions=["supersede"],
        )
    )

    id: int
    party_id: int
    kind: RecordKind
    value: str
    title: str
    words: str
    issuer: str
    source: str
    valid_from: date | None
    valid_until: date | None
    visibility: Visibility
    requirement: str
    due_on: date | None
    shown_until: date | None
    heard_on: date | None
    decided_on: date | None
    is_adverse: bool
    status: RecordStatus
    supersedes_id: int | None
    recorded_at: datetime
    superseded_at: datetime | None
    late_after: date | None
    answer: RecordAnswerRead | None
    actions: list[str]

    @classmethod
    def seen_by(cls, actor: Actor, holder: Holder, record: Record, told: Told) -> "PartyRecordRead":
        beside = {"actions", "answer", "late_after"}
        facts = {name: getattr(record, name) for name in cls.model_fields.keys() - beside}
        said = told.answers.get(record.id)
        answer = RecordAnswerRead.model_validate(said, from_attributes=True) if said else None
        acts = actions(actor, holder, record, told.day, is_answered=said is not None)
        return cls(**facts, late_after=told.late.get(record.id), answer=answer, actions=acts)


class TermRead(BaseModel):
    """A number that this room goes by; `is_given`: a paper says it, otherwise it is to be set by the district."""

    model_config = ConfigDict(
        json_schema_extra=example(name="rating_a", length=5, unit="years", source="第二十八条", is_given=True)
    )

    name: str
    length: int
    unit: TermUnit
    source: str
    is_given: bool


class KindRead(BaseModel):
    """What a record of a kind may say, which of it is adverse, whether it says which one it is (there may be several
    at a time), whether it may be kept from the public, and whether the organisation is heard before it."""

    kind: RecordKind
    values: list[str]
    adverse: list[str]
    is_titled: bool
    may_be_within: bool
    is_heard: bool

    @classmethod
    def of(cls, kind: RecordKind) -> "KindRead":
        adverse = [value for value in VALUES[kind] if is_adverse(kind, value)]
        return cls(
            kind=kind,
            values=list(VALUES[kind]),
            adverse=adverse,
            is_titled=kind in TITLED,
            may_be_within=kind in KEPT_WITHIN,
            is_heard=kind in LISTS,
        )


class TermsRead(BaseModel):
    version: str
    items: list[TermRead]
    kinds: list[KindRead]
