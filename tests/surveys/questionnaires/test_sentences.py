import pytest
from hypothesis import given

from app.surveys.questionnaires.expressions import Node, parse
from app.surveys.questionnaires.sentences import condition
from tests.surveys.factories import make_definition, make_question, season_definition
from tests.surveys.questionnaires.test_expressions import trees

SEASON = season_definition()
DATED = make_definition(make_question("date", "born"), make_question("number", "n"))


@pytest.mark.parametrize(
    ("expression", "zh", "en"),
    [
        (
            "selected(${Q12}, '0')",
            "第12题选择了“没有参加”",
            "question 12 is answered with “None”",
        ),
        (
            "${Q12} != '0' and not(selected(${Q5}, 'F7'))",
            "第12题没有选择“没有参加”，并且第5题没有选择“以上都没有”",
            "question 12 is not answered with “None” and question 5 is not answered with “None”",
        ),
        (
            "count-selected(${Q7}) <= 5",
            "第7题所选项数不超过5",
            "the number of options chosen in question 7 is at most 5",
        ),
        (
            "(${Q1} = 'M' or ${Q1} = '') and ${Q10.a} < 3",
            "（第1题选择了“男”，或者第1题没有作答），并且第10题“活动内容”的答案小于3",
            "(question 1 is answered with “Male” or question 1 is not answered)"
            " and the answer to question 10 “Activities” is less than 3",
        ),
        (
            "string-length(${Q18}) > 0 and regex(${Q18}, '.*灯.*')",
            "第18题的字数大于0，并且第18题的答案符合格式“.*灯.*”",
            "the number of characters in question 18 is more than 0"
            " and the answer to question 18 has the form “.*灯.*”",
        ),
        ("3 >= ${Q9}", "第9题的答案不超过3", "the answer to question 9 is at most 3"),
    ],
)
def test_a_condition_reads_as_a_sentence(expression: str, zh: str, en: str) -> None:
    tree = parse(expression)
    assert (condition(tree, SEASON, "zh"), condition(tree, SEASON, "en")) == (zh, en)


def test_dates_come_earlier_and_later() -> None:
    assert condition(parse("${born} <= today()"), DATED, "zh") == "第1题的答案不晚于今天"
    assert condition(parse("${n} + 1 > 5 mod 3"), DATED, "en") == (
        "(the answer to question 2 + 1) is more than the remainder of 5 divided by 3"
    )


@given(trees)
def test_every_expression_has_a_sentence_in_both_languages(tree: Node) -> None:
    assert all(condition(tree, SEASON, language) for language in ("zh", "en"))
