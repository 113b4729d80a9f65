"""One box over needs, offers, organisations, notices: each room says what of it speaks of a text, and who sees it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.areas.queries import areas_with_parents
from app.core.actors import Actor
from app.core.days.calendar import shanghai_date
from app.matching.ranking.searched import meant, pattern
from app.needs import queries as needs
from app.needs.models import Need
from app.needs.queries import NeedFilter
from app.needs.rules import standing as standing_of_need
from app.offers import queries as offers
from app.offers.models import Offer
from app.offers.queries import OfferFilter
from app.offers.rules import standing as standing_of_offer
from app.parties.models import Party
from app.parties.queries import organizations_that_say, party_names
from app.search.rules import Kind, excerpt
from app.tenders.notices.models import Tender
from app.tenders.notices.queries import TenderFilter, phase_of, search_tenders


@dataclass(frozen=True)
class Found:
    """`place` names the district, street and community; `party`: who needs, offers or buys it, in both languages;
    `excerpt`: what was found in the text."""

    id: int
    title_zh: str
    title_en: str
    status: str | None
    place: Sequence[str]
    party_zh: str
    party_en: str
    excerpt: str


@dataclass(frozen=True)
class Group:
    """The nearest of one kind, and how many there are of it."""

    kind: Kind
    total: int
    items: Sequence[Found]


class Sought(NamedTuple):
    """What one kind is looked for by, the column of its title, and how a row of it is told."""

    kind: Kind
    query: sa.Select[Any]
    title: Any
    told: Callable[[Any], "Told"]


class Told(NamedTuple):
    """What is told of a row by itself, before names are known."""

    title_zh: str
    title_en: str
    status: str | None
    area_code: str | None
    party_id: int | None
    text: str


async def find(session: AsyncSession, actor: Actor, text: str, limit: int, at: datetime) -> list[Group]:
    """What `actor` sees of what speaks of `text` at `at`: of each kind the `limit` nearest."""
    return [await _group(session, sought, text, limit) for sought in _sought(actor, text, at)]


def _sought(actor: Actor, text: str, at: datetime) -> list[Sought]:
    day = shanghai_date(at)

    def need(row: Need) -> Told:
        text = f"{row.description} {row.requirements}"
        return Told(row.title, "", standing_of_need(row, day), row.community_code, row.party_id, text)

    def offer(row: Offer) -> Told:
        return Told(row.title, "", standing_of_offer(row, day), None, row.party_id, row.description)

    def organization(row: Party) -> Told:
        return Told(row.name_zh, row.name_en, None, row.area_code, None, row.introduction)

    def tender(row: Tender) -> Told:
        status = phase_of(row, at) if row.status == "published" else row.status
        return Told(row.title_zh, row.title_en, status, row.area_code, row.party_id, row.requirements)

    return [
        Sought(Kind.needs, needs.filtered(actor, NeedFilter(q=text), day), Need.title, need),
        Sought(Kind.offers, offers.filtered(actor, OfferFilter(q=text), day), Offer.title, offer),
        Sought(Kind.organizations, organizations_that_say(actor, text), Party.name_zh, organization),
        Sought(Kind.tenders, search_tenders(actor, at, TenderFilter(q=text)), Tender.title_zh, tender),
    ]


async def _group(session: AsyncSession, sought: Sought, text: str, limit: int) -> Group:
    query = sought.query.add_columns(sa.func.count().over())
    nearest = query.order_by(_distance(sought.title, text), sought.title.class_.id.desc())
    rows = list(await session.execute(nearest.limit(limit)))
    told = {row[0].id: sought.told(row[0]) for row in rows}
    places = await areas_with_parents(session, {each.area_code for each in told.values() if each.area_code})
    names = await party_names(session, {each.party_id for each in told.values()})
    wanted = "|".join(pattern(words) for words in meant(text))
    found = []
    for id, each in told.items():
        place = [area.name for area in places.get(each.area_code or "", ())]
        party = names.get(each.party_id or 0, ("", ""))
        found.append(Found(id, each.title_zh, each.title_en, each.status, place, *party, excerpt(each.text, wanted)))
    return Group(sought.kind, rows[0][1] if rows else 0, found)


def _distance(title: Any, text: str) -> sa.ColumnElement[int]:
    """0: the title holds the text as it stands; 1: every word of it; 2: words that mean the same; 3: it says it
    elsewhere."""
    words = meant(text)
    typed = sa.and_(*(title.icontains(each[0], autoescape=True) for each in words))
    alike = sa.and_(*(title.regexp_match(pattern(each), "i") for each in words))
    return sa.case((title.icontains(text.strip(), autoescape=True), 0), (typed, 1), (alike, 2), else_=3)
