"""Lists of offers: filtered, sorted, exported, open, waiting; and what a list that is brought is checked against."""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from operator import eq, ge, le
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.areas.queries import names_of_areas
from app.areas.rules import prefixes_above
from app.core.actors import Actor, Role
from app.core.days.calendar import end_of_day, shanghai_date
from app.core.fields import Id, Search
from app.core.money import Amount
from app.core.paging import Columns, Found, Paging, count_rows, in_pieces, paginate
from app.core.reading.listing import Labels, ListedRow, OnRecord, meant_by
from app.core.waiting import Waiting
from app.matching.ranking.searched import Meant, meant
from app.offers.models import Offer, OfferArea, OfferCategory, OfferPopulation, OfferVersion
from app.offers.policy import select_offers, standing_column, with_codes
from app.offers.rules import EXPIRY_NOTICE, OfferStatus, whole_code
from app.parties.models import Party
from app.parties.queries import parties_by_id, parties_named
from app.parties.rules import PartyKind
from app.taxonomy.queries import having_all, one_of, saying, services_called, vocabulary

SORTS: Columns = {
    "title": Offer.title,
    "status": Offer.status,
    "price": Offer.sorted_price,
    "published_at": Offer.sorted_at,
}
# Made once: to name a table anew costs more than the rest of a query.
EACH, SAYING = aliased(Offer), aliased(Offer)


@dataclass(frozen=True)
class OfferFilter:
    """`area` asks for offers that cover it; `category` and `population` are prefixes of codes.

    Prices compare only within one `price_unit`.
    """

    q: Search = ""
    status: OfferStatus | None = None
    area: Search = ""
    category: Search = ""
    population: Search = ""
    party_id: Id | None = None
    price_unit: Search | None = None
    price_from: Amount | None = None
    price_until: Amount | None = None


def filtered(actor: Actor, wanted: OfferFilter, today: date) -> sa.Select[Offer]:
    """The offers that this actor sees and asked for."""
    query = select_offers(actor).where(*_ranges(wanted), *_codes(wanted))
    if wanted.status:
        query = query.where(standing_column(today) == wanted.status.value)
    return query.where(_says(wanted.q)) if wanted.q.strip() else query


def _ranges(wanted: OfferFilter) -> list[sa.ColumnElement[bool]]:
    limits = (
        (eq, Offer.party_id, wanted.party_id),
        (eq, Offer.price_unit, wanted.price_unit),
        (ge, Offer.price, wanted.price_from),
        (le, Offer.price, wanted.price_until),
    )
    return [compare(column, limit) for compare, column, limit in limits if limit is not None]


def _codes(wanted: OfferFilter) -> list[sa.ColumnElement[bool]]:
    """Conditions on what an offer carries several of."""
    category = OfferCategory.category_code.startswith(wanted.category, autoescape=True)
    population = OfferPopulation.population_code.startswith(wanted.population, autoescape=True)
    around = [whole_code(prefix) for prefix in prefixes_above(whole_code(wanted.area))]
    asked = (
        (wanted.category, sa.select(OfferCategory.offer_id).where(category)),
        (wanted.population, sa.select(OfferPopulation.offer_id).where(population)),
        (wanted.area, sa.select(OfferArea.offer_id).where(OfferArea.area_code.in_(around))),
    )
    return [Offer.id.in_(having) for given, having in asked if given]


def _says(text: str) -> sa.ColumnElement[bool]:
    """Each word or one that means the same, in what the offer says or in the name of its service or organisation; or
    the offer's number."""
    numbered = sa.select(EACH.id).where(EACH.ref == text.strip())
    return Offer.id.in_(sa.union_all(numbered, *having_all(EACH.id, [_speaking_of(words) for words in meant(text)])))


def _speaking_of(words: Meant) -> list[sa.Select[int]]:
    """One query for each index that finds some of them."""
    says = saying(SAYING.id, (SAYING.title, SAYING.description), words)
    serves = sa.select(OfferCategory.offer_id).where(OfferCategory.category_code == one_of(services_called(words[0])))
    named = sa.select(SAYING.id).where(SAYING.party_id == one_of(parties_named(words[0])))
    return [*says, serves, named]


async def list_offers(
    session: AsyncSession, actor: Actor, wanted: OfferFilter, paging: Paging, today: date
) -> Found[Offer]:
    return await paginate(session, filtered(actor, wanted, today), paging, id=Offer.id, sorts=SORTS)


async def count_offers(session: AsyncSession, actor: Actor, wanted: OfferFilter, today: date) -> int:
    return await count_rows(session, filtered(actor, wanted, today).with_only_columns(Offer.id))


class OfferLine(NamedTuple):
    """An offer as it stands in a list that is taken away."""

    id: int
    ref: str | None
    party_id: int
    title: str
    description: str
    category_codes: list[str]
    population_codes: list[str]
    coverage_codes: list[str]
    price: Decimal | None
    price_unit: str
    capacity: str
    schedule: str
    qualifications: list[Any]
    available_from: date | None
    available_until: date | None
    published_at: datetime | None


SEVERAL = {
    "category_codes": (OfferCategory.category_code, OfferCategory.offer_id),
    "population_codes": (OfferPopulation.population_code, OfferPopulation.offer_id),
    "coverage_codes": (OfferArea.area_code, OfferArea.offer_id),
}


def _column(name: str) -> sa.ColumnElement[Any]:
    if name not in SEVERAL:
        column: sa.ColumnElement[Any] = getattr(Offer, name)
        return column
    code, of = SEVERAL[name]
    return sa.func.array(sa.select(code).where(of == Offer.id).order_by(code).scalar_subquery())


async def export_offers(
    session: AsyncSession, actor: Actor, wanted: OfferFilter, today: date
) -> AsyncIterator[list[tuple[OfferLine, Party, Labels]]]:
    """Every offer asked for, oldest first, with its organisation and what its areas are called; in pieces."""
    columns = map(_column, OfferLine._fields)
    query = filtered(actor, wanted, today).with_only_columns(*columns).order_by(Offer.id)
    parties: dict[int, Party] = {}
    areas: dict[str, tuple[str, str]] = {}
    async for piece in in_pieces(session, query):
        lines = [OfferLine(*row) for row in piece]
        parties |= await parties_by_id(session, {line.party_id for line in lines} - parties.keys())
        areas |= await names_of_areas(session, {code for line in lines for code in line.coverage_codes} - areas.keys())
        yield [(line, parties[line.party_id], areas) for line in lines]


async def offer_versions(session: AsyncSession, offer_id: int) -> list[OfferVersion]:
    """What was edited after publication, the latest edit first."""
    query = sa.select(OfferVersion).where(OfferVersion.offer_id == offer_id).order_by(OfferVersion.version.desc())
    return list(await session.scalars(query))


@dataclass(frozen=True)
class Known:
    """What the codes, numbers and names of a list stand for. `organizations` are known by number and by name."""

    areas: Labels
    categories: Labels
    populations: Labels
    organizations: dict[str, list[Party]]
    own: Party | None
    offers: OnRecord[Offer]


async def known_to(session: AsyncSession, actor: Actor, ref_scheme: str, rows: Sequence[ListedRow[Offer]]) -> Known:
    """Everything that the rows of a list refer to; its offers are locked, in order.

    In a season's list a number stands for one offer of that season, elsewhere for one of the organisation's own.
    """
    names = {name for row in rows for name in (row.party, row.name("org_name")) if name}
    parties = await _organizations(session, actor, ref_scheme, names)
    listed = Offer.ref_scheme == ref_scheme if ref_scheme else Offer.party_id.in_({party.id for party in parties})
    query = sa.select(Offer).where(listed, meant_by(rows, Offer)).order_by(Offer.id)
    offers = await session.scalars(query.options(*with_codes()).with_for_update())
    organizations: dict[str, list[Party]] = {}
    for party in parties:
        for name in {party.ref, party.name_zh} - {None}:
            organizations.setdefault(name or "", []).append(party)
    called = await vocabulary(session)
    return Known(
        areas=await names_of_areas(session, {code for row in rows for code in row.values["coverage_codes"]}),
        categories=called.categories,
        populations=called.populations,
        organizations=organizations,
        own=next((party for party in parties if party.id == actor.party_id), None),
        offers=OnRecord(offers, lambda offer: offer.status is OfferStatus.withdrawn),
    )


async def _organizations(session: AsyncSession, actor: Actor, scheme: str, named: Collection[str]) -> list[Party]:
    """The organisations of these numbers or names (a season knows its own numbers), and the actor's own."""
    numbered = sa.and_(Party.ref.in_(named), Party.ref_scheme == scheme if scheme else sa.true())
    query = sa.select(Party).where(
        Party.kind == PartyKind.organization,
        sa.or_(numbered, Party.name_zh.in_(named), Party.id == actor.party_id),
    )
    return list(await session.scalars(query.order_by(Party.id)))


async def waiting(session: AsyncSession, actor: Actor, at: datetime) -> list[Waiting]:
    """An organisation's drafts to publish, and its offers that end soon or have ended."""
    if actor.role is not Role.organization or actor.party_id is None:
        return []
    drafts = Offer.status == OfferStatus.draft
    nearly_over = sa.and_(
        Offer.status == OfferStatus.published, Offer.available_until <= shanghai_date(at + EXPIRY_NOTICE)
    )
    query = sa.select(Offer).where(Offer.party_id == actor.party_id, sa.or_(drafts, nearly_over)).order_by(Offer.id)
    return [_awaited(offer) for offer in await session.scalars(query)]


def _awaited(offer: Offer) -> Waiting:
    verb = "publish" if offer.status is OfferStatus.draft else "edit"
    due_at = end_of_day(offer.available_until) if offer.available_until else None
    return Waiting("offers", verb, offer.id, offer.title, due_at, None, "offer", offer.id)
