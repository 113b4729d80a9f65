"""The season in numbers that everybody may read: from answers to money, and what became of every street's needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.areas.models import Area
from app.areas.queries import areas_with_parents
from app.needs.models import Need
from app.needs.policy import standing_column
from app.needs.policy import visible as need_visible
from app.paths.policy import PUBLIC
from app.selection.models import Pair
from app.selection.rules import PairStatus
from app.surveys.responses.models import Response
from app.surveys.waves.rules import ResponseStatus
from app.tenders.awards.models import Award
from app.tenders.awards.rules import AwardStatus

COUNTED = (ResponseStatus.submitted, ResponseStatus.valid)


@dataclass(frozen=True)
class StreetNeeds:
    """A street with what lies above it, and how many of its needs read what today."""

    path: Sequence[Area]
    stands: dict[str, int]

    @property
    def needs(self) -> int:
        return sum(self.stands.values())


@dataclass(frozen=True)
class Figures:
    """`pairs` that both sides confirmed, `projects` whose award is final and their `money`; streets by their needs."""

    answers: int
    needs: int
    pairs: int
    projects: int
    money: Decimal
    streets: Sequence[StreetNeeds]


async def season_figures(session: AsyncSession, today: date) -> Figures:
    final = Award.status == AwardStatus.confirmed
    numbers = sa.select(
        _count(Response, Response.status.in_(COUNTED)),
        _count(Pair, Pair.status == PairStatus.confirmed),
        _count(Award, final),
        sa.select(sa.func.coalesce(sa.func.sum(Award.amount), 0)).where(final).scalar_subquery(),
    )
    answers, pairs, projects, money = (await session.execute(numbers)).one()
    streets = await _streets(session, today)
    return Figures(answers, sum(street.needs for street in streets), pairs, projects, Decimal(money), streets)


def _count(table: type[Response | Pair | Award], which: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    return sa.select(sa.func.count()).select_from(table).where(which).scalar_subquery()


async def _streets(session: AsyncSession, today: date) -> list[StreetNeeds]:
    """Every street with public needs, that with the most first."""
    street = sa.func.substr(Need.community_code, 1, 9)
    query = (
        sa.select(street, standing_column(today), sa.func.count()).where(need_visible(PUBLIC)).group_by(sa.text("1, 2"))
    )
    stands: dict[str, dict[str, int]] = {}
    for prefix, standing, count in await session.execute(query):
        stands.setdefault(prefix.ljust(12, "0"), {})[standing] = count
    paths = await areas_with_parents(session, stands)
    streets = [StreetNeeds(paths[code], stands[code]) for code in sorted(stands)]
    return sorted(streets, key=lambda each: -each.needs)
