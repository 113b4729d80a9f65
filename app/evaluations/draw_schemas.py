"""Draws of spot checks on the wire: everything that anybody needs to draw again."""

from pydantic import BaseModel, ConfigDict

from app.assessments.rules import AssessmentStatus
from app.core.http.unit import example
from app.draws.shown import DrawRow, DrawTold, LotTold
from app.evaluations.draws import DrawPage, Lot
from app.evaluations.models import SpotDraw
from app.parties.queries import PartyName


class SpotDraws(BaseModel):
    """`candidates`: of how many contracts the reader's bureau would draw this year."""

    model_config = ConfigDict(json_schema_extra=example(items=[], candidates=26, actions=["draw_spot_checks"]))

    items: list[DrawRow]
    candidates: int
    actions: list[str]


class SpotLotRead(LotTold):
    """`number`: the contract's. `status`: how far its spot check is."""

    contract_id: int
    title: str
    status: AssessmentStatus | None

    @classmethod
    def of(cls, each: Lot, draw: SpotDraw) -> "SpotLotRead":
        lot, contract, status = each
        return cls.told(lot, draw, contract_id=contract.id, title=contract.title, status=status)


class SpotDrawRead(DrawTold):
    """`lots` holds all that were drawn of, in their order."""

    lots: list[SpotLotRead]

    @classmethod
    def shown(cls, page: DrawPage, party: PartyName) -> "SpotDrawRead":
        return cls.of(page.draw, party, lots=[SpotLotRead.of(each, page.draw) for each in page.lots])
