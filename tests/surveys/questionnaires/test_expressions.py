import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.surveys.questionnaires.evaluation import evaluate
from app.surveys.questionnaires.expressions import (
    ARGUMENTS,
    PRECEDENCE,
    Binary,
    Boolean,
    Call,
    ExpressionRefused,
    Negative,
    Node,
    Number,
    Own,
    Reference,
    Text,
    parse,
    references,
    unparse,
)

GOLDEN = json.loads((Path(__file__).parent / "expression_cases.json").read_text(encoding="utf-8"))
TODAY = date.fromisoformat(GOLDEN["today"])
RESULTS = [case for case in GOLDEN["cases"] if "result" in case]
REFUSALS = [case for case in GOLDEN["cases"] if "refusal" in case]


def value_of(case: dict[str, Any]) -> Any:
    tree = parse(case["expression"])
    return evaluate(tree, case.get("answers", GOLDEN["answers"]), TODAY, case.get("own"))


@pytest.mark.parametrize("case", RESULTS, ids=lambda case: case["expression"][:40])
def test_an_expression_has_the_agreed_value(case: dict[str, Any]) -> None:
    value = value_of(case)
    assert (type(value) is bool, value) == (type(case["result"]) is bool, case["result"])


@pytest.mark.parametrize("case", REFUSALS, ids=lambda case: case["expression"][:40])
def test_a_faulty_expression_is_refused_with_its_code_and_place(case: dict[str, Any]) -> None:
    with pytest.raises(ExpressionRefused) as refused:
        parse(case["expression"])
    assert (refused.value.code, refused.value.facts.get("at")) == (case["refusal"], case.get("at"))


names = st.from_regex(r"[A-Za-z_一-鿿][A-Za-z0-9_-]{0,5}(\.[A-Za-z0-9_-]{1,4})?", fullmatch=True)
numbers = st.from_regex(r"[0-9]{1,8}(\.[0-9]{1,6})?", fullmatch=True).map(Number)
texts = (st.text(max_size=12).filter(lambda t: "'" not in t) | st.text(max_size=12).filter(lambda t: '"' not in t)).map(
    Text
)
leaves = numbers | texts | st.booleans().map(Boolean) | names.map(Reference) | st.just(Own())


def larger(below: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    calls = [
        st.tuples(*[below] * count).map(lambda arguments, name=name: Call(name, arguments))
        for name, count in ARGUMENTS.items()
        if name not in ("true", "false", "regex")
    ]
    binaries = st.builds(Binary, st.sampled_from(sorted(PRECEDENCE)), below, below)
    patterned = below.map(lambda value: Call("regex", (value, Text("[0-9]+"))))
    return st.one_of(binaries, st.builds(Negative, below), patterned, *calls)


trees = st.recursive(leaves, larger, max_leaves=10)


@given(trees)
def test_printing_and_reading_again_gives_the_same_tree(tree: Node) -> None:
    assert parse(unparse(tree)) == tree


FRAGMENTS = "${Q1} ${ } ( ) , ' \" and or div not( selected( regex(., ' [ 1 0.5 = != < - + . true \\ {2} * | 老 😀 \x00"
fragments = st.sampled_from([*FRAGMENTS.split(" "), " ", "\u00a0"])


@given(st.lists(fragments, max_size=40).map("".join) | st.text(max_size=60))
def test_the_parser_raises_nothing_but_its_own_refusals(text: str) -> None:
    try:
        tree = parse(text)
    except ExpressionRefused as refused:
        assert refused.facts.get("at", 1) <= len(text) + 1
    else:
        assert parse(unparse(tree)) == tree


answers = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates().map(str),
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.text(max_size=3), below, max_size=3),
    max_leaves=5,
)


@given(trees, st.dictionaries(names, answers, max_size=4), answers)
def test_every_tree_has_a_value_under_any_answers(tree: Node, given_answers: dict[str, Any], own: Any) -> None:
    value = evaluate(tree, given_answers, TODAY, own)
    assert value is None or isinstance(value, bool | float | str | list)


def test_references_are_listed_in_reading_order_with_their_places() -> None:
    found = references(parse("selected(${Q7}, '01') and ${Q10.a} > 2 or ${Q7} = ''"))
    assert [(r.name, r.question, r.row, r.at) for r in found] == [
        ("Q7", "Q7", "", 10),
        ("Q10.a", "Q10", "a", 27),
        ("Q7", "Q7", "", 43),
    ]
