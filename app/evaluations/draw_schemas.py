"""Draws of spot checks on the wire: everything that anybody needs to draw again."""

from datetime import datetime
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from app.assessments.rules import AssessmentStatus
from app.core.http.unit import example
from app.evaluations.draws import DrawPage, Lot
from app.evaluations.models import SpotDraw
from app.matching.allocation.market import lot as lot_of
from app.parties.queries import PartyName


class SpotDrawRow(BaseModel):
    """`size` contracts were drawn for the year."""

    id: int
    party_zh: str
    party_en: str
    year: int
    size: int
    drawn_at: datetime

    @classmethod
    def of(cls, draw: SpotDraw, party: PartyName) -> "SpotDrawRow":
        own = {name: getattr(draw, name) for name in ("id", "year", "size", "drawn_at")}
        return cls(**own, party_zh=party.zh, party_en=party.en)


class SpotDraws(BaseModel):
    """`candidates`: of how many contracts the reader's bureau would draw this year."""

    model_config = ConfigDict(json_schema_extra=example(items=[], candidates=26, actions=["draw_spot_checks"]))

    items: list[SpotDrawRow]
    candidates: int
    actions: list[str]


class SpotLotRead(BaseModel):
    """`lot`: SHA-256 of the seed, a line feed and the contract's number. `status`: how far its spot check is."""

    contract_id: int
    number: str
    title: str
    lot: str
    is_drawn: bool
    status: AssessmentStatus | None

    @classmethod
    def of(cls, lot: Lot, draw: SpotDraw) -> "SpotLotRead":
        own, contract, status = lot
        return cls(
            contract_id=contract.id,
            number=own.number,
            title=contract.title,
            lot=lot_of(draw.seed, own.number),
            is_drawn=own.position <= draw.size,
            status=status,
        )


class SpotDrawRead(SpotDrawRow):
    """The `size` contracts with the lowest lots were drawn; `lots` holds all that were drawn of, in their order."""

    seed: str
    share: Decimal
    source: str
    lots: list[SpotLotRead]

    @classmethod
    def shown(cls, page: DrawPage, party: PartyName) -> "SpotDrawRead":
        draw = page.draw
        own = {name: getattr(draw, name) for name in ("id", "year", "size", "drawn_at", "seed", "share", "source")}
        lots = [SpotLotRead.of(each, draw) for each in page.lots]
        return cls(**own, party_zh=party.zh, party_en=party.en, lots=lots)
