"""What an XLSForm may hold and a questionnaire of ours cannot: named once per kind, and left out if one goes on."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from app.core.errors import DomainError, RowRefused, RowsRefused
from app.surveys.questionnaires.definition import Question, SurveyDefinition
from app.surveys.questionnaires.definition_checks import (
    LabelHoldsReference,
    RankingSourceUnclear,
    ReferenceDangling,
    ReferenceForward,
    definition_faults,
)
from app.surveys.questionnaires.expressions import (
    ArgumentsWrong,
    CharacterUnexpected,
    ExpressionTooDeep,
    ExpressionTooLong,
    FunctionUnknown,
    NumberTooLong,
    PatternNotAllowed,
)
from app.surveys.questionnaires.xlsform.lines import TRANSLATED, Line

NAMED = 5  # examples of a kind
BEYOND = (  # sound in XLSForm, and more than our expressions say
    ArgumentsWrong,
    CharacterUnexpected,
    ExpressionTooDeep,
    ExpressionTooLong,
    NumberTooLong,
    PatternNotAllowed,
    ReferenceForward,
)
_TEXTS = ("hint", "constraint_message")


class XlsformPartly(RowsRefused):
    """Nothing is wrong with the workbook, but not all of it can be taken; each row is one kind of what cannot."""


class LeftOut(DomainError):
    """`count` rows; `names`: some of them."""

    status = 422


class XlsformTypeUnknown(LeftOut): ...


class XlsformColumnUnknown(LeftOut): ...


class XlsformConditionBeyond(LeftOut): ...


class XlsformConstraintBeyond(LeftOut): ...


class XlsformRequiredBeyond(LeftOut): ...


class XlsformTextQuotesAnswers(LeftOut): ...


class LabelMissing(LeftOut): ...


class XlsformTitleMissing(LeftOut): ...


class XlsformNothingTaken(DomainError):
    status = 422


class XlsformValueUnknown(DomainError):
    status = 422


@dataclass
class _Kind:
    row: int
    where: str
    refusal: type[LeftOut]
    facts: dict[str, Any]
    names: list[str] = field(default_factory=list)
    count: int = 0


class Left:
    """The kinds of what is left out, in the order in which they were met."""

    def __init__(self) -> None:
        self._kinds: dict[tuple[Any, ...], _Kind] = {}

    def add(self, line: Line, where: str, refusal: type[LeftOut], **facts: Any) -> None:
        kind = self._kinds.setdefault((where, refusal, *facts.values()), _Kind(line.number, where, refusal, facts))
        kind.count += 1
        if line.get("name") and len(kind.names) < NAMED:
            kind.names.append(line.get("name"))

    def add_column(self, line: Line, sheet: str, column: str) -> None:
        """A column that is not read; of texts in another language those that stand in for nothing."""
        if column.startswith("$"):  # what tools keep for themselves
            return
        field, _, language = column.partition(".")
        if field in TRANSLATED:
            if language in ("zh", "en") or not (line.get(f"{field}.zh") or line.get(f"{field}.en")):
                return
            column = f"{field}::{language}"
        self.add(line, f"{sheet}.{column}", XlsformColumnUnknown, column=column)

    def rows(self) -> list[RowRefused]:
        return [
            RowRefused(k.row, k.where, k.refusal(**k.facts, count=k.count, names="、".join(k.names) or "—"))
            for k in self._kinds.values()
        ]


class Taken(NamedTuple):
    question: Question
    line: Line


def settle(
    title: Any, intro: Any, taken: Sequence[Taken], names: set[str], left: Left
) -> tuple[SurveyDefinition | None, list[Taken], list[RowRefused]]:
    """The questionnaire of what was taken, without questions whose condition or text it cannot express: nobody is to be
    asked what was meant for others. What depends on such a question goes with it. `names`: all that the sheet has.

    Returns the questionnaire (None when nothing remains), its questions' lines, and what is wrong with it.
    """
    taken = list(taken)
    while taken:
        definition = SurveyDefinition.model_construct(
            title=title, intro=intro, questions=[each.question for each in taken]
        )
        faults = definition_faults(definition)
        changes = {f.row - 1: f for f in reversed(faults) if _is_beyond(f, taken[f.row - 1].question, names)}
        if not changes:
            return definition, taken, faults
        taken = [kept for n, each in enumerate(taken) if (kept := _without(each, changes.get(n), left)) is not None]
    return None, [], []


def _is_beyond(fault: RowRefused, question: Question, names: set[str]) -> bool:
    """Something that XLSForm allows and we cannot say."""
    error = fault.error
    if isinstance(error, FunctionUnknown):  # else a word that somebody forgot to quote
        text: str = getattr(question, fault.column)
        return text[error.facts["at"] - 1 + len(error.facts["name"]) :].lstrip().startswith("(")
    if isinstance(error, ReferenceDangling | RankingSourceUnclear):
        name = error.facts.get("name") or error.facts.get("source")
        return str(name).partition(".")[0] in names
    if isinstance(error, CharacterUnexpected):
        return error.facts["found"] in "/[]|@:"
    return isinstance(error, (*BEYOND, LabelHoldsReference))


def _without(taken: Taken, fault: RowRefused | None, left: Left) -> Taken | None:
    """The question without what cannot be said, or None without the question."""
    if fault is None:
        return taken
    question, line = taken
    if fault.column == "constraint":
        left.add(line, "survey.constraint", XlsformConstraintBeyond)
        return Taken(question.model_copy(update={"constraint": None, "constraint_message": None}), line)
    if fault.column in _TEXTS:
        left.add(line, f"survey.{fault.column}", XlsformTextQuotesAnswers)
        return Taken(question.model_copy(update={fault.column: None}), line)
    if isinstance(fault.error, LabelHoldsReference):
        if fault.column != "options":  # said of its row of the choices sheet
            left.add(line, "survey.label", XlsformTextQuotesAnswers)
    else:
        left.add(line, "survey.relevant", XlsformConditionBeyond)
    return None
