"""Objections on the wire."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict

from app.core.actors import Actor
from app.core.fields import Id, Prose
from app.core.web import example
from app.tenders.objections.models import Objection
from app.tenders.objections.policy import actions
from app.tenders.objections.rules import ObjectionStatus


class ObjectionFile(BaseModel):
    """Without `lot_id` the objection is against the whole result."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra=example(lot_id=12, grounds="评分表中第三位评委的合计有误，请核对。")
    )

    lot_id: Id | None = None
    grounds: Annotated[str, Prose(5000)]


class ObjectionAnswer(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra=example(answer="已核对，合计由系统计算，结果不变。"))

    answer: Annotated[str, Prose(5000)]


class ObjectionRead(BaseModel):
    model_config = ConfigDict(
        json_schema_extra=example(
            id=3,
            tender_id=1,
            lot_id=12,
            party_id=40,
            grounds="评分表中第三位评委的合计有误，请核对。",
            status="filed",
            filed_at="2026-11-20T10:00:00+08:00",
            answer_due_on="2026-12-01",
            answer_rule="94号令 第13条",
            answer="",
            settled_at=None,
            actions=["accept", "reject"],
        )
    )

    id: int
    tender_id: int
    lot_id: int | None
    party_id: int
    grounds: str
    status: ObjectionStatus
    filed_at: datetime
    answer_due_on: date
    answer_rule: str
    answer: str
    settled_at: datetime | None
    actions: list[str]

    @classmethod
    def of(cls, objection: Objection, actor: Actor) -> "ObjectionRead":
        columns = {name: getattr(objection, name) for name in cls.model_fields if name != "actions"}
        return cls(**columns, actions=actions(actor, objection))
