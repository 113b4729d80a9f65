"""Reopenings of delivered sheets on the wire."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict

from app.core.actors import Actor
from app.core.fields import Line, Prose
from app.core.http.unit import example
from app.tenders.notices.models import Tender
from app.tenders.notices.queries import profile_of
from app.tenders.panels.models import Panel, SheetVersion
from app.tenders.panels.policy import reopening_actions
from app.tenders.panels.queries import Reopened
from app.tenders.panels.rules import ReopeningStatus, ground_named
from app.tenders.profiles.rules import Ground


class ReopeningAsk(BaseModel):
    """`ground`: one that the profile of the tender names. `judge`: the seat; a judge asks for their own sheet."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra=example(ground="extreme", reason="C2 项高于其他评委一倍")
    )

    ground: Annotated[str, Line(100, least=1)]
    reason: Annotated[str, Prose(500, least=1)]
    judge: Annotated[str, Line(200)] | None = None

    def asked(self) -> dict[str, Any]:
        return {"ref": self.judge, **self.model_dump(exclude={"judge"})}


class GroundRead(BaseModel):
    """Why a delivered sheet may be reopened, and the rule it comes from."""

    code: str
    zh: str
    en: str
    source: str

    @classmethod
    def of(cls, ground: Ground) -> "GroundRead":
        return cls(**vars(ground))


class VersionRead(BaseModel):
    """A sheet as it was delivered."""

    number: int
    marks: dict[str, Decimal]
    total: Decimal
    written_total: Decimal | None
    delivered_at: datetime

    @classmethod
    def of(cls, version: SheetVersion | None) -> "VersionRead | None":
        return cls.model_validate(version, from_attributes=True) if version else None


class ReopeningRead(BaseModel):
    """A request to reopen a sheet. Both versions are told once scoring is closed."""

    model_config = ConfigDict(
        json_schema_extra=example(
            id=3,
            bid="B03",
            judge="J1",
            status="asked",
            ground={"code": "extreme", "zh": "评分畸高、畸低", "en": "Abnormal marks", "source": "87号令第六十四条"},
            reason="C2 项高于其他评委一倍",
            asked_role="judge",
            asked_at="2018-07-26T11:00:00+08:00",
            decided_role=None,
            decided_at=None,
            before=None,
            after=None,
            actions=["approve", "refuse"],
        )
    )

    id: int
    bid: str
    judge: str
    status: ReopeningStatus
    ground: GroundRead
    reason: str
    asked_role: str
    asked_at: datetime
    decided_role: str | None
    decided_at: datetime | None
    before: VersionRead | None
    after: VersionRead | None
    actions: list[str]

    @classmethod
    def of(
        cls, each: Reopened, tender: Tender, panel: Panel, judges: Collection[int | None], actor: Actor
    ) -> "ReopeningRead":
        asked, is_closed = each.reopening, panel.closed_at is not None
        return cls(
            id=asked.id,
            bid=each.bid,
            judge=each.judge,
            status=asked.status,
            ground=GroundRead.of(ground_named(asked.ground, profile_of(tender))),
            reason=asked.reason,
            asked_role=asked.asked_role,
            asked_at=asked.asked_at,
            decided_role=asked.decided_role,
            decided_at=asked.decided_at,
            before=VersionRead.of(each.before) if is_closed else None,
            after=VersionRead.of(each.after) if is_closed else None,
            actions=reopening_actions(actor, tender, panel, asked, judges),
        )
