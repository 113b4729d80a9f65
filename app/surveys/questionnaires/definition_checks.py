"""What makes a questionnaire sound beyond its shape: names, references, conditions, limits."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from itertools import product

from app.core.errors import DomainError, RowRefused, RowsRefused
from app.surveys.questionnaires.definition import Label, Question, SurveyDefinition
from app.surveys.questionnaires.expressions import (
    NAME,
    PIECE,
    Binary,
    Call,
    ExpressionRefused,
    Node,
    Own,
    Reference,
    Text,
    parse,
    references,
    walk,
)

NAME_LIMIT = 64
RESERVED = frozenset({"meta"})  # XForms keeps this name for itself
_QUESTION_NAME, _PIECE_NAME = re.compile(NAME), re.compile(PIECE)
_CLOSED = frozenset({"single", "multi", "ranking", "rating_matrix"})
_FITS = {  # field → the question types that may use it
    "options": _CLOSED,
    "rows": {"rating_matrix"},
    "max_select": {"multi"},
    "rank_count": {"ranking"},
    "derived_from": {"ranking"},
    "scale": {"single"},
    "whole": {"number"},
    "constraint": {"single", "multi", "ranking", "number", "date", "open"},
    "constraint_message": {"single", "multi", "ranking", "number", "date", "open"},
    "required": _CLOSED | {"number", "date", "open"},
}


class DefinitionRefused(RowsRefused):
    """The questionnaire is not sound; `row` counts its questions from 1, `column` names the field."""


class DefinitionFault(DomainError):
    status = 422


class NameHasSpace(DefinitionFault): ...


class NameNotAllowed(DefinitionFault): ...


class NameTaken(DefinitionFault): ...


class LabelHoldsReference(DefinitionFault): ...


class FieldNotForType(DefinitionFault): ...


class OptionsMissing(DefinitionFault): ...


class WordsAlike(DefinitionFault): ...


class RowsMissing(DefinitionFault): ...


class LimitBeyondOptions(DefinitionFault): ...


class RankingSourceUnclear(DefinitionFault): ...


class ReferenceDangling(DefinitionFault): ...


class ReferenceNeedsRow(DefinitionFault): ...


class ReferenceForward(DefinitionFault): ...


class ConditionCircular(DefinitionFault): ...


class OwnValueOutOfPlace(DefinitionFault): ...


class OptionNotOffered(DefinitionFault): ...


Found = Iterator[tuple[str, DomainError]]


def check_definition(definition: SurveyDefinition) -> None:
    """Refuse a questionnaire that is not sound, listing every fault (DefinitionRefused)."""
    faults = definition_faults(definition)
    if faults:
        raise DefinitionRefused(faults)


def definition_faults(definition: SurveyDefinition) -> list[RowRefused]:
    """Every fault with its question (from 1) and field, in the order of the questions."""
    circular = _circular(definition)
    return [
        RowRefused(row, column, error)
        for row, question in enumerate(definition.questions, 1)
        for column, error in _question_faults(definition, question, circular)
    ]


def _question_faults(definition: SurveyDefinition, question: Question, circular: set[str]) -> Found:
    yield from _name_faults(definition, question)
    yield from _label_faults(question)
    yield from _likeness_faults(question)
    yield from _field_faults(question)
    yield from _option_faults(definition, question)
    for field in ("shown_if", "constraint"):
        text = getattr(question, field)
        if text is not None:
            for error in _expression_faults(definition, question, field, text, circular):
                yield field, error


def _name_faults(definition: SurveyDefinition, question: Question) -> Found:
    yield from _spelling("name", question.name, _QUESTION_NAME)
    earlier = definition.questions[: _position(definition, question)]
    taken = {column for q in earlier for column in [q.name, *q.columns()]}
    clash = next((c for c in [question.name, *question.columns()] if c in taken), None)
    if clash is not None:
        yield "name", NameTaken(name=clash)
    for field, pieces in (("options", question.options), ("rows", question.rows)):
        names = [piece.name for piece in pieces]
        for position, name in enumerate(names):
            yield from _spelling(field, name, _PIECE_NAME)
            if name in names[:position]:
                yield field, NameTaken(name=name)


def _position(definition: SurveyDefinition, question: Question) -> int:
    """Found by identity: two questions may be equal, which is one of the faults we look for."""
    return next(i for i, q in enumerate(definition.questions) if q is question)


def _spelling(field: str, name: str, pattern: re.Pattern[str]) -> Found:
    if any(c.isspace() for c in name):
        yield field, NameHasSpace(name=name)
    elif not pattern.fullmatch(name) or len(name) > NAME_LIMIT or name in RESERVED:
        yield field, NameNotAllowed(name=name)


def piece_name_fault(name: str) -> DomainError | None:
    """What is wrong with the name of an option or of a row, where it stands."""
    return next((error for _, error in _spelling("name", name, _PIECE_NAME)), None)


def _label_faults(question: Question) -> Found:
    """XLSForm reads ${…} in a label as the answer of another question; we do not, so nobody may write it."""
    labels: list[tuple[str, Label | None]] = [
        ("label", question.label),
        ("hint", question.hint),
        ("constraint_message", question.constraint_message),
        *(("options", option.label) for option in question.options),
        *(("rows", row.label) for row in question.rows),
    ]
    for field, label in labels:
        if label is not None and "${" in label.zh + label.en:
            yield field, LabelHoldsReference()


def _likeness_faults(question: Question) -> Found:
    """Nobody can tell options, or rows, apart that are called the same in a language, on a screen or in a file."""
    for field in ("options", "rows"):
        named: dict[tuple[str, str], str] = {}  # what is said → the first that says it
        for piece, language in product(getattr(question, field), ("zh", "en")):
            text = unicodedata.normalize("NFKC", getattr(piece.label, language))
            if text and named.setdefault((language, text), piece.name) != piece.name:
                yield field, WordsAlike(text=text)
                break


def _field_faults(question: Question) -> Found:
    for field, types in _FITS.items():
        if getattr(question, field) and question.type not in types:
            yield field, FieldNotForType(field=field, type=question.type)


def _option_faults(definition: SurveyDefinition, question: Question) -> Found:
    if question.type == "ranking" and question.derived_from is not None:
        if question.options or not _is_earlier_multi(definition, question):
            yield "derived_from", RankingSourceUnclear(source=question.derived_from)
    elif question.type in _CLOSED and not question.options:
        yield "options", OptionsMissing(name=question.name)
    if question.type == "rating_matrix" and not question.rows:
        yield "rows", RowsMissing(name=question.name)
    offered = len(definition.options_of(question))
    for field, limit in (("max_select", question.max_select), ("rank_count", question.rank_count)):
        if limit is not None and offered and limit > offered:
            yield field, LimitBeyondOptions(limit=limit, offered=offered)


def _is_earlier_multi(definition: SurveyDefinition, question: Question) -> bool:
    for earlier in definition.questions:
        if earlier is question:
            return False
        if earlier.name == question.derived_from:
            return earlier.type == "multi"
    return False


def _expression_faults(
    definition: SurveyDefinition, question: Question, field: str, text: str, circular: set[str]
) -> Iterator[DomainError]:
    try:
        tree = parse(text)
    except ExpressionRefused as refused:
        yield refused
        return
    if field == "shown_if" and any(isinstance(node, Own) for node in walk(tree)):
        yield OwnValueOutOfPlace()
    if field == "shown_if" and question.name in circular:
        yield ConditionCircular(name=question.name)
    for reference in references(tree):
        yield from _reference_faults(definition, question, field, reference, circular)
    yield from _unknown_options(definition, question, tree)


def _reference_faults(
    definition: SurveyDefinition, question: Question, field: str, reference: Reference, circular: set[str]
) -> Iterator[DomainError]:
    target = definition.question(reference.question)
    if target is None or target.type == "note" or not _has_row(target, reference.row):
        yield ReferenceDangling(name=reference.name, at=reference.at)
    elif target.type == "rating_matrix" and not reference.row:
        yield ReferenceNeedsRow(name=reference.name, at=reference.at)
    elif target.name == question.name and field == "constraint":
        return
    elif {question.name, target.name} <= circular:
        return  # said once, as ConditionCircular
    elif _position(definition, target) >= _position(definition, question):
        yield ReferenceForward(name=reference.name, at=reference.at)


def _has_row(target: Question, row: str) -> bool:
    return not row or any(r.name == row for r in target.rows)


def _unknown_options(definition: SurveyDefinition, question: Question, tree: Node) -> Iterator[DomainError]:
    """`selected(${Q7}, 'x')` and `${Q3} = 'x'` where no x is offered: a slip that nobody would ever notice.

    A selection of several is compared as its names joined, so `=` is looked at for single choices only.
    """
    for node in walk(tree):
        match node:
            case Call("selected", (source, Text(name))) | Binary("=" | "!=", source, Text(name)) if name:
                target = _target(definition, question, source)
                single = target is not None and target.type in ("single", "rating_matrix")
                offered = definition.options_of(target) if target and (single or isinstance(node, Call)) else []
                if offered and all(option.name != name for option in offered):
                    yield OptionNotOffered(option=name)


def _target(definition: SurveyDefinition, question: Question, node: Node) -> Question | None:
    if isinstance(node, Own):
        return question
    return definition.question(node.question) if isinstance(node, Reference) else None


def _circular(definition: SurveyDefinition) -> set[str]:
    """The questions that are shown or hidden, through others, by their own answer."""
    needs = {q.name: _shown_by(q.shown_if) for q in definition.questions}
    return {name for name in needs if name in _reached(name, needs.__getitem__, set(needs))}


def _shown_by(text: str | None) -> list[str]:
    try:
        return [reference.question for reference in references(parse(text))] if text else []
    except ExpressionRefused:
        return []


def _reached(start: str, needs: Callable[[str], list[str]], known: set[str]) -> set[str]:
    reached: set[str] = set()
    frontier = [start]
    while frontier:
        for name in needs(frontier.pop()):
            if name in known and name not in reached:
                reached.add(name)
                frontier.append(name)
    return reached
