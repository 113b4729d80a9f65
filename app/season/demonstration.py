"""What a new installation shows: the shipped season as it ended, and something alive in every phase around today.

All of it is labelled as demonstration data; it is made once, step by step, and never again.
"""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.queries import find_account, seats_of
from app.accounts.service import make_demonstration_accounts, one_seat_per_role
from app.budgets.rules import AuditKind
from app.contracts.engagements import ROLES, engage_firm
from app.contracts.service import report_milestone
from app.core.actors import RESIDENT, Actor, Role
from app.core.clock import now
from app.core.days.calendar import SHANGHAI, shanghai_date
from app.core.days.calendar_table import seed_calendar
from app.core.db import Units
from app.parties.models import Party
from app.parties.queries import offices_of, require_party
from app.parties.rules import LegalKind, Newcomer, PartyKind
from app.parties.service import register_party
from app.registrations.service import submit_registration
from app.season.cast import OPERATOR, district_of
from app.season.files import Season
from app.season.grants import KEY, draw_shown, ended_grant, grant_steps
from app.season.importing import open_season
from app.season.models import SeasonRecord, SeasonStep
from app.season.replay import replay_season
from app.season.rooms import budgets as spending
from app.season.rooms import evaluations as evaluated
from app.season.rooms import needs as asked
from app.season.rooms import ratings as rated
from app.season.rooms.applications import begun, with_applications
from app.season.rooms.bids import bid_steps
from app.season.rooms.contracts import shown_contract
from app.season.rooms.notices import publishing_step, tender_of
from app.season.rooms.panels import appoint, sheets_step
from app.season.rooms.records import record_of_the_season
from app.season.rooms.voices import give_receipt, make_wave
from app.season.schedule import schedule_of
from app.season.shifting import shifted
from app.season.steps import Progress, Step, enter_season, silent, take_each
from app.season.terms import terms_of
from app.selection.service import create_round, open_round
from app.surveys.questionnaires.definition import Label
from app.surveys.questionnaires.models import Survey
from app.surveys.questionnaires.service import create_survey, publish_survey
from app.surveys.waves.models import Wave
from app.surveys.waves.rules import Channel, WaveStatus
from app.surveys.waves.service import create_wave, open_wave
from app.tenders.bids.service import draft_bid
from app.tenders.profiles.rules import Gate
from app.voices.rules import VoicePurpose

SHOWN = "kunming2018"
# The open copy is 20 days old and open for 26 more; the one being scored had its pitches yesterday.
OPEN_SINCE, SCORED_SINCE = timedelta(days=20), timedelta(days=1)
FIRMS = {
    Role.evaluator: ("示例第三方评估中心", "Sample Evaluation Centre"),
    Role.auditor: ("示例会计师事务所", "Sample Accountants"),
}
ROUND_LASTS = timedelta(days=14)
GRADED_SINCE, GIVEN_SINCE = timedelta(days=40), timedelta(days=10)
SEASONS = (("冬", "winter"), ("春", "spring"), ("夏", "summer"), ("秋", "autumn"))
REPORT = "服务站已开放，月度计划按期完成；服务台账、经费台账和居民反馈已备查，请安排中期评估。"


async def is_demonstrated(session: AsyncSession) -> bool:
    """Whether the demonstration is there in full."""
    done = sa.select(SeasonStep.step).where(SeasonStep.season == KEY, SeasonStep.step == "finished")
    return await session.scalar(done) is not None


async def load_demonstration(units: Units, progress: Progress = silent) -> bool:
    """Make whatever of the demonstration is not there yet; returns whether anything was missing."""
    async with units() as session:
        if await is_demonstrated(session):
            return False
    season = replace(open_season(SHOWN), is_shown=True)
    await replay_season(units, season, progress)
    async with units() as session:
        at = await now(session)
        await enter_season(session, replace(season, name=KEY), at)
        started = await session.scalar(sa.select(SeasonRecord.started_at).where(SeasonRecord.name == KEY))
    for part, steps in live_steps(season, shanghai_date(started or at)):
        await take_each(units, part, steps, progress, key=KEY)
    return True


def live_steps(season: Season, day: date) -> list[tuple[Season, list[Step]]]:
    """What is alive around `day`, in the order in which it is made: each part with the season that it is taken from."""
    line = season.competition.timeline
    lots = [lot.id for lot in season.competition.lots]
    open_copy = shifted(
        season,
        day - OPEN_SINCE - line.call.first_day,
        ending="open",
        title=Label(zh=f"{day.year}年社区服务项目大赛", en=f"Community service competition {day.year}"),
        lots=lots,
    )
    scored_copy = shifted(
        season,
        day - SCORED_SINCE - line.pitch_day.first_day,
        ending="scoring",
        title=Label(zh=f"{day.year}年微公益小额资助", en=f"Small grants {day.year}"),
        lots=[lot.id for lot in season.competition.lots if not lot.items and not lot.need_ids][-1:],
    )
    open_copy, scored_copy = with_applications(open_copy), with_applications(scored_copy)
    when = schedule_of(open_copy.competition, terms_of(open_copy.competition))
    return [
        (season, grant_steps(season)),
        (season, [Step("accounts", None, _make_accounts)]),
        (
            open_copy,
            [
                Step("needs", when.published - timedelta(minutes=1), _publish_needs),
                publishing_step(when, KEY),
                Step("bid drafted", None, _draft_bid),
            ],
        ),
        (scored_copy, _scoring_steps(scored_copy)),
        (
            season,
            [
                *RESIDENTS,
                Step("round", None, _open_round),
                *NEEDS,
                Step("firms engaged", None, _engage_firms),
                Step("report", None, _report),
                Step("budget", None, _spend),
                Step("group applied", None, _apply),
                Step("recorded", None, _record),
                *_last_steps(day),
            ],
        ),
    ]


def _scoring_steps(copy: Season) -> list[Step]:
    """Bids opened and the panel appointed; the first judge has an account and still has everything to do."""
    when = schedule_of(copy.competition, terms_of(copy.competition))
    steps = [
        publishing_step(when, KEY),
        *bid_steps(copy, when),
        Step("panel appointed", when.appointed, _appoint_with_account),
        *(sheets_step(judge.id, when) for judge in copy.competition.judges[1:]),
    ]
    return [replace(step, name=f"scoring: {step.name}") for step in steps]


async def _make_accounts(session: AsyncSession, season: Season) -> None:
    contract = await shown_contract(session, season)
    community, street = contract.area_code, contract.area_code[:9].ljust(12, "0")
    parties = {
        Role.organization: await require_party(session, contract.contractor_id),
        Role.purchaser: await require_party(session, contract.purchaser_id),
        Role.committee: (await offices_of(session, PartyKind.committee, [community]))[community],
        Role.street: (await offices_of(session, PartyKind.street_office, [street]))[street],
    }
    for role, (name_zh, name_en) in FIRMS.items():
        parties[role] = await register_party(
            session,
            OPERATOR,
            kind=PartyKind.firm,
            name_zh=name_zh,
            name_en=name_en,
            ref=role.value,
            ref_scheme=KEY,
            is_fictional=True,
        )
    await make_demonstration_accounts(session, OPERATOR, one_seat_per_role(parties))
    year = shanghai_date(await now(session)).year
    await seed_calendar(session, range(year - 1, year + 3))


async def _publish_needs(session: AsyncSession, season: Season) -> None:
    await asked.publish(session, season, season.competition.timeline.call.first_day, KEY)


async def _draft_bid(session: AsyncSession, season: Season) -> None:
    """The organisation has begun a bid and not handed it in."""
    contractor = await _actor_of(session, Role.organization)
    own = next((bid for bid in season.competition.proposals if bid.lot and not bid.item), None)
    if own and own.application:
        tender = await tender_of(session, season)
        content = {"title": own.title_zh, "application": begun(own.application)}
        await draft_bid(session, contractor, tender.id, lot=own.lot, content=content)


async def _appoint_with_account(session: AsyncSession, season: Season) -> None:
    judge = await find_account(session, Role.judge.value)
    assert judge is not None  # made in the first step
    await appoint(session, season, accounts={season.competition.judges[0].id: judge.id})


async def _actor_of(session: AsyncSession, role: Role) -> Actor:
    """The demonstration account of a role, acting for its party."""
    account = await find_account(session, role.value)
    assert account is not None  # made in the first step
    seat = (await seats_of(session, [account.id]))[account.id][0]
    return Actor(account.id, role, seat.party_id, seat.area)


async def _open_survey(session: AsyncSession, season: Season) -> None:
    """An open link that anybody can answer on a phone."""
    committee = await _actor_of(session, Role.committee)
    survey = await create_survey(session, committee, season.definition, is_demonstration=True)
    await publish_survey(session, committee, survey.id)
    wave = await create_wave(
        session,
        committee,
        survey.id,
        channel=Channel.open_link,
        communities=[committee.area],
        title=season.definition.title.zh,
    )
    await open_wave(session, committee, wave.id)


async def _offer_wave(session: AsyncSession, season: Season) -> None:
    """Waves with which the committee can have residents say how content they are with the work that it has on its desk,
    and whether they accept it."""
    committee, contract = await _actor_of(session, Role.committee), await shown_contract(session, season)
    for purpose in (VoicePurpose.satisfaction, VoicePurpose.acceptance):
        await make_wave(session, committee, purpose, contract)


async def _give_receipt(session: AsyncSession, season: Season) -> None:
    """Somebody who answered the survey on paper is given a code after all, to see what became of it."""
    contract = await ended_grant(session, season)
    if contract:
        await give_receipt(session, contract)


RESIDENTS = (
    Step("survey", None, _open_survey),
    Step("residents to be asked", None, _offer_wave),
    Step("residents told", None, _give_receipt),
)


async def _open_round(session: AsyncSession, season: Season) -> None:
    bureau, at = await _actor_of(session, Role.purchaser), await now(session)
    opened = await create_round(
        session,
        bureau,
        area_code=district_of(season),
        title_zh=f"{at.year}年{SEASONS[at.month % 12 // 3][0]}季社区与社会组织双向选择",
        title_en=f"Double selection, {SEASONS[at.month % 12 // 3][1]} {at.year}",
        opens_at=at,
        closes_at=at + ROUND_LASTS,
        micro_grant_limit=Decimal(10_000),
    )
    await open_round(session, bureau, opened.id)


async def _draft_need(session: AsyncSession, season: Season) -> None:
    await asked.draft(session, await _actor_of(session, Role.committee))


async def _advertise_need(session: AsyncSession, season: Season) -> None:
    await asked.advertise(session, await _actor_of(session, Role.committee), KEY)


NEEDS = (Step("need drafted", None, _draft_need), Step("need advertised", None, _advertise_need))


async def _engage_firms(session: AsyncSession, season: Season) -> None:
    """The bureau has the shown contract evaluated by one firm and audited by another."""
    contract, bureau = await shown_contract(session, season), await _actor_of(session, Role.purchaser)
    for kind, role in ROLES.items():
        firm = await _actor_of(session, role)
        await engage_firm(session, bureau, contract.id, kind, firm.party_id or 0)


async def _report(session: AsyncSession, season: Season) -> None:
    """The contractor reports half time; the evaluator has it on the desk, and whom to call back."""
    await draw_shown(session, season, await _actor_of(session, Role.evaluator))
    contract, contractor = await shown_contract(session, season), await _actor_of(session, Role.organization)
    if Gate.midterm_evaluation in {gate for term in terms_of(season.competition).instalments for gate in term.gates}:
        await report_milestone(session, contractor, contract.id, Gate.midterm_evaluation, REPORT)


async def _spend(session: AsyncSession, season: Season) -> None:
    """A quarter is spent by an approved budget; a change of it waits for the bureau, and a report of the auditing firm
    for its second signature."""
    contract, contractor = await shown_contract(session, season), await _actor_of(session, Role.organization)
    budget = await spending.plan(session, contract, contractor, await _actor_of(session, Role.purchaser))
    month = spending.month_before(shanghai_date(await now(session)))
    await spending.spend(session, contract, contractor, budget, Decimal("0.25"), month)
    await spending.move(session, contractor, budget)
    colleague = replace(await _actor_of(session, Role.auditor), account_id=None)
    await spending.report(session, colleague, budget, AuditKind.midterm, is_signed=False)


async def _evaluate(session: AsyncSession, season: Season) -> None:
    """A spot check is signed; the mid-term evaluation is being marked by four."""
    contract = await shown_contract(session, season)
    cast = {role: await _actor_of(session, role) for role in evaluated.GROUPS}
    await evaluated.check_on_the_spot(session, contract, cast[Role.purchaser])
    await evaluated.evaluate_halfway(session, contract, cast)


async def _apply(session: AsyncSession, season: Season) -> None:
    """A residents' group asks to take part; the street office and the bureau have it on the desk."""
    street = await _actor_of(session, Role.street)
    says = "每周三、周五下午在社区活动室为老年居民组织合唱和体操。"
    group = Newcomer("邻里合唱队", "", f"{street.area:0<12}", LegalKind.resident_group, None, says, [])
    await submit_registration(session, RESIDENT, "", group, "王秀英", "0871-60000000")


async def _record(session: AsyncSession, season: Season) -> None:
    await record_of_the_season(session, await _actor_of(session, Role.purchaser), season.name)


def _last_steps(day: date) -> list[Step]:
    """Grades, one of them given some days ago, and evaluations; then all is there."""
    announced, confirmed = (datetime.combine(day - since, time(10), SHANGHAI) for since in (GRADED_SINCE, GIVEN_SINCE))
    return [
        Step("grade announced", announced, _announce_grade),
        Step("grade confirmed", confirmed, _confirm_grade),
        Step("evaluated", None, _evaluate),
        Step("rated", None, _rate),
        Step("finished", None, _finish),
    ]


async def _cast(session: AsyncSession) -> tuple[rated.Cast, Party, list[Party]]:
    """Who rates, the organisation with an account, and others of the district."""
    roles = Role.purchaser, Role.committee, Role.evaluator, Role.judge
    cast = rated.Cast(*[await _actor_of(session, role) for role in roles])
    own = await _actor_of(session, Role.organization)
    others = await rated.rated_organizations(session, cast.office, own.party_id)
    return cast, await session.get_one(Party, own.party_id), others


async def _announce_grade(session: AsyncSession, season: Season) -> None:
    cast, _, others = await _cast(session)
    for graded in others[:1]:
        await rated.give_grade(session, cast, graded)


async def _confirm_grade(session: AsyncSession, season: Season) -> None:
    cast, _, others = await _cast(session)
    for graded in others[:1]:
        await rated.confirm_grade(session, cast, graded)


async def _rate(session: AsyncSession, season: Season) -> None:
    """Grades in every phase, with something on the desk of everybody who takes part."""
    await rated.rate_others(session, *await _cast(session))


async def _finish(_session: AsyncSession, _season: Season) -> None:
    """Does nothing: once this step is recorded, everything is there."""


async def survey_token(session: AsyncSession) -> str | None:
    """Where anybody can answer the demonstration's survey, while it is open."""
    query = sa.select(Wave.open_token).join(Survey, Survey.id == Wave.survey_id)
    is_open = sa.and_(Survey.is_demonstration, Wave.status == WaveStatus.open, Wave.open_token.is_not(None))
    found: str | None = await session.scalar(query.where(is_open).order_by(Wave.id).limit(1))
    return found
