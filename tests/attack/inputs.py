"""Requests for every route, generated: a seed gives the same ones again."""

import json
import random
import uuid
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from tests.attack import evil
from tests.attack.known import NAMED, Known, Route, allowed_roles, routes_of
from tests.attack.wire import Headers, Request

# How often which part of a request is evil; "valid" is as the description wants it.
KINDS = {
    "valid": 10,
    "body": 40,
    "raw body": 6,
    "query": 20,
    "cursor": 25,
    "path": 14,
    "version": 10,
    "header": 12,
    "method": 4,
    "page": 5,
}
PAGES = ("/", "/assets/", "/s/", "/r/", "/r?", "/api/", "/api/v1/", "/api/v1/openapi.json/", "/needs/", "/assets/../")
# What shuts an account out is asked about strangers only, or soon nobody would be left to send anything.
SHUTS_OUT = ("disable_", "reset_", "end_")
BOUNDARY = "shuangxuan-attack"
LONGEST = 60_100  # bytes of an address: servers hang up on heads beyond 64 kB, as they may
SHALLOW = 6  # nested objects a generated body has at the most


class Generator:
    """`known` are values that exist. Yields who sends (a role) and what."""

    def __init__(self, description: dict[str, Any], known: Known, seed: int) -> None:
        self.routes, self.known, self.dice = routes_of(description), known, random.Random(seed)
        self.schemas = description["components"]["schemas"]
        self.allowed = allowed_roles()
        self.roles = sorted({role for roles in self.allowed.values() for role in roles})

    def requests(self, count: int) -> Iterator[tuple[str, Request]]:
        """Every route comes round as often as every other."""
        rounds = -(-count // len(self.routes))
        order = [route for _ in range(rounds) for route in self.dice.sample(self.routes, len(self.routes))]
        for route in order[:count]:
            yield self._sender(route), self._request(route)

    def _sender(self, route: Route) -> str:
        allowed = self.allowed.get(route.operation)
        return self.dice.choice(allowed if allowed and self.dice.random() < 0.8 else self.roles)

    def _request(self, route: Route) -> Request:
        kind = self._kind(route)
        if kind == "page":
            return self._page()
        target = self._target(route, kind)
        headers, body = self._content(route, kind)
        method = self.dice.choice(evil.METHODS) if kind == "method" else route.method
        return Request(kind, route.operation, method, target, (*self._headers(route, kind), *headers), body)

    def _kind(self, route: Route) -> str:
        """What is evil about the next request: something that the route has."""
        places = {each["name"].lower(): each["in"] for each in route.parameters}
        fits = {
            "body": route.body,
            "raw body": route.body,
            "query": "query" in places.values(),
            "cursor": "cursor" in places,
            "version": "if-match" in places,
        }
        kinds = {kind: share for kind, share in KINDS.items() if fits.get(kind, True)}
        return self.dice.choices(list(kinds), list(kinds.values()))[0]

    def _page(self) -> Request:
        target = self.dice.choice(PAGES) + self.dice.choice(evil.SEGMENTS)
        return Request("page", "page", "GET", _ascii(target))

    # -- address

    def _target(self, route: Route, kind: str) -> bytes:
        spoiled = kind == "path" or (route.operation.startswith(SHUTS_OUT) and "{" in route.path)
        path = NAMED.sub(lambda m: self._segment(m[1], spoiled), route.path)
        if kind == "path" and "{" not in route.path:
            path += "/" + self.dice.choice(evil.SEGMENTS)
        return _ascii(path + self._query(route, kind))[:LONGEST]

    def _segment(self, name: str, spoiled: bool) -> str:
        if spoiled and self.dice.random() < 0.7:
            return self.dice.choice(evil.SEGMENTS)
        return quote(self.dice.choice(self.known.get(name) or ["1"]), safe="") if not spoiled else "0"

    def _query(self, route: Route, kind: str) -> str:
        declared = [each for each in route.parameters if each["in"] == "query"]
        given = [each for each in declared if self.dice.random() < 0.4 or each["name"] == kind]
        pairs = [(each["name"], self._parameter(route, each, kind in {"query", each["name"]})) for each in given]
        if kind == "query":
            pairs += self.dice.sample(pairs, min(len(pairs), self.dice.choice((0, 0, 1))))
            pairs += self.dice.choice(([], [], [("x" * 300, "\0")], [("", "")], [("limit", "0")]))
        return "?" + "&".join(f"{quote(name)}={_quoted(value)}" for name, value in pairs) if pairs else ""

    def _parameter(self, route: Route, facts: dict[str, Any], spoiled: bool) -> str:
        name = facts["name"]
        if name == "cursor":
            return self.dice.choice(evil.CURSORS if spoiled else self.known.get("cursor") or [""])
        if name == "sort" and self.dice.random() < 0.8:
            return self.dice.choice(("", "-")) + self.dice.choice(self.known.get(f"sort:{route.operation}") or ["id"])
        if spoiled and self.dice.random() < 0.7:
            return str(self.dice.choice(evil.TEXTS + evil.NUMBERS + evil.DATES))
        return str(self._value(facts["schema"], name))

    # -- headers

    def _headers(self, route: Route, kind: str) -> Headers:
        given: list[tuple[str, bytes]] = []
        if any(each["name"].lower() == "if-match" for each in route.parameters):
            given.append(("If-Match", b'"%d"' % self.dice.choice((1, 1, 2))))
        if route.method != "GET" and self.dice.random() < 0.3:
            given.append(("Idempotency-Key", uuid.UUID(int=self.dice.getrandbits(128)).hex.encode()))
        if kind in {"header", "version"}:
            fitting = [each for each in evil.HEADERS if kind == "header" or each[0] == "If-Match"]
            spoiled = self.dice.sample(fitting, self.dice.choice((1, 1, 2, 4)) if kind == "header" else 1)
            names = {name for name, _ in spoiled}
            given = [each for each in given if each[0] not in names or self.dice.random() < 0.2] + spoiled
        return tuple((name.encode(), value) for name, value in given)

    # -- body

    def _content(self, route: Route, kind: str) -> tuple[Headers, bytes]:
        if not route.body:
            return (), b""
        media, schema = route.body
        if kind == "raw body":
            told = self.dice.choice(evil.CONTENT_TYPES) if self.dice.random() < 0.5 else media
            return ((b"Content-Type", told.encode("latin-1")),), self.dice.choice(evil.BODIES)
        if media.startswith("multipart"):
            told = f"multipart/form-data; boundary={BOUNDARY}"
            return ((b"Content-Type", told.encode()),), self._multipart(route, spoiled=kind == "body")
        value = self._value(schema, "")
        for _ in range(self.dice.choice((1, 1, 1, 2)) if kind == "body" else 0):
            value = self._spoiled(value)
        return ((b"Content-Type", b"application/json"),), _json(value)

    def _multipart(self, route: Route, spoiled: bool) -> bytes:
        name = self.dice.choice(evil.FILE_NAMES) if spoiled and self.dice.random() < 0.3 else "a.csv"
        field = "x" if spoiled and self.dice.random() < 0.1 else self._field(route)
        told = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'
        content = self._file(route) if not spoiled or self.dice.random() < 0.6 else self.dice.choice(evil.FILES)
        end = f"\r\n--{BOUNDARY}--\r\n" if not spoiled or self.dice.random() < 0.95 else "\r\n"
        return told.encode("utf-8", errors="replace") + content + end.encode()

    def _field(self, route: Route) -> str:
        declared: list[str] = sorted(self._resolved(route.body[1])["properties"]) if route.body else ["x"]
        return self.dice.choice(declared)

    def _file(self, route: Route) -> bytes:
        """The template with a row of evil cells."""
        template = str((self.known.get(f"file:{route.path.rsplit('/import', 1)[0]}") or ["a,b\r\n"])[0])
        width = template.split("\n", 1)[0].count(",") + 1
        cells = [str(self.dice.choice(evil.TEXTS + evil.DATES + evil.NUMBERS[:15]))[:500] for _ in range(width)]
        row = ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)
        return f"{template.rstrip()}\r\n{row}\r\n".encode("utf-8", errors="replace")

    # -- values as a schema wants them

    def _value(self, schema: Mapping[str, Any], name: str, depth: int = 0) -> Any:
        schema = self._resolved(schema)
        if known := self.known.get(name):
            text = self.dice.choice(known)
            return int(text) if schema.get("type") == "integer" and text.isdigit() else text
        if "enum" in schema or "const" in schema:
            return self.dice.choice(schema.get("enum") or [schema["const"]])
        if schema.get("type") == "object" or "properties" in schema:
            return self._object(schema, depth)
        if schema.get("type") == "array":
            count = self.dice.choice((0, 1, 2)) if depth < SHALLOW else 0
            return [self._value(schema.get("items", {}), _one_of(name), depth + 1) for _ in range(count)]
        return self._scalar(schema, name)

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        while True:
            if "$ref" in schema:
                schema = self.schemas[schema["$ref"].rsplit("/", 1)[-1]]
            elif choices := schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf"):
                real = [each for each in choices if each.get("type") != "null"]
                schema = self.dice.choice(real if real and self.dice.random() < 0.85 else choices)
            else:
                return schema

    def _object(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        """Its example for a start, if it has one; else every required and some other properties."""
        required = schema.get("required", ())
        value = dict(schema.get("example", {})) if self.dice.random() < 0.6 else {}
        for name, of in schema.get("properties", {}).items():
            wanted = name in required or self.dice.random() < (0.4 if depth < SHALLOW else 0)
            if wanted and (name not in value or name in self.known):
                value[name] = self._value(of, name, depth + 1)
        if isinstance(more := schema.get("additionalProperties"), dict) and depth < SHALLOW:
            value.update(
                {key: self._value(more, "", depth + 1) for key in self.dice.sample(("Q1", "Q2", "K1", "x"), 2)}
            )
        return value

    def _scalar(self, schema: Mapping[str, Any], name: str) -> Any:
        kind, form = schema.get("type"), schema.get("format")
        if kind == "boolean":
            return self.dice.random() < 0.5
        if kind in {"integer", "number"}:
            low = schema.get("minimum", schema.get("exclusiveMinimum", 0))
            return self.dice.randint(int(low), int(schema.get("maximum", low + 1000)))
        if form in {"date", "date-time"}:
            day = f"20{self.dice.randint(20, 30)}-{self.dice.randint(1, 12):02}-{self.dice.randint(1, 28):02}"
            return day if form == "date" else f"{day}T09:00:00+08:00"
        if any(word in name for word in ("amount", "price", "budget", "weight", "points", "score")):
            return self.dice.choice(("1.00", "20000.00", "0.10"))
        length = max(int(schema.get("minLength", 1)), 4)
        return "".join(self.dice.choice("社区服务abc12") for _ in range(min(length, schema.get("maxLength", length))))

    # -- and as nobody wants them

    def _spoiled(self, value: Any) -> Any:
        """The value with one of its parts replaced, left out, doubled or added."""
        if isinstance(value, dict) and value and self.dice.random() < 0.93:
            name = self.dice.choice(sorted(value))
            how = self.dice.random()
            if how < 0.06:
                return {key: each for key, each in value.items() if key != name}
            if how < 0.1:
                return value | {str(self.dice.choice(evil.TEXTS)): value[name]}
            return value | {name: self._spoiled(value[name])}
        if isinstance(value, list) and value and self.dice.random() < 0.7:
            place = self.dice.randrange(len(value))
            return (
                value * 2
                if self.dice.random() < 0.2
                else [*value[:place], self._spoiled(value[place]), *value[place + 1 :]]
            )
        return self._bad(value)

    def _bad(self, value: Any) -> Any:
        pools = [evil.TEXTS, evil.NUMBERS, evil.DATES, evil.SHAPES]
        likely = evil.DATES if isinstance(value, str) and value[:2] == "20" and value[4:5] == "-" else evil.TEXTS
        likely = evil.NUMBERS if isinstance(value, int | float) else likely
        return self.dice.choice(likely if self.dice.random() < 0.5 else self.dice.choice(pools))


def _one_of(name: str) -> str:
    """A list `need_ids` holds values of `need_id`."""
    return name.removesuffix("s")


def _json(value: Any) -> bytes:
    text = json.dumps(value)
    for marker, raw in evil.RAW.items():
        text = text.replace(f'"{marker}"', raw)
    return text.encode()


def _quoted(value: str) -> str:
    """Percent-escapes for what a query may not hold; what is escaped already stays."""
    return quote(value, safe="%=", errors="surrogatepass")


def _ascii(target: str) -> bytes:
    return quote(target, safe="/?&=%+:@;,~$*{}", errors="surrogatepass").encode()
