"""The season of 2018 from the residents' answers to signed contracts, and what the demonstration keeps alive of it."""

import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import NamedTuple

import pytest
import sqlalchemy as sa
from httpx import ASGITransport, AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.policy import authenticate
from app.accounts.rules import DEMONSTRATION_PASSWORD
from app.core.actors import Role
from app.core.audit import verify
from app.core.clock import now
from app.core.db import Units, make_engine
from app.core.db import units as make_units
from app.core.installation.postgres import EmbeddedPostgres
from app.core.settings import Settings
from app.main import create_app
from app.needs.models import Need
from app.season.demonstration import is_demonstrated, load_demonstration, survey_token
from app.season.importing import open_season
from app.season.models import SeasonStep
from app.season.replay import replay_season
from app.season.summary import Summary, readable, summary_of
from app.tenders.notices.models import Tender
from app.tenders.notices.queries import ends_of, phase_of
from app.tenders.notices.rules import TIMELINE
from tests.conftest import copied
from tests.test_house import routes

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("season")]


class Season(NamedTuple):
    units: Units
    summary: Summary


@pytest.fixture(scope="session")
async def season(server: EmbeddedPostgres, demonstrated: str) -> AsyncIterator[Season]:
    """A database of its own with the whole demonstration."""
    with copied(server, demonstrated) as url:
        engine = make_engine(url)
        units = make_units(engine)
        async with units() as session:
            summary = await summary_of(session, open_season("kunming2018"))
        yield Season(units, summary)
        await engine.dispose()


def visiting(season: Season) -> AsyncClient:
    """A client of the application over the demonstration, nobody signed in."""
    app = create_app(Settings(), season.units, authenticate)
    return AsyncClient(transport=ASGITransport(app), base_url="http://test/api/v1")


async def test_the_survey_came_back_as_published(season: Season) -> None:
    assert season.summary["survey"] == {
        "issued": 600,
        "returned": 494,
        "valid": 494,
        "recovery_rate": "0.8233",
        "effective_rate": "0.8233",
        "validity_rate": "1.0000",
    }


async def test_everything_was_taken_in(season: Season) -> None:
    summary = season.summary
    reference = (summary["areas"], summary["categories"], summary["populations"])
    assert (reference, summary["organizations"], summary["applicants"]) == ((1903, 291, 39), 60, 14)
    assert (summary["needs"], summary["offers"]) == (200, 200)


async def test_the_round_is_stable_and_leaves_the_needs_of_the_lots_alone(season: Season) -> None:
    chosen = season.summary["selection"]
    assert (chosen["rounds"], chosen["needs"], chosen["stable"], chosen["preferences"]) == (2, 195, True, "derived")


async def test_bids_and_sheets_are_those_that_count(season: Season) -> None:
    assert season.summary["tender"] == {
        "bids": 60,
        "ineligible": ["B36", "B38", "B59", "B60"],
        "recusals": 8,
        "missing_sheets": [["B15", "J6"]],
        "sheets_counted": 383,
        "corrected_totals": [["B45", "J2", "84.5", "74.5"]],
        "rule": "trim",
    }


async def test_each_lot_is_decided_within_its_budget(season: Season) -> None:
    lots = season.summary["lots"]
    assert (lots["L1"]["awards"], lots["L1"]["amount"]) == (["B05", "B14", "B01", "B07", "B11"], "400000.00")
    assert lots["L2"]["awards"] == ["B26", "B33", "B19", "B31", "B32", "B28", "B16", "B37", "B34"]
    assert lots["L2"]["amount"] == "179600.00"
    skipped = lots["L2"]["alternatives"]["skip"]
    assert (skipped["awards"], skipped["amount"]) == (lots["L2"]["awards"][:-1], "166000.00")
    assert (len(lots["L3"]["awards"]), lots["L3"]["awards"][-3:]) == (12, ["B44", "B51", "B57"])
    assert lots["L3"]["amount"] == "100900.00"
    assert [sorted(lot["alternatives"]) for lot in lots.values()] == [["optimise", "skip", "trim"]] * 3


async def test_every_award_is_another_applicants_and_has_its_contract(season: Season) -> None:
    summary = season.summary
    assert (summary["awards"], summary["different_applicants"], summary["contracts"]) == (26, 26, 26)


async def test_all_contracts_but_the_one_that_is_shown_go_on_to_their_end(season: Season) -> None:
    """Of 680,500 yuan 40,000 wait with the contract under way, 4,600 are lost to the one that ended early, 1,400 to an
    audit, and 555 were never spent."""
    summary = season.summary
    assert (summary["ended"], summary["payments"]) == (
        {"completed": 24, "performing": 1, "terminated": 1},
        {"number": 74, "amount": "633945.00"},
    )
    assert summary["spot_checks"] == {"drawn": 8, "of": 26}
    assert summary["evaluations"] == {
        "final_evaluation met": 24,
        "midterm_evaluation met": 24,
        "midterm_evaluation not_met": 1,
    }
    assert summary["budgets"] == {"approved": 26, "spent": "613505.00", "disallowed": "1400.00", "audits": 49}
    held = {"cancelled": 3, "concluded": 76, "sign_ins": 2225, "draws": 8}
    assert {key: summary["sessions"][key] for key in held} == held
    assert summary["findings"] == {
        "closed": 5,
        "open": 1,
        "waived": 1,
        "holding": 2,
        "answers": 6,
        "late_answers": 2,
    }
    assert summary["acceptance"] == {"contracts": 24, "asked": 848, "answers": 712, "accepting": 688}
    # One of the thirteen is given by the demonstration, some days ago.
    assert summary["ratings"] == {"excellent": 1, "good": 13, "qualified": 4, "unqualified": 1}


async def test_the_audit_chains_hold(season: Season) -> None:
    assert (season.summary["audit"]["verified"], season.summary["audit"]["faults"]) == (True, [])


async def test_replayed_again_it_is_the_same(season: Season) -> None:
    again = await replay_season(season.units, open_season("kunming2018"))
    assert again == season.summary
    assert "26 awards, 26 contracts" in readable(again)[-1]


async def test_the_demonstration_is_made_once(season: Season) -> None:
    async with season.units() as session:
        before = (await verify(session))[0]
        assert await is_demonstrated(session)
    assert await load_demonstration(season.units) is False
    async with season.units() as session:
        assert (await verify(session))[0] == before
        made = await session.scalars(sa.select(SeasonStep.season).distinct().order_by(SeasonStep.season))
        assert list(made) == ["demonstration", "kunming2018"]


async def test_one_tender_is_over_one_takes_bids_and_one_is_being_scored(season: Season) -> None:
    async with season.units() as session:
        at = await now(session)
        tenders = await session.scalars(sa.select(Tender).order_by(Tender.ref))
        phases = [(each.ref, each.status.value, phase_of(each, at), each.is_demonstration) for each in tenders]
    assert phases == [
        ("cg-2018-01", "awarded", "ended", True),
        ("cg-2018-01-open", "published", "enquiries", True),
        ("cg-2018-01-scoring", "opened", "evaluation", True),
    ]


async def test_the_tender_that_takes_bids_has_every_phase_before_it(season: Season) -> None:
    async with season.units() as session:
        tender = (await session.scalars(sa.select(Tender).where(Tender.ref == "cg-2018-01-open"))).one()
        ends = ends_of(tender).values()
        phases = [phase_of(tender, end - timedelta(seconds=1)) for end in ends]
    assert phases == [phase for phase, _ in TIMELINE]


async def test_ten_needs_rest_on_the_residents_answers_and_end_in_their_acceptance(season: Season) -> None:
    async with season.units() as session:
        cites = Need.survey_result_id.is_not(None), Need.evidence_n.is_not(None)
        cited = list(await session.scalars(sa.select(Need.id).where(*cites, Need.published_at.is_not(None))))
    async with visiting(season) as client:
        paths = [(await client.get(f"/needs/{id}/path")).json() for id in cited]
    ended = [path for path in paths if path["acceptance"]["state"] == "done" and path["next"] is None]
    assert len(ended) >= 10
    assert all(path["evidence"]["survey_id"] and path["contract"]["partner"]["id"] for path in ended)


async def test_no_title_stands_twice_among_visible_needs(season: Season) -> None:
    async with season.units() as session:
        titles = Counter(await session.scalars(sa.select(Need.title).where(Need.published_at.is_not(None))))
    assert [title for title, count in titles.items() if count > 1] == []


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.resident, Role.clock, Role.admin}])
async def test_every_demonstration_account_finds_something_to_do_or_to_read(season: Season, role: Role) -> None:
    async with visiting(season) as client:
        answer = await client.post("/session", json={"username": role.value, "password": DEMONSTRATION_PASSWORD})
        assert answer.status_code < 300, answer.text
        desk = (await client.get("/desk")).json()["items"]
        tenders = (await client.get("/tenders")).json()["items"]
    idle = {Role.street, Role.auditor}
    assert (len(desk) > 0 or role in idle, len(tenders)) == (True, 3)


async def test_anybody_can_answer_the_open_survey(season: Season) -> None:
    async with season.units() as session:
        token = await survey_token(session)
    async with visiting(season) as client:
        page = await client.get(f"/surveys/answering/{token}")
    assert (page.status_code, len(page.json()["survey"]["questions"])) == (200, 18)


# Where things with buttons are listed, and what hangs on a tender.
LISTS = ("tenders", "bids", "contracts", "awards", "objections")
OF_TENDERS = ("panels/{id}", "awards/results/{id}")


async def things(client: AsyncClient) -> list[tuple[str, list[str]]]:
    """Address and buttons of everything in the rooms of tenders and contracts that the reader sees."""
    found = []
    for room in LISTS:
        answer = (await client.get(f"/{room}")).json()
        rows = answer.get("items", []) if isinstance(answer, dict) else answer
        found += [f"{room}/{row['id']}" for row in rows]
    tenders = [address.partition("/")[2] for address in found if address.startswith("tenders/")]
    found += [path.format(id=id) for path in OF_TENDERS for id in tenders]
    read = [(address, await client.get(f"/{address}")) for address in found]
    return [(at, said.json()["actions"]) for at, said in read if said.is_success and "actions" in said.json()]


async def test_a_button_that_asks_for_nothing_is_refused_only_for_what_was_filled_in(season: Season) -> None:
    @asynccontextmanager
    async def undone() -> AsyncIterator[AsyncSession]:
        async with season.units() as session:
            yield session
            await session.rollback()

    posted = [route for route in routes() if "POST" in route.methods and route.body_field is None]
    bare = {re.sub(r"\{\w+\}", "0", route.path) for route in posted}
    app, passing = create_app(Settings(), season.units, authenticate), create_app(Settings(), undone, authenticate)
    pressed = {}
    for role in (Role.organization, Role.purchaser, Role.committee, Role.judge, Role.evaluator):
        async with AsyncClient(transport=ASGITransport(app), base_url="http://test/api/v1") as client:
            await client.post("/session", json={"username": role.value, "password": DEMONSTRATION_PASSWORD})
            paths = [f"/{address}/{verb}" for address, verbs in await things(client) for verb in verbs]
        async with AsyncClient(
            transport=ASGITransport(passing), base_url="http://test/api/v1", cookies=client.cookies
        ) as client:
            for path in paths:
                if re.sub(r"\d+", "0", path) in bare:
                    answer = await client.post(path)
                    pressed[role, path] = (
                        answer.json()["code"] if answer.is_error and answer.status_code != 422 else None
                    )
    assert pressed
    assert {button: refusal for button, refusal in pressed.items() if refusal} == {}
