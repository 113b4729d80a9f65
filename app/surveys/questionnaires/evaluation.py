"""What an expression means: its value under the answers given so far.

Evaluation is total: whatever the answers, there is a value and never a refusal.
- An unanswered question, an empty text and an empty selection are *blank*.
- `=`: two blanks are equal, a blank and anything else are not; a truth value compares by truth; a number
  compares with a text by number; otherwise as text (a selection is its option names joined by one space).
- `< <= > >=`: by number, or both sides as dates 2018-10-15; false when that is impossible (so also when blank).
- Arithmetic on what is no number, division by zero and results beyond a double are blank.
- Truth: blank, false and 0 are false; everything else is true.
- Numbers are doubles, as in XPath 1.0 and in the browser; money never passes through here.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.surveys.questionnaires.expressions import Binary, Boolean, Call, Negative, Node, Number, Own, Reference, Text
from app.surveys.questionnaires.patterns import fits

Value = None | bool | float | str | list[str]
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def evaluate(node: Node, answers: Mapping[str, Any], today: date, own: Any = None) -> Value:
    """The value under `answers` (question name → answer; a matrix is a mapping row → option); `own` is `.`."""
    return _Evaluation(answers, today, own).value(node)


def is_true(value: Value) -> bool:
    return bool(value)


@dataclass(frozen=True)
class _Evaluation:
    answers: Mapping[str, Any]
    today: date
    own: Any

    def value(self, node: Node) -> Value:
        match node:
            case Number(text):
                return float(text)
            case Text(value):
                return value or None
            case Boolean(truth):
                return truth
            case Reference():
                return self.answer(node)
            case Own():
                return plain(self.own)
            case Negative(operand):
                return _calculate("-", 0.0, self.value(operand))
            case Binary(op, left, right):
                return _binary(op, self.value(left), self.value(right))
            case Call(function, arguments):
                return self.call(function, [self.value(a) for a in arguments])

    def answer(self, reference: Reference) -> Value:
        answer = self.answers.get(reference.question)
        if reference.row:
            answer = answer.get(reference.row) if isinstance(answer, Mapping) else None
        return plain(answer)

    def call(self, function: str, values: list[Value]) -> Value:
        return self.today.isoformat() if function == "today" else _FUNCTIONS[function](values)


def plain(answer: Any) -> Value:
    """An answer as the language sees it; what it cannot see is blank."""
    if isinstance(answer, bool):
        return answer
    if isinstance(answer, int | float):
        return _finite(answer)
    if isinstance(answer, list):
        return [piece for piece in answer if isinstance(piece, str) and piece] or None
    return answer or None if isinstance(answer, str) else None


def _finite(number: int | float) -> float | None:
    try:
        value = float(number)
    except OverflowError:
        return None
    return value + 0.0 if math.isfinite(value) else None


def _text(value: Value) -> str:
    """As text; numbers only between 0.0001 and 10^16, where both languages print the same digits."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if value and not 1e-4 <= abs(value) < 1e16:
            return ""
        return repr(value + 0.0).removesuffix(".0")
    return " ".join(value) if isinstance(value, list) else value or ""


def _number(value: Value) -> float | None:
    if isinstance(value, bool | float):
        return float(value)
    text = _text(value)
    return _finite(float(text)) if _NUMBER.fullmatch(text) else None


def _pieces(value: Value) -> list[str]:
    return value if isinstance(value, list) else [piece for piece in _text(value).split(" ") if piece]


def _equal(left: Value, right: Value) -> bool:
    if left is None or right is None:
        return left is right
    if isinstance(left, bool) or isinstance(right, bool):
        return is_true(left) == is_true(right)
    if isinstance(left, float) or isinstance(right, float):
        number = _number(left)
        return number is not None and number == _number(right)
    return _text(left) == _text(right)


def _less(left: Value, right: Value, or_equal: bool) -> bool:
    a, b = _number(left), _number(right)
    if a is not None and b is not None:
        return a < b or (or_equal and a == b)
    before, after = _text(left), _text(right)
    if _DATE.fullmatch(before) and _DATE.fullmatch(after):
        return before < after or (or_equal and before == after)
    return False


def _calculate(op: str, left: Value, right: Value) -> float | None:
    a, b = _number(left), _number(right)
    if a is None or b is None or (op in ("div", "mod") and b == 0):
        return None
    return _finite(_ARITHMETIC[op](a, b))


_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "mod": math.fmod,
}


def _binary(op: str, left: Value, right: Value) -> Value:
    match op:
        case "and":
            return is_true(left) and is_true(right)
        case "or":
            return is_true(left) or is_true(right)
        case "=" | "!=":
            return _equal(left, right) == (op == "=")
        case "<" | "<=":
            return _less(left, right, op == "<=")
        case ">" | ">=":
            return _less(right, left, op == ">=")
    return _calculate(op, left, right)


_FUNCTIONS: dict[str, Callable[[Sequence[Any]], Value]] = {
    "not": lambda v: not is_true(v[0]),
    "if": lambda v: v[1] if is_true(v[0]) else v[2],
    "coalesce": lambda v: v[1] if v[0] is None else v[0],
    "selected": lambda v: v[1] is not None and _text(v[1]) in _pieces(v[0]),
    "count-selected": lambda v: float(len(_pieces(v[0]))),
    "string-length": lambda v: float(len(_text(v[0]))),
    "regex": lambda v: fits(_text(v[0]), v[1] or ""),
}
