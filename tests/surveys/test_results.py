"""What is published of a survey, and what can be worked out from it."""

from app.surveys.definition import Question
from app.surveys.queries import Answered
from app.surveys.results import category_results, public_findings
from tests.surveys.factories import make_definition, make_options, make_question

HERE, THERE = "530114003004", "530111004002"


def answered(place: str, **counts: int) -> list[Answered]:
    return [Answered(place, {"Q1": option}) for option, count in counts.items() for _ in range(count)]


def test_a_count_hidden_overall_does_not_follow_from_the_communities() -> None:
    """a (3) is hidden, and b (20) with it; were b shown in both communities, a would be the rest of the total."""
    definition = make_definition(make_question("single", "Q1", public=True, options=make_options("a", "b", "c", "d")))
    said = [*answered(HERE, a=2, b=10, c=6, d=40), *answered(THERE, a=1, b=10, c=40, d=6)]
    [answer] = public_findings(definition, [], said)
    assert [(line.option, line.count) for line in answer.tables[0].lines] == [
        ("a", None),
        ("b", None),
        ("c", 46),
        ("d", 46),
    ]
    shown = {
        (place, line.option)
        for place, tables in answer.strata.items()
        for line in tables[0].lines
        if line.count is not None and line.option in "ab"
    }
    assert shown == set()


def test_only_questions_meant_for_everybody_are_published() -> None:
    definition = make_definition(
        make_question("single", "Q1", public=True),
        make_question("single", "Q2"),
        make_question("single", "Q3", public=True, sensitive="personal"),
    )
    said = [Answered(HERE, {"Q1": "a", "Q2": "a", "Q3": "a"}) for _ in range(20)]
    assert [answer.question.name for answer in public_findings(definition, [], said)] == ["Q1"]


def test_a_category_asked_for_by_two_questions_has_one_result_the_strongest() -> None:
    def asking(name: str) -> Question:
        options = [option.model_copy(update={"votes_for": "01"}) for option in make_options("a", "b")]
        return make_question("multi", name, options=options)

    definition = make_definition(asking("Q1"), asking("Q2"))
    said = [Answered(HERE, {"Q1": ["a"], "Q2": ["b"]}), Answered(HERE, {"Q2": ["a"]}), Answered(HERE, {"Q1": ["b"]})]
    results = category_results(7, definition, [], said)
    assert [(result.community_code, result.category_code, result.votes) for result in results] == [
        (None, "01", 2),
        (HERE, "01", 2),
    ]
