"""One box over needs, offers, organisations, notices: each room says what of it speaks of a text, and who sees it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import lazyload

from app.areas.queries import areas_with_parents
from app.core.actors import Actor
from app.core.days.calendar import shanghai_date
from app.core.paging import count_rows
from app.matching.ranking.searched import Meant, meant, pattern
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
from app.taxonomy.queries import holding
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
    """One kind: what of it speaks of a text (of a blank one: all there is to see), its title, the columns over which
    an index of pairs goes, and how a row of it is told."""

    kind: Kind
    speaking_of: Callable[[str], sa.Select[Any]]
    title: Any
    indexed: Sequence[Any]
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
    return [await _group(session, sought, text, limit) for sought in _sought(actor, at)]


def _sought(actor: Actor, at: datetime) -> list[Sought]:
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

    def needed(text: str) -> sa.Select[Any]:
        return needs.filtered(actor, NeedFilter(q=text), day)

    def offered(text: str) -> sa.Select[Any]:
        return offers.filtered(actor, OfferFilter(q=text), day)

    def noticed(text: str) -> sa.Select[Any]:
        return search_tenders(actor, at, TenderFilter(q=text))

    named = (Party.name_zh, Party.name_en, Party.introduction)
    return [
        Sought(Kind.needs, needed, Need.title, (Need.title, Need.description, Need.requirements), need),
        Sought(Kind.offers, offered, Offer.title, (Offer.title, Offer.description), offer),
        Sought(Kind.organizations, partial(organizations_that_say, actor), Party.name_zh, named, organization),
        Sought(Kind.tenders, noticed, Tender.title_zh, (), tender),
    ]


async def _group(session: AsyncSession, sought: Sought, text: str, limit: int) -> Group:
    near = await _titled(session, sought, text, limit)
    if len(near) == limit:
        rows, total = near, await count_rows(session, _numbers(sought, text))
    else:
        others, more = await _elsewhere(session, sought, text, limit - len(near), [row.id for row in near])
        rows, total = [*near, *others], len(near) + more
    told = {row.id: sought.told(row) for row in rows}
    places = await areas_with_parents(session, {each.area_code for each in told.values() if each.area_code})
    names = await party_names(session, {each.party_id for each in told.values()})
    wanted = "|".join(pattern(words) for words in meant(text))
    found = []
    for id, each in told.items():
        place = [area.name for area in places.get(each.area_code or "", ())]
        party = names.get(each.party_id or 0, ("", ""))
        found.append(Found(id, each.title_zh, each.title_en, each.status, place, *party, excerpt(each.text, wanted)))
    return Group(sought.kind, total, found)


async def _titled(session: AsyncSession, sought: Sought, text: str, limit: int) -> list[Any]:
    """Those whose title says it, the nearest first: found by the pairs of its words, without a look at all that speak
    of it."""
    title, words = sought.title, meant(text)
    query = _alone(sought).where(*(title.regexp_match(pattern(each), "i") for each in words))
    if sought.indexed:
        query = query.where(*holding(sought.indexed, words))
    nearest = query.order_by(_distance(title, text, words), title.class_.id.desc())
    return list(await session.scalars(nearest.limit(limit)))


async def _elsewhere(
    session: AsyncSession, sought: Sought, text: str, limit: int, near: Sequence[int]
) -> tuple[list[Any], int]:
    """The newest that say it and are not `near`, and how many these are in all: they are told apart by their numbers
    alone, and read afterwards."""
    id = sought.title.class_.id
    others = _numbers(sought, text).where(id.not_in(near)).add_columns(sa.func.count().over())
    found = (await session.execute(others.order_by(id.desc()).limit(limit))).all()
    if not found:
        return [], 0
    rows = _alone(sought).where(id.in_([row[0] for row in found])).order_by(id.desc())
    return list(await session.scalars(rows)), found[0][1]


def _alone(sought: Sought) -> sa.Select[Any]:
    """All there is to see of a kind, each without the codes that hang on it."""
    return sought.speaking_of("").options(lazyload("*"))


def _numbers(sought: Sought, text: str) -> sa.Select[int]:
    return sought.speaking_of(text).with_only_columns(sought.title.class_.id)


def _distance(title: Any, text: str, words: Sequence[Meant]) -> sa.ColumnElement[int]:
    """0: the title holds the text as it stands; 1: every word of it; 2: words that mean the same."""
    typed = sa.and_(*(title.icontains(each[0], autoescape=True) for each in words))
    return sa.case((title.icontains(text.strip(), autoescape=True), 0), (typed, 1), else_=2)
