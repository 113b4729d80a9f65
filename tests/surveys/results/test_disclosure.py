"""What is hidden stays hidden: every published figure of a survey together, against somebody who adds and subtracts."""

import random
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import pytest

from app.core.days.calendar import SHANGHAI
from app.needs.models import Need
from app.needs.schemas import EvidenceRead
from app.surveys.questionnaires.definition import Label, Option, Question, SurveyDefinition
from app.surveys.questionnaires.models import Survey
from app.surveys.responses.answers import is_shown
from app.surveys.responses.tables.tabular import read_own_layout
from app.surveys.results.disclosure import safe_means
from app.surveys.results.findings import category_results
from app.surveys.results.models import SurveyResult
from app.surveys.results.said import Answered, Said
from app.surveys.results.schemas import SummaryRead
from app.surveys.results.service import figures_of
from app.surveys.waves.models import Wave
from app.surveys.waves.rules import Channel, ResponseStatus, WaveStatus, returns_of
from app.surveys.waves.tallies import Tally
from tests.surveys.attacker import ALL, FEW, Key, groups_by_mean, read
from tests.surveys.factories import make_definition, make_options, make_question, season_definition, season_rows

AT = datetime(2026, 11, 29, 12, tzinfo=SHANGHAI)
HERE, THERE, BEYOND = "530114001003", "530114003004", "530114003005"
Published = tuple[dict[str, Any], list[dict[str, Any]]]


def publish(definition: SurveyDefinition, answered: Sequence[Answered]) -> Published:
    """What the public addresses say: the summary, and the evidence of a need for every result that may be cited."""
    survey = Survey(id=1, definition=definition.model_dump(mode="json"), targets=[], is_demonstration=False)
    wave = Wave(id=1, survey_id=1, channel=Channel.paper, status=WaveStatus.closed)
    said = Said.of(answered)
    drawn = category_results(1, definition, [], said)
    figures = figures_of(survey, said, drawn, {1: tallies(answered)}, AT)
    summary = SummaryRead.of(survey, [wave], figures).model_dump(mode="json")
    return summary, [evidence(result) for result in drawn.values() if not result.is_withheld]


def evidence(result: SurveyResult) -> dict[str, Any]:
    need = Need(survey_result_id=1, evidence_note="", no_evidence_reason="", evidence_n=result.n)
    need.evidence_share, need.evidence_low, need.evidence_high = result.share, result.low, result.high
    place = {"community_code": result.community_code, "category_code": result.category_code}
    return {**place, "evidence": EvidenceRead.of(need).model_dump(mode="json")}


def tallies(answered: Sequence[Answered]) -> list[Tally]:
    sizes = Counter(each.community_code for each in answered)
    counts: list[tuple[str | None, int]] = [(None, len(answered)), *sorted(sizes.items())]
    return [Tally(1, code, own := {ResponseStatus.valid: n}, returns_of(own, n)) for code, n in counts]


def in_truth(definition: SurveyDefinition, answered: Sequence[Answered]) -> Mapping[Key, int]:
    truth: Counter[Key] = Counter()
    for each in answered:
        for place in (ALL, each.community_code):
            truth["valid", place] += 1
            codes: set[str] = set()
            for question in definition.questions:
                said = each.answers.get(question.name)
                rows = said if question.type == "rating_matrix" and said else {"": said}
                for row in [row.name for row in question.rows] or [""]:
                    own = rows.get(row)
                    if own is None:
                        truth["not asked", question.name, row, place] += 1
                        continue
                    truth["n", question.name, row, place] += 1
                    chosen = own if isinstance(own, list) else [own]
                    for option in chosen[:1] if question.type == "ranking" else chosen:
                        truth["chose", question.name, row, str(option), place] += 1
                    codes |= {o.votes_for for o in question.options if o.name in chosen and o.votes_for}
            for code in codes:
                truth["votes", code, place] += 1
    return truth


def learnt(definition: SurveyDefinition, answered: Sequence[Answered]) -> list[Key]:
    """The counts under five that the published figures give away, and groups under five of which they give a mean."""
    summary, needs = publish(definition, answered)
    found = read(definition, summary, needs).narrowed(in_truth(definition, answered))
    for question in definition.questions:
        if question.type == "number" and question.public:
            for group in groups_by_mean(summary, question.name):
                own = [e for e in answered if e.community_code in group and question.name in e.answers]
                found += [("mean", question.name, *sorted(group))] if len(own) < FEW else []
    return found


def counts(summary: dict[str, Any], name: str, place: str = ALL) -> dict[str, int | None]:
    answer = next(answer for answer in summary["answers"] if answer["name"] == name)
    (table,) = answer["tables"] if place == ALL else answer["strata"][place]
    return {line["option"]: line["count"] for line in table["lines"]}


def chosen(place: str, name: str = "q", **numbers: int) -> list[Answered]:
    return [Answered(place, {name: option}) for option, n in numbers.items() for _ in range(n)]


def several(place: str, said: dict[str, Any], n: int) -> list[Answered]:
    return [Answered(place, said) for _ in range(n)]


def asking(type: Any, name: str, *names: str, **fields: Any) -> Question:
    return make_question(type, name, public=True, options=make_options(*names), **fields)


def voting(name: str, *names: str, **fields: Any) -> Question:
    options = [Option(name=own, label=Label(zh=own), votes_for=own) for own in names]
    return make_question("multi", name, options=options, **fields)


def test_only_questions_meant_for_everybody_are_published() -> None:
    definition = make_definition(
        asking("single", "Q1", "a", "b"),
        make_question("single", "Q2"),
        asking("single", "Q3", "a", "b", sensitive="personal"),
    )
    summary, _ = publish(definition, several(HERE, {"Q1": "a", "Q2": "a", "Q3": "a"}, 20))
    assert [answer["name"] for answer in summary["answers"]] == ["Q1"]


def test_small_counts_are_hidden_with_what_they_would_follow_from_and_no_more() -> None:
    definition = make_definition(asking("single", "q", "a", "b", "c"))
    summary, _ = publish(definition, chosen(HERE, a=20, b=8, c=3))
    assert counts(summary, "q") == {"a": 20, "b": None, "c": None}
    summary, _ = publish(definition, chosen(HERE, a=20, b=8, c=6))
    assert counts(summary, "q") == {"a": 20, "b": 8, "c": 6}


def test_a_count_hidden_overall_does_not_follow_from_the_communities() -> None:
    definition = make_definition(asking("single", "q", "a", "b", "c", "d"))
    said = [*chosen(HERE, a=2, b=10, c=6, d=40), *chosen(THERE, a=1, b=10, c=40, d=6)]
    summary, _ = publish(definition, said)
    assert counts(summary, "q")["a"] is None
    assert learnt(definition, said) == []


def test_a_community_with_few_answers_is_published_with_nothing_not_even_how_many() -> None:
    definition = make_definition(asking("single", "q", "a", "b", required=True))
    said = [*chosen(HERE, a=20, b=20), *chosen(THERE, a=15, b=12), *chosen(BEYOND, a=2, b=1)]
    summary, _ = publish(definition, said)
    told = {place: table["n"] for place, (table,) in summary["answers"][0]["strata"].items()}
    assert (told, summary["returns"]["waves"]) == ({HERE: 40, THERE: None, BEYOND: None}, [])
    assert learnt(definition, said) == []


def test_the_n_of_a_follow_up_question_does_not_tell_the_hidden_answer_before_it() -> None:
    """none 40, meals 25, abuse 3; when the meals are wanted was asked of 25."""
    help_, when = asking("single", "help", "none", "meals", "abuse"), asking("single", "when", "am", "pm")
    when = when.model_copy(update={"shown_if": "${help} = 'meals'", "required": True})
    said = [
        *several(HERE, {"help": "none"}, 40),
        *several(HERE, {"help": "meals", "when": "am"}, 14),
        *several(HERE, {"help": "meals", "when": "pm"}, 11),
        *several(HERE, {"help": "abuse"}, 3),
    ]
    assert learnt(make_definition(help_, when), said) == []


def test_a_choose_one_question_of_many_adds_up_and_is_protected_so() -> None:
    definition = make_definition(asking("multi", "q", "a", "b", "c", max_select=1))
    said = [Answered(HERE, {"q": [each.answers["q"]]}) for each in chosen(HERE, a=30, b=20, c=2)]
    summary, _ = publish(definition, said)
    assert counts(summary, "q") == {"a": 30, "b": None, "c": None}


def test_the_evidence_of_a_need_does_not_tell_what_the_summary_hides() -> None:
    """8 of 30 in one community beside 31 and 20: the third has three."""
    definition = make_definition(voting("q", "meals", "homework", "legal", public=True))
    said = [
        *several(HERE, {"q": ["legal"]}, 3),
        *several(HERE, {"q": ["homework"]}, 17),
        *several(THERE, {"q": ["legal"]}, 8),
        *several(THERE, {"q": ["meals"]}, 22),
        *several(BEYOND, {"q": ["legal"]}, 20),
        *several(BEYOND, {"q": ["meals"]}, 33),
    ]
    summary, needs = publish(definition, said)
    shown = {place: counts(summary, "q", place)["legal"] for place in ("", HERE, THERE, BEYOND)}
    cited = {need["community_code"] or "" for need in needs if need["category_code"] == "legal"}
    assert cited == {place for place, count in shown.items() if count is not None}
    assert learnt(definition, said) == []


def test_the_results_of_a_question_that_is_not_published_are_protected_among_themselves() -> None:
    definition = make_definition(voting("q", "meals", "legal", max_select=1))
    said = [*several(HERE, {"q": ["meals"]}, 30), *several(HERE, {"q": ["legal"]}, 2)]
    _, needs = publish(definition, said)
    assert needs == []


def test_a_mean_that_leaves_one_person_over_is_not_published() -> None:
    """30 in one place, 40 in another, one in a third: the third one's income would be the rest."""
    definition = make_definition(make_question("number", "income", public=True))
    said = [
        *[Answered(HERE, {"income": 4000 + 37 * at}) for at in range(30)],
        *[Answered(THERE, {"income": 5000 + 53 * at}) for at in range(40)],
        Answered(BEYOND, {"income": 7777}),
    ]
    summary, _ = publish(definition, said)
    (answer,) = summary["answers"]
    assert {place for place, (table,) in answer["strata"].items() if table["mean"]} <= {HERE, THERE}
    assert learnt(definition, said) == []
    assert answer["tables"][0]["mean"]["low"] is None


def test_a_mean_of_one_large_number_and_zeros_is_not_published() -> None:
    lone = {ALL: [0.0] * 20 + [9000.0], HERE: [0.0] * 20 + [9000.0]}
    even = {ALL: [1.0, 2.0, 3.0] * 7, HERE: [1.0, 2.0, 3.0] * 7}
    assert safe_means(lone, lone) == set()
    assert safe_means(even, even) == {ALL, HERE}


def test_weighted_shares_are_not_published_beside_the_counts() -> None:
    """Two communities with weights of their own, four and three hidden: two equations for two unknowns."""
    definition = make_definition(asking("single", "q", "a", "b"))
    summary, _ = publish(definition, [*chosen(HERE, a=42, b=4), *chosen(THERE, a=19, b=3)])
    assert {line["weighted"] for answer in summary["answers"] for t in tables(answer) for line in t["lines"]} == {None}


def test_forty_questions_in_six_communities_are_protected_in_seconds() -> None:
    rng = random.Random(7)
    questions = [asking("multi" if at % 4 == 0 else "single", f"q{at}", *"abcdef"[: 2 + at % 5]) for at in range(40)]
    definition = make_definition(*questions)
    said = [Answered(f"53011400{at % 6}001", random_response(rng, definition, 1.3)) for at in range(360)]
    began = time.monotonic()
    publish(definition, said)
    assert time.monotonic() - began < 20


# A survey of each kind, with answers, as the random ones below are made of.


def random_definition(rng: random.Random) -> SurveyDefinition:
    questions: list[Question] = []
    for number in range(rng.randint(2, 4)):
        kinds = ["single", "single", "multi", "multi", "follow", "matrix", "ranking", "number"]
        questions.append(random_question(rng, f"q{number}", rng.choice(kinds), questions))
    return make_definition(*questions)


def random_question(rng: random.Random, name: str, kind: str, earlier: list[Question]) -> Question:
    options = make_options(*[f"o{place}" for place in range(rng.randint(2, 4))])
    fields: dict[str, Any] = {"public": rng.random() < 0.8, "required": rng.random() < 0.6, "options": options}
    multis = [q for q in earlier if q.type == "multi"]
    gates = [q for q in earlier if q.type in ("single", "multi") and not q.shown_if]
    if kind == "follow" and gates:
        gate = rng.choice(gates)
        return make_question("single", name, shown_if=f"selected(${{{gate.name}}}, 'o0')", **fields)
    if kind == "matrix":
        return make_question("rating_matrix", name, **{**fields, "options": options[:3]})
    if kind == "ranking" and multis:
        return make_question("ranking", name, derived_from=multis[-1].name, **{**fields, "options": []})
    if kind == "number":
        return make_question("number", name, **{**fields, "options": []})
    if kind == "multi":
        split = rng.choice([1, len(options)])
        voting = [o.model_copy(update={"votes_for": f"{name}-{min(at, split)}"}) for at, o in enumerate(options)]
        limit = rng.choice([1, 2, None])
        return make_question("multi", name, **{**fields, "options": voting, "max_select": limit})
    return make_question("single", name, sensitive=rng.choice(["none", "none", "personal"]), **fields)


def random_answers(rng: random.Random, definition: SurveyDefinition) -> list[Answered]:
    places = [HERE, THERE, BEYOND][: rng.randint(1, 3)]
    sizes = [rng.choice([3, 8, 14, 25, 40]) for _ in places]
    if sum(sizes) < 2 * FEW:
        sizes[0] += 2 * FEW
    skew = rng.choice([0.5, 1.2, 2.5])
    return [
        Answered(place, random_response(rng, definition, skew))
        for place, size in zip(places, sizes, strict=True)
        for _ in range(size)
    ]


def random_response(rng: random.Random, definition: SurveyDefinition, skew: float) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for question in definition.questions:
        names = [option.name for option in definition.options_of(question)]
        weights = [1 / (place + 1) ** skew for place in range(len(names))]
        if not question.required and rng.random() < 0.15:
            continue
        if question.shown_if:
            gate = said.get(question.shown_if.split("{")[1].split("}")[0], [])
            if "o0" not in (gate if isinstance(gate, list) else [gate]):
                continue
        if question.type == "single":
            said[question.name] = rng.choices(names, weights)[0]
        elif question.type == "rating_matrix":
            said[question.name] = {row.name: rng.choices(names, weights)[0] for row in question.rows}
        elif question.type == "multi":
            some = {*rng.choices(names, weights, k=rng.randint(1, question.max_select or len(names)))}
            said[question.name] = [name for name in names if name in some]
        elif question.type == "ranking" and question.derived_from in said:
            said[question.name] = rng.sample(said[question.derived_from], k=len(said[question.derived_from]))
        elif question.type == "number":
            said[question.name] = rng.choice([0, 1, 2, 30, 4542.3])
    return said


@pytest.mark.parametrize("tens", range(10))
def test_no_count_under_five_follows_from_what_500_random_surveys_publish(tens: int) -> None:
    for seed in range(50 * tens, 50 * (tens + 1)):
        rng = random.Random(seed)
        definition = random_definition(rng)
        assert (seed, learnt(definition, random_answers(rng, definition))) == (seed, [])


@pytest.mark.parametrize("area", ["530111", "530114"])
def test_no_count_under_five_follows_from_what_the_demonstration_publishes(area: str) -> None:
    """Every bureau's survey: 22 counts of one question were hidden before, and three followed from the next one's n."""
    definition = season_definition()
    read_rows = read_own_layout(definition, *season_rows(), date(2018, 10, 15))
    said = [Answered(row.community_code, row.answers) for row in read_rows if row.status == "valid"]
    own = [each for each in said if each.community_code.startswith(area)]
    summary, needs = publish(definition, own)
    reader = read(as_asked(definition, own), summary, needs)
    assert reader.narrowed(in_truth(definition, own)) == []
    shown = [line["count"] for a in summary["answers"] for t in tables(a) for line in t["lines"]]
    assert sum(count is not None for count in shown) > 0.6 * len(shown)


def as_asked(definition: SurveyDefinition, answered: Sequence[Answered]) -> SurveyDefinition:
    """Nothing had to be answered on paper; the attacker takes it that what all answered who were asked, had to be."""

    def is_complete(question: Question) -> bool:
        asked = [each.answers for each in answered if is_shown(question, each.answers, AT.date())]
        return all(question.name in said for said in asked)

    questions = [q.model_copy(update={"required": is_complete(q)}) for q in definition.questions]
    return definition.model_copy(update={"questions": questions})


def tables(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return [table for own in (answer["tables"], *answer["strata"].values()) for table in own]
