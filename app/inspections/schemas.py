"""Inspections on the wire, and the draws that they come of."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.core.actors import Actor
from app.core.fields import Line, Prose
from app.core.http.unit import example
from app.draws.shown import DrawRow, DrawTold, LotTold
from app.inspections.models import Inspection, InspectionDraw
from app.inspections.policy import actions
from app.inspections.queries import DrawPage, Lot
from app.inspections.rules import InspectionStatus
from app.records.rules import Inspection as Outcome


class InspectionRecord(BaseModel):
    """`inspectors`: the names of at least two. `source`: the paper that says so; `requirement`: what whoever did not
    pass has to mend within three months."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra=example(
            value="basically_qualified",
            opinion="内部治理和活动正常，部分支出缺少凭证。",
            inspectors=["王建国", "李秀英"],
            source="呈民检〔2018〕7号",
            requirement="补齐 2018 年上半年的支出凭证。",
        ),
    )

    value: Outcome
    opinion: Annotated[str, Prose(2000, least=1)]
    inspectors: Annotated[list[Annotated[str, Line(100, least=1)]], Field(min_length=1, max_length=20)]
    source: Annotated[str, Line(300, least=1)]
    requirement: Annotated[str, Prose(2000)] = ""


class InspectionDraws(BaseModel):
    """`candidates`: of how many organisations the reader's bureau would draw this year."""

    model_config = ConfigDict(json_schema_extra=example(items=[], candidates=60, actions=["draw_inspections"]))

    items: list[DrawRow]
    candidates: int
    actions: list[str]


class InspectionRead(BaseModel):
    """`value` and what follows it are given once it is recorded."""

    id: int
    status: InspectionStatus
    value: Outcome | None
    opinion: str
    inspectors: list[str]
    recorded_at: datetime | None
    actions: list[str]

    @classmethod
    def seen_by(cls, actor: Actor, inspection: Inspection) -> "InspectionRead":
        own = {name: getattr(inspection, name) for name in cls.model_fields.keys() - {"actions"}}
        return cls(**own, actions=actions(actor, inspection))


class InspectionLotRead(LotTold):
    """`number`: the organisation's in this register. `inspection`: where the lot fell on it."""

    party_id: int
    party_zh: str
    party_en: str
    inspection: InspectionRead | None

    @classmethod
    def of(cls, actor: Actor, draw: InspectionDraw, each: Lot) -> "InspectionLotRead":
        lot, name, inspection = each
        seen = InspectionRead.seen_by(actor, inspection) if inspection else None
        return cls.told(lot, draw, party_id=lot.party_id, party_zh=name.zh, party_en=name.en, inspection=seen)


class InspectionDrawRead(DrawTold):
    """`lots` holds all that were drawn of, in their order."""

    lots: list[InspectionLotRead]

    @classmethod
    def seen_by(cls, actor: Actor, page: DrawPage) -> "InspectionDrawRead":
        lots = [InspectionLotRead.of(actor, page.draw, each) for each in page.lots]
        return cls.of(page.draw, page.office, lots=lots)
