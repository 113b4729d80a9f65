"""One union of what every room has waiting for somebody."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import queries as accounts
from app.contracts import queries as contracts
from app.core.actors import Actor
from app.core.days.calendar import last_day
from app.core.days.calendar_table import work_calendar
from app.core.waiting import Waiting
from app.desk.rules import ordered
from app.needs import queries as needs
from app.offers import queries as offers
from app.parties import queries as parties
from app.selection import queries as selection
from app.surveys.questionnaires import queries as surveys
from app.surveys.responses import queries as responses
from app.surveys.waves import queries as waves
from app.tenders.awards import queries as awards
from app.tenders.bids import queries as bids
from app.tenders.notices import queries as notices
from app.tenders.objections import queries as objections
from app.tenders.panels import queries as panels

WaitingOf = Callable[[AsyncSession, Actor, datetime], Awaitable[list[Waiting]]]
ROOMS: tuple[WaitingOf, ...] = (
    parties.waiting,
    accounts.waiting,
    surveys.waiting,
    waves.waiting,
    responses.waiting,
    needs.waiting,
    offers.waiting,
    selection.waiting,
    notices.waiting,
    bids.waiting,
    panels.waiting,
    awards.waiting,
    objections.waiting,
    contracts.waiting,
)


async def provisional(session: AsyncSession, items: Iterable[Waiting]) -> frozenset[datetime]:
    """The counted deadlines among these that may still move, since the holidays of their year are not published yet."""
    counted = {item.due_at for item in items if item.counted and item.due_at is not None}
    calendar = await work_calendar(session) if counted else None
    return frozenset(due_at for due_at in counted if calendar and calendar.is_provisional(last_day(due_at)))


async def waiting(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    """What waits for `actor` at `at`, in the order in which it is due."""
    return ordered([item for room in ROOMS for item in await room(session, actor, at)])
