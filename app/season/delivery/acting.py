"""Who acts under a contract of the season, and the steps in which the rows of a list are carried out day by day."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts.engagements import ROLES
from app.contracts.models import Contract, Engagement
from app.contracts.rules import EngagementKind
from app.core.actors import Actor, Role
from app.core.errors import DomainError
from app.season.cast import purchaser_of
from app.season.delivery.lists import Entry, Listing, at, by_contract
from app.season.files import Season
from app.season.models import SeasonRecord
from app.season.rooms.contracts import shown_contract
from app.season.steps import Step
from app.tenders.awards.models import Award
from app.tenders.bids.models import Bid
from app.tenders.notices.models import Tender

NONE = timedelta()


class ContractAbsent(DomainError):
    """The bid has won nothing, so that there is no contract of it."""


class FirmAbsent(DomainError):
    """No firm is engaged for what a row says that one did."""


class Scene(NamedTuple):
    """A contract of a season, with its two sides."""

    season: Season
    contract: Contract
    contractor: Actor
    bureau: Actor


Act = Callable[[AsyncSession, Scene, Sequence[Entry]], Awaitable[object]]


def check_firms(entries: Sequence[Entry], engaged: Sequence[Entry], kind: EngagementKind) -> None:
    """Note the rows that say what a firm did where none is engaged for it."""
    known = {entry["contract"] for entry in engaged if entry["kind"] is kind}
    for entry in entries:
        if entry["contract"] not in known:
            entry.refuse("contract", FirmAbsent(contract=entry["contract"], kind=kind.value))


def daily(
    season: Season, listing: Listing, column: str, hour: tuple[int, int], act: Act, after: timedelta = NONE
) -> Iterator[Step]:
    """A step for each day that the rows name in `column`, or so long `after`: what was done, contract by contract."""
    for day, entries in dated(listing.read(season.tables), column):
        name, run = f"{listing.name} {column} {day}", partial(_act, entries=entries, act=act)
        yield Step(name, at(day + after, *hour), run)


def dated(entries: Iterable[Entry], column: str) -> list[tuple[date, list[Entry]]]:
    """Day → the rows that name it."""
    found: dict[date, list[Entry]] = {}
    for entry in entries:
        if on := entry[column]:
            found.setdefault(on.date() if isinstance(on, datetime) else on, []).append(entry)
    return sorted(found.items())


async def _act(session: AsyncSession, season: Season, *, entries: Sequence[Entry], act: Act) -> None:
    contracts, bureau = await contracts_by_bid(session, season.name), await purchaser_of(session, season)
    shown = await shown_contract(session, season) if season.is_shown else None
    for bid, rows in by_contract(entries):
        contract = contracts.get(bid)
        if contract is None:
            raise ContractAbsent(bid=bid)
        if contract is not shown:
            contractor = Actor(None, Role.organization, contract.contractor_id)
            await act(session, Scene(season, contract, contractor, bureau), rows)


async def contracts_by_bid(session: AsyncSession, season: str) -> dict[str, Contract]:
    """Bid → the contract that it came to, in a season of this name."""
    query = sa.select(Bid.ref, Contract).join(Award, Award.bid_id == Bid.id)
    query = query.join(Contract, Contract.award_id == Award.id).where(of_season(season))
    return {str(ref): contract for ref, contract in await session.execute(query.order_by(Bid.ref))}


def of_season(season: str) -> sa.ColumnElement[bool]:
    """The contracts that came of its competition."""
    tender = sa.select(Tender.id).join(SeasonRecord, SeasonRecord.tender_ref == Tender.ref)
    return Contract.tender_id.in_(tender.where(SeasonRecord.name == season))


async def firm_of(session: AsyncSession, contract: Contract, kind: EngagementKind) -> Actor:
    """The firm that is engaged. Refusal: FirmAbsent."""
    own = Engagement.contract_id == contract.id, Engagement.kind == kind, Engagement.ended_at.is_(None)
    party_id = await session.scalar(sa.select(Engagement.party_id).where(*own))
    if party_id is None:
        raise FirmAbsent(contract=contract.number, kind=kind.value)
    return Actor(None, ROLES[kind], party_id)
