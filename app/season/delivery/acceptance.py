"""What the residents served say of a season's contracts at their end, channel by channel."""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts.acceptance import accept_delivery
from app.contracts.models import AcceptanceChannel, Contract, ResidentAcceptance
from app.contracts.rules import AnswersImpossible
from app.season.delivery.acting import Scene, contracts_by_bid, daily, of_season
from app.season.delivery.lists import Entry, Listing, count, day, day_of, line, member
from app.season.files import Faults, Season
from app.season.known import Known, take_faults
from app.season.room import Room, Sheet
from app.season.schedule import Schedule
from app.season.steps import Step

ACCEPTANCE = Listing(
    "acceptance",
    ("contract", "channel"),
    {
        "contract": line,
        "channel": member(AcceptanceChannel),
        "asked": count,
        "answers": count,
        "accepting": count,
        "recorded": day,
        "source": line,
    },
    order=("recorded",),
)


def _steps(season: Season, _when: Schedule) -> Iterator[Step]:
    return daily(season, ACCEPTANCE, "recorded", (16, 0), _accept)


async def _accept(session: AsyncSession, scene: Scene, rows: Sequence[Entry]) -> None:
    for row in rows:
        counts = {name: row[name] for name in ("asked", "answers", "accepting")}
        await accept_delivery(session, scene.bureau, scene.contract.id, row["channel"], **counts)


def _check(season: Season, _known: Known, faults: Faults) -> None:
    entries = ACCEPTANCE.check(season)
    for entry in entries:
        for column, part, whole in (("answers", "answers", "asked"), ("accepting", "accepting", "answers")):
            if entry[part] > entry[whole]:
                entry.refuse(column, AnswersImpossible(accepting=entry[part], answers=entry[whole]))
    take_faults(ACCEPTANCE.file, entries, faults)


async def _sheets(session: AsyncSession, name: str) -> dict[str, Sheet]:
    """Without what residents answered on the page: a wave is no part of a season."""
    rows = []
    for bid, contract in (await contracts_by_bid(session, name)).items():
        own = ResidentAcceptance.contract_id == contract.id, ResidentAcceptance.wave_id.is_(None)
        for said in await session.scalars(sa.select(ResidentAcceptance).where(*own).order_by(ResidentAcceptance.id)):
            counts = {name: getattr(said, name) for name in ("channel", "asked", "answers", "accepting")}
            rows.append({"contract": bid, **counts, "recorded": day_of(said.recorded_at)})
    return await ACCEPTANCE.sheet(session, name, rows)


async def _summary(session: AsyncSession, season: Season) -> dict[str, Any]:
    said = ResidentAcceptance
    sums = [sa.func.coalesce(sa.func.sum(count), 0) for count in (said.asked, said.answers, said.accepting)]
    query = sa.select(sa.func.count(said.contract_id.distinct()), *sums).join(Contract).where(of_season(season.name))
    row = (await session.execute(query)).one()
    return {"acceptance": dict(zip(("contracts", "asked", "answers", "accepting"), row, strict=True))}


ROOM = Room(steps=_steps, check_lists=ACCEPTANCE.note, check=_check, sheets=_sheets, summary=_summary)
