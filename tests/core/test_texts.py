"""What text, days and numbers may come in, at the rule itself and through a request's fields."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from app.core import bounds, texts
from app.core.errors import DomainError
from app.core.fields import Day, Exact, Id, Instant, Line, Loose, Prose
from app.core.problems import FieldProblem
from app.core.reading.cells import Cells

UNKEPT = [
    "\x00",
    "\x01",
    "\x0b",
    "\x1f",
    "\x7f",
    "\x85",
    "\ud800",
    "\udfff",
    "\ufdd0",
    "\ufffe",
    "\uffff",
    "\U0001fffe",
    "\u202e",
    "\u2067",
]


class Asked(BaseModel):
    title: Annotated[str, Line(10)] = ""
    words: Annotated[str, Prose(20)] = ""
    secret: Annotated[str, Exact(20)] = ""
    day: Day | None = None
    at: Instant | None = None
    id: Id = 1
    answers: Loose = {}


def refusals(**given: Any) -> list[tuple[str, str]]:
    """(field, code) of everything that is refused."""
    with pytest.raises(ValidationError) as refused:
        Asked.model_validate(given)
    return [(field.field, field.code) for field in map(FieldProblem.of, refused.value.errors())]


@pytest.mark.parametrize("character", UNKEPT)
@pytest.mark.parametrize("field", ["title", "words", "secret"])
def test_a_character_that_cannot_be_kept_is_refused_in_every_kind_of_text(field: str, character: str) -> None:
    assert refusals(**{field: f"a{character}b"}) == [(field, "CharacterRefused")]


def test_a_refused_character_is_named_in_both_languages() -> None:
    with pytest.raises(ValidationError) as refused:
        Asked(title="a\u202eb")
    (field,) = map(FieldProblem.of, refused.value.errors())
    assert (set(field.messages), "U+202E" in field.messages["zh"], "U+202E" in field.message) == (
        {"zh", "en"},
        True,
        True,
    )


@pytest.mark.parametrize("text", ["a\nb", "a\rb", "a\tb", "a\u2028b"])
def test_one_line_has_no_breaks_and_prose_makes_them_alike(text: str) -> None:
    assert refusals(title=text, secret=text) == [("title", "LineBroken"), ("secret", "LineBroken")]
    assert Asked(words=text).words in {"a\nb", "a b"}


@pytest.mark.parametrize("unseen", ["\u200b", "\ufeff", "\u00ad", "\u200e", "\u2060", "\u3164"])
def test_what_nobody_sees_is_kept_out_of_names_and_codes_but_wide_brackets_stay(unseen: str) -> None:
    assert texts.line(f"助餐{unseen}（城东）{unseen}") == "助餐（城东）"
    assert texts.folded(f"{unseen}０１{unseen}01 ") == "0101"
    assert texts.line("👩\u200d👧 家") == "👩\u200d👧 家"


def test_a_windows_line_end_is_one_line_end() -> None:
    assert Asked(words="a\r\nb\r\n").words == "a\nb"


def test_text_is_trimmed_and_spelled_one_way_before_it_is_measured_and_a_secret_is_not() -> None:
    spelled = Asked(title="  e\u0301" + "a" * 9 + " \n", secret=" e\u0301 ")
    assert (spelled.title, spelled.secret) == ("\u00e9" + "a" * 9, " e\u0301 ")
    assert refusals(title="a" * 11) == [("title", "string_too_long")]


@given(st.text())
def test_what_is_kept_is_kept_again_unchanged_and_can_be_stored_and_printed(text: str) -> None:
    for clean in (texts.line, texts.prose):
        try:
            kept = clean(text)
        except DomainError:
            continue
        kept.encode()
        assert (clean(kept), texts.printable(kept)) == (kept, kept)


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "2201-01-01", "9999-12-31"])
def test_a_day_outside_1900_to_2200_is_refused(day: str) -> None:
    assert refusals(day=day) == [("day", "YearRefused")]


@pytest.mark.parametrize(
    "at",
    ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2201-01-01T00:00:00Z", "1900-01-01T00:00:00+00:01"],
)
def test_an_instant_is_held_against_the_years_whatever_its_offset(at: str) -> None:
    assert refusals(at=at) == [("at", "YearRefused")]


@given(st.datetimes(timezones=st.timedeltas(timedelta(hours=-23), timedelta(hours=23)).map(timezone)))
def test_every_instant_is_kept_or_refused(at: datetime) -> None:
    with suppress(bounds.YearRefused):
        assert bounds.instant(at).astimezone(UTC).year in range(1900, 2201)


@pytest.mark.parametrize("id", [-1, 2**63, 10**30])
def test_a_number_that_no_column_holds_is_no_id(id: int) -> None:
    assert [field for field, _ in refusals(id=id)] == ["id"]


@pytest.mark.parametrize(
    "answers",
    [
        {"Q1": float("nan")},
        {"Q1": float("inf")},
        {"Q1": 10**400},
        {"Q1": [[[["deep"]]]]},
        {"Q" * 201: 1},
        {f"Q{number}": 1 for number in range(1001)},
    ],
)
def test_json_of_any_form_has_a_depth_a_width_and_finite_numbers(answers: dict[str, Any]) -> None:
    assert refusals(answers=answers) == [("answers", "StructureRefused")]


def test_the_place_that_is_refused_in_json_is_told() -> None:
    with pytest.raises(ValidationError) as refused:
        Asked(answers={"Q10": {"a": float("inf")}})
    assert "Q10.a" in refused.value.errors()[0]["msg"]


def test_a_list_refuses_the_same_characters_and_years_once_each_with_their_column() -> None:
    cells = Cells(7, {"title": "a\u0001", "name": "a\nb", "since": "9999-12-31", "words": "a\r\nb"})
    read = (cells.text("title"), cells.text("title"), cells.line("name"), cells.day("since"), cells.text("words"))
    assert read == ("", "", "", None, "a\nb")
    assert [(fault.row, fault.column, fault.error.code) for fault in cells.faults] == [
        (7, "title", "CharacterRefused"),
        (7, "name", "LineBroken"),
        (7, "since", "YearRefused"),
    ]


def test_the_bounds_are_the_years_1900_to_2200() -> None:
    assert (date(1900, 1, 1), date(2200, 12, 31)) == (bounds.FIRST_DAY, bounds.LAST_DAY)
