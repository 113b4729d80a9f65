"""Service sessions and call-backs on the wire."""

from collections import Counter
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.contracts.models import Contract
from app.contracts.policy import Reader
from app.contracts.rules import Part
from app.core.fields import Instant, Line, Prose
from app.core.http.unit import example
from app.matching.allocation.market import drawn
from app.service_sessions import rules
from app.service_sessions.models import CallBackDraw, ServiceSession
from app.service_sessions.policy import OfContract, actions, draw_actions
from app.service_sessions.queries import Called, Checked, Claim, Feedback, Output
from app.service_sessions.rules import (
    Attended,
    CallBackStatus,
    DrawStatus,
    Opinion,
    Plan,
    SessionKind,
    SessionStatus,
    SignInKind,
    Supported,
    Unit,
)
from app.surveys.results.statistics import figure

Name = Annotated[str, Line(200, least=1)]
Forms = Annotated[int, Field(ge=0, le=5_000)]
Position = Annotated[int, Field(ge=0, le=49)]
PLAN = {
    "kind": "activity",
    "title": "邻里茶话会",
    "place": "联大社区活动室",
    "starts_at": "2027-03-06T14:00:00+08:00",
    "ends_at": "2027-03-06T16:00:00+08:00",
    "planned": 40,
    "counts_for": [0],
}


class SessionPlan(BaseModel):
    """`planned`: how many people are expected; `counts_for`: which targets of the contract it counts for, from 0."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=example(**PLAN))

    kind: SessionKind
    title: Name
    place: Name
    starts_at: Instant
    ends_at: Instant
    planned: Annotated[int, Field(ge=1, le=100_000)]
    counts_for: Annotated[list[Position], Field(max_length=50)] = []

    @property
    def plan(self) -> Plan:
        return Plan(**dict(self))


class SessionCancel(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra=example(reason="暴雨，改期"))

    reason: Annotated[str, Prose(400, least=1)]


class ListEntered(BaseModel):
    """How many rows the paper list has."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=example(rows=36))

    rows: Annotated[int, Field(ge=0, le=5_000)]


class Tally(BaseModel):
    """How many forms say yes, partly, no."""

    model_config = ConfigDict(extra="forbid")

    yes: Forms
    partly: Forms
    no: Forms

    @property
    def counts(self) -> tuple[int, int, int]:
        return self.yes, self.partly, self.no


class FeedbackEntered(BaseModel):
    """What the forms beside the paper list say: whether it was as announced, whether they would come again."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra=example(
            as_announced={"yes": 18, "partly": 4, "no": 1}, again={"yes": 20, "partly": 3, "no": 0}
        ),
    )

    as_announced: Tally
    again: Tally


class CallBackRecord(BaseModel):
    """What came of asking: on the phone and to be asked again, was there, was not there, could not be reached."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=example(outcome="confirmed"))

    outcome: Literal["reached", "confirmed", "denied", "not_reached"]


class OpinionsRead(BaseModel):
    """How many said yes, partly, no; null where so few said one of them that it would tell what each of them said."""

    yes: int | None
    partly: int | None
    no: int | None


class SaidRead(BaseModel):
    """How many answered, and whether it was as announced, whether they would come again; null until no answer can be
    added any more."""

    answers: int
    as_announced: OpinionsRead | None
    again: OpinionsRead | None

    @classmethod
    def counts(cls, as_announced: Counter[Opinion], again: Counter[Opinion], *, is_over: bool) -> dict[str, Any]:
        told = {
            name: OpinionsRead(**rules.told(each)._asdict()) if is_over else None
            for name, each in (("as_announced", as_announced), ("again", again))
        }
        return {"answers": sum(again.values()), **told}


class PaperFeedbackRead(SaidRead):
    """The same by the forms that lay beside the paper list; `entered_as`: the part of the contract that counted
    them."""

    entered_as: Part


class FeedbackRead(SaidRead):
    """What those who were there say of a session: at the door, and on paper, each told by itself, since whoever counted
    the forms would learn the rest from a sum. How many did so far at once, and from `until` on what."""

    until: datetime
    paper: PaperFeedbackRead | None

    @classmethod
    def of(cls, session: ServiceSession, said: Feedback, at: datetime) -> "FeedbackRead":
        until, paper = rules.feedback_end(session), None
        if forms := said.paper:
            counts = cls.counts(forms.as_announced, forms.again, is_over=at >= until)
            paper = PaperFeedbackRead(**counts, entered_as=forms.entered_as)
        return cls(until=until, paper=paper, **cls.counts(said.as_announced, said.again, is_over=at >= until))


class ContractSession(BaseModel):
    """`sign_ins`: how many signed in. `is_afterthought`: planned only after it had begun."""

    model_config = ConfigDict(
        json_schema_extra=example(
            id=4,
            contract_id=12,
            **PLAN,
            status="planned",
            sign_ins=0,
            feedback={
                **{"answers": 0, "as_announced": None, "again": None},
                "until": "2027-03-13T16:00:00+08:00",
                "paper": None,
            },
            is_afterthought=False,
            planned_at="2027-03-01T09:00:00+08:00",
            settled_at=None,
            reason="",
            version=1,
            actions=["edit", "cancel"],
        )
    )

    id: int
    contract_id: int
    kind: SessionKind
    title: str
    place: str
    starts_at: datetime
    ends_at: datetime
    planned: int
    counts_for: list[int]
    status: SessionStatus
    sign_ins: int
    feedback: FeedbackRead
    is_afterthought: bool
    planned_at: datetime
    settled_at: datetime | None
    reason: str
    version: int
    actions: list[str]

    @classmethod
    def of(cls, of: OfContract, came: Attended, said: Feedback, reader: Reader) -> "ContractSession":
        found, put = of.session, {"sign_ins", "feedback", "is_afterthought", "actions"}
        return cls(
            **{name: getattr(found, name) for name in cls.model_fields.keys() - put},
            sign_ins=came.sign_ins,
            feedback=FeedbackRead.of(found, said, reader.at),
            is_afterthought=found.planned_at > found.starts_at,
            actions=actions(reader, of, came),
        )


class SupportedRead(BaseModel):
    """Of `claimed`, `count` are supported by call-backs, between `least` and `most`; shares with four decimals."""

    claimed: int
    share: str
    low: str
    high: str
    count: int
    least: int
    most: int

    @classmethod
    def of(cls, it: Supported) -> "SupportedRead":
        shares = {name: figure(getattr(it, name)) for name in ("share", "low", "high")}
        return cls(claimed=it.claimed, count=it.count, least=it.least, most=it.most, **shares)


class ClaimRead(BaseModel):
    """A target of the contract: `planned` where it states a number, `done` what is claimed; 3 marks for all of it, 2
    from 80 %, 1 from 60 %; `supported_mark` counts what call-backs support."""

    what: str
    quantity: str
    unit: Unit | None
    planned: int | None
    done: int
    mark: int | None
    supported: SupportedRead | None
    supported_mark: int | None

    @classmethod
    def of(cls, claim: Claim) -> "ClaimRead":
        same = ("what", "quantity", "unit", "planned", "done", "mark", "supported_mark")
        supported = SupportedRead.of(claim.supported) if claim.supported else None
        return cls(**{name: getattr(claim, name) for name in same}, supported=supported)


class CheckedRead(BaseModel):
    """How the call-backs went: of the `size` who were drawn `reached` answered, and `confirmed` were there."""

    draw_id: int
    size: int
    population: int
    reached: int
    confirmed: int

    @classmethod
    def of(cls, it: Checked) -> "CheckedRead":
        draw = it.draw
        return cls(
            draw_id=draw.id, size=draw.size, population=draw.population, reached=it.reached, confirmed=it.confirmed
        )


class OutputRead(BaseModel):
    """What is claimed to be done. `is_hidden`: call-backs were made, of too few people to show how they went."""

    claimed: int
    checked: CheckedRead | None
    is_hidden: bool
    supported: SupportedRead | None
    claims: list[ClaimRead]
    marks_source: str
    call_backs_source: str

    @classmethod
    def of(cls, output: Output) -> "OutputRead":
        return cls(
            claimed=output.claimed,
            checked=CheckedRead.of(output.checked) if output.checked else None,
            is_hidden=output.is_hidden,
            supported=SupportedRead.of(output.supported) if output.supported else None,
            claims=[ClaimRead.of(each) for each in output.claims],
            marks_source=rules.SETTINGS["marks"]["source"],
            call_backs_source=rules.SETTINGS["call_backs"]["source"],
        )


class DrawRead(BaseModel):
    """A draw of call-backs. `digest` is the seed's SHA-256, known at once; `seed` is null until all were asked."""

    id: int
    contract_id: int
    status: DrawStatus
    population: int
    size: int
    drawn_at: datetime
    closed_at: datetime | None
    digest: str
    seed: str | None
    actions: list[str]

    @classmethod
    def of(cls, draw: CallBackDraw, contract: Contract, reader: Reader, pending: int) -> "DrawRead":
        same = ("id", "contract_id", "status", "population", "size", "drawn_at", "closed_at")
        return cls(
            **{name: getattr(draw, name) for name in same},
            digest=rules.seed_digest(draw.seed),
            seed=draw.seed if draw.status is DrawStatus.closed else None,
            actions=draw_actions(reader, draw, contract, pending),
        )


class ContractSessions(BaseModel):
    """All sessions of a contract by the time they begin, what they add up to, how it was checked, what may be begun."""

    items: list[ContractSession]
    output: OutputRead
    draws: list[DrawRead]
    actions: list[str]


class CallBackRead(BaseModel):
    """A sign-in that was drawn: row `number` of the list of a session."""

    sign_in_id: int
    position: int
    session_id: int
    title: str
    starts_at: datetime
    number: int
    kind: SignInKind
    status: CallBackStatus

    @classmethod
    def of(cls, called: Called) -> "CallBackRead":
        call_back, sign_in, session = called
        return cls(
            sign_in_id=sign_in.id,
            position=call_back.position,
            session_id=session.id,
            title=session.title,
            starts_at=session.starts_at,
            number=sign_in.number,
            kind=sign_in.kind,
            status=call_back.status,
        )


class CallBacks(BaseModel):
    """Whom the lots fell on, in their order: what the evaluator works through."""

    draw: DrawRead
    items: list[CallBackRead]


class DrawReplay(BaseModel):
    """Everything a draw rests on: the lot of each key (session and row) is the SHA-256 of seed, line feed and key; the
    `size` keys with the lowest lots were drawn."""

    id: int
    seed: str
    drawn_at: datetime
    keys: list[str]
    size: int
    drawn: list[str]

    @classmethod
    def of(cls, draw: CallBackDraw, keys: list[str]) -> "DrawReplay":
        chosen = list(drawn(draw.seed, keys, draw.size))
        return cls(id=draw.id, seed=draw.seed, drawn_at=draw.drawn_at, keys=keys, size=draw.size, drawn=chosen)
