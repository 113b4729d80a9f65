"""Supply against demand: what is needed in each street, and how many offers reach it, by kind of service."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.areas.models import Area
from app.areas.queries import areas_with_parents
from app.areas.rules import DIGITS, AreaLevel
from app.core.actors import Actor
from app.needs import policy as needs
from app.needs.models import Need
from app.needs.rules import NeedStatus
from app.offers import policy as offers
from app.offers.models import Offer, OfferArea, OfferCategory
from app.offers.rules import OfferStatus, whole_code
from app.overviews.rules import is_thin

KIND, SERVICE = 2, 4  # digits of a code of the first and second level of services
STREETS = (AreaLevel.street, AreaLevel.town_or_other)
# How many digits name an area that holds a whole street: the city, the district, the street itself.
AROUND = (DIGITS[AreaLevel.city], DIGITS[AreaLevel.district], DIGITS[AreaLevel.street])
Counts = dict[tuple[str, str | None], int]


@dataclass(frozen=True)
class Stand:
    """`category`: the code of a service, None for needs that name none; `demand`: needs that are open; `supply`:
    published offers of it that reach the whole street."""

    category: str | None
    demand: int
    supply: int


@dataclass(frozen=True)
class Cell(Stand):
    """A service of the first level in a street; `thin`: what is needed of it that may find nobody to apply."""

    thin: list[Stand]


@dataclass(frozen=True)
class Street:
    path: Sequence[Area]
    cells: list[Cell]


async def market(session: AsyncSession, actor: Actor, today: date) -> list[Street]:
    """The streets of the actor's area in which something is needed or offered."""
    if not actor.area:
        return []
    demand, supply = await _demand(session, actor, today), await _supply(session, actor, today)
    asked: dict[tuple[str, str | None], list[Stand]] = {cell: [] for cell in supply if len(cell[1] or "") == KIND}
    for (street, category), count in demand.items():
        stand = Stand(category, count, supply.get((street, category), 0))
        asked.setdefault((street, category and category[:KIND]), []).append(stand)
    cells: dict[str, list[Cell]] = {}
    for street, kind in sorted(asked, key=lambda cell: (cell[0], cell[1] is None, cell[1])):
        cells.setdefault(street, []).append(_cell(kind, asked[street, kind], supply.get((street, kind), 0)))
    paths = await areas_with_parents(session, cells)
    return [Street(paths[code], cells[code]) for code in cells if code in paths]


def _cell(kind: str | None, asked: list[Stand], supply: int) -> Cell:
    """One kind of service in a street; each service asked for stands against the offers of just that."""
    thin = [each for each in asked if kind and is_thin(each.demand, each.supply)]
    return Cell(kind, sum(each.demand for each in asked), supply, sorted(thin, key=lambda each: each.category or ""))


async def _demand(session: AsyncSession, actor: Actor, today: date) -> Counts:
    """(street, service of the second level, or the first where a need names no more) → open needs."""
    street = sa.func.rpad(sa.func.left(Need.community_code, DIGITS[AreaLevel.street]), 12, "0")
    query = (
        sa.select(street, sa.func.left(Need.category_code, SERVICE), sa.func.count())
        .where(needs.visible(actor), needs.standing_column(today) == NeedStatus.published.value)
        .where(Need.community_code.startswith(actor.area, autoescape=True))
        .group_by(sa.text("1, 2"))
    )
    return {(code, category): count for code, category, count in await session.execute(query)}


async def _supply(session: AsyncSession, actor: Actor, today: date) -> Counts:
    """(street, service of the first or second level) → published offers that reach all of the street."""
    own = sa.select(Area.code).where(Area.level.in_(STREETS), Area.code.startswith(actor.area, autoescape=True))
    around = {street: {whole_code(street[:digits]) for digits in AROUND} for street in await session.scalars(own)}
    widest = await _widest(session, actor, today, {area for areas in around.values() for area in areas})
    supply = Counter[tuple[str, str | None]]()
    for street, areas in around.items():
        for area in areas:
            supply.update({(street, category): count for category, count in widest.get(area, {}).items()})
    return supply


async def _widest(
    session: AsyncSession, actor: Actor, today: date, areas: Collection[str]
) -> dict[str, dict[str, int]]:
    """Area → service of the first or second level → published offers that reach it and nothing wider around it, so
    that an offer is counted once for a street, and one for a whole district not anew for each of its streets."""
    wider = aliased(OfferArea)
    around = [sa.func.rpad(sa.func.left(OfferArea.area_code, digits), 12, "0") for digits in AROUND]
    beyond = sa.exists().where(
        wider.offer_id == OfferArea.offer_id, wider.area_code.in_(around), wider.area_code != OfferArea.area_code
    )
    kind, service = (sa.func.left(OfferCategory.category_code, digits) for digits in (KIND, SERVICE))
    query = (
        sa.select(OfferArea.area_code, kind, service, sa.func.count(sa.distinct(Offer.id)))
        .join(Offer, Offer.id == OfferArea.offer_id)
        .join(OfferCategory, OfferCategory.offer_id == Offer.id)
        .where(offers.visible(actor), offers.standing_column(today) == OfferStatus.published.value)
        .where(OfferArea.area_code.in_(areas), ~beyond)
        .group_by(sa.text("GROUPING SETS ((1, 2), (1, 3))"))
    )
    found = defaultdict[str, dict[str, int]](dict)
    for area, kind_code, service_code, count in await session.execute(query):
        if service_code is None or len(service_code) == SERVICE:  # one that names only a kind is counted with the kind
            found[area][kind_code or service_code] = count
    return found
