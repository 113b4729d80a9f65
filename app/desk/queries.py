"""One union of what every room has waiting for somebody, of what they wait for, and what they did today."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, time
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import queries as accounts
from app.assessments import queries as assessments
from app.budgets import queries as budgets
from app.contracts import queries as contracts
from app.contracts.models import Contract
from app.core.actors import Actor, covers
from app.core.audit import AuditEvent
from app.core.days.calendar import SHANGHAI, last_day, shanghai_date
from app.core.days.calendar_table import work_calendar
from app.core.waiting import Waiting
from app.desk.rules import Thing, ordered
from app.evaluations import queries as evaluations
from app.findings import queries as findings
from app.inspections import queries as inspections
from app.needs import queries as needs
from app.needs.models import Need
from app.offers import queries as offers
from app.offers.models import Offer
from app.parties import queries as parties
from app.ratings import queries as ratings
from app.records import queries as records
from app.registrations import queries as registrations
from app.registrations.models import Registration
from app.selection import queries as selection
from app.selection.models import Round
from app.service_sessions import queries as service_sessions
from app.surveys.questionnaires import queries as surveys
from app.surveys.questionnaires.models import Survey
from app.surveys.responses import queries as responses
from app.surveys.results import queries as results
from app.surveys.waves import queries as waves
from app.tenders.awards import queries as awards
from app.tenders.bids import queries as bids
from app.tenders.bids.models import Bid
from app.tenders.notices import queries as notices
from app.tenders.notices.models import Tender
from app.tenders.objections import queries as objections
from app.tenders.panels import queries as panels
from app.voices import queries as voices

WaitingOf = Callable[[AsyncSession, Actor, datetime], Awaitable[list[Waiting]]]
ROOMS: tuple[WaitingOf, ...] = (
    parties.waiting,
    records.waiting,
    accounts.waiting,
    registrations.waiting,
    assessments.waiting,
    ratings.waiting,
    inspections.waiting,
    surveys.waiting,
    waves.waiting,
    responses.waiting,
    results.waiting,
    needs.waiting,
    offers.waiting,
    selection.waiting,
    notices.waiting,
    bids.waiting,
    panels.waiting,
    awards.waiting,
    objections.waiting,
    contracts.waiting,
    evaluations.waiting,
    findings.waiting,
    budgets.waiting,
    service_sessions.waiting,
    voices.waiting,
)
AWAITED: tuple[WaitingOf, ...] = (
    selection.awaited,
    notices.awaited,
    bids.awaited,
    objections.awaited,
    contracts.awaited,
    findings.awaited,
)
# By table: what is opened, and what each is called in Chinese and, where it has one, by an English name.
NONE = sa.literal("")
ASKED = Survey.definition["title"]
TITLED: dict[str, tuple[Thing, sa.Select[int, str, str]]] = {
    "needs": (Thing.need, sa.select(Need.id, Need.title, NONE)),
    "offers": (Thing.offer, sa.select(Offer.id, Offer.title, NONE)),
    "surveys": (Thing.survey, sa.select(Survey.id, ASKED["zh"].as_string(), ASKED["en"].as_string())),
    "rounds": (Thing.round, sa.select(Round.id, Round.title_zh, Round.title_en)),
    "tenders": (Thing.tender, sa.select(Tender.id, Tender.title_zh, Tender.title_en)),
    "bids": (Thing.bid, sa.select(Bid.id, Tender.title_zh, Tender.title_en).join(Tender, Tender.id == Bid.tender_id)),
    "registrations": (Thing.registration, sa.select(Registration.id, Registration.name_zh, Registration.name_en)),
    "contracts": (Thing.contract, sa.select(Contract.id, Contract.title, NONE)),
}
DONE_SHOWN = 20


class Shared(NamedTuple):
    """What waits for an organisation: what the reader may do, and what others of it must."""

    own: list[Waiting]
    of_heads: list[Waiting]


class Done(NamedTuple):
    """What somebody did: "need.published", when, and the thing it happened to."""

    event: str
    at: datetime
    thing: Thing
    thing_id: int
    title: str
    title_en: str


async def provisional(session: AsyncSession, items: Iterable[Waiting]) -> frozenset[datetime]:
    """The counted deadlines among these that may still move, since the holidays of their year are not published yet."""
    counted = {item.due_at for item in items if item.counted and item.due_at is not None}
    calendar = await work_calendar(session) if counted else None
    return frozenset(due_at for due_at in counted if calendar and calendar.is_provisional(last_day(due_at)))


async def waiting(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    """What waits for `actor` at `at`, in the order in which it is due."""
    return (await shared(session, actor, at)).own


async def shared(session: AsyncSession, actor: Actor, at: datetime) -> Shared:
    """What waits at `at` for `actor`, and for colleagues with a greater mandate, in the order in which it is due."""
    items = ordered([item for room in ROOMS for item in await room(session, actor, at)])
    own = [item for item in items if covers(actor.mandate, f"{item.verb}_{item.thing}")]
    return Shared(own, [item for item in items if item not in own])


async def awaited(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    """What `actor` waits for others to do, in the order in which it is due."""
    return ordered([item for room in AWAITED for item in await room(session, actor, at)])


async def done_today(session: AsyncSession, actor: Actor, at: datetime) -> list[Done]:
    """What the account of `actor` did since midnight, the latest first; one line for each thing and event."""
    since = datetime.combine(shanghai_date(at), time.min, SHANGHAI)
    table = sa.func.split_part(AuditEvent.object, ":", 1)
    number = sa.cast(sa.func.split_part(AuditEvent.object, ":", 2), sa.BigInteger)
    when = sa.func.max(AuditEvent.at)
    query = (
        sa.select(table, number, AuditEvent.event, when)
        .where(AuditEvent.account_id == actor.account_id, AuditEvent.at >= since, table.in_(TITLED))
        .group_by(table, number, AuditEvent.event)
        .order_by(when.desc(), table, number, AuditEvent.event)
        .limit(DONE_SHOWN)
    )
    rows = list(await session.execute(query))
    titles = {name: await _titles(session, name, {id for of, id, _, _ in rows if of == name}) for name in TITLED}
    return [
        Done(event, at, TITLED[name][0], id, *titles[name][id]) for name, id, event, at in rows if id in titles[name]
    ]


async def _titles(session: AsyncSession, table: str, numbers: set[int]) -> dict[int, tuple[str, str]]:
    """Number → what the thing of that table is called, in Chinese and in English."""
    if not numbers:
        return {}
    titled = TITLED[table][1]
    rows = await session.execute(titled.where(titled.selected_columns[0].in_(numbers)))
    return {number: (title, title_en or "") for number, title, title_en in rows}
