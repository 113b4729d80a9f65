"""The firms that evaluate and audit a season's contracts."""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts.engagements import engage_firm
from app.contracts.models import Engagement
from app.contracts.rules import EngagementKind
from app.parties.models import Party
from app.parties.queries import find_party_by_ref
from app.parties.rules import PartyKind
from app.parties.service import register_party
from app.season.cast import OPERATOR
from app.season.delivery.acting import Scene, contracts_by_bid, daily
from app.season.delivery.lists import Entry, Listing, day, day_of, line, member
from app.season.files import Faults, Season
from app.season.known import Known, take_faults
from app.season.room import Room, Sheet
from app.season.schedule import Schedule
from app.season.steps import Step

ENGAGEMENTS = Listing(
    "engagements",
    ("contract", "kind"),
    {
        "contract": line,
        "kind": member(EngagementKind),
        "firm": line,
        "firm_name": line,
        "engaged": day,
        "source": line,
    },
    order=("engaged",),
)


def _steps(season: Season, _when: Schedule) -> Iterator[Step]:
    return daily(season, ENGAGEMENTS, "engaged", (9, 0), _engage)


async def _engage(session: AsyncSession, scene: Scene, rows: Sequence[Entry]) -> None:
    for row in rows:
        firm = await find_party_by_ref(session, row["firm"], scene.season.name) or await _register(session, scene, row)
        await engage_firm(session, scene.bureau, scene.contract.id, row["kind"], firm.id)


async def _register(session: AsyncSession, scene: Scene, row: Entry) -> Party:
    return await register_party(
        session,
        OPERATOR,
        kind=PartyKind.firm,
        name_zh=row["firm_name"],
        ref=row["firm"],
        ref_scheme=scene.season.name,
        is_fictional=scene.season.competition.fictional_proposals,
    )


def _check(season: Season, _known: Known, faults: Faults) -> None:
    take_faults(ENGAGEMENTS.file, ENGAGEMENTS.check(season), faults)


async def _sheets(session: AsyncSession, name: str) -> dict[str, Sheet]:
    rows = []
    for bid, contract in (await contracts_by_bid(session, name)).items():
        query = sa.select(Engagement, Party).join(Party, Party.id == Engagement.party_id)
        own = Engagement.contract_id == contract.id, Engagement.ended_at.is_(None)
        for engagement, firm in await session.execute(query.where(*own).order_by(Engagement.id)):
            named = {"contract": bid, "kind": engagement.kind, "firm": firm.ref, "firm_name": firm.name_zh}
            rows.append({**named, "engaged": day_of(engagement.engaged_at)})
    return await ENGAGEMENTS.sheet(session, name, rows)


ROOM = Room(steps=_steps, check_lists=ENGAGEMENTS.note, check=_check, sheets=_sheets)
