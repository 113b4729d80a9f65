"""Questionnaires and answers to try things on."""

import csv
import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor, Role
from app.core.errors import DomainError
from app.core.reading.files import Table
from app.core.texts import REFUSED
from app.surveys.questionnaires.definition import Label, Option, Question, Row, SurveyDefinition, from_season
from tests.factories.parties import actor_of
from tests.factories.reference import DOUNAN

SEASON = Path(__file__).parents[2] / "app" / "season" / "seasons" / "kunming2018"


def season_layout() -> dict[str, Any]:
    layout: dict[str, Any] = json.loads((SEASON / "survey.json").read_text(encoding="utf-8"))
    return layout


def season_definition() -> SurveyDefinition:
    return from_season(season_layout())


def season_rows() -> tuple[list[str], list[list[str]]]:
    with (SEASON / "responses.csv").open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    return header, rows


def make_options(*names: str) -> list[Option]:
    return [Option(name=name, label=Label(zh=f"选项{name}", en=f"Option {name}")) for name in names]


def make_question(type: Any, name: str, **fields: Any) -> Question:
    if type in ("single", "multi", "rating_matrix") or (type == "ranking" and "derived_from" not in fields):
        fields.setdefault("options", make_options("a", "b", "c"))
    if type == "rating_matrix":
        fields.setdefault("rows", [Row(name=name, label=Label(zh=f"方面{name}")) for name in ("x", "y", "z", "w")])
    fields.setdefault("label", Label(zh=f"题目{name}", en=f"Question {name}"))
    return Question(type=type, name=name, **fields)


def make_definition(*questions: Question) -> SurveyDefinition:
    return SurveyDefinition(title=Label(zh="居民需求调查", en="Needs survey"), questions=list(questions))


words = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Co"], exclude_characters="$\ufeff"),
    min_size=1,
    max_size=12,
).filter(lambda text: bool(text.replace("\u00a0", " ").strip()) and "_x" not in text and not REFUSED.search(text))
labels = st.builds(Label, zh=words, en=st.just("") | words)
piece_names = st.from_regex(r"[A-Za-z0-9_一-龥][A-Za-z0-9_-]{0,4}", fullmatch=True)


def _pieces(most: int) -> st.SearchStrategy[list[tuple[str, Label]]]:
    """Names and labels of options or rows, no two alike."""
    apart = (
        lambda piece: piece[0],
        lambda piece: unicodedata.normalize("NFKC", piece[1].zh),
        lambda piece: unicodedata.normalize("NFKC", piece[1].en) or piece[0],
    )
    return st.lists(st.tuples(piece_names, labels), min_size=1, max_size=most, unique_by=apart)


@st.composite
def definitions(draw: st.DrawFn) -> SurveyDefinition:
    """Sound questionnaires of every type, with conditions on earlier questions."""
    count = draw(st.integers(1, 6))
    questions: list[Question] = []
    for number in range(1, count + 1):
        questions.append(draw(_questions(f"{draw(st.sampled_from('Q问_'))}{number}", questions)))
    return SurveyDefinition(title=draw(labels), intro=draw(st.none() | labels), questions=questions)


@st.composite
def _questions(draw: st.DrawFn, name: str, earlier: list[Question]) -> Question:
    multis = [q.name for q in earlier if q.type == "multi"]
    kinds = ["single", "multi", "ranking", "rating_matrix", "number", "date", "open", "note"]
    kind = draw(st.sampled_from(kinds))
    fields: dict[str, Any] = {
        "label": draw(labels),
        "hint": draw(st.none() | labels),
        "shown_if": draw(st.none() | st.sampled_from(_conditions(earlier))),
        "sensitive": draw(st.sampled_from(["none", "personal", "sensitive"])),
        "public": draw(st.booleans()),
    }
    if kind != "note":
        fields["required"] = draw(st.booleans())
    derived = kind == "ranking" and bool(multis) and draw(st.booleans())
    if derived:
        fields["derived_from"] = draw(st.sampled_from(multis))
    if kind in ("single", "multi", "rating_matrix") or (kind == "ranking" and not derived):
        fields["options"] = [
            Option(name=n, label=label, votes_for=draw(st.none() | st.sampled_from(["01", "0203"])))
            for n, label in draw(_pieces(4))
        ]
    if kind == "rating_matrix":
        fields["rows"] = [Row(name=n, label=label) for n, label in draw(_pieces(3))]
    if kind == "multi":
        fields["max_select"] = draw(st.none() | st.integers(1, len(fields["options"])))
        fields["constraint"] = draw(
            st.none() | st.sampled_from(["count-selected(.) <= 3", "not(. = 'x y') and count-selected(.) <= 2"])
        )
    if kind == "ranking" and not derived:
        fields["rank_count"] = draw(st.none() | st.integers(1, len(fields["options"])))
    if kind == "single":
        fields["scale"] = draw(st.booleans())
    if kind == "number":
        fields |= {"whole": draw(st.booleans()), "constraint": draw(st.none() | st.just(". >= 0 and . < 120"))}
    if kind not in ("note", "rating_matrix"):
        fields["constraint_message"] = draw(st.none() | labels)
    return Question(type=kind, name=name, **fields)


def _conditions(earlier: list[Question]) -> list[str]:
    conditions = ["today() > '2018-01-01'"]
    for question in earlier:
        if question.type == "rating_matrix":
            conditions.append(f"${{{question.name}.{question.rows[0].name}}} != ''")
        elif question.type == "number":
            conditions.append(f"${{{question.name}}} >= 18 or not(${{{question.name}}} = '')")
        elif question.options:
            conditions.append(f"selected(${{{question.name}}}, '{question.options[0].name}')")
    return conditions


WANTS_MEALS = {"Q1": "F", "Q2": ["meals"], "Q3": ["meals"]}

HEADER = ["serial", "community_code", "status", "Q1", "Q2", "Q3", "Q4"]


async def committee(session: AsyncSession) -> Actor:
    return await actor_of(session, Role.committee)


async def refused_with(expected: type[DomainError], doing: Any) -> DomainError:
    with pytest.raises(expected) as caught:
        await doing
    return caught.value


def table(*rows: list[str]) -> Table:
    return Table(HEADER, [*rows])


def row(serial: str, *, status: str = "valid", sex: str = "F", community: str = DOUNAN) -> list[str]:
    return [serial, community, status, sex, "meals", "meals", ""]


async def count(session: AsyncSession, kind: Any) -> int:
    return (await session.execute(sa.select(sa.func.count()).select_from(kind))).scalar_one()
