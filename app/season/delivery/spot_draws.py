"""Which of a season's contracts its bureau draws to be checked on the spot, while they are carried out."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts.models import Contract
from app.evaluations.models import SpotDraw, SpotLot
from app.evaluations.service import draw_spot_checks
from app.season.cast import purchaser_of
from app.season.delivery.acting import dated, of_season
from app.season.delivery.lists import Entry, Listing, at, day, day_of, line
from app.season.files import Faults, Season
from app.season.known import Known, take_faults
from app.season.room import Room, Sheet
from app.season.schedule import Schedule
from app.season.steps import Step

SPOT_DRAWS = Listing("spot_draws", ("drawn",), {"drawn": day, "seed": line, "source": line}, order=("drawn",))


def _steps(season: Season, _when: Schedule) -> Iterator[Step]:
    for on, rows in dated(SPOT_DRAWS.read(season.tables), "drawn"):
        yield Step(f"spot_draws drawn {on}", at(on, 10), partial(_draw, rows=rows))


async def _draw(session: AsyncSession, season: Season, *, rows: Sequence[Entry]) -> None:
    for row in rows:
        await draw_spot_checks(session, await purchaser_of(session, season), seed=row["seed"])


def _check(season: Season, _known: Known, faults: Faults) -> None:
    take_faults(SPOT_DRAWS.file, SPOT_DRAWS.check(season), faults)


def _of(season: str) -> sa.ColumnElement[bool]:
    """The draws in which contracts of the season took part."""
    lots = sa.select(SpotLot.draw_id).join(Contract, Contract.id == SpotLot.contract_id)
    return SpotDraw.id.in_(lots.where(of_season(season)))


async def _sheets(session: AsyncSession, name: str) -> dict[str, Sheet]:
    found = await session.scalars(sa.select(SpotDraw).where(_of(name)).order_by(SpotDraw.id))
    return await SPOT_DRAWS.sheet(session, name, [{"drawn": day_of(d.drawn_at), "seed": d.seed} for d in found])


async def _summary(session: AsyncSession, season: Season) -> dict[str, Any]:
    """Of how many lots of the season's own contracts so many were drawn."""
    own = of_season(season.name)
    query = sa.select(sa.func.count().filter(SpotLot.position <= SpotDraw.size), sa.func.count())
    query = query.select_from(SpotLot).join(SpotDraw).join(Contract, Contract.id == SpotLot.contract_id)
    drawn, of = (await session.execute(query.where(own))).one()
    return {"spot_checks": {"drawn": drawn, "of": of}}


ROOM = Room(steps=_steps, check_lists=SPOT_DRAWS.note, check=_check, sheets=_sheets, summary=_summary)
