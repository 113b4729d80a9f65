"""Who may what, to which thing, in which relation: every route × every actor × every thing of its kind, as answered.

`matrix.csv` says for each operation what kind of thing it is done to and which of its relations lets somebody through;
`factories.world` says who stands in which relation to each thing. From the two follows every cell: 401 or 403 at the
gate (`policy.csv`), 404 for what is not seen, just as for what does not exist, 403 for what is seen but not one's own;
anything else gets past the policy. A refused write changes nothing; nobody reads a word that is not theirs to read.
"""

import csv
import json
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import asynccontextmanager
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
from fastapi.routing import APIRoute
from httpx import ASGITransport, AsyncClient, Response
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.core.actors import Actor, Role
from app.core.db import Base, Units
from app.core.reading.files import XLSX, Uploaded
from app.core.settings import Settings
from app.main import create_app
from app.surveys.questionnaires.xlsform.export import write_xlsform
from app.tenders.notices.inputs import TenderCreate
from tests.factories.files import PDF
from tests.factories.surveys import services_definition
from tests.factories.world import ABSENT, Thing, World, make_world
from tests.test_house import routes
from tests.test_policy import ROLES
from tests.test_policy import declared as gates
from tests.test_references import models_in

pytestmark = pytest.mark.anyio
TABLE = Path(__file__).with_name("matrix.csv")
# Tries are counted whatever comes of them, so that guessing is bounded.
TABLES = [table for table in Base.metadata.sorted_tables if table.name != "allowances"]
REFUSED = {"401", "403", "404"}
# Refusals that say: not yours, or not there.
POLICY = {
    "Denied",
    "NotFound",
    "NeedUnknown",
    "PartyUnknown",
    "JudgeAccountUnknown",
    "ListNamesStranger",
    "InputInvalid",
}
NOTHING = Thing("-", "-", {}, frozenset())
FILE = {"upload": ("list.csv", b"id,serial,community_code\n", "text/csv")}
FORM = write_xlsform(services_definition())
CANARY = re.compile(r"金丝雀-[a-z ]+")
# Bodies where the API's own example does not say one, or says one that would be refused before the policy is asked.
NOTICE: dict[str, Any] = TenderCreate.model_config["json_schema_extra"]["example"]  # type: ignore[index, assignment]
SPENT = {"starts_on": "2027-02-01", "ends_on": "2027-02-28", "spent": {"amount": "1.00"}, "voucher": "记-9"}
# "@…" is a number of the world, or the actor's own area.
BODIES: dict[str, Any] = {
    "seat_assessor": {"group": "third_party", "account_id": ABSENT},
    "save_assessment_sheet": {"marks": {}},
    "accept_finding": {"opinion": "已核对"},
    "answer_finding": {"answer": "已补交"},
    "extend_finding": {"due_on": "2027-12-31", "reason": "材料在途"},
    "raise_finding": {"requirement": "缺签到表", "severity": "minor", "working_days": 10, "is_holding": False},
    "reject_finding": {"opinion": "仍缺一场"},
    "waive_finding": {"reason": "不再要求"},
    "approve_budget": {},
    "ask_change": {"from_id": "@line", "to_id": "@other line", "amount": {"amount": "1.00"}, "reason": "调整"},
    "disallow_statement": {"amount": {"amount": "1.00"}, "reason": "无发票"},
    "flag_line": {"reason": "超支"},
    "grant_change": {"opinion": "同意"},
    "propose_budget": {"lines": [{"code": "a", "kind": "tax", "name": "税", "approved": {"amount": "1.00"}}]},
    "refuse_change": {"opinion": "不同意"},
    "return_budget": {"reason": "请补充"},
    "sign_audit": {"name": "周会计师"},
    "state_expense": {"line_id": "@line", **SPENT},
    "submit_audit": {"kind": "midterm", "opinion": "账目清楚"},
    "restate_expense": SPENT,
    "ask_voice": {"purpose": "acceptance", "wave_id": 1, "question": "Q1", "options": ["yes"]},
    "ask_satisfaction": {"wave_id": 1, "question": "Q1", "options": ["yes"], "served": 430},
    "sign_in_at_door": {"household": "3-2-501"},
    "give_feedback": {"household": "3-2-501", "as_announced": "yes", "again": "yes"},
    "sign_in_household": {"household": "3-2-501"},
    "accept_delivery": {"channel": "page", "asked": 10, "answers": 10, "accepting": 10},
    "add_membership": {"role": "judge", "party_id": None},
    "appoint_panel": {
        "tender_id": "@published tender",
        "members": [{"ref": f"J{n}", "name": "评委", "role_zh": "督导", "is_expert": True} for n in range(1, 6)],
    },
    "create_tender": {**NOTICE, "area_code": "@area"},
    "ask_reopening": {"judge": "J2", "ground": "extreme", "reason": "偏高"},
    "confirm_sheet": {"judge": "J2", "bid_id": "@scored bid", "marks": {}},
    "declare_interests": {"interests": [], "judge": "J2"},
    "edit_contract": {"title": "项目", "starts_on": "2027-01-10", "ends_on": "2027-12-31", "targets": []},
    "edit_tender": {**NOTICE, "area_code": "@area"},
    "engage_firm": {"kind": "evaluation", "party_id": "@party of E2"},
    "enter_paper_sheet": {"judge": "J2", "bid_id": "@scored bid", "marks": {}},
    "file_objection": {"lot_id": None, "grounds": "评分表的合计有误。"},
    "meet_milestone": {"opinion": "合格"},
    "miss_milestone": {"opinion": "不合格"},
    "order_pitches": {"lot": "L1", "bids": []},
    "price_inclusion": {"lot": "L1"},
    "record_payment": {"instalment": "first", "amount": {"amount": "1.00"}, "voucher": "PZ-1"},
    "record_refund": {"amount": {"amount": "1.00"}, "voucher": "PZ-2"},
    "remedy_milestone": {"opinion": "同意整改"},
    "report_milestone": {"report": "报告"},
    "return_milestone": {"opinion": "请补充"},
    "save_sheet": {"marks": {"C1": "1"}},
    "sign_contract": {"name": "王科长"},
    "submit_need_preferences": {"groups": [[ABSENT]]},
    "submit_offer_preferences": {"groups": [[ABSENT]]},
    "switch_membership": {"membership_id": ABSENT},
    "terminate_contract": {"reason": "停止实施"},
}
# From here on the bids are the purchaser's to read.
DISCLOSES = {"open_bids"}


Shape = tuple[int, str, str]


class Cell(NamedTuple):
    route: APIRoute
    name: str
    actor: Actor
    thing: Thing
    expected: str

    def __str__(self) -> str:
        return f"{self.route.operation_id} by {self.name} to {self.thing.name}: {self.expected}"


def declared() -> dict[str, dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {row.pop("operation"): row for row in csv.DictReader(file)}


def test_every_route_is_declared_with_what_it_is_done_to() -> None:
    assert {route.operation_id for route in routes()} ^ set(declared()) == set()


def things_of(kind: str, world: World) -> list[Thing]:
    """Every thing of the kind, and one that does not exist (of what carries files, one of each sort)."""
    if kind == "-":
        return [NOTHING]
    found = [thing for thing in world.things if thing.kind == kind]
    sorts = {thing.at.get("holder"): thing for thing in found}
    nowhere = ({n: v if n in {"gate", "holder"} else ABSENT for n, v in each.at.items()} for each in sorts.values())
    return [*found, *(Thing(kind, "nothing", at, frozenset()) for at in nowhere)]


def expected(row: dict[str, str], name: str, thing: Thing) -> str:
    if row["may"] == "everybody":
        return "any"
    if name in thing.allowed(row["may"]):
        return "yes"
    return row["otherwise"] if name in thing.sees else "404"


def cells(world: World, role: Role) -> Iterator[Cell]:
    """Whom the gate turns away it asks for nothing: there one thing is enough."""
    table, gate = declared(), gates()
    for route, (name, actor) in product(routes(), world.of_role(role).items()):
        row = table[str(route.operation_id)]
        things = things_of(row["subject"], world)
        if gate[str(route.operation_id)][role.value] == "no":
            yield Cell(route, name, actor, things[0], "403" if actor.is_signed_in else "401")
            continue
        yield from (Cell(route, name, actor, thing, expected(row, name, thing)) for thing in things)


def outcome(answer: Response) -> str:
    """As the table says it; a gate's and a policy's refusal to a person who is known are both 403."""
    return str(answer.status_code) if str(answer.status_code) in REFUSED else "yes"


def fits(cell: Cell, answer: Response) -> bool:
    if answer.status_code >= 500:
        return False
    return cell.expected == "any" or outcome(answer) == cell.expected


def body_of(route: APIRoute) -> dict[str, Any]:
    """What is sent: an upload where a file is taken, else the example of the body's schema."""
    operation = str(route.operation_id)
    if operation in {"import_survey", "replace_questionnaire"}:
        return {"files": {"upload": ("form.xlsx", FORM, XLSX)}}
    if operation == "attach_file":
        return {"files": {"upload": ("new.pdf", PDF, "application/pdf")}}
    if any(isinstance(each.call, Uploaded) for each in route.dependant.dependencies):
        return {"files": FILE}
    if operation in BODIES:
        return {"json": BODIES[operation]}
    for param in route.dependant.body_params:
        for model in models_in(param.field_info.annotation):
            extra = model.model_config.get("json_schema_extra")
            return {"json": extra["example"]} if isinstance(extra, dict) else {"json": {}}
    return {}


def resolved(body: Any, world: World, actor: Actor) -> Any:
    """The body with the world's numbers in it."""
    if isinstance(body, dict):
        return {name: resolved(value, world, actor) for name, value in body.items()}
    if isinstance(body, list):
        return [resolved(value, world, actor) for value in body]
    if isinstance(body, str) and body.startswith("@"):
        return f"{actor.area:0<12}" if body == "@area" else world.ids[body[1:]]
    return body


class Door:
    """The API in this process, as whoever `actor` is set to."""

    def __init__(self, client: AsyncClient, world: World) -> None:
        self.client, self.world, self.actor = client, world, Actor(None, Role.resident)

    async def knock(self, cell: Cell, **more: Any) -> Response:
        self.actor = cell.actor
        (method,) = cell.route.methods
        values = {name: cell.thing.at.get(name, ABSENT) for name in re.findall(r"{(\w+)}", cell.route.path)}
        query = {"side": "need"} if cell.route.operation_id == "list_seats" else {}
        is_table = any(param.alias == "format" for param in cell.route.dependant.query_params)
        query |= {"format": "csv"} if is_table and "paper" not in cell.route.path else {}  # words that can be read
        sent = resolved({**body_of(cell.route), **more}, self.world, cell.actor)
        return await self.client.request(
            method, cell.route.path.format(**values), params=query, headers={"If-Match": '"1"'}, **sent
        )


@asynccontextmanager
async def door_of(units: Units, world: World) -> AsyncIterator[Door]:
    async def authenticate(session: AsyncSession, token: str) -> Actor:
        return door.actor

    app = create_app(Settings(), units, authenticate)
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://test/api/v1") as client:
        door = Door(client, world)
        yield door


@asynccontextmanager
async def undone(connection: AsyncConnection) -> AsyncIterator[None]:
    savepoint = await connection.begin_nested()
    yield
    await savepoint.rollback()


async def checksums(connection: AsyncConnection) -> dict[str, int]:
    """Table → a sum over its rows, by place and by the transaction that wrote them last."""
    written = sa.func.coalesce(sa.func.sum(sa.func.hashtext(sa.literal_column("xmin::text || ctid::text"))), 0)
    each = [sa.select(sa.literal(t.name), sa.func.count() + written).select_from(t) for t in TABLES]
    return {name: int(total) for name, total in await connection.execute(sa.union_all(*each))}


def canaries(world: World) -> dict[str, frozenset[str]]:
    """Word → who may read it; a word on two things would say nothing."""
    known: dict[str, frozenset[str]] = {}
    for thing in world.things:
        assert not thing.canary or thing.canary not in known, thing
        known[thing.canary] = thing.sees
    return known


def foreign_words(answer: Response, cell: Cell, known: dict[str, frozenset[str]]) -> set[str]:
    if cell.route.operation_id in DISCLOSES:
        return set()
    return {word for word in CANARY.findall(answer.text) if cell.name not in known.get(word, frozenset())}


def shape(answer: Response, asked: Collection[Any]) -> Shape:
    """A refusal without the number that was asked for: alike for what is hidden and for what does not exist."""
    told = answer.json()
    facts = {name: "#" if value in asked else value for name, value in told["facts"].items()}
    return answer.status_code, told["code"], json.dumps(facts, sort_keys=True)


def faults(cell: Cell, answer: Response, known: dict[str, frozenset[str]]) -> list[str]:
    found = [] if fits(cell, answer) else [f"{cell}, not {answer.status_code} {answer.text[:200]}"]
    return found + [f"{cell}: tells {word}" for word in foreign_words(answer, cell, known)]


@pytest.mark.parametrize("role", ROLES)
async def test_every_cell_is_answered_as_declared(
    role: Role, session: AsyncSession, units: Units, connection: AsyncConnection
) -> None:
    world = await make_world(session)
    await session.commit()
    known, wrong = canaries(world), list[str]()
    every = list(cells(world, role))
    refused = [cell for cell in every if cell.expected in REFUSED]
    hidden: defaultdict[tuple[str, str], set[Shape]] = defaultdict(set)
    async with door_of(units, world) as door:
        before = await checksums(connection)
        for cell in refused:
            answer = await door.knock(cell)
            wrong += faults(cell, answer, known)
            if answer.status_code == 404 and cell.name not in cell.thing.sees:
                asked = f"{cell.route.operation_id} {cell.thing.at.get('holder', '')}"
                hidden[asked, cell.name].add(shape(answer, cell.thing.at.values()))
        after = await checksums(connection)
        for cell in every:
            if cell.expected not in REFUSED:
                async with undone(connection):
                    wrong += faults(cell, await door.knock(cell), known)
    wrong += [f"refused, yet {table} changed" for table in before if after[table] != before[table]]
    wrong += [
        f"{asked}: what is hidden can be told from nothing: {said}" for asked, said in hidden.items() if len(said) > 1
    ]
    assert wrong == []


def put(body: Any, path: str, value: int) -> Any:
    """The body with `value` at a path such as "lots.0.need_ids.0"; lists are cut down to the one that is changed."""
    step, _, rest = path.partition(".")
    if step.isdigit():
        first = body[0] if body else {}
        return [put(first, rest, value), *body[1:]] if rest else [value]
    inner = body.get(step)
    return {**body, step: put([] if inner is None else inner, rest, value) if rest else value}


async def test_a_reference_in_a_body_is_authorised_like_one_in_an_address(
    session: AsyncSession, units: Units, connection: AsyncConnection
) -> None:
    world = await make_world(session)
    await session.commit()
    by_name = {str(route.operation_id): route for route in routes()}
    wrong, hidden = list[str](), defaultdict[tuple[str, ...], set[Shape]](set)
    with TABLE.with_name("matrix_references.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    async with door_of(units, world) as door:
        for row in rows:
            route = by_name[row["operation"]]
            id = ABSENT if row["reference"] == "nothing" else world.ids[row["reference"]]
            kind = declared()[row["operation"]]["subject"]
            thing = next((each for each in world.things if (each.kind, each.name) == (kind, row["subject"])), NOTHING)
            cell = Cell(route, row["actor"], world.actors[row["actor"]], thing, row["expected"])
            body = put(BODIES.get(row["operation"]) or body_of(route)["json"], row["field"], id)
            if ".items." in row["field"]:
                body["lots"][0]["items"][0]["code"] = "L2-1"
            before = await checksums(connection)
            async with undone(connection):
                answer = await door.knock(cell, json=body)
                after = await checksums(connection)
            code = answer.json().get("code", "") if answer.status_code >= 400 else ""
            is_right = code not in POLICY if row["expected"] == "yes" else code == row["expected"]
            if not is_right or answer.status_code >= 500:
                wrong.append(f"{row}: {answer.status_code} {answer.text[:300]}")
            if row["expected"] != "yes" and after != before:
                wrong.append(f"{row}: changed something")
            if code and row["expected"] not in {"yes", "Denied"}:
                asked = row["operation"], row["actor"], row["field"], row["expected"]
                hidden[asked].add(shape(answer, {id}))
    assert sum(1 for role in ROLES for _ in cells(world, role)) >= 5_000
    wrong += [f"{asked}: hidden ones differ: {said}" for asked, said in hidden.items() if len(said) > 1]
    assert wrong == []
