"""What an application form asks, and what is missing from an answer to it."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.core.errors import DomainError
from app.core.problems import sentences
from app.surveys.questionnaires.definition_checks import DefinitionRefused
from app.tenders.forms.application import APPLICATION, Application
from app.tenders.forms.checklist import Said, check_complete, gaps
from app.tenders.forms.defaults import default_form
from app.tenders.forms.definition import ApplicationForm, check_form, form_of
from app.tenders.forms.rules import BidIncomplete, BudgetLinesNeeded, PartRepeated
from app.tenders.profiles.rules import profile_names

TODAY = date(2026, 11, 20)
BUDGET = ApplicationForm.model_validate({"parts": [{"part": "budget"}, {"part": "cofunding", "least": 0}]})


def yuan(amount: Decimal | int | str) -> dict[str, str]:
    return {"amount": str(amount), "currency": "CNY"}


def said(**application: Any) -> Said:
    return Said("银龄陪伴", None, "", Application.model_validate(application))


def missing(form: ApplicationForm | None, written: Said) -> dict[str, str]:
    return {gap.address: gap.error.code for gap in gaps(form, written, TODAY)}


def expense(unit_price: str = "100", quantity: str = "2", **facts: Any) -> dict[str, Any]:
    return {"heading": "人员费用", "detail": "补贴", "unit_price": yuan(unit_price), "quantity": quantity, **facts}


@pytest.mark.parametrize("name", profile_names())
def test_every_profile_brings_a_sound_form_in_both_languages(name: str) -> None:
    form = default_form(name)
    check_form(form)
    assert form_of(form.document()) == form
    assert form.questions is not None
    labels = [form.questions.title, form.questions.intro, *(part.hint for part in form.parts)]
    for question in form.questions.questions:
        labels += [question.label, question.hint, question.constraint_message]
        labels += [option.label for option in question.options]
    assert [label.zh for label in labels if label is not None and not label.en] == []
    assert {"targets", "activities", "team", "budget"} <= {part.part for part in form.parts}


@pytest.mark.parametrize(
    ("form", "refusal"),
    [
        ({"parts": [{"part": "team"}, {"part": "team"}]}, PartRepeated),
        ({"parts": [{"part": "budget", "least": 0}]}, BudgetLinesNeeded),
        (
            {
                "questions": {
                    "title": {"zh": "申报书"},
                    "questions": [{"type": "open", "name": "a", "label": {"zh": "一"}, "shown_if": "${b} = 1"}],
                }
            },
            DefinitionRefused,
        ),
    ],
)
def test_a_form_that_nobody_could_fill_in_is_refused(form: dict[str, Any], refusal: type[DomainError]) -> None:
    with pytest.raises(refusal):
        check_form(ApplicationForm.model_validate(form))


def test_without_a_form_a_bid_says_its_title_and_amount() -> None:
    assert missing(None, Said("", None, "", Application())) == {"title": "NotFilledIn", "amount": "NotFilledIn"}
    assert missing(None, Said("题", Decimal(1), "", Application())) == {}


def test_everything_missing_is_named_by_its_path_and_in_words_of_both_languages() -> None:
    form = default_form("venture")
    written = said(**{**APPLICATION, "answers": {"surveyed": "own"}, "targets": [{"indicator": "入户"}]})
    found = {gap.address: gap for gap in gaps(form, written, TODAY)}
    assert [path for path in found if "targets" in path] == [
        "application.targets",
        "application.targets.0.unit",
        "application.targets.0.number",
    ]
    assert "application.answers.survey" in found  # shown, since they asked people themselves
    assert "application.answers.protection" not in found  # hidden until they work with the vulnerable
    assert found["application.targets.0.unit"].labels == {
        "zh": "目标 · 第 1 项 · 单位",
        "en": "targets · entry 1 · unit",
    }
    assert sentences(found["application.targets"].error)["zh"] == "“目标”至少填 2 项，现有 1 项。请补充。"
    assert found["application.answers.aim"].labels["en"].startswith("Aim: what will have changed")
    with pytest.raises(BidIncomplete) as refused:
        check_complete(form, written, TODAY)
    assert [(row.row, row.column) for row in refused.value.rows] == [(gap.row, gap.address) for gap in found.values()]


def test_an_answer_beyond_its_limit_is_in_the_list_with_the_rule() -> None:
    written = said(answers={"aim": "长" * 501})
    fault = next(gap for gap in gaps(default_form("venture"), written, TODAY) if gap.path[-1] == "aim")
    assert sentences(fault.error) == {
        "zh": "答案不符合要求：不超过 500 字。请修改。",
        "en": "The answer does not meet the rule: at most 500 characters. Please correct it.",
    }


def test_what_is_handed_in_is_what_the_form_asks_for() -> None:
    written = said(answers={"stray": "不问"}, team=[{"person": "李红"}], budget=[expense()], cofunding=[])
    handed_in = check_complete(BUDGET, written, TODAY)
    assert handed_in.application == Application.model_validate({"budget": [expense()]})
    assert handed_in.amount == Decimal(200)


def test_lines_of_nothing_are_no_budget() -> None:
    assert missing(BUDGET, said(budget=[expense("0")])) == {"application.budget.0.amount": "NumberNotPositive"}
    assert missing(BUDGET, said(budget=[expense("0.01", "0.01")])) == {
        "application.budget.0.amount": "NumberNotPositive"
    }
    assert missing(BUDGET, said(budget=[expense()], cofunding=[{"source": "街道", "amount": yuan(0)}])) == {
        "application.cofunding.0.amount": "NumberNotPositive"
    }


def test_a_line_beyond_a_billion_is_a_typing_error() -> None:
    with pytest.raises(ValidationError, match="1000000000"):
        Application.model_validate({"budget": [expense("999999999999.99", "1000")]})


prices = st.integers(1, 10**8).map(lambda cents: Decimal(cents) / 100)
quantities = st.integers(1, 10**5).map(lambda hundredths: Decimal(hundredths) / 100)


@given(st.lists(st.tuples(prices, quantities), min_size=1, max_size=20), st.integers(0, 10**9))
def test_the_amount_is_the_sum_of_the_lines_to_the_cent_whatever_is_sent(
    lines: list[tuple[Decimal, Decimal]], claimed: int
) -> None:
    budget = [expense(str(price), str(quantity), amount=yuan(claimed)) for price, quantity in lines]
    written = Said("题", Decimal(claimed), "", Application.model_validate({"budget": budget}))
    cents = [(price * quantity).quantize(Decimal("0.01"), ROUND_HALF_UP) for price, quantity in lines]
    if all(cents):
        assert check_complete(BUDGET, written, TODAY).amount == sum(cents)
    else:
        with pytest.raises(BidIncomplete):
            check_complete(BUDGET, written, TODAY)


def test_the_seal_covers_every_part_of_the_application() -> None:
    form = ApplicationForm.model_validate(
        {"parts": [{"part": part, "least": 1} for part in APPLICATION if part != "answers"]}
    )
    whole = check_complete(form, said(**APPLICATION), TODAY).sealed()
    for part in APPLICATION:
        if part == "answers":
            continue
        changed = {**APPLICATION, part: [*APPLICATION[part], *APPLICATION[part]]}  # type: ignore[misc]
        assert check_complete(form, said(**changed), TODAY).sealed() != whole, part


def test_a_bid_without_a_form_is_sealed_as_ever() -> None:
    assert check_complete(None, Said("题", Decimal("1.50"), "案", Application()), TODAY).sealed() == {
        "title": "题",
        "amount": "1.50",
        "plan": "案",
    }
