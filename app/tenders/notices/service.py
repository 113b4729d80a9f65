"""Writing, publishing, amending and ending a tender; enquiries and their answers."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.areas.queries import require_areas
from app.core.actors import Actor
from app.core.clock import now
from app.core.days.calendar_table import work_calendar
from app.core.events import happened
from app.core.moves import check_move, move
from app.core.versions import check_version, touch
from app.needs.policy import access_needs_to_tender, read_needs_to_tender
from app.tenders.forms.definition import check_form, form_of
from app.tenders.notices.amending import (
    amended,
    amended_notice,
    changes_between,
    check_amendment,
    needs_confirmation,
)
from app.tenders.notices.models import Amendment, Criterion, Enquiry, Lot, LotItem, LotNeed, Tender, TenderChange
from app.tenders.notices.policy import access_enquiry, access_tender, check_creates, hold_tender, read_tender
from app.tenders.notices.publishing import check_publishable
from app.tenders.notices.queries import (
    check_timely,
    criteria_of,
    dates_of,
    lock_needs,
    lots_of,
    need_ids_of,
    notice_of,
    off_offer,
    profile_of,
)
from app.tenders.notices.rules import (
    MOVES,
    LotFailure,
    answered,
    check_final_offers_end,
    closing,
)
from app.tenders.profiles.rules import parse_profile, profile, profile_document, varied

# What a tender says: columns of Tender by name, "lots" and "criteria" as lists of their columns by name; a lot
# has "items" (code, need_id, community_code) or "need_ids".
Facts = Mapping[str, Any]
PARTS = frozenset({"lots", "criteria"})
LOT_COLUMNS = ("code", "title_zh", "title_en", "kind", "places", "budget", "ceiling")
CRITERION_COLUMNS = ("code", "label_zh", "label_en", "maximum", "is_price")
SAID = (
    "title_zh",
    "title_en",
    "requirements",
    "budget",
    "overspend_rule",
    "tie_criterion",
    "one_each",
    "application_form",
    "contract_start",
    "contract_end",
)


async def create_tender(session: AsyncSession, actor: Actor, facts: Facts) -> Tender:
    """A draft of the actor's bureau. Refusals: Denied, ProfileUnknown, NeedUnknown, AreaUnknown, those of the form."""
    check_creates(actor, facts["area_code"])
    profile(facts["profile"])
    _check_form(facts)
    await _check_references(session, actor, facts.get("lots", ()))
    at = await now(session)
    tender = Tender(party_id=actor.party_id, created_at=at, **_columns(facts))
    session.add(tender)
    await session.flush()
    await _write_parts(session, tender, facts)
    await happened(session, actor, "tender.created", tender, at, profile=tender.profile)
    return tender


async def edit_tender(session: AsyncSession, actor: Actor, tender_id: int, given: int, facts: Facts) -> Tender:
    """Replace a draft by what is given."""
    tender = await access_tender(session, actor, tender_id, "edit")
    at = await now(session)
    check_move(MOVES, tender.status, "edit")
    check_version(tender, given)
    check_creates(actor, facts.get("area_code", tender.area_code))
    profile(facts.get("profile", tender.profile))
    _check_form(facts)
    await _check_references(session, actor, facts.get("lots", ()))
    touch(tender)
    _set_columns(tender, facts)
    await _write_parts(session, tender, facts)
    await happened(session, actor, "tender.edited", tender, at, version=tender.version)
    return tender


async def publish_tender(session: AsyncSession, actor: Actor, tender_id: int) -> Tender:
    """Put the notice out: from now on its profile is pinned and its needs are spoken for."""
    await read_tender(session, actor, tender_id)
    needs = await access_needs_to_tender(session, actor, await need_ids_of(session, tender_id))
    tender = await access_tender(session, actor, tender_id, "publish")
    at = await now(session)
    status = move(MOVES, tender.status, "publish")
    if refusal := off_offer(needs, at):
        raise refusal
    document = varied(profile_document(tender.profile), tender.profile_document or {})
    terms = parse_profile(document)
    bids_end = closing(tender.bids_end, terms) if tender.bids_end else None
    said = await notice_of(session, tender)
    notice = replace(said, dates={**said.dates, "bids_end": bids_end})
    check_publishable(notice, terms, await work_calendar(session), at)
    tender.status, tender.published_at, tender.bids_end = status, at, bids_end
    tender.profile_document, tender.profile_version = document, terms.version
    change = TenderChange(tender, tuple(need.id for need in needs))
    facts = {"profile": terms.name, "profile_version": terms.version}
    await happened(session, actor, "tender.published", tender, at, tell=change, **facts)
    return tender


async def amend_tender(
    session: AsyncSession, actor: Actor, tender_id: int, given: int, reason: str, facts: Facts
) -> Amendment:
    """Change a published notice for a reason; what changed is published with it.

    Lots are named by their code and keep their items; criteria are given whole. Refusals: AmendmentTooLate,
    AmendmentEmpty, LotsFixed, those of publication and of the form.
    """
    tender = await access_tender(session, actor, tender_id, "amend")
    at = await now(session)
    check_timely(tender, "amend", at)
    check_version(tender, given)
    _check_form(facts)
    after, changes = await _checked_amendment(session, tender, facts, at)
    touch(tender)
    await _amend(session, tender, after, changes)
    tender.amendment_number += 1
    is_binding = needs_confirmation(changes)
    if is_binding:
        tender.binding_amendment = tender.amendment_number
    if "application_form" in changes:
        tender.form_amendment = tender.amendment_number
    amendment = Amendment(tender_id=tender.id, number=tender.amendment_number, reason=reason, at=at)
    amendment.changes, amendment.is_binding = changes, is_binding
    session.add(amendment)
    await happened(
        session, actor, "tender.amended", tender, at, number=amendment.number, binding=is_binding, fields=[*changes]
    )
    return amendment


async def cancel_tender(session: AsyncSession, actor: Actor, tender_id: int, reason: str) -> Tender:
    """Give the tender up before an award; its needs are free again."""
    change, at = await _end(session, actor, tender_id, "cancel", reason)
    await happened(session, actor, "tender.cancelled", change.tender, at, tell=change)
    return change.tender


async def fail_tender(session: AsyncSession, actor: Actor, tender_id: int, reason: str) -> Tender:
    """Declare the tender unsuccessful after the deadline: too few bidders, or no bid that can win."""
    change, at = await _end(session, actor, tender_id, "fail", reason)
    await happened(session, actor, "tender.failed", change.tender, at, tell=change)
    return change.tender


async def open_tender(session: AsyncSession, actor: Actor, change: TenderChange) -> None:
    """Follows from the opening of the bids, which holds the lock."""
    at, tender = await now(session), change.tender
    tender.status, tender.opened_at = move(MOVES, tender.status, "open"), at
    await happened(session, actor, "tender.opened", tender, at)
    await _fail_lots(session, actor, change, LotFailure.bidders, at)


async def note_prequalified(session: AsyncSession, actor: Actor, change: TenderChange) -> None:
    """Follows from the pre-qualification, which holds the lock."""
    change.tender.prequalified_at = at = await now(session)
    await _fail_lots(session, actor, change, LotFailure.qualified, at)


async def note_late_bid(_session: AsyncSession, _actor: Actor, tender: Tender) -> None:
    """Follows from a bid that was recorded late: it is still to be decided on."""
    tender.prequalified_at = None


async def note_final_offers(session: AsyncSession, actor: Actor, change: TenderChange) -> None:
    """Follows from the opening of the final offers, which holds the lock."""
    change.tender.final_offers_opened_at = at = await now(session)
    await _fail_lots(session, actor, change, LotFailure.qualified, at)


async def _fail_lots(session: AsyncSession, actor: Actor, change: TenderChange, why: LotFailure, at: datetime) -> None:
    for lot in await session.scalars(sa.select(Lot).where(Lot.id.in_(change.failing)).order_by(Lot.position)):
        lot.failed_at, lot.failure = at, why
        await happened(session, actor, "lot.failed", change.tender, at, lot=lot.code, why=why.value)


async def invite_final_offers(session: AsyncSession, actor: Actor, tender_id: int, ends_at: datetime) -> Tender:
    """Ask every qualified bidder for its last price, until an hour. Refusals: FinalOffersNotAsked,
    FinalOffersEndPassed, MoveRefused before the opening."""
    tender = await access_tender(session, actor, tender_id, "invite")
    at = await now(session)
    check_timely(tender, "invite", at)
    check_final_offers_end(ends_at, at)
    tender.final_offers_end = ends_at
    await happened(session, actor, "offers.invited", tender, at, until=ends_at)
    return tender


async def award_tender(session: AsyncSession, actor: Actor, tender: Tender) -> None:
    """Follows from the confirmation of its awards, which holds the lock."""
    at = await now(session)
    tender.status = move(MOVES, tender.status, "award")
    await happened(session, actor, "tender.awarded", tender, at)


async def ask_enquiry(session: AsyncSession, actor: Actor, tender_id: int, question: str) -> Enquiry:
    """A question to the purchaser, until enquiries end."""
    tender = await hold_tender(session, actor, tender_id, "ask")
    at = await now(session)
    check_timely(tender, "ask", at)
    enquiry = Enquiry(tender_id=tender.id, party_id=actor.party_id, question=question, asked_at=at)
    session.add(enquiry)
    await happened(session, actor, "enquiry.asked", enquiry, at)
    return enquiry


async def answer_enquiry(session: AsyncSession, actor: Actor, tender_id: int, enquiry_id: int, answer: str) -> Enquiry:
    """The answer is public with its question, for everybody at once."""
    tender = await access_tender(session, actor, tender_id, "answer")
    enquiry = await access_enquiry(session, tender, enquiry_id)
    at = await now(session)
    if refusal := answered(enquiry):
        raise refusal
    enquiry.answer, enquiry.answered_at = answer, at
    await happened(session, actor, "enquiry.answered", tender, at, tell=enquiry, enquiry=enquiry.id)
    return enquiry


def _check_form(facts: Facts) -> None:
    if form := form_of(facts.get("application_form")):
        check_form(form)


def _columns(facts: Facts) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if name not in PARTS}


def _set_columns(tender: Tender, facts: Facts) -> None:
    for name, value in _columns(facts).items():
        setattr(tender, name, value)


async def _write_parts(session: AsyncSession, tender: Tender, facts: Facts) -> None:
    if "lots" in facts:
        await _write_lots(session, tender, facts["lots"])
    if "criteria" in facts:
        await _write_criteria(session, tender, facts["criteria"])


async def _write_lots(session: AsyncSession, tender: Tender, lots: Sequence[Facts]) -> None:
    await session.execute(sa.delete(Lot).where(Lot.tender_id == tender.id))
    for position, facts in enumerate(lots, 1):
        columns = {name: facts[name] for name in LOT_COLUMNS if name in facts}
        lot = Lot(tender_id=tender.id, position=position, **columns)
        session.add(lot)
        await session.flush()
        items = enumerate(facts.get("items", ()), 1)
        session.add_all(LotItem(lot_id=lot.id, position=number, **item) for number, item in items)
        session.add_all(LotNeed(lot_id=lot.id, need_id=need) for need in dict.fromkeys(facts.get("need_ids", ())))
    await session.flush()


async def _write_criteria(session: AsyncSession, tender: Tender, criteria: Sequence[Facts]) -> None:
    await session.execute(sa.delete(Criterion).where(Criterion.tender_id == tender.id))
    session.add_all(
        Criterion(
            tender_id=tender.id, position=position, **{key: facts[key] for key in CRITERION_COLUMNS if key in facts}
        )
        for position, facts in enumerate(criteria, 1)
    )
    await session.flush()


async def _check_references(session: AsyncSession, actor: Actor, lots: Sequence[Facts]) -> None:
    """Lots name needs and communities that the bureau may buy for."""
    items = [item for lot in lots for item in lot.get("items", ())]
    needs = {item["need_id"] for item in items if item.get("need_id")}
    await read_needs_to_tender(session, actor, needs | {id for lot in lots for id in lot.get("need_ids", ())})
    places = {item["community_code"] for item in items if item.get("community_code")}
    await require_areas(session, sorted(places))
    for code in places:
        check_creates(actor, code)


async def _end(
    session: AsyncSession, actor: Actor, tender_id: int, verb: str, reason: str
) -> tuple[TenderChange, datetime]:
    await read_tender(session, actor, tender_id)
    needs = await lock_needs(session, tender_id)
    tender = await access_tender(session, actor, tender_id, verb)
    at = await now(session)
    check_timely(tender, verb, at)
    tender.status = move(MOVES, tender.status, verb)
    tender.ended_at, tender.ended_reason = at, reason
    return TenderChange(tender, tuple(need.id for need in needs if need.held_as == "tendered")), at


async def _checked_amendment(
    session: AsyncSession, tender: Tender, facts: Facts, at: datetime
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the notice says after the amendment, and what of it has changed; nothing is written yet."""
    terms, calendar, before = profile_of(tender), await work_calendar(session), await _said(session, tender)
    after = amended(before, facts, terms)
    changes = changes_between(before, after)
    assert tender.published_at is not None  # only a published notice is amended
    notice = amended_notice(await notice_of(session, tender), after)
    check_publishable(notice, terms, calendar, tender.published_at)
    check_amendment(changes, after["bids_end"], terms, calendar, at)
    return after, changes


async def _amend(session: AsyncSession, tender: Tender, after: Facts, changes: Mapping[str, object]) -> None:
    _set_columns(tender, after)
    for parts, said in zip(await lots_of(session, tender.id), after["lots"], strict=True):
        for name, value in said.items():
            setattr(parts.lot, name, value)
    if "criteria" in changes:
        await _write_criteria(session, tender, after["criteria"])


async def _said(session: AsyncSession, tender: Tender) -> dict[str, Any]:
    """What the notice says."""
    lots = [parts.lot for parts in await lots_of(session, tender.id)]
    criteria = await criteria_of(session, tender.id)
    return {
        **{name: getattr(tender, name) for name in SAID},
        **dates_of(tender),
        "lots": [{name: getattr(lot, name) for name in LOT_COLUMNS} for lot in lots],
        "criteria": [{name: getattr(each, name) for name in CRITERION_COLUMNS} for each in criteria],
    }
