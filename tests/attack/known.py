"""What an attacker who may sign in finds out first: addresses, numbers of things, cursors, names of sorts, accounts."""

import asyncio
import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from app.accounts.rules import DEMONSTRATION_PASSWORD
from tests.attack.wire import COOKIE, Answer, Request, Send, asking

API = "/api/v1"
ANONYMOUS = "resident"
SEATS = ("committee", "street", "organization", "purchaser", "judge", "evaluator", "auditor", "admin")
POLICY = Path(__file__).parents[1] / "policy.csv"
NAMED = re.compile(r"\{(\w+)\}")


class Route(NamedTuple):
    """An operation of the API's description."""

    method: str
    path: str
    facts: dict[str, Any]

    @property
    def operation(self) -> str:
        return str(self.facts["operationId"])

    @property
    def parameters(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.facts.get("parameters", [])
        return found

    @property
    def body(self) -> tuple[str, dict[str, Any]] | None:
        """The content type and schema of what it takes."""
        content = self.facts.get("requestBody", {}).get("content", {})
        return next(((kind, each["schema"]) for kind, each in content.items()), None)


def routes_of(description: dict[str, Any]) -> list[Route]:
    paths = description["paths"].items()
    return [Route(method.upper(), path, facts) for path, of in paths for method, facts in of.items()]


def allowed_roles() -> dict[str, list[str]]:
    """Operation → the roles that the policy lets through its gate."""
    with POLICY.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["operation"]: [role for role in (ANONYMOUS, *SEATS) if row.get(role) == "yes"] for row in rows}


async def sign_in(send: Send, name: str, *, known: str = "") -> str:
    """The cookies of a new session of a demonstration account; empty when refused. `known`: cookies from before, by
    which the platform knows the browser again."""
    body = {"username": name, "password": DEMONSTRATION_PASSWORD}
    answer = await send(asking("POST", f"{API}/session", body, headers=[("Cookie", known)] if known else []))
    given = answer.headers.get("set-cookie", "").splitlines() if answer.status < 300 else []
    return "; ".join(each.partition(";")[0] for each in given)


def people(send: Send) -> dict[str, Send]:
    """A sender for a stranger and for each demonstration account."""
    return {ANONYMOUS: send} | {name: signed_in(send, name) for name in SEATS}


def signed_in(send: Send, name: str) -> Send:
    """Sends as an account, which is signed in when needed: an attack may have signed it out."""
    cookies, inside, door = "", False, asyncio.Lock()

    async def send_as(request: Request) -> Answer:
        nonlocal cookies, inside
        if COOKIE in {header for header, _ in request.headers}:
            return await send(request)
        async with door:
            if not inside:
                given = await sign_in(send, name, known=cookies)
                cookies, inside = given or cookies, bool(given)
        answer = await send(request._replace(headers=((COOKIE, cookies.encode()), *request.headers)))
        inside = inside and answer.status != 401
        return answer

    return send_as


Known = Mapping[str, list[str]]


async def learn(sends: Mapping[str, Send], description: dict[str, Any], *, depth: int = 2) -> Known:
    """Path parameter → values that exist; "cursor" and "sort:<operation>" likewise; "file:<operation>" templates."""
    known: dict[str, list[str]] = defaultdict(list)
    reads = [route for route in routes_of(description) if route.method == "GET" and not _is_file(route)]
    allowed, asked = allowed_roles(), set[str]()
    for route in reads * depth:
        for path in addresses(route.path, known, 1):
            if path in asked:
                continue
            asked.add(path)
            readers = [send for role, send in sends.items() if role in allowed.get(route.operation, ())]
            await asyncio.gather(*(_read(send, route, path, known) for send in readers))
    for route in routes_of(description):
        if route.path.endswith("/template"):
            await _keep_template(sends["purchaser"], route, known)
    return {name: sorted(set(values)) for name, values in known.items()}


async def _read(send: Send, route: Route, path: str, known: dict[str, list[str]]) -> None:
    answer = await send(asking("GET", path))
    if answer.status != 200 or "json" not in answer.headers.get("content-type", ""):
        return
    for name, value in _values(answer.json(), _noun(route.path)):
        if value not in known[name] and len(known[name]) < 40:
            known[name].append(value)
    if any(each["name"] == "sort" for each in route.parameters) and f"sort:{route.operation}" not in known:
        refused = (await send(asking("GET", f"{path}?sort=zz"))).json()
        known[f"sort:{route.operation}"] = str(refused.get("facts", {}).get("allowed", "id")).split(", ")
        page = (await send(asking("GET", f"{path}?limit=1"))).json()
        known["cursor"] += [page["next_cursor"]] if page.get("next_cursor") else []


async def _keep_template(send: Send, route: Route, known: dict[str, list[str]]) -> None:
    answer = await send(asking("GET", f"{route.path}?format=csv"))
    known[f"file:{route.path.removesuffix('/template')}"] = [answer.body.decode("utf-8-sig", errors="replace")]


def addresses(path: str, known: Mapping[str, list[str]], most: int = 2) -> list[str]:
    """The path with `most` values of each parameter; none when one is not known."""
    values = [known.get(name, [])[:most] for name in NAMED.findall(path)]
    together = product(*values) if len(values) < 3 else zip(*values, strict=False)
    return [NAMED.sub("{}", path).format(*each) for each in together]


def _values(found: Any, noun: str) -> Iterator[tuple[str, str]]:
    """The parameters that an answer tells the values of: `id` is the noun's, everything else goes by its own name."""
    if isinstance(found, list):
        for each in found[:40]:
            yield from _values(each, noun)
    elif isinstance(found, dict):
        for name, value in found.items():
            if isinstance(value, dict | list):
                yield from _values(value, noun if name == "items" else _singular(name))
            elif name == "id" and value is not None:
                yield f"{noun}_id", str(value)
            elif name == "open_path" and value:
                yield "token", value.rsplit("/", 1)[-1]
            elif name.endswith(("_id", "code", "gate", "username")) and value:
                yield name, str(value)


def _noun(path: str) -> str:
    segments = [part for part in path.split("/") if "{" not in part]
    return _singular(segments[-1])


def _singular(plural: str) -> str:
    return f"{plural[:-3]}y" if plural.endswith("ies") else plural.removesuffix("s")


def _is_file(route: Route) -> bool:
    return route.path.rsplit("/", 1)[-1] in {
        "export",
        "template",
        "paper",
        "export_responses",
        "print_poster",
        "print_sheets",
        "live",
    }
