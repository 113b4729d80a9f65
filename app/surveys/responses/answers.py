"""Answers held against their questionnaire: what is kept, what is dropped, what is refused.

Answers to questions that are hidden under the other answers are dropped, not refused: a resident who goes back
and changes an answer leaves them behind without knowing. References point backwards only, so one pass in the
order of the questions settles what is shown. Constraints are not asked of blank answers (XLSForm).
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.core import bounds
from app.core.errors import DomainError, RowRefused, RowsRefused
from app.core.texts import CharacterRefused, prose
from app.surveys.questionnaires.definition import Answer, Question, SurveyDefinition
from app.surveys.questionnaires.evaluation import evaluate, is_true
from app.surveys.questionnaires.expressions import parse
from app.surveys.questionnaires.sentences import condition

TEXT_LIMIT = 2000
NUMBER_LIMIT = 10**15
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_BLANKS: tuple[Any, ...] = (None, "", [], {})


class AnswersRefused(RowsRefused):
    """`row` is the number of the question as residents see it, `column` its name."""


class AnswerFault(DomainError):
    status = 422


class AnswerMissing(AnswerFault): ...


class AnswerMalformed(AnswerFault): ...


class AnswerTooLong(AnswerFault): ...


class AnswerRepeated(AnswerFault): ...


class AnswerCharacter(AnswerFault):
    """A character that cannot be kept (`core.texts`)."""


class QuestionUnknown(AnswerFault): ...


class OptionUnknown(AnswerFault): ...


class RatedRowUnknown(AnswerFault): ...


class TooManyChosen(AnswerFault): ...


class RankedNotChosen(AnswerFault): ...


class NotWhole(AnswerFault): ...


class ConstraintBroken(AnswerFault): ...


@dataclass
class Examined:
    """`answers` are canonical and shown; `hidden` were given but dropped; `missing` are required and blank."""

    answers: dict[str, Answer] = field(default_factory=dict)
    shown: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    faults: dict[str, DomainError] = field(default_factory=dict)


def check_answers(definition: SurveyDefinition, given: Mapping[str, Any], today: date) -> dict[str, Answer]:
    """The canonical answers to the questions shown. Refusals: those of `check_complete`."""
    return check_complete(definition, given, today).answers


def check_complete(definition: SurveyDefinition, given: Mapping[str, Any], today: date) -> Examined:
    """Refusal: AnswersRefused with every fault and every blank required question."""
    examined = examine(definition, given, today)
    _refuse(definition, {**examined.faults, **{name: AnswerMissing(name=name) for name in examined.missing}})
    return examined


def _refuse(definition: SurveyDefinition, faults: Mapping[str, DomainError]) -> None:
    rows = [RowRefused(definition.number(name) or 0, name, error) for name, error in faults.items()]
    if rows:
        raise AnswersRefused(sorted(rows, key=lambda fault: fault.row))


def check_entered(definition: SurveyDefinition, given: Mapping[str, Any], today: date) -> Examined:
    """Answers keyed in from paper: whoever left a required question blank can no longer be asked, so that is a matter
    for review. Refusal: AnswersRefused with every fault."""
    examined = examine(definition, given, today)
    _refuse(definition, examined.faults)
    return examined


def examine(definition: SurveyDefinition, given: Mapping[str, Any], today: date) -> Examined:
    """Everything there is to say about `given` (question name → answer), without refusing it."""
    examined = Examined()
    known = {question.name for _, question in definition.asked()}
    examined.faults.update({name: QuestionUnknown(name=name) for name in given if name not in known})
    for _, question in definition.asked():
        _examine_one(definition, question, given.get(question.name), today, examined)
    return examined


def _examine_one(
    definition: SurveyDefinition, question: Question, answer: Any, today: date, examined: Examined
) -> None:
    blank = answer in _BLANKS or (isinstance(answer, str) and not answer.strip())
    if not is_shown(question, examined.answers, today):
        if not blank:
            examined.hidden.append(question.name)
        return
    examined.shown.append(question.name)
    try:
        kept = None if blank else canonical(definition, question, answer, examined.answers)
        if kept is not None:
            _check_constraint(definition, question, kept, examined.answers, today)
            examined.answers[question.name] = kept
    except AnswerFault as fault:
        if fault.facts.get("source") not in examined.faults:  # a ranking is not blamed for its refused source
            examined.faults[question.name] = fault
        return
    if question.required and not _is_complete(definition, question, kept, examined.answers):
        examined.missing.append(question.name)


def is_shown(question: Question, answers: Mapping[str, Any], today: date) -> bool:
    return question.shown_if is None or is_true(evaluate(parse(question.shown_if), answers, today))


def canonical(
    definition: SurveyDefinition, question: Question, answer: Any, earlier: Mapping[str, Any]
) -> Answer | None:
    """The one form an answer is kept in; refused (AnswerFault) when it is no answer to this question."""
    offered = [option.name for option in definition.options_of(question)]
    match question.type:
        case "single":
            return _option(question, answer, offered)
        case "multi":
            chosen = _options(question, answer, offered, question.max_select)
            return [name for name in offered if name in chosen]
        case "ranking":
            return _ranking(question, answer, offered, earlier)
        case "rating_matrix":
            return _ratings(question, answer, offered)
    return _FORMS[question.type](question, answer)


def _option(question: Question, answer: Any, offered: list[str]) -> str:
    if not isinstance(answer, str):
        raise AnswerMalformed(name=question.name, expected=question.type)
    if answer not in offered:
        raise OptionUnknown(name=question.name, option=answer[:40])
    return answer


def _options(question: Question, answer: Any, offered: list[str], limit: int | None) -> list[str]:
    if not isinstance(answer, list):
        raise AnswerMalformed(name=question.name, expected=question.type)
    chosen = [_option(question, name, offered) for name in answer]
    repeated = next((name for position, name in enumerate(chosen) if name in chosen[:position]), None)
    if repeated is not None:
        raise AnswerRepeated(name=question.name, option=repeated)
    if limit is not None and len(chosen) > limit:
        raise TooManyChosen(name=question.name, chosen=len(chosen), limit=limit)
    return chosen


def _ranking(question: Question, answer: Any, offered: list[str], earlier: Mapping[str, Any]) -> list[str]:
    ranked = _options(question, answer, offered, question.rank_count)
    if question.derived_from is not None:
        chosen = earlier.get(question.derived_from, [])
        stray = next((name for name in ranked if name not in chosen), None)
        if stray is not None:
            raise RankedNotChosen(name=question.name, option=stray, source=question.derived_from)
    return ranked


def _ratings(question: Question, answer: Any, offered: list[str]) -> dict[str, str] | None:
    if not isinstance(answer, dict):
        raise AnswerMalformed(name=question.name, expected=question.type)
    rows = [row.name for row in question.rows]
    stray = next((name for name in answer if name not in rows), None)
    if stray is not None:
        raise RatedRowUnknown(name=question.name, row=str(stray)[:40])
    rated = [row for row in rows if answer.get(row) not in _BLANKS]
    return {row: _option(question, answer[row], offered) for row in rated} or None


def _number(question: Question, answer: Any) -> int | float:
    if isinstance(answer, bool) or not isinstance(answer, int | float) or not abs(answer) < math.inf:
        raise AnswerMalformed(name=question.name, expected="number")
    if abs(answer) >= NUMBER_LIMIT:
        raise AnswerTooLong(name=question.name, limit=15)
    if answer == int(answer):
        return int(answer)
    if question.whole:
        raise NotWhole(name=question.name)
    return answer


def _date(question: Question, answer: Any) -> str:
    if not isinstance(answer, str) or not _DATE.fullmatch(answer):
        raise AnswerMalformed(name=question.name, expected="date")
    try:
        return bounds.day(date.fromisoformat(answer)).isoformat()
    except (ValueError, bounds.YearRefused):
        raise AnswerMalformed(name=question.name, expected="date") from None


def _words(question: Question, answer: Any) -> str:
    if not isinstance(answer, str):
        raise AnswerMalformed(name=question.name, expected="open")
    try:
        words = prose(answer)
    except CharacterRefused as refused:
        raise AnswerCharacter(name=question.name, **refused.facts) from None
    if len(words) > TEXT_LIMIT:
        raise AnswerTooLong(name=question.name, limit=TEXT_LIMIT)
    return words


_FORMS: dict[str, Callable[[Question, Any], Answer]] = {"number": _number, "date": _date, "open": _words}


def _check_constraint(
    definition: SurveyDefinition, question: Question, answer: Answer, earlier: Mapping[str, Any], today: date
) -> None:
    if question.constraint is None:
        return
    tree = parse(question.constraint)
    if not is_true(evaluate(tree, {**earlier, question.name: answer}, today, answer)):
        said = question.constraint_message
        raise ConstraintBroken(
            name=question.name,
            rule_zh=said.zh if said else condition(tree, definition, "zh"),
            rule_en=said.in_language("en") if said else condition(tree, definition, "en"),
        )


def _is_complete(
    definition: SurveyDefinition, question: Question, answer: Answer | None, earlier: Mapping[str, Any]
) -> bool:
    """A required matrix wants every row, a required ranking as many places as there is to rank, which may be none."""
    if question.type == "ranking":
        ranked = answer if isinstance(answer, list) else []
        offered = earlier.get(question.derived_from, []) if question.derived_from else question.options
        return len(ranked) >= min(question.rank_count or len(offered), len(offered))
    if isinstance(answer, dict):
        return len(answer) == len(question.rows)
    return answer is not None
