"""submitted --confirm--> valid | --invalidate--> invalid | --mark_duplicate--> duplicate
valid --invalidate--> invalid, --mark_duplicate--> duplicate, --correct--> submitted
invalid, duplicate --restore--> submitted;  all but withdrawn --withdraw--> withdrawn

A rule only suggests (Suggestion); a person moves the response, and every move back is a move of its own.
Checking answers against a questionnaire stands in `answers.py`: it needs the questionnaire, this file does not.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.core.errors import DomainError
from app.surveys.questionnaires.rules import SurveyClosed, SurveyStatus
from app.surveys.waves.rules import ResponseStatus


class Source(StrEnum):
    """How an answer got here: the resident's page, keyed in by staff, a table of ours, an export of 问卷星."""

    page = "page"
    keyboard = "keyboard"
    table = "table"
    wenjuanxing = "wenjuanxing"


R = ResponseStatus
MOVES = {
    (R.submitted, "confirm"): R.valid,
    (R.submitted, "invalidate"): R.invalid,
    (R.submitted, "mark_duplicate"): R.duplicate,
    (R.submitted, "correct"): R.submitted,
    (R.submitted, "withdraw"): R.withdrawn,
    (R.valid, "invalidate"): R.invalid,
    (R.valid, "mark_duplicate"): R.duplicate,
    (R.valid, "correct"): R.submitted,
    (R.valid, "withdraw"): R.withdrawn,
    (R.invalid, "restore"): R.submitted,
    (R.invalid, "withdraw"): R.withdrawn,
    (R.duplicate, "restore"): R.submitted,
    (R.duplicate, "withdraw"): R.withdrawn,
}
BY_RECEIPT = frozenset({"correct", "withdraw"})  # moves of whoever holds the receipt


class Quality(StrEnum):
    """Why a response may be unusable: the code of a suggestion, and the reason when a person agrees."""

    too_fast = "too_fast"
    straight_lining = "straight_lining"
    outside_frame = "outside_frame"
    same_content = "same_content"
    required_missing = "required_missing"
    other = "other"


class TokenSpent(DomainError): ...


class ReceiptUnknown(DomainError):
    status = 404
    is_guess = True


class SerialEntered(DomainError):
    """The sheet with this number has been entered before."""


class ResponseDiffers(DomainError):
    """A file has other answers for a serial than are on record; answers are never overwritten silently."""


@dataclass(frozen=True)
class Suggestion:
    code: Quality
    facts: Mapping[str, int | str | list[str]]


SECONDS_PER_QUESTION = 2  # faster than two seconds a question nobody has read it (participation practice)
STRAIGHT_ROWS = 4  # three equal ratings in a row happen to careful people, too


def suggest_too_fast(seconds: int | None, shown: int) -> Suggestion | None:
    """Faster than two seconds per question shown; a response without a duration (paper) is never too fast."""
    needed = SECONDS_PER_QUESTION * shown
    if seconds is None or seconds >= needed:
        return None
    return Suggestion(Quality.too_fast, {"seconds": seconds, "shown": shown, "needed": needed})


def suggest_straight_lining(matrices: Mapping[str, Sequence[str]]) -> Suggestion | None:
    """Every rating matrix of four rows and more answered with one and the same rating throughout.

    `matrices`: question name → ratings given, row by row.
    """
    long = {name: ratings for name, ratings in matrices.items() if len(ratings) >= STRAIGHT_ROWS}
    if not long or any(len(set(ratings)) > 1 for ratings in long.values()):
        return None
    return Suggestion(Quality.straight_lining, {"questions": sorted(long), "rows": sum(map(len, long.values()))})


def suggest_outside_frame(community_code: str, frame: Collection[str]) -> Suggestion | None:
    """The community is none of those surveyed; codes nest by prefix, so a street stands for its communities."""
    if any(community_code.startswith(code) for code in frame):
        return None
    return Suggestion(Quality.outside_frame, {"community_code": community_code})


def suggest_same_content(fingerprint: str, earlier: Mapping[str, str]) -> Suggestion | None:
    """Word for word the answers of an earlier response. `earlier`: fingerprint → serial."""
    serial = earlier.get(fingerprint)
    return None if serial is None else Suggestion(Quality.same_content, {"serial": serial})


def suggest_required_missing(missing: Sequence[str]) -> Suggestion | None:
    return Suggestion(Quality.required_missing, {"questions": list(missing)}) if missing else None


def fingerprint_of(answers: Mapping[str, Any]) -> str:
    """SHA-256 of canonical answers: equal content, equal fingerprint, whatever the order of the questions."""
    text = json.dumps(answers, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def untimely(verb: str, survey: SurveyStatus, shut: DomainError | None) -> DomainError | None:
    """Why it is too late to `verb` a response: reviews end with the survey, corrections when the wave takes no more
    answers (`shut`: why); answers may be withdrawn at any time (PIPL art. 15)."""
    if verb in BY_RECEIPT:
        return shut if verb == "correct" else None
    return SurveyClosed() if survey is SurveyStatus.closed else None
