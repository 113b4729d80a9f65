"""What people read: a refusal is given every fact that its sentences state, and codes are said by their words."""

import ast
import csv
import importlib
import inspect
import pkgutil
import re
import textwrap
from collections.abc import Iterator
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import app
from app.areas.rules import AreaLevel
from app.contracts.rules import EngagementKind
from app.core.actors import RESIDENT, Actor, Role
from app.core.days.calendar import Unit
from app.core.db import Base
from app.core.errors import LISTED, DomainError, MoveRefused
from app.core.problems import catalogue, input_invalid, problem_of, sentences
from app.core.words import LANGUAGES, day, instant, said, words
from app.parties.rules import LegalKind, PartyKind
from app.selection.rules import RoundClosed
from app.surveys.waves.rules import Channel
from app.tenders.notices.publishing import PeriodTooShort
from app.tenders.profiles.rules import Challenged, Gate, OverspendRule
from tests.conftest import ClientOf
from tests.test_description import described

APP = Path(app.__file__ or "").parent


@pytest.fixture(scope="module", autouse=True)
def everything() -> None:
    for found in pkgutil.walk_packages(app.__path__, "app."):
        importlib.import_module(found.name)


def facts_needed(code: str, reason: str | None) -> set[str]:
    entry = catalogue()[code]
    entry = entry.get(reason, entry) if reason else entry
    return {name for language in LANGUAGES for _, name, _, _ in Formatter().parse(entry[language]) if name}


def facts_of_its_own(code: str) -> set[str]:
    """What a class of refusals adds itself, in an `__init__` that it has or inherits."""
    made = DomainError.registry[code].__init__
    if made is DomainError.__init__:
        return set()
    calls = (n for n in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(made)))) if isinstance(n, ast.Call))
    return {each.arg for call in calls for each in call.keywords if each.arg}


@cache
def dictionary_keys(room: Path) -> set[str]:
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in room.glob("*.py"))
    keys = (key for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Dict) for key in node.keys)
    return {str(key.value) for key in keys if isinstance(key, ast.Constant)}


def sites(path: Path) -> Iterator[tuple[int, str, set[str], str | None]]:
    """Where a file makes refusals: line, code, the facts given, and the reason where it is written there. Facts spread
    with ** are those of the dictionaries of the room, or whatever the refusal had that was caught."""
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    spread = dictionary_keys(path.parent)
    for call in calls:
        named = {each.arg: each.value for each in call.keywords}
        first = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
        code = first if first in catalogue() else getattr(call.func, "id", getattr(call.func, "attr", ""))
        if code not in catalogue():
            continue
        facts = {name for name in named if name}
        if None in named:
            facts |= facts_needed(code, None) if getattr(named[None], "attr", "") == "facts" else spread
        reason = named.get("reason")
        yield call.lineno, code, facts, str(reason.value) if isinstance(reason, ast.Constant) else None


def test_every_fact_of_a_sentence_is_given_wherever_the_refusal_is_made() -> None:
    missing = [
        f"{path.relative_to(APP)}:{line} {code} {sorted(lacking)}"
        for path in sorted(APP.rglob("*.py"))
        for line, code, facts, reason in sites(path)
        if (lacking := facts_needed(code, reason) - facts - facts_of_its_own(code))
    ]
    assert missing == []


def test_a_refusal_made_without_a_fact_is_found(tmp_path: Path) -> None:
    file = tmp_path / "planted.py"
    file.write_text("raise RoundClosed()\nraise MoveRefused(state='draft', verb='open')", encoding="utf-8")
    found = {code: facts_needed(code, None) - facts for _, code, facts, _ in sites(file)}
    assert found == {"RoundClosed": {"closes_at"}, "MoveRefused": set()}


def fields_sent() -> set[str]:
    """Every name under which a request can carry something: parameters, and fields of bodies at any depth."""
    description = described()
    names, seen = set[str](), set[str]()

    def walk(schema: dict[str, Any]) -> None:
        if (name := schema.get("$ref", "").split("/")[-1]) and name not in seen:
            seen.add(name)
            walk(description["components"]["schemas"][name])
        inner = schema.get("additionalProperties")
        parts = [*(schema.get(kind, []) for kind in ("anyOf", "allOf", "oneOf"))]
        for part in [each for listed in parts for each in listed] + [schema.get("items"), inner]:
            if isinstance(part, dict):
                walk(part)
        for field, part in schema.get("properties", {}).items():
            names.add(field)
            walk(part)

    for operations in description["paths"].values():
        for operation in operations.values():
            names.update(parameter["name"] for parameter in operation.get("parameters", []))
            for content in operation.get("requestBody", {}).get("content", {}).values():
                walk(content["schema"])
    return names


def test_every_field_that_can_be_sent_has_its_word_in_both_languages() -> None:
    assert sorted(fields_sent() - words()["field"].keys()) == []


def test_every_word_is_said_in_both_languages() -> None:
    tables = {name: table for name, table in words().items() if name != "of"}
    lacking = [(n, code) for n, table in tables.items() for code, pair in table.items() if len(pair) != 2 or "" in pair]
    assert lacking == []
    assert set(words()["of"].values()) - tables.keys() == set()


def machines() -> list[dict[tuple[str, str], str]]:
    modules = [importlib.import_module(found.name) for found in pkgutil.walk_packages(app.__path__, "app.")]
    return [value for module in modules for name, value in vars(module).items() if name.endswith("MOVES")]


def test_every_state_and_every_verb_of_every_machine_has_its_word() -> None:
    states = {str(state) for moves in machines() for (at, _), to in moves.items() for state in (at, to)}
    verbs = {verb for moves in machines() for _, verb in moves}
    assert (sorted(states - words()["state"].keys()), sorted(verbs - words()["verb"].keys())) == ([], [])


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        ("role", list(Role)),
        ("kind", [*PartyKind, *LegalKind, *EngagementKind]),
        ("level", list(AreaLevel)),
        ("unit", list(Unit)),
        ("channel", list(Channel)),
        ("gate", list(Gate)),
        ("challenged", list(Challenged)),
        ("overspend", list(OverspendRule)),
    ],
)
def test_every_code_that_a_refusal_may_state_has_its_word(table: str, codes: list[StrEnum]) -> None:
    assert [code.value for code in codes if code.value not in words()[table]] == []


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)), st.sampled_from(LANGUAGES))
def test_days_are_said_as_people_write_them_and_can_be_read_back(on: date, language: str) -> None:
    written = said("RoundClosed", "closes_at", on.isoformat(), language)
    form = "%Y年%m月%d日" if language == "zh" else "%d %B %Y"
    assert (datetime.strptime(written, form).date(), written) == (on, day(on, language))


def test_a_length_of_time_is_said_with_its_unit() -> None:
    facts = {"start": "2026-11-02", "end": "2026-11-05", "length": 7, "rule": "94号令第十条"}
    said_in = sentences(PeriodTooShort(period="objection", unit="working_days", **facts))
    assert ("规定的 7 个工作日" in said_in["zh"], "required 7 working days" in said_in["en"]) == (True, True)


@given(st.one_of(st.none(), st.text(), st.integers(), st.lists(st.text(max_size=3)), st.decimals()))
def test_no_fact_is_said_by_nothing(value: Any) -> None:
    assert all(said("MoveRefused", "state", value, language) for language in LANGUAGES if value != [""])


def test_what_ends_at_midnight_ends_the_day_before_and_amounts_are_said_as_elsewhere() -> None:
    midnight = "2026-11-04T00:00:00+08:00"
    assert said("BidLate", "bids_end", midnight, "zh") == "2026年11月3日 24:00"
    assert said("BidLate", "received", midnight, "en") == "4 November 2026, 00:00"
    assert (said("BidTooHigh", "amount", "13500.00", "zh"), said("BidTooHigh", "value", "13500.00", "zh")) == (
        "13,500",
        "13500.00",
    )


def test_instants_are_said_in_local_time() -> None:
    at = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)
    assert (instant(at, "zh"), instant(at, "en")) == ("2026年11月29日 17:00", "29 November 2026, 17:00")
    assert sentences(RoundClosed(closes_at=at.isoformat()))["zh"].startswith("本轮双选已于 2026年11月29日 17:00 截止")


def test_states_and_actions_are_said_by_their_words_and_stay_codes_among_the_facts() -> None:
    problem = problem_of(MoveRefused(state="published", verb="withdraw"))
    assert problem.facts == {"state": "published", "verb": "withdraw"}
    assert ("已发布" in problem.messages["zh"], "撤回" in problem.messages["zh"]) == (True, True)
    assert "published" not in problem.messages["zh"]


def test_of_very_many_wrong_fields_a_hundred_are_listed_and_all_are_counted() -> None:
    errors = [{"type": "missing", "loc": ("body", "lots", n, "title_zh"), "msg": "Field required"} for n in range(300)]
    refused, fields = input_invalid([*errors, *errors])
    assert (refused.facts["count"], len(fields)) == (300, LISTED)
    assert sentences(refused)["zh"].startswith(
        "有 300 处内容需要修改：标段 · 第 1 项 · 中文标题（请填写）；标段 · 第 2 项"
    )


@pytest.mark.anyio
async def test_wrong_fields_are_named_by_their_words_and_say_what_is_wrong(client_of: ClientOf) -> None:
    async with client_of(Actor(1, Role.purchaser, 1, "530114")) as client:
        wrong = {"area_code": "530114000000", "title_zh": "", "opens_at": "2026-11-29", "winner": "G01"}
        told = (await client.post("/selection/rounds", json=wrong)).json()
    assert told["code"] == "InputInvalid"
    zh, en = told["messages"]["zh"], told["messages"]["en"]
    assert "中文标题（至少 1 个字）" in zh and "截止时间（请填写）" in zh and "winner（没有这一项，请删去）" in zh
    assert "closing time (is required)" in en and "Chinese title (needs at least 1 characters)" in en
    assert not re.search(r"body|_at|\?", zh + en)
    assert {each["field"]: each["labels"]["zh"] for each in told["fields"]}["body.closes_at"] == "截止时间"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("path", "zh"),
    [
        ("/tenders/0x10", "项目（应为整数）"),
        ("/needs?limit=a", "每页条数（应为整数）"),
        ("/needs?starts_from=tomorrow", "开始日期不早于（应为日期，如 2026-11-29）"),
    ],
)
async def test_addresses_and_queries_are_refused_in_words_too(client_of: ClientOf, path: str, zh: str) -> None:
    async with client_of(RESIDENT) as client:
        told = (await client.get(path)).json()
    assert zh in told["messages"]["zh"]


def test_the_glossary_speaks_the_code_and_the_code_is_in_the_glossary() -> None:
    with (APP.parent / "docs" / "glossary.csv").open(encoding="utf-8", newline="") as file:
        named = [row["code_name"] for row in csv.DictReader(file) if row["code_name"]]
    sources = "\n".join(path.read_text(encoding="utf-8") for path in sorted(APP.rglob("*.py")))
    spoken = {noun(word) for word in re.findall(r"[A-Za-z_]\w*", sources)}
    nouns = {noun(mapper.class_.__name__) for mapper in Base.registry.mappers if "core" not in mapper.class_.__module__}
    assert sorted(set(named) - spoken) == []
    assert sorted(nouns - set(named)) == []


def noun(word: str) -> str:
    """LotResult → lot_result"""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", word).lower()


@pytest.mark.parametrize("at", [datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)])
def test_the_ends_of_the_calendar_are_said_too(at: datetime) -> None:
    assert [str(at.year) in instant(at, language) for language in LANGUAGES] == [True, True]
