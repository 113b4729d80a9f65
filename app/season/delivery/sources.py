"""Where the rows of a season's lists are known from, so that they say so again when the season is written out."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.season.delivery import (
    acceptance,
    engagements,
    evaluations,
    findings,
    payments,
    ratings,
    sessions,
    spending,
    spot_draws,
)
from app.season.files import Season
from app.season.models import SeasonSource
from app.season.room import Room
from app.season.schedule import Schedule
from app.season.steps import Step

LISTS = (
    engagements.ENGAGEMENTS,
    evaluations.EVALUATIONS,
    *spending.LISTS,
    acceptance.ACCEPTANCE,
    payments.PAYMENTS,
    payments.ENDINGS,
    sessions.SESSIONS,
    sessions.CALL_BACKS,
    findings.FINDINGS,
    findings.ANSWERS,
    spot_draws.SPOT_DRAWS,
    ratings.RATINGS,
)


def _steps(season: Season, when: Schedule) -> list[Step]:
    brought = [listing for listing in LISTS if listing.name in season.tables]
    return [Step("sources", when.signed, _keep)] if brought else []


async def _keep(session: AsyncSession, season: Season) -> None:
    rows = [
        {"season": season.name, "list": listing.name, "key": listing.known_by(row.values), "source": row["source"]}
        for listing in LISTS
        for row in listing.read(season.tables)
    ]
    if rows:
        await session.execute(sa.insert(SeasonSource), rows)


ROOM = Room(steps=_steps)
