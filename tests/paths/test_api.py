"""The path of a need and the record of an organisation over HTTP, as anybody reads them, at every stage."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from httpx import AsyncClient
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession

from app.contracts import service as contracts
from app.contracts.acceptance import accept_delivery
from app.contracts.models import AcceptanceChannel, Contract
from app.core.actors import RESIDENT, Actor, Role
from app.core.clock import SimulatedClock
from app.needs.models import Need
from app.needs.rules import NeedStatus
from app.parties.models import Party
from app.tenders.awards.service import confirm_awards, publish_result
from app.tenders.notices.rules import LotFailure, TenderStatus
from app.tenders.profiles.rules import Gate
from tests.conftest import TODAY, ClientOf
from tests.factories.awards import make_scored, propose, score
from tests.factories.bids import make_bid
from tests.factories.contracts import accept, contractor, evaluate, pay, purchaser
from tests.factories.needs import make_need
from tests.factories.notices import OPENED, lots_of, set_clock
from tests.factories.panels import purchaser_of
from tests.factories.parties import make_party
from tests.factories.paths import make_tendered
from tests.factories.surveys import make_survey, make_survey_result
from tests.selection.test_api import CLOSES, Fair
from tests.selection.test_gone import ask, chosen

pytestmark = pytest.mark.anyio
STAGES = ("evidence", "publication", "choice", "award", "contract", "milestones", "acceptance")


@pytest.fixture
async def anybody(client_of: ClientOf) -> AsyncIterator[AsyncClient]:
    async with client_of(RESIDENT) as client:
        yield client


async def path_of(client: AsyncClient, need: Need) -> dict[str, Any]:
    answer = await client.get(f"/needs/{need.id}/path")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def states(path: dict[str, Any]) -> dict[str, str]:
    """Stage → its state and why, those that are not reached left out."""
    told = {name: path[name] for name in STAGES if path[name] and path[name]["state"] != "not_reached"}
    return {name: " ".join(filter(None, (stage["state"], stage["why"]))) for name, stage in told.items()}


def step(path: dict[str, Any]) -> tuple[str, str | None] | None:
    """What is next, and on which day."""
    ahead = path["next"]
    return ahead and (ahead["step"], ahead["due_at"] and ahead["due_at"][:10])


async def test_a_need_that_nothing_has_taken_up_waits_for_a_round_or_a_notice(
    session: AsyncSession, anybody: AsyncClient
) -> None:
    path = await path_of(anybody, await make_need(session, expires_on=date(2026, 12, 31)))
    assert (states(path), step(path)) == ({"evidence": "done", "publication": "done"}, ("wait", "2027-01-01"))
    assert path["evidence"]["note"] == "居民代表会议提出"


async def test_a_draft_has_a_path_for_its_committee_alone(session: AsyncSession, client_of: ClientOf) -> None:
    need = await make_need(session, status=NeedStatus.draft)
    own, other = Actor(1, Role.committee, need.party_id, need.community_code), Actor(2, Role.organization, 0)
    for actor in (RESIDENT, other):
        async with client_of(actor) as client:
            assert (await client.get(f"/needs/{need.id}/path")).status_code == 404
    async with client_of(own) as client:
        path = await path_of(client, need)
    assert (states(path)["publication"], step(path)) == ("under_way", ("publish", None))


@pytest.mark.parametrize(
    ("facts", "ended"),
    [
        ({"status": NeedStatus.withdrawn}, "ended withdrawn"),
        ({"expires_on": date(2026, 11, 19), "published_at": TODAY.replace(month=10)}, "ended expired"),
    ],
)
async def test_a_need_that_is_no_longer_asked_for_ends_there_and_says_why(
    session: AsyncSession, anybody: AsyncClient, facts: dict[str, Any], ended: str
) -> None:
    path = await path_of(anybody, await make_need(session, **facts))
    assert (states(path)["publication"], path["next"]) == (ended, None)
    assert path["publication"]["reason"] == ("已由街道统一办理" if "withdrawn" in ended else "")


async def test_a_pair_shows_on_the_path_when_both_sides_have_confirmed_it_and_never_before(
    session: AsyncSession, client_of: ClientOf, clock: SimulatedClock, anybody: AsyncClient
) -> None:
    fair = await chosen(session, client_of)
    path = await path_of(anybody, fair.needs[0])
    assert (states(path)["choice"], step(path)) == ("under_way", ("choose", CLOSES.date().isoformat()))
    clock.at = CLOSES
    async with client_of(fair.bureau) as bureau:
        await ask(bureau, fair, "close")
    proposed = await path_of(anybody, fair.needs[0])
    assert (states(proposed)["choice"], step(proposed)) == ("under_way", ("answer", None))
    assert await answered(client_of, fair, "committee", "confirm") == proposed
    path = await answered(client_of, fair, "organization", "confirm")
    partner = (await session.get_one(Party, fair.organizations[0].party_id)).name_zh
    assert (path["choice"]["state"], path["choice"]["partner"]["name_zh"]) == ("done", partner)
    assert (path["award"], states(path)["contract"], step(path)) == (None, "under_way", ("sign", None))


async def test_who_declined_a_pair_stays_between_the_two(
    session: AsyncSession, client_of: ClientOf, clock: SimulatedClock
) -> None:
    fair = await chosen(session, client_of)
    clock.at = CLOSES
    async with client_of(fair.bureau) as bureau:
        await ask(bureau, fair, "close")
        await answered(client_of, fair, "organization", "decline")
        await ask(bureau, fair, "finish")
    for actor in (RESIDENT, fair.committees[0], fair.organizations[0]):
        async with client_of(actor) as client:
            path = await path_of(client, fair.needs[0])
        assert (states(path)["choice"], path["choice"]["partner"]) == ("ended unpaired", None)
        assert step(path) == ("wait", None)


async def answered(client_of: ClientOf, fair: Fair, role: str, verb: str) -> dict[str, Any]:
    """The path of the first need after its committee, or the organisation, has answered for its pair."""
    actor = fair.committees[0] if role == "committee" else fair.organizations[0]
    async with client_of(actor) as client:
        pairs = (await client.get(f"/selection/rounds/{fair.round_id}/pairs")).json()
        pair = next(each for each in pairs if each["need_id"] == fair.needs[0].id)
        assert (await client.post(f"/selection/pairs/{pair['id']}/{verb}")).status_code == 200
    async with client_of(RESIDENT) as client:
        return await path_of(client, fair.needs[0])


async def test_evidence_is_told_with_its_survey_once_the_figures_are_published(
    session: AsyncSession, anybody: AsyncClient
) -> None:
    need, _ = await make_tendered(session)
    told = (await path_of(anybody, need))["evidence"]
    assert (told["n"], told["share"], told["low"], told["high"]) == (123, "0.4146", "0.3314", "0.5030")
    assert told["survey_id"] is not None
    open_survey = await make_survey(session, figures=False)
    hidden = await make_survey_result(session, open_survey)
    resting = await make_need(session, title="社区食堂", survey_result_id=hidden.id)
    assert (await path_of(anybody, resting))["evidence"]["survey_id"] is None


async def test_a_notice_takes_a_need_from_its_bids_to_residents_acceptance(
    session: AsyncSession, anybody: AsyncClient
) -> None:
    need, tender = await make_tendered(session)
    bidding = await path_of(anybody, need)
    assert (states(bidding)["award"], step(bidding)) == ("under_way", ("bid", "2026-12-01"))
    await make_scored(session, (90, 20_000), (60, 20_000), tender=tender, places=1)
    scored = await path_of(anybody, need)
    assert step(scored) == ("evaluate", "2026-12-15")
    await propose(session, tender)
    assert await path_of(anybody, need) == scored  # nothing before the announcement
    result = await publish_result(session, purchaser_of(tender), tender.id)
    announced = await path_of(anybody, need)
    award = announced["award"]
    assert (award["place"], award["of"], award["score"], award["amount"]["amount"]) == (1, 2, "90.00", "20000.00")
    assert (award["status"], states(announced)["award"], step(announced)) == ("noticed", "under_way", objecting(result))
    await set_clock(session, result.objections_end)
    await confirm_awards(session, purchaser_of(tender), tender.id)
    confirmed = await path_of(anybody, need)
    assert (states(confirmed)["contract"], step(confirmed)) == ("under_way", ("sign", "2027-01-29"))
    assert confirmed["contract"]["contract_id"] is None  # a contract that is not signed is nobody else's
    contract = (await session.scalars(sa.select(Contract).where(Contract.tender_id == tender.id))).one()
    await signed_by_both(session, contract)
    await contracts.start_contract(session, purchaser(contract), contract.id)
    running = await path_of(anybody, need)
    assert (running["contract"]["partner"], running["contract"]["state"]) == (award["partner"], "done")
    assert (running["milestones"]["met"], running["milestones"]["total"], step(running)[0]) == (0, 2, "report")
    await evaluate(session, contract, Gate.midterm_evaluation, Gate.final_evaluation)
    await pay(session, contract, "first", 10_000)
    await accept(session, contract, 4, 4)
    asked = await path_of(anybody, need)
    assert (asked["milestones"]["paid"]["amount"], step(asked)[0]) == ("10000.00", "accept")
    assert (asked["acceptance"]["said"], asked["acceptance"]["answers"]) == ("undecided", None)  # too few to be told
    await accept_delivery(
        session, purchaser(contract), contract.id, AcceptanceChannel.phone, asked=30, answers=26, accepting=20
    )
    done = await path_of(anybody, need)
    assert (done["acceptance"]["accepting"], done["acceptance"]["answers"], done["next"]) == (24, 30, None)
    assert set(states(done).values()) == {"done"}


def objecting(result: Any) -> tuple[str, str]:
    return "object", result.objections_end.date().isoformat()


async def signed_by_both(session: AsyncSession, contract: Contract) -> None:
    await contracts.sign_contract(session, contractor(contract), contract.id, "李主任")
    await contracts.sign_contract(session, purchaser(contract), contract.id, "王科长")


async def make_agreed(session: AsyncSession, party: Party | None = None) -> tuple[Need, Contract]:
    """A need whose contract, with the party, is signed and not begun."""
    await set_clock(session, TODAY)
    need, tender = await make_tendered(session)
    await make_bid(session, (await lots_of(session, tender))[0], party)
    await score(session, tender, [90])
    await propose(session, tender)
    result = await publish_result(session, purchaser_of(tender), tender.id)
    assert result.objections_end is not None
    await set_clock(session, result.objections_end)
    await confirm_awards(session, purchaser_of(tender), tender.id)
    contract = (await session.scalars(sa.select(Contract).where(Contract.tender_id == tender.id))).one()
    await signed_by_both(session, contract)
    return need, contract


async def make_contracted(session: AsyncSession, party: Party | None = None) -> tuple[Need, Contract]:
    """The same, carried out."""
    need, contract = await make_agreed(session, party)
    await contracts.start_contract(session, purchaser(contract), contract.id)
    return need, contract


async def test_a_terminated_contract_ends_the_path_and_the_need_waits_again(
    session: AsyncSession, anybody: AsyncClient
) -> None:
    need, contract = await make_contracted(session)
    await contracts.terminate_contract(session, purchaser(contract), contract.id, "单位停止服务，商业秘密")
    answer = await anybody.get(f"/needs/{need.id}/path")
    assert (states(answer.json())["milestones"], step(answer.json())) == ("ended terminated", ("wait", None))
    assert "商业秘密" not in answer.text


@pytest.mark.parametrize(
    ("tender_facts", "lot_facts", "ended"),
    [
        ({"status": TenderStatus.cancelled, "ended_at": OPENED, "ended_reason": "资金调整"}, {}, "tender_cancelled"),
        ({"status": TenderStatus.unsuccessful, "ended_at": OPENED, "ended_reason": "x"}, {}, "tender_unsuccessful"),
        ({}, {"failure": LotFailure.bidders, "failed_at": OPENED}, "too_few_bidders"),
        ({}, {"failure": LotFailure.qualified, "failed_at": OPENED}, "too_few_qualified"),
    ],
)
async def test_a_notice_or_lot_that_comes_to_nothing_says_so_and_the_need_waits_again(
    session: AsyncSession, anybody: AsyncClient, tender_facts: Any, lot_facts: Any, ended: str
) -> None:
    need, tender = await make_tendered(session, **tender_facts)
    need.held_as = None
    (lot,) = await lots_of(session, tender)
    for name, value in lot_facts.items():
        setattr(lot, name, value)
    await session.flush()
    path = await path_of(anybody, need)
    assert (states(path)["choice"], states(path).get("award"), step(path)) == (f"ended {ended}", None, ("wait", None))


async def test_a_need_that_no_bid_won_ends_at_the_award(session: AsyncSession, anybody: AsyncClient) -> None:
    need, tender = await make_tendered(session)
    await make_scored(session, (40, 20_000), tender=tender)
    tender.status, need.held_as = TenderStatus.awarded, None
    await session.flush()
    assert states(await path_of(anybody, need))["award"] == "ended not_awarded"


async def test_a_draft_notice_leads_nowhere_yet(session: AsyncSession, anybody: AsyncClient) -> None:
    need, _ = await make_tendered(session, status=TenderStatus.draft, published_at=None)
    assert "choice" not in states(await path_of(anybody, need))


async def test_an_organisation_shows_what_it_has_done_and_how_residents_took_it(
    session: AsyncSession, anybody: AsyncClient
) -> None:
    need, contract = await make_contracted(session)
    await accept(session, contract, 26, 32)
    record = (await anybody.get(f"/parties/{contract.contractor_id}/path")).json()
    assert [record[name] for name in ("needs", "contracts", "accepted")] == [1, 1, 1]
    assert record["amount"]["amount"] == "20000.00"
    (told,) = record["records"]
    assert (told["need_id"], told["award"]["place"], told["acceptance"]["accepting"]) == (need.id, 1, 26)
    assert (told["choice"]["tender_id"], step(told)[0]) == (contract.tender_id, "report")


async def test_an_organisation_shows_nothing_of_what_is_sealed_or_not_announced(
    session: AsyncSession, anybody: AsyncClient
) -> None:
    _, tender = await make_tendered(session)
    await make_scored(session, (90, 20_000), tender=tender)
    result = await propose(session, tender)
    bidder = (
        await session.scalars(sa.text("SELECT party_id FROM awards WHERE result_id = :id").bindparams(id=result.id))
    ).one()
    assert (await anybody.get(f"/parties/{bidder}/path")).json()["records"] == []


async def test_a_record_takes_as_many_queries_for_three_contracts_as_for_one(
    session: AsyncSession, anybody: AsyncClient
) -> None:
    party = await make_party(session)
    await make_contracted(session, party)
    with counted(session) as one:
        await anybody.get(f"/parties/{party.id}/path")
    for _ in range(2):
        await make_contracted(session, party)
    with counted(session) as three:
        assert len((await anybody.get(f"/parties/{party.id}/path")).json()["records"]) == 3
    assert len(one) == len(three) <= 16


@contextmanager
def counted(session: AsyncSession) -> Iterator[list[str]]:
    """Every statement that the database is sent meanwhile."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


async def test_a_signed_contract_is_announced_without_what_is_between_its_sides(
    session: AsyncSession, anybody: AsyncClient
) -> None:
    _, contract = await make_contracted(session)
    answer = await anybody.get(f"/contracts/{contract.id}/announcement")
    told = answer.json()
    assert (told["number"], told["status"], told["amount"]["amount"]) == (contract.number, "performing", "20000.00")
    assert {each["gate"]: each["status"] for each in told["milestones"]}["signing"] == "met"
    assert not {"targets", "signatures", "payments", "report", "opinion"} & set(told)
    assert "王科长" not in answer.text
