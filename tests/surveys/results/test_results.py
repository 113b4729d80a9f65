"""What a survey found, by category."""

from app.surveys.questionnaires.definition import Question
from app.surveys.results.findings import category_results
from app.surveys.results.said import Answered, Said
from tests.surveys.factories import make_definition, make_options, make_question

HERE = "530114003004"


def test_a_category_asked_for_by_two_questions_has_one_result_the_strongest() -> None:
    def asking(name: str) -> Question:
        options = [option.model_copy(update={"votes_for": "01"}) for option in make_options("a", "b")]
        return make_question("multi", name, options=options)

    definition = make_definition(asking("Q1"), asking("Q2"))
    said = [Answered(HERE, {"Q1": ["a"], "Q2": ["b"]}), Answered(HERE, {"Q2": ["a"]}), Answered(HERE, {"Q1": ["b"]})]
    results = category_results(7, definition, [], Said.of(said)).values()
    assert [(result.community_code, result.category_code, result.votes) for result in results] == [
        (None, "01", 2),
        (HERE, "01", 2),
    ]
