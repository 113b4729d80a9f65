"""Answers as columns say what the same answers say one by one."""

import random

import numpy as np
import pytest

from app.surveys.results.said import BLANK, Answered, Column, Gathered, Said, places_of
from app.surveys.results.statistics import demand_index, question_tables
from app.surveys.results.weighting import Margin, rake
from tests.surveys.results import one_by_one
from tests.surveys.results.test_disclosure import random_answers, random_definition


@pytest.mark.parametrize("seed", range(60))
def test_figures_are_those_of_answers_counted_one_by_one(seed: int) -> None:
    rng = random.Random(seed)
    definition = random_definition(rng)
    answered = random_answers(rng, definition)
    places = [each.community_code for each in answered]
    counts = {place: 100 + 50 * at for at, place in enumerate(sorted(set(places)))}
    weights = rng.choice([None, rake(len(answered), [Margin("community_code", places, counts)]).values])
    said = Said.of(answered)
    for own in (np.arange(len(answered)), *places_of(said.communities).values()):
        responses = [answered[at].answers for at in own]
        weighing = None if weights is None else weights[own]
        for _, question in definition.asked():
            plain = one_by_one.question_tables(definition, question, responses, weighing)
            assert question_tables(definition, question, said.at(own), weighing) == plain
        assert demand_index(definition, said.at(own), weighing) == one_by_one.demand_index(
            definition, responses, weighing
        )


def test_equal_answers_are_one_value_and_blank_ones_none() -> None:
    column = Column.of([["a", "b"], None, ["b"], ["a", "b"]])
    assert (list(column.codes), column.values) == ([0, BLANK, 1, 0], [["a", "b"], ["b"]])
    assert list(column.each(lambda answer: len(answer or ()))) == [2, 0, 1, 2]


def test_a_question_that_only_later_answers_know_is_blank_in_those_before() -> None:
    answered = [Answered("a", {"q": "1"}), Answered("b", {"q": "2", "late": ["x"]}), Answered("a", {"late": ["x"]})]
    gathered = Gathered()
    for each in answered:
        gathered.add([each.community_code], [each.answers])
    said, whole = gathered.said(), Said.of(answered)
    for question, codes in {"q": [0, 1, BLANK], "late": [BLANK, 0, 0], "never": [BLANK] * 3}.items():
        assert list(said.to(question).codes) == list(whole.to(question).codes) == codes
    assert {code: list(places) for code, places in places_of(said.communities).items()} == {"a": [0, 2], "b": [1]}


def test_of_some_people_only_the_values_they_gave_are_kept() -> None:
    column = Column.of([*map(str, range(100)), None]).at(np.array([100, 7, 7, 3]))
    assert (list(column.codes), column.values) == ([BLANK, 1, 1, 0], ["3", "7"])


def test_places_of_groups_are_in_order_and_nobody_without_one_is_counted() -> None:
    found = places_of(Column.of(["b", None, "a", "b"]))
    assert {group: list(places) for group, places in found.items()} == {"a": [2], "b": [0, 3]}
    assert list(found) == ["a", "b"]
