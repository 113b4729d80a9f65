"""Of several people of an organisation, who may what: every route that changes something against every mandate.

`mandates.csv` is written by hand and says what the design wants, as `policy.csv` does of roles. What a button offers
must agree with it: of the actions that a head is offered, others are offered exactly those that their mandate covers.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.core.actors import Actor, Mandate, Role, covers
from app.core.db import Units
from app.core.http.unit import SAFE
from tests.conftest import ClientOf
from tests.factories.world import make_world
from tests.test_house import routes
from tests.test_matrix import cells, door_of, undone
from tests.test_policy import declared as gates

pytestmark = pytest.mark.anyio
TABLE = Path(__file__).with_name("mandates.csv")
OWN = {"sign_in", "sign_out", "switch_membership", "change_password"}  # of the session, whoever acts in it
LESS = [Mandate.editor, Mandate.reader]


def declared() -> dict[str, dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {row.pop("operation"): row for row in csv.DictReader(file)}


def changing() -> set[str]:
    """What organisations may, but nobody without an account, and that is more than reading."""
    rows = gates()
    own = {name for name, row in rows.items() if row["organization"] == "yes" and row["resident"] == "no"}
    return own & {str(route.operation_id) for route in routes() if not route.methods <= SAFE}


def test_every_route_by_which_an_organization_acts_says_who_of_its_people_may() -> None:
    assert changing() ^ set(declared()) == set()


@pytest.mark.parametrize("mandate", list(Mandate))
async def test_the_gates_agree_with_the_table(mandate: Mandate, client_of: ClientOf) -> None:
    actor = Actor(999_999, Role.organization, 999_999, "", mandate, ("李红",))
    table, open_ones = declared(), {name for name, row in gates().items() if row["organization"] == "yes"}
    wrong = []
    async with client_of(actor) as client:
        for route in routes():
            (method,) = route.methods
            answer = await client.request(method, re.sub(r"\{[^}]+\}", "0", route.path))
            is_beyond = answer.status_code == 403 and answer.json()["code"] == "BeyondMandate"
            row = table.get(str(route.operation_id), {})
            expected = route.operation_id in open_ones and row.get(mandate.value) == "no"
            if is_beyond != expected:
                wrong.append((route.operation_id, answer.status_code))
    assert wrong == []


async def test_a_refusal_says_what_one_may_do_and_whom_to_ask(client_of: ClientOf) -> None:
    said = {}
    for mandate in LESS:
        async with client_of(Actor(1, Role.organization, 1, "", mandate, ("李红", "王强"))) as client:
            said[mandate] = (await client.post("/bids/1/submit")).json()["messages"]
    assert said[Mandate.editor]["zh"] == (
        "您是本单位的经办人，可以起草、修改、上传材料和报告进展；此项对外代表本单位，请由本单位负责人李红、王强办理。"
    )
    assert said[Mandate.reader]["en"].endswith("or a head of the organisation, to do this: 李红, 王强.")


def offers_of(answer: Any, path: str = "") -> Iterator[tuple[str, list[str]]]:
    """Every list of actions in an answer, and where it stands."""
    if isinstance(answer, list):
        for number, each in enumerate(answer):
            yield from offers_of(each, f"{path}.{number}")
    elif isinstance(answer, dict):
        for name, value in answer.items():
            if name == "actions":
                yield path, value
            else:
                yield from offers_of(value, f"{path}.{name}")


async def test_buttons_are_those_of_a_head_that_ones_mandate_covers(
    session: AsyncSession, units: Units, connection: AsyncConnection
) -> None:
    world = await make_world(session)
    await session.commit()
    wrong, seen = [], Counter[Mandate]()
    async with door_of(units, world) as door:
        for cell in cells(world, Role.organization):
            if not cell.route.methods <= SAFE or cell.expected not in {"yes", "any"}:
                continue
            async with undone(connection):
                whole = await door.knock(cell)
            if whole.headers.get("content-type") != "application/json":
                continue
            offered = dict(offers_of(whole.json()))
            is_party = cell.route.operation_id == "read_party"
            for mandate in LESS:
                async with undone(connection):
                    less = await door.knock(cell._replace(actor=replace(cell.actor, mandate=mandate)))
                for path, verbs in offers_of(less.json()):
                    named = {verb: f"{verb}_party" if is_party else verb for verb in offered.get(path, [])}
                    covered = [verb for verb in named if verb in OWN or covers(mandate, named[verb])]
                    seen[mandate] += len(verbs)
                    if verbs != covered:
                        wrong.append(f"{cell} as {mandate} {path}: {verbs}, not {covered}")
    assert (wrong, [mandate for mandate in LESS if not seen[mandate]]) == ([], [])
