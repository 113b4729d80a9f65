"""Who may call what: every route against every role. A cell that is not declared, or declared wrongly, is red.

The table is written by hand and says what the design wants; the gates in the code must agree with it. Objects that do
not exist are asked for, so an allowed role gets past the gate and anything but 401 or 403 follows.
"""

import csv
import re
from pathlib import Path

import pytest

from app.core.actors import RESIDENT, Actor, Role
from tests.conftest import ClientOf
from tests.test_house import routes

pytestmark = pytest.mark.anyio
ROLES = [role for role in Role if role is not Role.clock]
TABLE = Path(__file__).with_name("policy.csv")


def declared() -> dict[str, dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {row.pop("operation"): row for row in csv.DictReader(file)}


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    assert {route.operation_id for route in routes()} ^ set(declared()) == set()


def test_every_cell_says_yes_or_no() -> None:
    undecided = [
        (operation, role)
        for operation, row in declared().items()
        for role in ROLES
        if row.get(role.value) not in {"yes", "no"}
    ]
    assert undecided == []


@pytest.mark.parametrize("role", ROLES)
async def test_the_gates_agree_with_the_table(role: Role, client_of: ClientOf) -> None:
    actor = RESIDENT if role is Role.resident else Actor(999_999, role, 999_999, "999999")
    table, wrong = declared(), []
    async with client_of(actor) as client:
        for route in routes():
            path = re.sub(r"\{[^}]+\}", "0", route.path)
            (method,) = route.methods
            response = await client.request(method, path)
            gated = response.status_code in {401, 403} and response.json()["code"] in {"NotSignedIn", "Denied"}
            declared_open = table[str(route.operation_id)][role.value] == "yes"
            if gated == declared_open or response.status_code >= 500:
                wrong.append((route.operation_id, role.value, response.status_code))
    assert wrong == []
