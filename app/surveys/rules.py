"""survey:   draft --publish--> published --close--> closed;  draft, published --edit--> itself (until the first answer)
wave:     draft --open--> open --close--> closed;  draft --discard--> discarded;  draft, open --edit--> itself
response: submitted --confirm--> valid | --invalidate--> invalid | --mark_duplicate--> duplicate
          valid --invalidate--> invalid, --mark_duplicate--> duplicate, --correct--> submitted
          invalid, duplicate --restore--> submitted;  all but withdrawn --withdraw--> withdrawn

A rule only suggests (Suggestion); a person moves the response, and every move back is a move of its own.
Checking answers against a questionnaire stands in `answers.py`: it needs the questionnaire, this file does not.
"""

import hashlib
import json
import re
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from app.core.errors import DomainError

SERIAL = 40  # characters


class SurveyStatus(StrEnum):
    draft = "draft"
    published = "published"
    closed = "closed"


SURVEY_MOVES = {
    (SurveyStatus.draft, "edit"): SurveyStatus.draft,
    (SurveyStatus.draft, "publish"): SurveyStatus.published,
    (SurveyStatus.published, "edit"): SurveyStatus.published,
    (SurveyStatus.published, "close"): SurveyStatus.closed,
}


class Channel(StrEnum):
    """How a wave reaches residents. `link`: one-time links or QR codes; `open_link`: one address for all, of which
    nobody knows how many were reached."""

    link = "link"
    open_link = "open_link"
    paper = "paper"
    phone = "phone"
    meeting = "meeting"


class Source(StrEnum):
    """How an answer got here: the resident's page, keyed in by staff, a table of ours, an export of 问卷星."""

    page = "page"
    keyboard = "keyboard"
    table = "table"
    wenjuanxing = "wenjuanxing"


class WaveState(StrEnum):
    draft = "draft"
    open = "open"
    closed = "closed"
    discarded = "discarded"


WAVE_MOVES = {
    (WaveState.draft, "edit"): WaveState.draft,
    (WaveState.draft, "open"): WaveState.open,
    (WaveState.draft, "discard"): WaveState.discarded,
    (WaveState.open, "edit"): WaveState.open,
    (WaveState.open, "close"): WaveState.closed,
}


class ResponseState(StrEnum):
    submitted = "submitted"
    valid = "valid"
    invalid = "invalid"
    duplicate = "duplicate"
    withdrawn = "withdrawn"


R = ResponseState
RESPONSE_MOVES = {
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


class Quality(StrEnum):
    """Why a response may be unusable: the code of a suggestion, and the reason when a person agrees."""

    too_fast = "too_fast"
    straight_lining = "straight_lining"
    outside_frame = "outside_frame"
    same_content = "same_content"
    required_missing = "required_missing"
    other = "other"


class MoreReturnedThanIssued(DomainError):
    """The ledger of issued questionnaires cannot be right."""

    status = 422


class ReceiptMalformed(DomainError):
    status = 422


class SurveyFrozen(DomainError):
    """Somebody has answered: another wording would make the answers mean something else."""


class SurveyNotPublished(DomainError): ...


class SurveyClosed(DomainError):
    """The results have been drawn; a review would no longer change them."""


class WavesStillOpen(DomainError): ...


class ReviewsPending(DomainError):
    """Responses that nobody has confirmed or set aside would be missing from the results unseen."""


class WaveNotOpenYet(DomainError): ...


class WaveClosed(DomainError): ...


class WaveTimesWrong(DomainError):
    """A wave that would close before it opens."""

    status = 422


class OpenLinkForOne(DomainError):
    """An open link does not say where its answers come from, so it can only go to one community."""

    status = 422


class SurveyedElsewhere(DomainError):
    """A community that the asking party is not responsible for."""

    status = 422


class CommunityNotInWave(DomainError):
    status = 422


class ChannelUnfit(DomainError):
    """This wave reaches residents another way."""


class IssuedUnknowable(DomainError):
    """An open link has no issued count, and none is invented."""


class NothingIssued(DomainError):
    """An entry of the ledger that says nothing."""

    status = 422


class CorrectionUnexplained(DomainError):
    status = 422


class TokenUnknown(DomainError):
    status = 404
    is_guess = True


class TokenSpent(DomainError): ...


class ReceiptUnknown(DomainError):
    status = 404
    is_guess = True


class SerialUnknown(DomainError):
    """No sheet of this wave has this number in this community."""

    status = 422


class SerialEntered(DomainError):
    """The sheet with this number has been entered before."""


class ResponseDiffers(DomainError):
    """A file brings other answers for a number than were recorded; nobody's answers are overwritten unseen."""


class TargetUnfit(DomainError):
    """A weighting target that fits no question, or groups that the question does not have."""

    status = 422


@dataclass(frozen=True)
class RateWithN:
    """A share with what it is a share of. `rate` has four decimals, rounded half up; None where the denominator
    is unknown (an open link has no issued count) or nought."""

    numerator: int
    denominator: int | None
    rate: str | None


@dataclass(frozen=True)
class Returns:
    """What came back of what went out; `withdrawn` counts among neither returned nor valid."""

    issued: int | None
    returned: int
    valid: int
    recovery: RateWithN
    effective: RateWithN
    validity: RateWithN


@dataclass(frozen=True)
class Suggestion:
    code: Quality
    facts: dict[str, Any]


def rate_of(numerator: int, denominator: int | None) -> RateWithN:
    if not denominator:
        return RateWithN(numerator, denominator, None)
    share = (Decimal(numerator) / denominator).quantize(Decimal("0.0001"), ROUND_HALF_UP)
    return RateWithN(numerator, denominator, str(share))


def returns_of(counts: Mapping[ResponseState, int], issued: int | None) -> Returns:
    """Recovery = returned / issued, effective = valid / issued, validity = valid / returned.

    `effective` is over issued because that is what published Chinese surveys report as 有效率; over returned it
    stands beside it under its own name.
    """
    valid = counts.get(R.valid, 0)
    returned = sum(number for state, number in counts.items() if state is not R.withdrawn)
    return Returns(
        issued=issued,
        returned=returned,
        valid=valid,
        recovery=rate_of(returned, issued),
        effective=rate_of(valid, issued),
        validity=rate_of(valid, returned),
    )


def check_issued(issued: int | None, returned: int) -> None:
    if issued is not None and returned > issued:
        raise MoreReturnedThanIssued(issued=issued, returned=returned)


def check_correction(count: int, reason: str) -> None:
    """The ledger takes counts as they were handed out; taking some back needs a reason."""
    if count == 0:
        raise NothingIssued()
    if count < 0 and not reason.strip():
        raise CorrectionUnexplained(count=count)


def check_times(opens_at: datetime | None, closes_at: datetime | None) -> None:
    if opens_at is not None and closes_at is not None and closes_at <= opens_at:
        raise WaveTimesWrong()


def is_taking(state: WaveState, opens_at: datetime | None, closes_at: datetime | None, at: datetime) -> bool:
    """Whether residents can answer now: the wave is open and within the announced time."""
    begun = opens_at is None or opens_at <= at
    return state is WaveState.open and begun and (closes_at is None or at < closes_at)


def check_begun(state: WaveState, opens_at: datetime | None, at: datetime) -> None:
    if state is WaveState.draft or (state is WaveState.open and opens_at is not None and at < opens_at):
        raise WaveNotOpenYet(opens_at=opens_at.isoformat(timespec="minutes") if opens_at else "")


def check_taking(state: WaveState, opens_at: datetime | None, closes_at: datetime | None, at: datetime) -> None:
    """Refuse answers of residents outside the announced time (WaveNotOpenYet, WaveClosed)."""
    check_begun(state, opens_at, at)
    if not is_taking(state, opens_at, closes_at, at):
        raise WaveClosed()


def check_entering(state: WaveState) -> None:
    """Staff may enter what came back on paper after the last day, until the wave is closed."""
    if state is WaveState.draft:
        raise WaveNotOpenYet(opens_at="")
    if state is not WaveState.open:
        raise WaveClosed()


def check_channel(channel: Channel, *allowed: Channel) -> None:
    if channel not in allowed:
        raise ChannelUnfit(channel=channel.value, allowed=", ".join(allowed))


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


RECEIPT_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without 0 O 1 I L, which people misread
RECEIPT_LENGTH = 8
_RECEIPT = re.compile(f"[{RECEIPT_ALPHABET}]{{{RECEIPT_LENGTH}}}")


def new_receipt_code() -> str:
    """31^8 codes, 8.5 × 10^11: not to be guessed one by one against a limit of tries."""
    return "".join(secrets.choice(RECEIPT_ALPHABET) for _ in range(RECEIPT_LENGTH))


def read_receipt_code(typed: str) -> str:
    """The code as issued, from what somebody typed: small letters, spaces and hyphens do not matter."""
    code = re.sub(r"[\s-]", "", typed).upper()
    if not _RECEIPT.fullmatch(code):
        raise ReceiptMalformed()
    return code


def new_token() -> str:
    """A one-time token of 128 bits for a link or a QR code."""
    return secrets.token_urlsafe(16)


def secret_hash(secret: str) -> str:
    """SHA-256 of a link's token; only this is kept. 128 random bits need no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()
