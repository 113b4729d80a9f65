"""What every draw and every lot says on the wire, whatever was drawn: all that anybody needs to draw again."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Self

from pydantic import BaseModel

from app.draws.models import DrawnLot, YearlyDraw
from app.matching.allocation.market import lot as lot_of
from app.parties.queries import PartyName


class DrawRow(BaseModel):
    """`size` of them were drawn for the year."""

    id: int
    party_zh: str
    party_en: str
    year: int
    size: int
    drawn_at: datetime

    @classmethod
    def of(cls, draw: YearlyDraw, party: PartyName, **more: Any) -> Self:
        own = cls.model_fields.keys() - {"party_zh", "party_en", *more}
        return cls(**{name: getattr(draw, name) for name in own}, party_zh=party.zh, party_en=party.en, **more)


class DrawTold(DrawRow):
    """The `size` with the lowest lots were drawn."""

    seed: str
    share: Decimal
    source: str


class LotTold(BaseModel):
    """`lot`: SHA-256 of the seed, a line feed and `number`."""

    number: str
    lot: str
    is_drawn: bool

    @classmethod
    def told(cls, lot: DrawnLot, draw: YearlyDraw, **more: Any) -> Self:
        is_drawn = lot.position <= draw.size
        return cls(number=lot.number, lot=lot_of(draw.seed, lot.number), is_drawn=is_drawn, **more)
