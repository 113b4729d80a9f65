"""Words that only some may read, looked for in everything that everybody can get."""

import uuid
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tests.attack.known import API, Known, Route, addresses, allowed_roles, learn, people, routes_of
from tests.attack.server import Server
from tests.attack.things import answer, answering, edit_bid, made, open_wave, own_bid
from tests.attack.wire import Pool, Send, asking

VALUES = 3  # of each parameter, besides those of what holds a secret


class Secret(NamedTuple):
    """`readers` are the roles whose demonstration account may find it; `where` its number, by parameter."""

    what: str
    word: str
    readers: frozenset[str]
    where: Mapping[str, str]


class Leak(NamedTuple):
    secret: str
    role: str
    address: str


async def hide(as_: Mapping[str, Send]) -> list[Secret]:
    """A bid begun, an offer begun, and a resident's words, each written by whom they belong to."""
    words = [uuid.uuid4().hex for _ in range(3)]
    organization, committee = as_["organization"], as_["committee"]
    bid = await own_bid(organization)
    await organization(edit_bid(bid, words[0]))
    offer = await made(organization, "POST", "/offers", {"title": "试拟", "description": words[1]})
    wave = await open_wave(committee)
    await as_["resident"](answer(answering(wave), words[2]))
    own, surveyors = frozenset({"organization"}), frozenset({"committee"})
    return [
        Secret("a bid begun", words[0], own, {"bid_id": str(bid["id"]), "tender_id": str(bid["tender_id"])}),
        Secret("an offer begun", words[1], own, {"offer_id": str(offer["id"])}),
        Secret(
            "a resident's personal words",
            words[2],
            surveyors,
            {"wave_id": str(wave["id"]), "survey_id": str(wave["survey_id"])},
        ),
    ]


class Crawl(NamedTuple):
    """`found`: secrets that their own readers did find, which proves that the crawl can find them."""

    answers: int
    secrets: int
    found: set[str]
    leaks: list[Leak]


async def crawl(server: Server) -> Crawl:
    """Every GET of every role, looked through for what the role may not read."""
    as_ = people(Pool(server.port).send)
    secrets = await hide(as_)
    description = (await as_["resident"](asking("GET", f"{API}/openapi.json"))).json()
    known = _with_own(await learn(as_, description), secrets)
    allowed, answers, leaks, found = allowed_roles(), 0, list[Leak](), set[str]()
    for route in (route for route in routes_of(description) if route.method == "GET"):
        for address in _addresses(route, known):
            for role in allowed.get(route.operation, as_):
                body = (await as_[role](asking("GET", address))).body.decode("utf-8", errors="replace")
                answers += 1
                for secret in (secret for secret in secrets if secret.word in body):
                    found.add(secret.what)
                    leaks += [] if role in secret.readers else [Leak(secret.what, role, address)]
    return Crawl(answers, len(secrets), found, leaks)


def _with_own(known: Known, secrets: Iterable[Secret]) -> dict[str, list[str]]:
    """A few values of each parameter, those of the secrets first."""
    hidden: dict[str, list[str]] = {}
    for secret in secrets:
        for name, value in secret.where.items():
            hidden.setdefault(name, []).append(value)
    names = {*known, *hidden}
    return {name: [*hidden.get(name, ()), *known.get(name, ())][: VALUES + len(hidden.get(name, ()))] for name in names}


def _addresses(route: Route, known: Known) -> list[str]:
    plain = addresses(route.path, known, VALUES + 1)
    formats = [each for each in route.parameters if each["name"] == "format"]
    return [f"{address}?format=csv" for address in plain] if formats else plain
