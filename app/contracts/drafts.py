"""What a contract says when it is drafted: from an award, or from a pair that both sides confirmed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts import rules
from app.contracts.models import Contract
from app.contracts.queries import place_name
from app.core.days.calendar import Deadline, period_end, shanghai_date
from app.core.days.calendar_table import work_calendar
from app.needs.models import Need
from app.selection.models import Pair, Round
from app.tenders.awards.models import Award, Result
from app.tenders.bids.applications import application_of
from app.tenders.bids.models import Bid
from app.tenders.bids.queries import Entry, entries
from app.tenders.forms.application import Application
from app.tenders.notices.models import Tender
from app.tenders.notices.queries import lots_of, profile_of
from app.tenders.profiles.rules import ContractStart, Profile, profile

GRANT, PURCHASE = "公益创投项目", "政府购买服务"
# 102号令 art. 24: a service contract runs for a year unless the notice says otherwise.
YEAR = 12  # months
MICRO_GRANT = "小额资助项目"


@dataclass(frozen=True)
class Draft:
    """A contract not yet stored, and the profile its instalments and gates come from."""

    contract: Contract
    profile: Profile


async def award_draft(session: AsyncSession, award: Award, at: datetime) -> Draft:
    """Amount and parties of the award, period of the notice, targets of the bid and of the need it answers."""
    tender = await session.get_one(Tender, award.tender_id)
    (entry,) = await entries(session, [await session.get_one(Bid, award.bid_id)])
    assert entry.version is not None  # an awarded bid was handed in
    need = await _need_of(session, entry)
    own = profile_of(tender)
    starts_on = tender.contract_start or shanghai_date(at)
    contract = Contract(
        number=f"{tender.ref}-{entry.bid.ref}",
        award_id=award.id,
        tender_id=tender.id,
        need_id=need.id if need else None,
        purchaser_id=tender.party_id,
        contractor_id=award.party_id,
        area_code=_area_of(entry, need, tender),
        title=entry.version.title,
        amount=award.amount,
        starts_on=starts_on,
        ends_on=max(starts_on, tender.contract_end or period_end(starts_on, YEAR)),
        kind_zh=GRANT if own.is_grant else PURCHASE,
        basis_zh=f"“{tender.title_zh}”（编号 {tender.ref}）的评审结果和公示",
        lot_zh=f"{entry.lot.code} {entry.lot.title_zh}",
        is_demonstration=tender.is_demonstration,
    )
    application = await application_of(session, entry.version) or Application()
    people = need.beneficiaries if need else sum(each.people or 0 for each in application.people_served)
    bid_zh = "申报书" if own.is_grant else "投标（响应）文件"
    promised = [(each.indicator, each.quantity_zh) for each in application.targets]
    targets = rules.targets_from(contract.title, bid_zh, people, entry.version.plan, promised)
    draft = await _completed(session, contract, own, at, targets)
    if own.contract_start is ContractStart.result_notice:
        result = await session.get_one(Result, award.result_id)
        assert result.published_at is not None  # what is confirmed was shown before
        due = (await work_calendar(session)).after(shanghai_date(result.published_at), own.contract)
        contract.contract_by, contract.due_by_law = due.on, True
    elif tender.contracts_end is not None and contract.contract_by is not None:
        announced = shanghai_date(tender.contracts_end - timedelta(microseconds=1))
        contract.contract_by = max(contract.contract_by, announced)
    return draft


async def pair_draft(session: AsyncSession, pair: Pair, at: datetime) -> Draft:
    """A micro-grant from the bureau that ran the round: the need's budget, at most the round's limit."""
    round = await session.get_one(Round, pair.round_id)
    need = (await session.scalars(sa.select(Need).where(Need.id == pair.need_id))).one()
    limit = round.micro_grant_limit
    starts_on = max(need.starts_on or shanghai_date(at), shanghai_date(at))
    contract = Contract(
        number=f"MG-{round.id}-{pair.id}",
        pair_id=pair.id,
        need_id=need.id,
        purchaser_id=round.party_id,
        contractor_id=pair.offer_party_id,
        area_code=need.community_code,
        title=need.title,
        amount=min(need.budget or limit, limit),
        starts_on=starts_on,
        ends_on=period_end(starts_on, need.period_months or YEAR),
        kind_zh=MICRO_GRANT,
        basis_zh=f"“{round.title_zh}”中双方互选的确认结果",
    )
    targets = rules.targets_from(need.title, "双方确认的内容", need.beneficiaries)
    return await _completed(session, contract, profile("venture"), at, targets)


async def _completed(
    session: AsyncSession, contract: Contract, own: Profile, at: datetime, targets: Sequence[tuple[str, str]]
) -> Draft:
    """With what every draft has: its targets, its place, the day to sign by, and what residents are asked."""
    due: Deadline = (await work_calendar(session)).after(shanghai_date(at), own.contract)
    contract.awarded, contract.drafted_at = contract.amount, at
    contract.contract_by, contract.contract_rule = due.on, own.contract.source
    contract.targets = [{"what": what, "quantity": quantity} for what, quantity in targets]
    contract.places_zh = await place_name(session, contract.area_code)
    contract.asks_willingness = own.willingness.asked
    rule = own.acceptance
    contract.acceptance_answers, contract.acceptance_share, contract.acceptance_rule = (
        rule.answers,
        rule.share,
        rule.source,
    )
    return Draft(contract, own)


async def _need_of(session: AsyncSession, entry: Entry) -> Need | None:
    """The need that the bid's item answers, or its lot where that answers a single one."""
    need_id = entry.item.need_id if entry.item else None
    if entry.item is None:
        parts = await lots_of(session, entry.bid.tender_id)
        need_ids = next(each.need_ids for each in parts if each.lot.id == entry.lot.id)
        need_id = need_ids[0] if len(need_ids) == 1 else None
    found: Need | None = await session.scalar(sa.select(Need).where(Need.id == need_id))
    return found


def _area_of(entry: Entry, need: Need | None, tender: Tender) -> str:
    """Where the work is done: the item's community, the need's, or the area of the tender."""
    if entry.item is not None and entry.item.community_code is not None:
        return entry.item.community_code
    return need.community_code if need else tender.area_code


async def announce_by(session: AsyncSession, contract: Contract, signed_at: datetime) -> date | None:
    """The last day to make a signed contract public, by the profile of its tender (条例 art. 50); None without one."""
    if contract.tender_id is None:
        return None
    term = profile_of(await session.get_one(Tender, contract.tender_id)).contract_notice
    return (await work_calendar(session)).after(shanghai_date(signed_at), term).on if term else None
