"""The offers of a season, each listed on the day of its publication."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from app.areas.rules import AreaUnknown
from app.core.reading.cells import Table
from app.offers import lists as offer_lists
from app.offers.lists import ListedOffer, read_offers
from app.offers.models import Offer
from app.offers.rules import OfferStatus, OrganizationUnknown
from app.offers.service import import_offers, publish_offer
from app.parties.models import Party
from app.parties.queries import parties_by_id
from app.season.cast import OPERATOR, organization
from app.season.files import Faults, Season, Tables
from app.season.known import Known, take_faults
from app.season.listing import listed_steps
from app.season.room import Room, Sheet, count_rows
from app.season.steps import Step
from app.taxonomy.rules import CategoryUnknown, PopulationUnknown


def _steps(season: Season) -> Iterator[Step]:
    return listed_steps(season, "offers", _bring)


async def _bring(session: AsyncSession, season: Season, table: Table) -> None:
    """Listed and, where the list does not say when they were published, published by their organisations now."""
    await import_offers(session, OPERATOR, table, ref_scheme=season.name)
    drafts = sa.select(Offer, Party).join(Party, Party.id == Offer.party_id)
    drafts = drafts.where(Offer.ref_scheme == season.name, Offer.status == OfferStatus.draft).order_by(Offer.id)
    for offer, party in (await session.execute(drafts)).all():
        await publish_offer(session, organization(party), offer.id)


def _check_lists(tables: Tables, known: Known, faults: Faults) -> None:
    rows: list[ListedOffer] = faults.take("offers.csv", read_offers, tables["offers"]) or []
    names = set(known.organizations.values())
    for row in rows:
        if row.party not in known.organizations and row.party not in names:
            row.refuse("org_id", OrganizationUnknown(organization=row.party))
        row.check_codes("category_codes", row.values["category_codes"], known.categories, CategoryUnknown)
        row.check_codes("population_codes", row.values["population_codes"], known.populations, PopulationUnknown)
        row.check_codes("coverage_codes", row.values["coverage_codes"], known.areas, AreaUnknown)
    take_faults("offers.csv", rows, faults)


async def _sheets(session: AsyncSession, name: str) -> dict[str, Sheet]:
    loaded = selectinload(Offer.categories), selectinload(Offer.populations), selectinload(Offer.areas)
    query = sa.select(Offer).where(Offer.ref_scheme == name).options(*loaded).order_by(Offer.ref)
    offers = list(await session.scalars(query))
    parties = await parties_by_id(session, {offer.party_id for offer in offers})
    rows = [offer_lists.row_of(offer, parties[offer.party_id]) for offer in offers]
    return {"offers.csv": (offer_lists.COLUMNS.header("columns"), rows)}


async def _summary(session: AsyncSession, season: Season) -> dict[str, Any]:
    return {"offers": await count_rows(session, Offer, Offer.ref_scheme == season.name)}


ROOM = Room(brings=_steps, check_lists=_check_lists, sheets=_sheets, summary=_summary)
