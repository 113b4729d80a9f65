"""Every event that people are told of has its sentence, in both languages, of the same facts."""

import re
from datetime import datetime
from pathlib import Path
from string import Formatter

import pytest

from app.notifications import (
    drafts,
    occasions,
    of_budgets,
    of_evaluations,
    of_findings,
    of_inspections,
    of_needs,
    of_ratings,
    of_voices,
)
from app.notifications.occasions import OCCASIONS
from app.notifications.policy import SEES
from app.notifications.rules import Pace, due, pause_after, sentence, sentences
from tests.conftest import TODAY
from tests.test_house import told_events

ROOMS = (drafts, occasions, of_findings, of_evaluations, of_budgets, of_inspections, of_needs, of_ratings, of_voices)
SOURCE = "".join(Path(each.__file__).read_text(encoding="utf-8") for each in ROOMS)
SAID = set(re.findall(r'"([a-z_]+\.[a-z_]+)"', SOURCE))
REPLACED = {"bids.prequalified", "result.proposed", "objection.filed", "objection.withdrawn", "award.confirmed"}
REPLACED |= {"offer.published", "round.closed", "round.filled", "round.finished"}
REPLACED |= {"wave.closed", "meeting.heard"}


def test_every_event_has_its_sentence_and_no_sentence_is_left_over() -> None:
    assert (SAID - REPLACED) ^ set(sentences()) == set()


def test_people_are_told_of_what_happens() -> None:
    assert set(OCCASIONS) - set(told_events()) == set()


@pytest.mark.parametrize("event", sorted(sentences()))
def test_both_languages_state_the_same_facts(event: str) -> None:
    def facts(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    of = sentences()[event]
    assert (set(of), facts(of["zh"])) == ({"zh", "en"}, facts(of["en"]))


def test_whatever_is_opened_can_be_asked_for_its_visibility() -> None:
    assert set(re.findall(r"Thing\.([a-z_]+)", SOURCE)) == {thing.value for thing in SEES}


def test_facts_are_said_in_words() -> None:
    said = sentence("milestone.met", "银龄陪伴", {"gate": "midterm_evaluation"}, "zh")
    assert said == "“银龄陪伴”的中期评估已通过。"
    until = sentence("result.published", "公益创投", {"until": "2026-12-08T16:00:00+00:00"}, "en")
    assert "until 8 December 2026, 24:00" in until


@pytest.mark.parametrize(
    ("pace", "hour", "then"),
    [
        (Pace.at_once, 10, TODAY),
        (Pace.daily, 10, TODAY.replace(day=21, hour=8)),
        (Pace.daily, 7, TODAY.replace(hour=8)),
    ],
)
def test_when_something_is_due(pace: Pace, hour: int, then: datetime) -> None:
    assert due(pace, TODAY.replace(hour=hour)) == then


def test_pauses_grow_up_to_six_hours() -> None:
    minutes = [pause_after(tries).total_seconds() / 60 for tries in (1, 2, 3, 9, 10, 99)]
    assert minutes == [1, 2, 4, 256, 360, 360]
