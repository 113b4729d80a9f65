"""The year after the competition, in the demonstration: what residents asked for in the survey becomes needs, pairs,
small grants and work that residents accept."""

from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.budgets.models import Budget
from app.budgets.rules import AuditKind
from app.contracts.acceptance import accept_delivery
from app.contracts.engagements import engage_firm
from app.contracts.instalments import missing_gates
from app.contracts.models import AcceptanceChannel, Contract
from app.contracts.payments import record_payment
from app.contracts.queries import parts_of
from app.contracts.rules import EngagementKind, MilestoneStatus
from app.contracts.service import (
    Terms,
    complete_contract,
    edit_contract,
    report_milestone,
    sign_contract,
    start_contract,
    take_evaluation,
)
from app.core.actors import Actor, Role
from app.core.clock import now
from app.core.money import yuan
from app.needs.models import Need
from app.needs.service import draft_need_from_result, edit_need, publish_need
from app.offers.models import Offer
from app.parties.models import Party
from app.parties.queries import find_party_by_ref, offices_of, require_party
from app.parties.rules import PartyKind
from app.parties.service import register_party
from app.season.cast import OPERATOR, district_of, organization, purchaser_of
from app.season.delivery.evaluations import OnPaper
from app.season.files import Season
from app.season.rooms import budgets as spending
from app.season.rooms import service_sessions as held
from app.season.rooms.contracts import shown_contract
from app.season.rooms.voices import ask_residents, hear_residents
from app.season.steps import Step
from app.selection.models import Pair, Round
from app.selection.service import (
    close_round,
    confirm_pair,
    create_round,
    finish_round,
    open_round,
    submit_need_preferences,
    submit_offer_preferences,
)
from app.service_sessions.queries import sessions_of
from app.service_sessions.rules import SessionStatus
from app.service_sessions.service import (
    draw_call_backs,
)
from app.surveys.results.models import SurveyResult
from app.tenders.profiles.rules import Gate
from app.voices.rules import VoicePurpose
from app.voices.service import hear_meeting

KEY = "demonstration"  # under which its steps are noted and its parties and needs are numbered
LIMIT = Decimal(30_000)
DAY = timedelta(days=1)
HALF_AN_HOUR_IN = timedelta(hours=5.5)  # days are counted from nine o'clock, sessions begin at two
FIRMS = {
    EngagementKind.evaluation: ("evaluation-firm", "示例社会服务评估所"),
    EngagementKind.audit: ("audit-firm", "示例联合会计师事务所"),
}
HALF = Decimal("0.5")
REPORT, OPINION = "服务按计划开展，台账、签到和照片齐备。", "目标基本达成，资料齐全，予以通过。"


class Granted(NamedTuple):
    """What one committee asks for, because residents chose the category `asked`, and the offer that serves it."""

    offer_id: str
    community_code: str
    asked: str
    title: str
    description: str
    category_code: str
    population_code: str
    beneficiaries: str
    budget_cny: str


def granted(season: Season) -> list[Granted]:
    """The list that the season brings for its demonstration; most bring none."""
    table = season.afterwards.get("grants")
    return [Granted(**row) for _, row in table.records()] if table else []


def grant_steps(season: Season) -> list[Step]:
    """Counted from the day on which the contracts of the competition were signed."""
    if not granted(season):
        return []
    signed = season.competition.timeline.contract.at(9)
    return [
        Step("grants: needs", signed + 14 * DAY, _ask),
        Step("grants: round opened", signed + 21 * DAY, _open),
        Step("grants: wishes", signed + 24 * DAY, _wish),
        Step("grants: round closed", signed + 28 * DAY, _close),
        Step("grants: answered", signed + 29 * DAY, _answer),
        Step("grants: signed", signed + 36 * DAY, _sign),
        Step("residents asked first", signed + 37 * DAY, _ask_first),
        Step("grants: started", signed + 44 * DAY, _start),
        Step("sessions planned", signed + 120 * DAY, _plan),
        Step("sessions attended", signed + 132 * DAY + HALF_AN_HOUR_IN, _attend),
        Step("sessions held", signed + 150 * DAY, _hold),
        Step("half time", signed + 160 * DAY, _half_time),
        Step("residents asked last", signed + 333 * DAY, _ask_last),
        Step("residents asked", signed + 340 * DAY, _end),
    ]


async def _committee(session: AsyncSession, code: str) -> Actor:
    party = (await offices_of(session, PartyKind.committee, [code]))[code]
    return Actor(None, Role.committee, party.id, code)


async def _ask(session: AsyncSession, season: Season) -> None:
    """Each need is drafted from what its community answered, worded, and published."""
    starts_on = (await now(session)).date() + 60 * DAY
    for row in granted(season):
        committee = await _committee(session, row.community_code)
        query = sa.select(SurveyResult.id).where(
            SurveyResult.community_code == row.community_code, SurveyResult.category_code == row.asked
        )
        result_id = (await session.scalars(query.order_by(SurveyResult.id).limit(1))).one()
        need = await draft_need_from_result(session, committee, result_id)
        await edit_need(session, committee, need.id, need.version, _said(row, starts_on))
        await publish_need(session, committee, need.id)


def _said(row: Granted, starts_on: date) -> dict[str, object]:
    return {
        "title": row.title,
        "description": row.description,
        "category_code": row.category_code,
        "population_codes": [row.population_code],
        "beneficiaries": int(row.beneficiaries),
        "budget": Decimal(row.budget_cny),
        "period_months": 9,
        "starts_on": starts_on,
    }


def _seed(season: Season) -> str:
    """The published seed of the round; also what it is found by."""
    return f"grants {season.name}"


async def _round(session: AsyncSession, season: Season) -> Round:
    return (await session.scalars(sa.select(Round).where(Round.seed == _seed(season)))).one()


async def _open(session: AsyncSession, season: Season) -> None:
    bureau, at = await purchaser_of(session, season), await now(session)
    made = await create_round(
        session,
        bureau,
        area_code=district_of(season),
        title_zh=f"{at.year}年秋季社区小额资助双选",
        title_en=f"Small grants of autumn {at.year}",
        opens_at=at,
        closes_at=at + 7 * DAY,
        micro_grant_limit=LIMIT,
        seed=_seed(season),
    )
    await open_round(session, bureau, made.id)


async def _sides(session: AsyncSession, season: Season) -> list[tuple[Need, Offer]]:
    """The needs of the grants, each with the offer that serves it."""
    rows = {row.title: row for row in granted(season)}
    needs = await session.scalars(sa.select(Need).where(Need.title.in_(rows)).order_by(Need.id))
    query = sa.select(Offer).where(Offer.ref_scheme == season.name, Offer.ref.in_([r.offer_id for r in rows.values()]))
    offers = {offer.ref: offer for offer in await session.scalars(query)}
    return [(need, offers[rows[need.title].offer_id]) for need in needs.all()]


async def _wish(session: AsyncSession, season: Season) -> None:
    round = await _round(session, season)
    for need, offer in await _sides(session, season):
        committee = Actor(None, Role.committee, need.party_id)
        await submit_need_preferences(session, committee, round.id, need.id, [[offer.id]])
        provider = Actor(None, Role.organization, offer.party_id)
        await submit_offer_preferences(session, provider, round.id, offer.id, [[need.id]], 1)


async def _close(session: AsyncSession, season: Season) -> None:
    await close_round(session, await purchaser_of(session, season), (await _round(session, season)).id)


async def _answer(session: AsyncSession, season: Season) -> None:
    """Both sides say yes to every pair; with that the grants are drafted."""
    round = await _round(session, season)
    pairs = await session.scalars(sa.select(Pair).where(Pair.round_id == round.id).order_by(Pair.id))
    for pair in pairs.all():
        await confirm_pair(session, Actor(None, Role.committee, pair.need_party_id), pair.id)
        await confirm_pair(session, Actor(None, Role.organization, pair.offer_party_id), pair.id)
    await finish_round(session, await purchaser_of(session, season), round.id)


async def _grants(session: AsyncSession, season: Season) -> list[Contract]:
    round = await _round(session, season)
    query = sa.select(Contract).join(Pair, Pair.id == Contract.pair_id).where(Pair.round_id == round.id)
    return list(await session.scalars(query.order_by(Contract.id)))


async def ended_grant(session: AsyncSession, season: Season) -> Contract | None:
    """One that came of the survey and has been accepted by residents, where the season brings any."""
    return (await _grants(session, season))[0] if granted(season) else None


async def _sign(session: AsyncSession, season: Season) -> None:
    bureau = await purchaser_of(session, season)
    name = (await require_party(session, bureau.party_id or 0)).name_zh
    for contract in await _grants(session, season):
        contractor = await require_party(session, contract.contractor_id)
        await edit_contract(session, bureau, contract.id, contract.version, _terms(contract))
        await sign_contract(session, organization(contractor), contract.id, contractor.name_zh)
        await sign_contract(session, bureau, contract.id, name)


def _terms(contract: Contract) -> Terms:
    """As drafted; what residents themselves asked for starts once they want it."""
    targets = [(str(target["what"]), str(target["quantity"])) for target in contract.targets]
    return Terms(contract.title, contract.starts_on, contract.ends_on, targets, asks_willingness=True)


async def _ask_first(session: AsyncSession, season: Season) -> None:
    """Every third committee asks by a wave, the others hold a meeting of representatives."""
    for number, contract in enumerate(await _grants(session, season)):
        committee = await _committee(session, contract.area_code)
        if number % 3 == 0:
            answers = ["yes"] * (26 + number) + ["no"] * 5 + ["partly"]
            await ask_residents(session, committee, VoicePurpose.willingness, contract, answers)
        else:
            counts = {"entitled": 41, "present": 27 + number, "ayes": 20 + number}
            await hear_meeting(session, committee, contract.id, **counts)


async def _start(session: AsyncSession, season: Season) -> None:
    bureau = await purchaser_of(session, season)
    for contract in await _grants(session, season):
        await hear_residents(session, await _committee(session, contract.area_code), contract)
        await start_contract(session, bureau, contract.id)
        await _pay(session, bureau, contract)


async def _ask_last(session: AsyncSession, season: Season) -> None:
    """The first two committees ask how content their residents are, every second one whether they accept the work."""
    for number, contract in enumerate(await _grants(session, season)):
        committee = await _committee(session, contract.area_code)
        if number < 2:
            content = ["yes"] * (20 + 13 * number) + ["partly"] * 4 + ["no"] * (1 + number)
            await ask_residents(session, committee, VoicePurpose.satisfaction, contract, content)
        if number % 2 == 0:
            answers = ["yes"] * (34 + number) + ["no"] * 2 + ["partly"] * 4
            await ask_residents(session, committee, VoicePurpose.acceptance, contract, answers)


async def _half_time(session: AsyncSession, season: Season) -> None:
    """A firm is engaged for each contract, and passes what its contractor reports."""
    bureau, firm = await purchaser_of(session, season), await _firm(session)
    for contract in await _grants(session, season):
        await engage_firm(session, bureau, contract.id, EngagementKind.evaluation, firm.id)
        await _pass(session, contract, firm, Gate.midterm_evaluation)
        await _pay(session, bureau, contract)
        accountants = await _firm(session, EngagementKind.audit)
        await engage_firm(session, bureau, contract.id, EngagementKind.audit, accountants.id)
        contractor = organization(await require_party(session, contract.contractor_id))
        budget = await spending.plan(session, contract, contractor, bureau)
        await spending.move(session, contractor, budget, bureau)
        await spending.spend(session, contract, contractor, budget, HALF, await _month(session))


async def _audit(session: AsyncSession, season: Season) -> None:
    """The rest of each grant is stated, and audited: of the first a hundredth is not recognised."""
    for number, contract in enumerate(await _grants(session, season)):
        budget = (await session.scalars(sa.select(Budget).where(Budget.contract_id == contract.id))).one()
        contractor = organization(await require_party(session, contract.contractor_id))
        stated = await spending.spend(session, contract, contractor, budget, HALF, await _month(session))
        auditor = Actor(None, Role.auditor, (await _firm(session, EngagementKind.audit)).id)
        if number == 0:
            await spending.doubt(session, auditor, stated[0], yuan(contract.amount / 100))
        await spending.report(session, auditor, budget, AuditKind.final, is_signed=True)


async def _month(session: AsyncSession) -> date:
    return spending.month_before((await now(session)).date())


async def _end(session: AsyncSession, season: Season) -> None:
    """The last evaluation, what residents say, the last instalment."""
    await _audit(session, season)
    bureau, firm = await purchaser_of(session, season), await _firm(session)
    for contract in await _grants(session, season):
        await _pass(session, contract, firm, Gate.final_evaluation)
        await _accept(session, bureau, contract)
        await _pay(session, bureau, contract)
        await complete_contract(session, bureau, contract.id)


async def _accept(session: AsyncSession, bureau: Actor, contract: Contract) -> None:
    """By the wave that asks, or else at a meeting; the wave that asks how content they are is closed in any case."""
    await hear_residents(session, await _committee(session, contract.area_code), contract)
    if contract.acceptance_wave_id is not None:
        return
    answers = 34 + contract.id % 7 * 4
    counts = {"asked": answers + 4, "answers": answers, "accepting": answers - 5 - contract.id % 2}
    await accept_delivery(session, bureau, contract.id, AcceptanceChannel.meeting, **counts)


async def _firm(session: AsyncSession, kind: EngagementKind = EngagementKind.evaluation) -> Party:
    ref, name = FIRMS[kind]
    found = await find_party_by_ref(session, ref, KEY)
    return found or await register_party(
        session,
        OPERATOR,
        kind=PartyKind.firm,
        name_zh=name,
        ref=ref,
        ref_scheme=KEY,
        is_fictional=True,
    )


async def _pass(session: AsyncSession, contract: Contract, firm: Party, gate: Gate) -> None:
    """Where the contract has this gate: reported by the contractor, passed by the firm, whose report lies on paper: who
    marked what in it is not known."""
    gates = {each.gate: each.status for each in (await parts_of(session, contract)).milestones}
    if gates.get(gate) is not MilestoneStatus.scheduled:
        return
    contractor = await require_party(session, contract.contractor_id)
    await report_milestone(session, organization(contractor), contract.id, gate, REPORT)
    await take_evaluation(session, Actor(None, Role.evaluator, firm.id), OnPaper(contract.id, gate, True, OPINION))


async def _pay(session: AsyncSession, bureau: Actor, contract: Contract) -> None:
    """Every instalment whose gates are met."""
    parts = await parts_of(session, contract)
    for number, part in enumerate(parts.terms, 1):
        if part.left and not missing_gates(part, parts.met):
            await record_payment(session, bureau, contract.id, part.name, part.left, f"{contract.number}-{number}")


# -- Sessions of the contract that stays under way


async def _plan(session: AsyncSession, season: Season) -> None:
    await held.plan(session, await shown_contract(session, season))


async def _attend(session: AsyncSession, season: Season) -> None:
    await held.attend(session, await shown_contract(session, season))


async def _hold(session: AsyncSession, season: Season) -> None:
    await held.hold(session, await shown_contract(session, season))


async def draw_shown(session: AsyncSession, season: Season, evaluator: Actor) -> None:
    """The evaluator has call-backs on the desk."""
    contract = await shown_contract(session, season)
    if any(each.status is SessionStatus.concluded for each in await sessions_of(session, contract.id)):
        await draw_call_backs(session, evaluator, contract.id)
