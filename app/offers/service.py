"""What organisations do with their offers, and bringing whole lists in."""

from datetime import datetime, time
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.areas.queries import require_areas
from app.core.actors import Actor
from app.core.clock import now
from app.core.days.calendar import SHANGHAI, shanghai_date
from app.core.events import happened
from app.core.history import revise
from app.core.moves import move
from app.core.reading.files import Table
from app.core.reading.foreign import off_loop
from app.core.reading.listing import Imported, check_rows, take_in
from app.core.reading.parts import in_parts
from app.core.versions import check_version, touch
from app.offers import rules
from app.offers.lists import ListedOffer, check_row, read_offers
from app.offers.models import Offer, OfferVersion
from app.offers.policy import access_offer, check_role
from app.offers.queries import known_to
from app.parties.queries import require_party
from app.parties.rules import PartyKind
from app.taxonomy.queries import require_categories, require_populations


async def draft_offer(session: AsyncSession, actor: Actor, values: dict[str, Any]) -> Offer:
    """An offer of the actor's organisation. Refusals: PartyUnknown, those of `rules.check_values`, unknown codes."""
    check_role(actor, "draft")
    organization = await require_party(session, actor.party_id or 0, PartyKind.organization)
    at = await now(session)
    rules.check_values(values)
    await _require_codes(session, values)
    offer = _new(organization.id, values, at)
    session.add(offer)
    await happened(session, actor, "offer.drafted", offer, at)
    return offer


async def edit_offer(session: AsyncSession, actor: Actor, offer_id: int, given: int, values: dict[str, Any]) -> Offer:
    """Once the offer is published, what it said before is kept as a version."""
    offer = await access_offer(session, actor, offer_id, "edit")
    at = await now(session)
    check_version(offer, given)
    touch(offer)
    rules.check_values(values)
    rules.check_edit(offer, values, shanghai_date(at))
    await _require_codes(session, values)
    fields = _revise(session, actor, offer, values, at)
    await happened(session, actor, "offer.edited", offer, at, fields=fields, version=offer.version)
    return offer


async def publish_offer(session: AsyncSession, actor: Actor, offer_id: int) -> Offer:
    offer = await access_offer(session, actor, offer_id, "publish")
    at = await now(session)
    status = move(rules.MOVES, offer.status, "publish")
    if refusal := rules.hindrance("publish", offer, shanghai_date(at)):
        raise refusal
    offer.status, offer.published_at = status, at
    await happened(session, actor, "offer.published", offer, at)
    return offer


async def withdraw_offer(session: AsyncSession, actor: Actor, offer_id: int, reason: str) -> Offer:
    """Communities that were interested read the reason."""
    offer = await access_offer(session, actor, offer_id, "withdraw")
    at = await now(session)
    offer.status = move(rules.MOVES, rules.standing(offer, shanghai_date(at)), "withdraw")
    offer.withdrawn_at, offer.withdrawal_reason = at, reason
    await happened(session, actor, "offer.withdrawn", offer, at)
    return offer


async def pause_offer(session: AsyncSession, actor: Actor, offer_id: int) -> Offer:
    """Not to be chosen for a while: everybody is busy, say."""
    offer = await access_offer(session, actor, offer_id, "pause")
    at = await now(session)
    offer.status = move(rules.MOVES, rules.standing(offer, shanghai_date(at)), "pause")
    await happened(session, actor, "offer.paused", offer, at)
    return offer


async def resume_offer(session: AsyncSession, actor: Actor, offer_id: int) -> Offer:
    offer = await access_offer(session, actor, offer_id, "resume")
    at = await now(session)
    status = move(rules.MOVES, offer.status, "resume")
    if refusal := rules.hindrance("resume", offer, shanghai_date(at)):
        raise refusal
    offer.status = status
    await happened(session, actor, "offer.resumed", offer, at)
    return offer


async def import_offers(
    session: AsyncSession, actor: Actor, table: Table, *, ref_scheme: str = "", update: bool = False
) -> Imported:
    """Bring a list in, whole or not at all. New rows become drafts of their organisations, or, with a day of
    publication, offers taken over from elsewhere; known ones are refused, or with `update` edited.

    `ref_scheme` names a season whose numbers are unique; without it each organisation numbers its own offers.
    Refusals: Denied, WrongColumns, RowsRefused.
    """
    check_role(actor, "import")
    rows = await off_loop(read_offers, table)
    known = await known_to(session, actor, ref_scheme, rows)
    at = await now(session)
    await check_rows(
        rows, lambda row: check_row(row, known, actor, shanghai_date(at), ref_scheme=ref_scheme, update=update)
    )
    added, changed = await take_in(
        session,
        rows,
        draft=lambda row: _listed(row, ref_scheme, at),
        revise=lambda offer, values: _revise(session, actor, offer, values, at),
    )
    async for offers in in_parts([*added, *changed], "recording"):
        for offer in offers:
            await happened(session, actor, "offer.imported", offer, at, ref=offer.ref, version=offer.version)
    return Imported(len(added), len(changed), len(rows) - len(added) - len(changed))


def _new(party_id: int | None, values: dict[str, Any], at: datetime) -> Offer:
    return Offer(
        party_id=party_id,
        status=rules.OfferStatus.draft,
        created_at=at,
        version=1,
        categories=[],
        populations=[],
        areas=[],
        **values,
    )


def _listed(row: ListedOffer, ref_scheme: str, at: datetime) -> Offer:
    offer = _new(row.party_id, row.values, at)
    offer.ref_scheme, offer.ref = ref_scheme, row.ref or None
    if row.published_on:
        offer.status = rules.OfferStatus.published
        offer.published_at = datetime.combine(row.published_on, time.min, SHANGHAI)
    return offer


def _revise(session: AsyncSession, actor: Actor, offer: Offer, values: dict[str, Any], at: datetime) -> list[str]:
    """Let the offer, its edit counted, say `values`, keeping what a published one said before; the changed fields."""
    replaced, changes = offer.version - 1, revise(offer, values)
    if changes and offer.published_at:
        session.add(
            OfferVersion(offer_id=offer.id, version=replaced, changes=changes, account_id=actor.account_id, at=at)
        )
    return list(changes)


async def _require_codes(session: AsyncSession, values: dict[str, Any]) -> None:
    await require_categories(session, values["category_codes"])
    await require_populations(session, values["population_codes"])
    await require_areas(session, values["coverage_codes"])
