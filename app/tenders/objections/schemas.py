"""Objections on the wire."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict

from app.core.actors import Actor
from app.core.days.calendar import WorkCalendar
from app.core.fields import Id, Prose
from app.core.http.unit import example
from app.tenders.objections.models import Objection
from app.tenders.objections.policy import actions
from app.tenders.objections.queries import Challenge
from app.tenders.objections.rules import ObjectionStatus
from app.tenders.profiles.rules import Challenged


class ObjectionFile(BaseModel):
    """Without `lot_id` the objection is about the whole tender."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra=example(subject="result", lot_id=12, grounds="评分表中第三位评委的合计有误，请核对。"),
    )

    subject: Challenged = Challenged.result
    lot_id: Id | None = None
    grounds: Annotated[str, Prose(5000)]


class ObjectionAnswer(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra=example(answer="已核对，合计由系统计算，结果不变。"))

    answer: Annotated[str, Prose(5000)]


class ChallengeRead(BaseModel):
    """A subject and the time in which it may be challenged, by its rule."""

    subject: Challenged
    begins: datetime
    ends: datetime
    is_provisional: bool
    rule: str
    actions: list[str]

    @classmethod
    def of(cls, challenge: Challenge) -> "ChallengeRead":
        subject, span, actions = challenge
        facts = {"begins": span.begins, "ends": span.ends, "is_provisional": span.provisional, "rule": span.rule}
        return cls(subject=subject, actions=actions, **facts)


class ObjectionRead(BaseModel):
    """`provisional`: which of its days may still move, for the rest days of their year are not published yet."""

    model_config = ConfigDict(
        json_schema_extra=example(
            id=3,
            tender_id=1,
            lot_id=12,
            party_id=40,
            subject="result",
            grounds="评分表中第三位评委的合计有误，请核对。",
            status="filed",
            filed_at="2026-11-20T10:00:00+08:00",
            answer_due_on="2026-12-01",
            answer_rule="94号令 第13条",
            complain_by="2026-12-22",
            complain_rule="94号令 第17条",
            provisional=["complain_by"],
            answer="",
            settled_at=None,
            actions=["accept", "reject"],
        )
    )

    id: int
    tender_id: int
    lot_id: int | None
    party_id: int
    subject: Challenged
    grounds: str
    status: ObjectionStatus
    filed_at: datetime
    answer_due_on: date
    answer_rule: str
    complain_by: date | None
    complain_rule: str
    provisional: list[str]
    answer: str
    settled_at: datetime | None
    actions: list[str]

    @classmethod
    def of(cls, objection: Objection, actor: Actor, calendar: WorkCalendar) -> "ObjectionRead":
        columns = {name: getattr(objection, name) for name in cls.model_fields.keys() - {"actions", "provisional"}}
        days = {"answer_due_on": objection.answer_due_on, "complain_by": objection.complain_by}
        return cls(**columns, provisional=calendar.provisional(days), actions=actions(actor, objection))
