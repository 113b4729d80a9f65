"""The small language of shown-if and constraint: a subset of XLSForm's expressions, parsed into a tree.

    ${Q3}  ${Q10.a} (row a of a rating matrix)  .  (this question's answer)  12.5  'text'  true()  false()
    = != < <= > >=   and or   + - * div mod   not(x)  if(a, b, c)  coalesce(a, b)
    selected(${Q7}, 'x')  count-selected(${Q7})  string-length(x)  regex(x, 'pattern')  today()

What it means stands in `evaluation.py`. `frontend/src/questionnaire/expressions.ts` is the twin of both;
`tests/surveys/questionnaires/expression_cases.json` holds the two together.
Source of the vocabulary: XLSForm (relevant, constraint); XPath 1.0 for precedence and literals.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from app.core.errors import DomainError
from app.surveys.questionnaires.patterns import pattern_fault

LENGTH_LIMIT = 1000
TOKEN_LIMIT = 300
DEPTH_LIMIT = 32
DIGIT_LIMIT = 15  # beyond 15 digits a double no longer prints what was typed

NAME = r"[A-Za-z_\u4e00-\u9fff][A-Za-z0-9_\u4e00-\u9fff-]*"
PIECE = r"[A-Za-z0-9_\u4e00-\u9fff-]+"
_TOKEN = re.compile(
    rf"(?P<space>[ \t\r\n]+)|(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<text>'[^']*'|\"[^\"]*\")"
    rf"|(?P<reference>\$\{{{NAME}(?:\.{PIECE})?\}})|(?P<name>[A-Za-z][A-Za-z0-9-]*)"
    r"|(?P<op>!=|<=|>=|[=<>+*-])|(?P<mark>[(),.])"
)
PRECEDENCE = {
    "or": 1,
    "and": 2,
    **dict.fromkeys(("=", "!="), 3),
    **dict.fromkeys(("<", "<=", ">", ">="), 4),
    **dict.fromkeys(("+", "-"), 5),
    **dict.fromkeys(("*", "div", "mod"), 6),
}
UNARY = 7
ARGUMENTS = {  # function → how many arguments it takes
    "not": 1,
    "if": 3,
    "coalesce": 2,
    "selected": 2,
    "count-selected": 1,
    "string-length": 1,
    "regex": 2,
    "today": 0,
    "true": 0,
    "false": 0,
}


class ExpressionRefused(DomainError):
    """The text is no expression of this language. `at` counts characters from 1."""

    status = 422


class ExpressionTooLong(ExpressionRefused): ...


class ExpressionTooDeep(ExpressionRefused): ...


class CharacterUnexpected(ExpressionRefused): ...


class TextUnclosed(ExpressionRefused): ...


class ReferenceMalformed(ExpressionRefused): ...


class NumberTooLong(ExpressionRefused): ...


class TokenUnexpected(ExpressionRefused): ...


class FunctionUnknown(ExpressionRefused): ...


class ArgumentsWrong(ExpressionRefused): ...


class PatternNotAllowed(ExpressionRefused): ...


@dataclass(frozen=True)
class Number:
    text: str


@dataclass(frozen=True)
class Text:
    value: str


@dataclass(frozen=True)
class Boolean:
    value: bool


@dataclass(frozen=True)
class Reference:
    name: str
    at: int = field(default=0, compare=False)

    @property
    def question(self) -> str:
        return self.name.partition(".")[0]

    @property
    def row(self) -> str:
        return self.name.partition(".")[2]


@dataclass(frozen=True)
class Own:
    pass


@dataclass(frozen=True)
class Negative:
    operand: "Node"


@dataclass(frozen=True)
class Binary:
    op: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True)
class Call:
    function: str
    arguments: tuple["Node", ...]


Node = Number | Text | Boolean | Reference | Own | Negative | Binary | Call


class Token(NamedTuple):
    kind: str
    text: str
    at: int


@lru_cache(maxsize=1024)
def parse(text: str) -> Node:
    """The tree of an expression, kept, since every answer asks for those of all questions. Refusals: the subclasses of
    ExpressionRefused, each with its position."""
    if len(text) > LENGTH_LIMIT:
        raise ExpressionTooLong(limit=LENGTH_LIMIT)
    tokens = list(_tokens(text))
    if len(tokens) > TOKEN_LIMIT:
        raise ExpressionTooLong(limit=TOKEN_LIMIT)
    return _Parser(tokens).whole()


def _tokens(text: str) -> Iterator[Token]:
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise _lexical(text, at)
        kind = str(found.lastgroup)
        if kind == "number" and len(found[0].replace(".", "")) > DIGIT_LIMIT:
            raise NumberTooLong(at=at + 1, limit=DIGIT_LIMIT)
        if kind != "space":
            yield Token(kind, found[0], at + 1)
        at = found.end()
    yield Token("end", "", len(text) + 1)


def _lexical(text: str, at: int) -> ExpressionRefused:
    if text[at] in "'\"":
        return TextUnclosed(at=at + 1)
    if text[at] == "$":
        return ReferenceMalformed(at=at + 1)
    return CharacterUnexpected(at=at + 1, found=text[at])


class _Parser:
    """Recursive descent with precedence climbing; all binary operators associate to the left."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens, self.next, self.depth = tokens, 0, 0

    def take(self) -> Token:
        self.next += 1
        return self.tokens[self.next - 1]

    def peek(self) -> Token:
        return self.tokens[self.next]

    def expect(self, mark: str) -> None:
        token = self.take()
        if token.text != mark or token.kind != "mark":
            raise TokenUnexpected(at=token.at, found=token.text)

    def whole(self) -> Node:
        node = self.expression()
        if self.peek().kind != "end":
            raise TokenUnexpected(at=self.peek().at, found=self.peek().text)
        return node

    def expression(self, lowest: int = 1) -> Node:
        left = self.operand()
        while self.peek().kind in ("op", "name") and PRECEDENCE.get(self.peek().text, 0) >= lowest:
            op = self.take().text
            left = Binary(op, left, self.expression(PRECEDENCE[op] + 1))
        return left

    def operand(self) -> Node:
        token = self.take()
        self.depth += 1
        if self.depth > DEPTH_LIMIT:
            raise ExpressionTooDeep(at=token.at, limit=DEPTH_LIMIT)
        node = self.primary(token)
        self.depth -= 1
        return node

    def primary(self, token: Token) -> Node:
        match token.kind, token.text:
            case "number", text:
                return Number(text)
            case "text", text:
                return Text(text[1:-1])
            case "reference", text:
                return Reference(text[2:-1], token.at)
            case "name", name if name not in PRECEDENCE:
                return self.named(name, token.at)
            case "mark", ".":
                return Own()
            case "op", "-":
                return Negative(self.operand())
            case "mark", "(":
                node = self.expression()
                self.expect(")")
                return node
        raise TokenUnexpected(at=token.at, found=token.text)

    def named(self, name: str, at: int) -> Node:
        bare = self.peek().text != "("
        if name not in ARGUMENTS:
            raise FunctionUnknown(at=at, name=name)
        arguments = () if bare and name in ("true", "false") else self.arguments()
        if len(arguments) != ARGUMENTS[name]:
            raise ArgumentsWrong(at=at, name=name, takes=ARGUMENTS[name])
        if name in ("true", "false"):
            return Boolean(name == "true")
        if name == "regex":
            _check_pattern(arguments[1], at)
        return Call(name, arguments)

    def arguments(self) -> tuple[Node, ...]:
        self.expect("(")
        if self.peek()[:2] == ("mark", ")"):
            self.take()
            return ()
        arguments = [self.expression()]
        while self.peek()[:2] == ("mark", ","):
            self.take()
            arguments.append(self.expression())
        self.expect(")")
        return tuple(arguments)


def _check_pattern(node: Node, at: int) -> None:
    if not isinstance(node, Text):
        raise PatternNotAllowed(at=at, found="")
    fault = pattern_fault(node.value)
    if fault is not None:
        raise PatternNotAllowed(at=at, found=fault)


def unparse(node: Node) -> str:
    """The expression as text; parsing it gives the same tree."""
    return _print(node, 0)


def _print(node: Node, around: int) -> str:
    match node:
        case Number(text):
            return text
        case Text(value):
            return f'"{value}"' if "'" in value else f"'{value}'"
        case Boolean(value):
            return "true()" if value else "false()"
        case Reference(name):
            return f"${{{name}}}"
        case Own():
            return "."
        case Negative(operand):
            return "-" + _print(operand, UNARY)
        case Binary(op, left, right):
            rank = PRECEDENCE[op]
            text = f"{_print(left, rank)} {op} {_print(right, rank + 1)}"
            return f"({text})" if rank < around else text
        case Call(function, arguments):
            return f"{function}({', '.join(_print(a, 0) for a in arguments)})"


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, in reading order."""
    yield node
    match node:
        case Negative(operand):
            yield from walk(operand)
        case Binary(_, left, right):
            yield from walk(left)
            yield from walk(right)
        case Call(_, arguments):
            for argument in arguments:
                yield from walk(argument)


def references(node: Node) -> list[Reference]:
    """Every ${…} in reading order, repeats included."""
    return [n for n in walk(node) if isinstance(n, Reference)]
