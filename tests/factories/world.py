"""A world in which everything exists in several hands: three districts' worth of people, own, beside and elsewhere,
and of every kind of thing some that each of them may not see. What may be read by few carries a canary."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Membership
from app.assessments.models import Assessment
from app.assessments.rules import Excluded, Given
from app.assessments.service import (
    announce_assessment,
    collect_assessment,
    compute_assessment,
    save_assessment_sheet,
)
from app.contracts.models import Contract, Milestone
from app.contracts.queries import engagements_of, milestones_of
from app.contracts.rules import EngagementKind
from app.core.actors import RESIDENT, Actor, Role
from app.core.clock import now
from app.evaluations.models import SpotDraw, SpotLot
from app.evaluations.rules import EvaluationKind
from app.evaluations.service import submit_evaluation
from app.files.rules import Holder
from app.findings.rules import Severity
from app.findings.service import raise_finding
from app.inspections.models import Inspection
from app.inspections.service import draw_inspections
from app.needs.rules import NeedStatus
from app.offers.rules import OfferStatus
from app.parties.models import Party
from app.parties.rules import LegalKind, PartyKind
from app.ratings.service import apply_for_rating
from app.records.rules import RecordKind, Visibility
from app.selection.models import Pair, PreferenceList, Round, RoundNeed, RoundOffer
from app.selection.rules import ListSource, RoundStatus, Side
from app.selection.service import close_round
from app.service_sessions.rules import DrawStatus
from app.surveys.questionnaires.models import Survey
from app.surveys.questionnaires.rules import SurveyStatus
from app.surveys.results.service import freeze_figures
from app.surveys.waves.rules import Channel, WaveStatus
from app.tenders.awards.models import Result
from app.tenders.awards.queries import awards_of
from app.tenders.awards.service import publish_result
from app.tenders.bids.models import Bid
from app.tenders.bids.rules import BidStatus
from app.tenders.forms.defaults import default_form
from app.tenders.notices.models import Enquiry, Tender
from app.tenders.notices.rules import TenderStatus
from app.tenders.objections.service import file_objection
from app.tenders.panels.models import SheetReopening
from app.tenders.panels.reopening import ask_reopening
from app.tenders.panels.service import deliver_sheet, save_sheet
from app.tenders.profiles.rules import Gate
from tests.conftest import TODAY
from tests.factories.assessments import Kept, lock, make_assessment, seat, seats_of
from tests.factories.awards import make_scored, propose
from tests.factories.bids import answered, make_bid, make_opened
from tests.factories.budgets import make_audited
from tests.factories.contracts import engaged, make_contract, make_performing
from tests.factories.errands import make_errand
from tests.factories.evaluations import WORKED, begin, colleague, mark
from tests.factories.files import make_attachment
from tests.factories.needs import make_need
from tests.factories.notices import OPENED, lots_of, make_tender, set_clock
from tests.factories.notifications import make_notification
from tests.factories.offers import make_offer
from tests.factories.panels import make_panel, marks_of, purchaser_of
from tests.factories.parties import actor_of, make_area, make_party
from tests.factories.ratings import confirmed, make_announced
from tests.factories.records import make_record
from tests.factories.reference import DONGHUALU, DOUNAN, LONGJIE
from tests.factories.registrations import make_registration
from tests.factories.service_sessions import keep_draw, keep_session
from tests.factories.surveys import make_response, make_survey, make_survey_result, make_token, make_wave

ABSENT = 888_888_888
CHENGGONG, GUANDU = "530114000000", "530111000000"
OBJECTING = OPENED + timedelta(days=2)
Names = frozenset[str]


@dataclass(frozen=True)
class Thing:
    """One thing and who may what to it, by the names of the actors; `canary` is written on it, or on a part of it."""

    kind: str
    name: str
    at: dict[str, Any]
    sees: Names
    may: dict[str, Names] = field(default_factory=dict)
    canary: str = ""
    version: int = 1

    def allowed(self, relation: str) -> Names:
        return self.sees if relation == "sees" else self.may.get(relation, frozenset())


@dataclass
class World:
    """`actors` by name: the role's letter and 1 (own), 2 (beside, same district), 3 (another district)."""

    actors: dict[str, Actor]
    things: list[Thing] = field(default_factory=list)
    ids: dict[str, int] = field(default_factory=dict)

    def of_role(self, role: Role) -> dict[str, Actor]:
        return {name: actor for name, actor in self.actors.items() if actor.role is role}

    def all(self) -> Names:
        return frozenset(self.actors)

    def add(
        self,
        kind: str,
        name: str,
        at: dict[str, Any],
        sees: Iterable[str],
        canary: str = "",
        version: int = 1,
        **may: Iterable[str],
    ) -> None:
        allowed = {relation: frozenset(names) for relation, names in may.items()}
        self.things.append(Thing(kind, name, at, frozenset(sees), allowed, canary, version))


def canary(of: str) -> str:
    return f"金丝雀-{of}"


@dataclass(frozen=True)
class Ground:
    """What comes first, because whoever wins, loses and is engaged in it is who acts: contracts, results."""

    bureau: Party
    running: Contract
    drafted: Contract
    proposed: Tender
    decided: Tender
    result: Result
    loser: Party


async def make_world(session: AsyncSession) -> World:
    for code in (DOUNAN, LONGJIE, DONGHUALU):
        await make_area(session, code)
    ground = await _ground(session)
    await set_clock(session, TODAY)
    world = World(await _actors(session, ground))
    await _parties(session, world)
    await _surveys(session, world)
    await _needs_and_offers(session, world)
    await _rounds(session, world)
    await _tenders(session, world, ground.bureau)
    await _decided(session, world, ground)
    await _contracts(session, world, ground)
    await _files(session, world)
    await _assessments(session, world)
    await _ratings(session, world)
    await _notifications(session, world)
    await set_clock(session, OBJECTING)
    await _errands(session, world)
    return world


async def _ground(session: AsyncSession) -> Ground:
    bureau = await make_party(session, PartyKind.bureau)
    running = await make_performing(session, tender=await make_tender(session, bureau))
    running.targets, running.area_code = [{"what": canary("contract"), "quantity": "1 项"}], DOUNAN
    await engaged(session, running, EngagementKind.evaluation)
    await engaged(session, running, EngagementKind.audit)
    await set_clock(session, TODAY)
    drafted = await make_contract(session, tender=await make_tender(session, bureau))
    drafted.title = canary("draft contract")
    await set_clock(session, TODAY)
    proposed = await make_scored(session, (90, 20_000), tender=await make_tender(session, bureau))
    await propose(session, proposed)
    await set_clock(session, TODAY)
    decided = await make_tender(session, bureau)
    await make_scored(session, (90, 20_000), (60, 20_000), tender=decided, places=1)
    _, loser = await session.scalars(sa.select(Bid).where(Bid.tender_id == decided.id).order_by(Bid.ref))
    await propose(session, decided)
    result = await publish_result(session, purchaser_of(decided), decided.id)
    loser_party = await session.get_one(Party, loser.party_id)
    return Ground(bureau, running, drafted, proposed, decided, result, loser_party)


async def _actors(session: AsyncSession, ground: Ground) -> dict[str, Actor]:
    running, kinds = ground.running, PartyKind
    firms = {each.kind: each.party_id for each in await engagements_of(session, running.id)}
    applicant = await make_party(session, legal_kind=LegalKind.student_team, name_zh=canary("applicant"))
    offices = {
        "C": (Role.committee, kinds.committee, (DOUNAN, LONGJIE, DONGHUALU)),
        "S": (Role.street, kinds.street_office, ("530114003000", "530114001000", "530111004000")),
    }
    actors = {"R1": RESIDENT, "X1": await actor_of(session, Role.admin)}
    for letter, (role, kind, codes) in offices.items():
        for number, code in enumerate(codes, 1):
            party = await make_party(session, kind, area_code=code)
            actors[f"{letter}{number}"] = await actor_of(session, role, party)
    bureaus = [ground.bureau]
    bureaus += [await make_party(session, kinds.bureau, area_code=code) for code in (CHENGGONG, GUANDU)]
    for number, party in enumerate(bureaus, 1):
        actors[f"P{number}"] = await actor_of(session, Role.purchaser, party)
    winners = [await session.get_one(Party, each.contractor_id) for each in (running, ground.drafted)]
    organizations = (winners[0], await make_party(session), applicant, ground.loser, winners[1])
    for number, party in enumerate(organizations, 1):
        actors[f"O{number}"] = await actor_of(session, Role.organization, party)
    actors["J1"], actors["J2"] = await actor_of(session, Role.judge), await actor_of(session, Role.judge)
    for letter, role, kind in (
        ("E", Role.evaluator, EngagementKind.evaluation),
        ("A", Role.auditor, EngagementKind.audit),
    ):
        actors[f"{letter}1"] = await actor_of(session, role, await session.get_one(Party, firms[kind]))
        actors[f"{letter}2"] = await actor_of(session, role, await make_party(session, kinds.firm))
    return actors


async def _parties(session: AsyncSession, world: World) -> None:
    everybody, buyers = world.all(), {"P1", "P2", "P3", "X1"}
    ids = {name: actor.party_id for name, actor in world.actors.items()}
    world.add("area", "area", {"code": DOUNAN}, everybody)
    own = await session.get_one(Party, ids["O1"])
    own.area_code = CHENGGONG
    offices = {"enters": {"P1", "P2"}}
    world.add("party", "own organisation", {"party_id": ids["O1"]}, everybody, owns={"O1"}, **offices)
    for name, visibility, readers in (
        ("record", Visibility.public, everybody),
        ("record within", Visibility.within, buyers | {"O1", "S1", "S2", "S3"}),
    ):
        record = await make_record(session, own, RecordKind.award, title=canary(name), visibility=visibility)
        world.add("record", name, {"record_id": record.id}, readers, canary(name), **offices, answers={"O1"})
    world.add("party", "bureau", {"party_id": ids["P1"]}, everybody, owns={"P1"})
    world.add("party", "elsewhere", {"party_id": ids["C3"]}, everybody, owns={"C3"})
    world.add(
        "party",
        "applicant",
        {"party_id": ids["O3"]},
        buyers | {"O3"},
        canary("applicant"),
        owns={"O3"},
        enters=buyers - {"X1"},
    )
    world.ids |= {f"party of {name}": id for name, id in ids.items() if id}
    world.ids |= {f"account of {name}": each.account_id for name, each in world.actors.items() if each.account_id}
    for name in ("C1", "O2"):
        at = {"account_id": world.actors[name].account_id}
        world.add("account", f"account of {name}", at, {"X1"}, everybody=everybody)
        query = sa.select(Membership.id).where(Membership.account_id == at["account_id"])
        world.ids[f"membership of {name}"] = (await session.scalars(query)).one()
        seat, changes = {"membership_id": world.ids[f"membership of {name}"]}, {name} & {"O2"}
        world.add("membership", f"seat of {name}", seat, {"X1", name}, changes=changes)
    for name, kind, sees in (
        ("registration", LegalKind.social_service_agency, {"P1", "P2"}),
        ("registration of a group", LegalKind.resident_group, {"P1", "P2", "S1"}),
    ):
        registration = await make_registration(session, legal_kind=kind, introduction=canary(name))
        world.add("registration", name, {"registration_id": registration.id}, sees, canary(name))
    waits = await actor_of(session, Role.committee, await session.get_one(Party, ids["C1"]))
    seat = (await session.scalars(sa.select(Membership).where(Membership.account_id == waits.account_id))).one()
    seat.confirmed_at = None
    world.add("pending", "new colleague", {"membership_id": seat.id}, set(), confirms={"C1"})
    world.add("session", "nobody's", {"session_id": ABSENT}, set())


async def _surveys(session: AsyncSession, world: World) -> None:
    above = {"C1", "S1", "P1", "P2"}
    for name, status, owner, sees in (
        ("draft", SurveyStatus.draft, "C1", above),
        ("published", SurveyStatus.published, "C1", above),
        ("closed", SurveyStatus.closed, "C1", above),
        ("elsewhere", SurveyStatus.published, "C3", {"C3", "S3", "P3"}),
    ):
        party = await session.get_one(Party, world.actors[owner].party_id)
        survey = await make_survey(session, party, status=status, figures=False)
        public = world.all() if status is SurveyStatus.closed else set()
        at, owns = {"survey_id": survey.id}, {owner}
        world.add("survey", name, at, sees, owns=owns, reads_summary=public)
        await _wave(session, world, survey, name, owner, sees)
    closed = await session.get_one(Survey, world.ids["survey closed"])
    await freeze_figures(session, world.actors["C1"], closed.id)
    result = await make_survey_result(session, closed)
    world.add("result", "result", {"result_id": result.id}, {"C1", "C2", "C3"}, owns={"C1"})


async def _wave(
    session: AsyncSession, world: World, survey: Survey, name: str, owner: str, sees: Collection[str]
) -> None:
    world.ids[f"survey {name}"] = survey.id
    community = world.actors[owner].area
    wave = await make_wave(session, survey, communities=(community,), status=WaveStatus.open)
    response = await make_response(session, wave, {"Q1": "F", "Q4": canary(f"answer {name}")}, community_code=community)
    world.add("wave", name, {"wave_id": wave.id}, sees, owns={owner})
    sensitive = f"answer {name}"
    world.add("response", name, {"response_id": response.id}, sees, owns={owner})
    world.add("words", sensitive, {}, {owner}, canary(sensitive))
    if name == "published":
        links = await make_wave(session, survey, communities=(community,), channel=Channel.link)
        token = await make_token(session, links, community)
        world.add("token", "token", {"token": token}, world.all())


async def _needs_and_offers(session: AsyncSession, world: World) -> None:
    everybody, drafts, published = world.all(), NeedStatus.draft, NeedStatus.published
    offices = {"C1": {"C1", "S1", "P1", "P2"}, "C3": {"C3", "S3", "P3"}}
    for name, status, owner in (
        ("draft need", drafts, "C1"),
        ("need", published, "C1"),
        ("withdrawn need", NeedStatus.withdrawn, "C1"),
        ("foreign draft need", drafts, "C3"),
        ("foreign need", published, "C3"),
    ):
        party = await session.get_one(Party, world.actors[owner].party_id)
        is_public = status is not drafts
        need = await make_need(session, party, status=status, title=canary(name))
        sees = everybody if is_public else {owner, f"S{owner[1]}"}
        ranks = offices[owner] if status is published else set()
        world.add("need", name, {"need_id": need.id}, sees, canary(name), owns={owner}, ranks=ranks)
        world.ids[name] = need.id
    for name, offered, owner in (
        ("draft offer", OfferStatus.draft, "O1"),
        ("offer", OfferStatus.published, "O1"),
        ("foreign draft offer", OfferStatus.draft, "O2"),
    ):
        party = await session.get_one(Party, world.actors[owner].party_id)
        offer = await make_offer(session, party, status=offered, title=canary(name))
        is_public = offered is OfferStatus.published
        sees = everybody if is_public else {owner}
        ranks = {owner} if is_public else set()
        world.add("offer", name, {"offer_id": offer.id}, sees, canary(name), owns={owner}, ranks=ranks)
        world.ids[name] = offer.id


async def _rounds(session: AsyncSession, world: World) -> None:
    """A draft, one that takes lists, and one whose pair is proposed."""
    everybody, own = world.all(), world.actors
    draft = await _round(session, own["P1"], title_zh=canary("draft round"))
    owned = {"owns": {"P1"}, "reads_certificate": ()}
    world.add("round", "draft round", {"round_id": draft.id}, {"P1"}, canary("draft round"), **owned)
    for name in ("open round", "proposed round"):
        round = await _round(session, own["P1"], status=RoundStatus.open, opened_at=await now(session))
        need = world.ids["need"]
        if name == "proposed round":  # a need sits in one round at a time
            need = (await make_need(session, await session.get_one(Party, own["C1"].party_id))).id
        await _seats(session, world, round, need)
        at, certified = {"round_id": round.id}, everybody if name == "proposed round" else ()
        world.add("round", name, at, everybody, owns={"P1"}, reads_certificate=certified)
        world.add("round_need", name, {**at, "need_id": need}, everybody, chooses={"C1"})
        world.add("round_offer", name, {**at, "offer_id": world.ids["offer"]}, everybody, chooses={"O1"})
    await set_clock(session, round.closes_at)
    await close_round(session, own["P1"], round.id)
    (pair,) = await session.scalars(sa.select(Pair).where(Pair.round_id == round.id))
    await set_clock(session, TODAY)
    world.add("pair", "pair", {"pair_id": pair.id}, {"C1", "O1", "P1"})


async def _round(session: AsyncSession, bureau: Actor, **facts: Any) -> Round:
    at = await now(session)
    facts = {"title_zh": "冬季双选", "seed": "s", "created_at": at, "opens_at": at, **facts}
    round = Round(party_id=bureau.party_id, area_code=CHENGGONG, closes_at=at + timedelta(days=30), **facts)
    session.add(round)
    await session.flush()
    return round


async def _seats(session: AsyncSession, world: World, round: Round, need: int) -> None:
    """One need and one offer, which wish for each other."""
    own, offer = world.actors, world.ids["offer"]
    seat = {"round_id": round.id, "key": "K"}
    session.add(RoundNeed(need_id=need, party_id=own["C1"].party_id, need_version=1, **seat))
    session.add(RoundOffer(offer_id=offer, party_id=own["O1"].party_id, offer_version=1, **seat))
    for side, subject, partner in ((Side.need, need, offer), (Side.offer, offer, need)):
        wish = PreferenceList(round_id=round.id, side=side, subject_id=subject, groups=[[partner]])
        wish.source, wish.submitted_at = ListSource.submitted, await now(session)
        session.add(wish)
    await session.flush()


async def _tenders(session: AsyncSession, world: World, bureau: Party) -> None:
    beyond = await session.get_one(Party, world.actors["P3"].party_id)
    for name, party, owner in (("draft tender", bureau, "P1"), ("foreign draft tender", beyond, "P3")):
        tender = await make_tender(session, party, status=TenderStatus.draft, title_zh=canary(name))
        world.add("tender", name, {"tender_id": tender.id}, {owner}, canary(name), owns={owner})
        world.ids[name] = tender.id
    await _receiving(session, world, bureau)
    await _scoring(session, world, bureau)


async def _receiving(session: AsyncSession, world: World, bureau: Party) -> None:
    """A notice that takes bids: one handed in, one drafted, an enquiry unanswered."""
    tender = await make_tender(session, bureau)
    world.add("tender", "published tender", {"tender_id": tender.id}, world.all(), owns={"P1"})
    (lot,) = await lots_of(session, tender)
    world.ids |= {"published tender": tender.id, "lot": lot.id}
    own, rival = [await session.get_one(Party, world.actors[name].party_id) for name in ("O1", "O2")]
    tender.application_form = default_form("venture").document()
    kept = {"title": canary("bid"), "application": answered(canary("application"))}
    begun = {"title": canary("draft bid"), "application": answered(canary("draft application"))}
    handed_in = await make_bid(session, lot, own, draft=kept, **kept)
    drafted = await make_bid(session, lot, rival, status=BidStatus.draft, draft=begun)
    world.add("words", "application", {}, {"O1"}, canary("application"))
    world.add("words", "draft application", {}, {"O2"}, canary("draft application"))
    world.add("bid", "bid", {"bid_id": handed_in.id}, {"O1"}, canary("bid"))
    world.ids |= {"bid": handed_in.id, "draft bid": drafted.id}
    world.add("bid", "draft bid", {"bid_id": drafted.id}, {"O2"}, canary("draft bid"))
    asked = Enquiry(tender_id=tender.id, party_id=own.id, question=canary("enquiry"), asked_at=await now(session))
    session.add(asked)
    await session.flush()
    at = {"tender_id": tender.id, "enquiry_id": asked.id}
    world.add("enquiry", "enquiry", at, world.all(), owns={"P1"})
    world.add("words", "enquiry", {}, {"P1", "O1"}, canary("enquiry"))


async def _scoring(session: AsyncSession, world: World, bureau: Party) -> None:
    """An opened tender with a panel on which the first judge sits."""
    tender = await make_tender(session, bureau)
    (lot,) = await lots_of(session, tender)
    for name in ("O1", "O2"):
        await make_bid(session, lot, await session.get_one(Party, world.actors[name].party_id))
    bids = await make_opened(session, tender)
    (seat, *_) = await make_panel(session, tender)
    seat.account_id = world.actors["J1"].account_id
    await session.flush()
    at = {"tender_id": tender.id}
    reopening = await _reopening(session, world.actors["J1"], tender, bids[0])
    world.add("words", "reopening", {}, {"P1", "J1", "A1", "A2"}, canary("reopening"))
    world.add("reopening", "reopening", {**at, "reopening_id": reopening.id}, {"P1", "A1", "A2"})
    world.ids |= {"scored tender": tender.id, "scored bid": bids[0].id}
    world.add("tender", "opened tender", at, world.all(), owns={"P1"})
    world.add("panel", "panel", at, {"P1", "J1", "A1", "A2"})
    world.add("scored_bid", "scored bid", {**at, "bid_id": bids[0].id}, {"P1", "J1"})
    world.add("bid", "opened bid", {"bid_id": bids[0].id}, {"O1", "P1"})


async def _reopening(session: AsyncSession, judge: Actor, tender: Tender, bid: Bid) -> SheetReopening:
    """A sheet that the judge delivered and asks to have back."""
    await save_sheet(session, judge, tender.id, bid.id, marks_of(80), 0)
    await deliver_sheet(session, judge, tender.id, bid.id)
    return await ask_reopening(session, judge, tender.id, bid.id, "extreme", canary("reopening"))


async def _decided(session: AsyncSession, world: World, ground: Ground) -> None:
    """A result not yet published, and one that is, with an objection against it."""
    proposal = {"tender_id": ground.proposed.id}
    world.add("award_result", "proposal", proposal, {"P1"}, owns={"P1"})
    at, everybody = {"tender_id": ground.decided.id}, world.all()
    world.add("award_result", "result", at, everybody, owns={"P1"}, reads_paper=everybody, objects={"O4"})
    for name, here in (("proposal", proposal), ("result", at)):
        world.add("result_of_tender", name, here, everybody, owns={"P1"})
    (award, *_) = await awards_of(session, ground.result.id)
    world.add("award", "award", {"award_id": award.id}, everybody)
    await set_clock(session, OBJECTING)
    objection = await file_objection(session, world.actors["O4"], ground.decided.id, None, canary("objection"))
    sees = {"O4", "P1", "A1", "A2"}
    world.add("objection", "objection", {"objection_id": objection.id}, sees, canary("objection"))


async def _contracts(session: AsyncSession, world: World, ground: Ground) -> None:
    running, drafted, gate = ground.running, ground.drafted, {"gate": "midterm_evaluation"}
    parties = frozenset({"P1", "O1", "C1", "S1", "E1", "A1"})
    world.add("contract", "contract", {"contract_id": running.id, **gate}, parties, canary("contract"), decides={"E1"})
    sides = {"P1", "O5"}
    world.add("contract", "draft contract", {"contract_id": drafted.id, **gate}, sides, canary("draft contract"))
    (midterm, *_) = [each for each in await milestones_of(session, running.id) if each.gate == gate["gate"]]
    world.ids["milestone"] = midterm.id
    world.add("announcement", "signed contract", {"contract_id": running.id}, world.all())
    world.add("announcement", "unsigned contract", {"contract_id": drafted.id}, set())
    (first, *_) = await engagements_of(session, running.id)
    world.add("engagement", "engagement", {"contract_id": running.id, "engagement_id": first.id}, parties)
    raised = {"basis": "", "severity": Severity.minor, "working_days": 10, "is_holding": False}
    found = await raise_finding(session, world.actors["E1"], running.id, requirement=canary("finding"), **raised)
    await session.flush()
    world.ids["finding"] = found.id
    world.add("finding", "finding", {"finding_id": found.id}, parties, canary("finding"), owns={"E1"})
    await _evaluations(session, world, running, parties)
    made = await make_audited(session, running, world.actors, canary("budget"))
    world.ids |= made
    for kind in ("budget", "line", "change", "statement", "audit"):
        world.add(kind, kind, {f"{kind}_id": made[kind]}, parties, canary("budget") if kind == "budget" else "")
    await _service_sessions(session, world, running)


async def _evaluations(session: AsyncSession, world: World, running: Contract, parties: Names) -> None:
    """One whose report waits for its second signature, read by the firm alone; and a business check to decide on."""
    session.add(Milestone(contract_id=running.id, gate=Gate.business_check))
    at = {"contract_id": running.id, "gate": "business_check"}
    world.add("business_check", "business check", at, parties, decides={"P1"})
    people = {group: world.actors[name] for group, name in EVALUATORS.items()}
    evaluation = await begin(session, running, people["third_party"], EvaluationKind.midterm)
    await mark(session, evaluation, people, WORKED)
    who, said = colleague(people["third_party"]), canary("evaluation")
    report = await submit_evaluation(session, who, evaluation.id, said, "")
    await session.flush()
    facts = {"seed": "s", "share": Decimal("0.3"), "source": "规则", "size": 1, "drawn_at": await now(session)}
    draw = SpotDraw(party_id=running.purchaser_id, year=2019, **facts)
    session.add(draw)
    await session.flush()
    session.add(SpotLot(draw_id=draw.id, contract_id=running.id, number=running.number, position=1))
    world.add("spot_draw", "spot draw", {"draw_id": draw.id}, world.all())
    await _inspections(session, world)
    world.add("evaluation", "evaluation", {"evaluation_id": evaluation.id}, parties, owns={"E1"})
    world.add("evaluation_report", "evaluation report", {"report_id": report.id}, {"E1"}, said)


async def _inspections(session: AsyncSession, world: World) -> None:
    """This year's organisations of the district are drawn, by the bureau that is its own."""
    draw = await draw_inspections(session, world.actors["P1"])
    await session.flush()
    inspected = await session.scalar(sa.select(Inspection.id).where(Inspection.draw_id == draw.id).limit(1))
    world.add("inspection_draw", "inspection draw", {"draw_id": draw.id}, world.all())
    world.add("inspection", "inspection", {"inspection_id": inspected}, world.all(), owns={"P1"})


async def _service_sessions(session: AsyncSession, world: World, running: Contract) -> None:
    """A session that is planned; what the lots fell on among those who came to others, being asked and all asked."""
    parties = {"P1", "O1", "C1", "S1", "E1", "A1"}
    planned = await keep_session(session, running, title=canary("service session"))
    at = {"service_session_id": planned.id}
    world.add("service_session", "service_session", at, parties, canary("service session"))
    at_the_door = await keep_session(session, running)
    world.add("door", "door", {"door": at_the_door.door}, world.all())
    for status, sees in ((DrawStatus.closed, world.all()), (DrawStatus.open, frozenset[str]())):
        draw, sign_in_id = await keep_draw(session, running, status)
        world.add("closed_draw", f"{status} draw", {"draw_id": draw.id}, sees)
        world.add("draw", f"draw {status}", {"draw_id": draw.id, "sign_in_id": sign_in_id}, parties)


async def _files(session: AsyncSession, world: World) -> None:
    """One on everything that can carry files, hung there by whoever it belongs to."""
    contract, judged = {"P1", "O1", "E1"}, {"opened bid": {"J1"}}
    attaching = {"contract": contract, "draft contract": {"P1", "O5"}, "bid": {"O1"}, "draft bid": {"O2"}}
    attaching |= {"opened bid": {"O1"}}
    for kind in ("need", "offer", "bid", "contract"):
        for thing in [each for each in world.things if each.kind == kind]:
            sees = thing.sees | judged.get(thing.name, set())
            may = thing.may.get("owns") or attaching[thing.name]
            await _file(session, world, Holder(kind), thing.at[f"{kind}_id"], thing.name, sees, may)
    sees = {"P1", "O1", "C1", "S1", "E1", "A1"}
    await _file(session, world, Holder.milestone, world.ids["milestone"], "milestone", sees, {"O1"})
    await _file(session, world, Holder.statement, world.ids["statement"], "statement", sees, {"O1"})
    await _file(session, world, Holder.finding, world.ids["finding"], "finding", sees, {"O1"})
    (held,) = [each for each in world.things if each.kind == "service_session"]
    await _file(session, world, Holder.service_session, held.at["service_session_id"], "session", sees, {"O1"})


EVALUATORS = {"third_party": "E1", "purchaser": "P1", "committee": "C1", "supervisor": "S1"}
ASSESSORS = {"purchaser": "S1", "served": "C1", "third_party": "E1"}


async def _assessments(session: AsyncSession, world: World) -> None:
    """One that is announced to whom it is about, and one being marked."""
    office = world.actors["P1"]
    announced = await _assessment(session, world, "announced assessment", "O2", {"O2"})
    for who in ASSESSORS.values():
        await lock(session, announced, world.actors[who], 80)
    await compute_assessment(session, office, announced.id, Excluded())
    await announce_assessment(session, office, Kept(announced.id))
    marked = await _assessment(session, world, "assessment", "O1", set())
    sheet = {"conduct": Given(Decimal(10), canary("mark"))}
    await save_assessment_sheet(session, world.actors["E1"], marked.id, sheet, 0)
    world.add("words", "mark", {}, {"E1"}, canary("mark"))


async def _ratings(session: AsyncSession, world: World) -> None:
    """One applied for, which each bureau of the district may take up, and a grade given."""
    party = await session.get_one(Party, world.actors["O5"].party_id)
    given = await confirmed(session, await make_announced(session, 87, party=party, office=world.actors["P1"]))
    world.add("rating", "rating", {"rating_id": given.id}, world.all(), owns={"P1"})
    await set_clock(session, TODAY)
    applied = await apply_for_rating(session, world.actors["O1"], "local_four_level")
    await session.flush()
    bureaus = {"P1", "P2"}
    world.add("rating", "application", {"rating_id": applied.id}, {"O1", *bureaus}, owns=bureaus)


async def _assessment(session: AsyncSession, world: World, name: str, about: str, also: Collection[str]) -> Assessment:
    party = await session.get_one(Party, world.actors[about].party_id)
    found = await make_assessment(session, party, world.actors["P1"])
    for group, who in ASSESSORS.items():
        await seat(session, found, group, assessor=world.actors[who])
    await collect_assessment(session, world.actors["P1"], found.id)
    (first, *_) = await seats_of(session, found)
    sees, at, marks = {"P1", "A1", "A2", *ASSESSORS.values(), *also}, {"assessment_id": found.id}, ASSESSORS.values()
    world.add("assessment", name, at, sees, owns={"P1"}, marks=marks)
    world.add("assessment_seat", f"seat of {name}", {**at, "seat_id": first.id}, sees, owns={"P1"})
    return found


async def _notifications(session: AsyncSession, world: World) -> None:
    """One for a person of each side; colleagues, too, have their own."""
    for name, whom in {"O1": "organisation", "C1": "committee", "A2": "auditor"}.items():
        word = canary(f"told to {whom}")
        told = await make_notification(session, world.actors[name], title=word)
        world.add("notification", word, {"notification_id": told.id}, {name}, word)


async def _errands(session: AsyncSession, world: World) -> None:
    """Lists that two people had made; colleagues do not see them."""
    for name, whom in {"C1": "committee", "P1": "bureau"}.items():
        word = canary(f"list of a {whom}")
        errand = await make_errand(session, world.actors[name], word.encode())
        world.add("errand", word, {"errand_id": errand.id}, {name}, word)


async def _file(
    session: AsyncSession,
    world: World,
    holder: Holder,
    holder_id: int,
    name: str,
    sees: Iterable[str],
    may: Collection[str],
) -> None:
    party = world.actors[sorted(may)[0]].party_id
    word = canary(f"file of {name}")
    attachment = await make_attachment(session, holder, holder_id, party, name=f"{word}.pdf")
    world.add("holder", name, {"holder": holder.value, "holder_id": holder_id}, sees, word, attaches=may)
    removes = {each for each in may if world.actors[each].party_id == party}
    world.add("attachment", name, {"attachment_id": attachment.id}, sees, removes=removes)
