"""What a proposed round shows to everybody: an export that verifies, and its fairness; nothing before."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from typer.testing import CliRunner

from app.cli import cli
from app.core.actors import RESIDENT
from app.core.audit import AuditEvent
from app.core.clock import SimulatedClock
from app.core.errors import DomainError
from app.matching.allocation.verifier import verify_selection
from tests.conftest import ClientOf
from tests.selection.test_api import CLOSES, Fair, make_fair

pytestmark = pytest.mark.anyio


async def proposed(session: AsyncSession, client_of: ClientOf, clock: SimulatedClock) -> Fair:
    """Need 0 wants offer 1 before offer 0, need 1 only offer 0; offer 1 does not want need 0 at all."""
    fair = await make_fair(session)
    await fair.open(client_of)
    first, second = (offer.id for offer in fair.offers)
    await fair.choose(client_of, "needs", 0, [[second], [first]])
    await fair.choose(client_of, "needs", 1, [[first]])
    await fair.choose(client_of, "offers", 0, [[fair.needs[0].id], [fair.needs[1].id]])
    clock.at = CLOSES
    async with client_of(fair.bureau) as client:
        assert (await client.post(f"/selection/rounds/{fair.round_id}/close")).status_code == 200
    return fair


async def test_anybody_can_take_the_export_and_verify_it(
    session: AsyncSession, client_of: ClientOf, clock: SimulatedClock
) -> None:
    fair = await proposed(session, client_of, clock)
    async with client_of(RESIDENT) as client:
        exported = (await client.get(f"/selection/rounds/{fair.round_id}/export")).json()
        shown = (await client.get(f"/selection/rounds/{fair.round_id}")).json()
    facts = {"round": fair.round_id, "needs": 2, "offers": 2, "mutual": 2, "matched": 1, "at_most": 1, "stable": True}
    assert verify_selection(exported, shown["digest"]) == (facts | {"digest": shown["digest"]}, [])
    assert (exported["format"], exported["version"], exported["pairs"]) == ("shuangxuan.selection", 2, [["N0", "O0"]])
    noted = select(AuditEvent.facts).where(AuditEvent.event == "round.closed")
    assert [noted_facts["digest"] for noted_facts in await session.scalars(noted)] == [shown["digest"]]
    exported["pairs"] = [["N1", "O0"]]
    assert "blocks" in {fault["fault"] for fault in verify_selection(exported)[1]}


async def test_a_wish_that_was_not_returned_stays_with_its_author_and_ranks_stay_as_they_were(
    session: AsyncSession, client_of: ClientOf, clock: SimulatedClock
) -> None:
    fair = await proposed(session, client_of, clock)
    async with client_of(RESIDENT) as client:
        exported = (await client.get(f"/selection/rounds/{fair.round_id}/export")).json()
    assert {need["key"]: need["groups"] for need in exported["needs"]} == {"N0": [[], ["O0"]], "N1": [["O0"]]}
    assert [(o["key"], o["groups"], o["source"], o["places"]) for o in exported["offers"]] == [
        ("O0", [["N0"], ["N1"]], "submitted", 1),
        ("O1", [], None, 1),
    ]
    assert exported["certificate"]["pairs"][0]["seeker_rank"] == 2


async def test_no_list_leaves_the_house_before_the_round_is_proposed(
    session: AsyncSession, client_of: ClientOf
) -> None:
    fair = await make_fair(session)
    await fair.open(client_of)
    await fair.choose(client_of, "needs", 0, [[fair.offers[0].id]])
    for actor in (RESIDENT, fair.bureau, fair.committees[0], fair.organizations[0]):
        async with client_of(actor) as client:
            for what in ("export", "fairness", "certificate"):
                answer = await client.get(f"/selection/rounds/{fair.round_id}/{what}")
                assert (answer.status_code, answer.json()["code"]) == (404, "NotFound")


async def test_a_round_that_does_not_exist_has_neither_export_nor_fairness(client_of: ClientOf) -> None:
    async with client_of(RESIDENT) as client:
        for what in ("export", "fairness"):
            assert (await client.get(f"/selection/rounds/999999/{what}")).status_code == 404


async def test_fairness_tells_sides_sizes_and_areas_apart(
    session: AsyncSession, client_of: ClientOf, clock: SimulatedClock
) -> None:
    fair = await proposed(session, client_of, clock)
    async with client_of(RESIDENT) as client:
        report = (await client.get(f"/selection/rounds/{fair.round_id}/fairness")).json()
    assert report["needs"] == {
        "members": 2,
        "mutual": 2,
        "matched": 1,
        "places": 2,
        "taken": 1,
        "share": "0.500",
        "mean_rank": "2.00",
        "few": True,
    }
    assert (report["offers"]["share"], report["offers"]["mean_rank"]) == ("0.500", "1.00")
    assert [(a["area"], a["name"], a["tally"]["matched"]) for a in report["by_street"]] == [
        ("530114001", "street 530114001000", 0),
        ("530114003", "street 530114003000", 1),
    ]
    district = [(a["area"], a["name"], a["tally"]["members"]) for a in report["by_district"]]
    assert district == [("530114", "district 530114000000", 2)]
    assert [(s["size"], s["tally"]["members"]) for s in report["by_size"]] == [("small", 2)]
    assert report["small_up_to"] == 1


async def test_the_command_line_judges_an_export(
    session: AsyncSession, client_of: ClientOf, clock: SimulatedClock, tmp_path: Path
) -> None:
    fair = await proposed(session, client_of, clock)
    file = tmp_path / "round.json"
    async with client_of(RESIDENT) as client:
        file.write_bytes((await client.get(f"/selection/rounds/{fair.round_id}/export")).content)
    sound = CliRunner().invoke(cli, ["verify", "selection", str(file)])
    assert (sound.exit_code, json.loads(sound.stdout)["faults"]) == (0, 0)
    other = CliRunner().invoke(cli, ["verify", "selection", str(file), "--digest", "0" * 64])
    assert (other.exit_code, "这不是当时公布的结果" in other.stdout) == (1, True)
    altered = json.loads(file.read_text("utf-8"))
    altered["offers"][0]["places"] = 0
    file.write_text(json.dumps(altered), "utf-8")
    broken = CliRunner().invoke(cli, ["verify", "selection", str(file)])
    assert (broken.exit_code, "超过了它的名额" in broken.stdout, "more than it has places for" in broken.stdout) == (
        1,
        True,
        True,
    )


@pytest.mark.parametrize("content", [b"{", b'{"format": "shuangxuan.selection"}', b"[]", None])
def test_the_command_line_refuses_what_is_no_export(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "round.json"
    if content is not None:
        file.write_bytes(content)
    refused = CliRunner().invoke(cli, ["verify", "selection", str(file)])
    assert isinstance(refused.exception, DomainError)
    assert refused.exception.code in {"SelectionFileUnreadable", "SelectionMalformed"}
