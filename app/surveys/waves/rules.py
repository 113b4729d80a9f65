"""draft --open--> open --close--> closed;  draft --discard--> discarded
draft, open --edit | issue | make_tokens | make_sheets | import_issued--> itself
open --enter | import_responses--> itself;  open, closed --confirm_unflagged | export_responses--> itself
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Protocol

from app.core.errors import DomainError
from app.surveys.questionnaires.rules import SurveyClosed, SurveyNotPublished, SurveyStatus


class Channel(StrEnum):
    """How a wave reaches residents. `link`: one-time links or QR codes; `open_link`: one address for all, of which
    nobody knows how many were reached."""

    link = "link"
    open_link = "open_link"
    paper = "paper"
    phone = "phone"
    meeting = "meeting"


class WaveStatus(StrEnum):
    draft = "draft"
    open = "open"
    closed = "closed"
    discarded = "discarded"


W = WaveStatus
MOVES = {
    (W.draft, "edit"): W.draft,
    (W.draft, "open"): W.open,
    (W.draft, "discard"): W.discarded,
    (W.draft, "issue"): W.draft,
    (W.draft, "make_tokens"): W.draft,
    (W.draft, "make_sheets"): W.draft,
    (W.draft, "import_issued"): W.draft,
    (W.open, "edit"): W.open,
    (W.open, "close"): W.closed,
    (W.open, "issue"): W.open,
    (W.open, "make_tokens"): W.open,
    (W.open, "make_sheets"): W.open,
    (W.open, "import_issued"): W.open,
    (W.open, "enter"): W.open,
    (W.open, "import_responses"): W.open,
    (W.open, "confirm_unflagged"): W.open,
    (W.open, "export_responses"): W.open,
    (W.closed, "confirm_unflagged"): W.closed,
    (W.closed, "export_responses"): W.closed,
}
CHANNELS = {  # of verbs that not every channel has
    "make_tokens": [Channel.link],
    "make_sheets": [Channel.paper],
    "import_issued": [Channel.paper],
    "enter": [Channel.paper, Channel.phone, Channel.meeting],
}


class ResponseStatus(StrEnum):
    """Where a response stands: counted here, moved in the room of responses."""

    submitted = "submitted"
    valid = "valid"
    invalid = "invalid"
    duplicate = "duplicate"
    withdrawn = "withdrawn"


R = ResponseStatus


class MoreReturnedThanIssued(DomainError):
    """The ledger of issued questionnaires cannot be right."""

    status = 422


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
    """An entry of the ledger with a count of zero."""

    status = 422


class CorrectionUnexplained(DomainError):
    status = 422


class TokenUnknown(DomainError):
    status = 404
    is_guess = True


@dataclass(frozen=True)
class RateWithN:
    """A share with its numerator and denominator. `rate` has four decimals, rounded half up; None where the denominator
    is unknown (an open link has no issued count) or zero."""

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


def rate_of(numerator: int, denominator: int | None) -> RateWithN:
    if not denominator:
        return RateWithN(numerator, denominator, None)
    share = (Decimal(numerator) / denominator).quantize(Decimal("0.0001"), ROUND_HALF_UP)
    return RateWithN(numerator, denominator, str(share))


def returns_of(counts: Mapping[ResponseStatus, int], issued: int | None) -> Returns:
    """Recovery = returned / issued, effective = valid / issued, validity = valid / returned.

    `effective` is over issued because that is what published Chinese surveys report as 有效率; over returned it
    stands beside it under its own name.
    """
    valid = counts.get(R.valid, 0)
    returned = sum(number for status, number in counts.items() if status is not R.withdrawn)
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
    """The ledger takes counts as they were handed out; a negative count needs a reason."""
    if count == 0:
        raise NothingIssued()
    if count < 0 and not reason.strip():
        raise CorrectionUnexplained(count=count)


def check_times(opens_at: datetime | None, closes_at: datetime | None) -> None:
    if opens_at is not None and closes_at is not None and closes_at <= opens_at:
        raise WaveTimesWrong()


def hindrance(verb: str, channel: Channel, survey: SurveyStatus) -> DomainError | None:
    """Why a wave over this channel, of a survey with this status, cannot `verb`."""
    if verb == "issue" and channel is Channel.open_link:
        return IssuedUnknowable()
    if channel not in (allowed := CHANNELS.get(verb, [*Channel])):
        return ChannelUnfit(channel=channel.value, allowed=", ".join(allowed))
    if verb == "open" and survey is not SurveyStatus.published:
        return SurveyNotPublished()
    return SurveyClosed() if verb == "confirm_unflagged" and survey is SurveyStatus.closed else None


class Announced(Protocol):
    """What residents were told of a wave."""

    @property
    def status(self) -> WaveStatus: ...

    @property
    def opens_at(self) -> datetime | None: ...

    @property
    def closes_at(self) -> datetime | None: ...


def not_begun(wave: Announced, at: datetime) -> DomainError | None:
    """Why residents cannot see the questionnaire yet."""
    early = wave.opens_at is not None and at < wave.opens_at
    if wave.status is W.draft or (wave.status is W.open and early):
        return WaveNotOpenYet(opens_at=wave.opens_at.isoformat(timespec="minutes") if wave.opens_at else "")
    return None


def not_taking(wave: Announced, at: datetime) -> DomainError | None:
    """Why residents cannot answer now: the wave is not open, or it is outside the announced time."""
    over = wave.status is not W.open or (wave.closes_at is not None and wave.closes_at <= at)
    return not_begun(wave, at) or (WaveClosed() if over else None)


def new_token() -> str:
    """A one-time token of 128 bits for a link or a QR code."""
    return secrets.token_urlsafe(16)


def secret_hash(secret: str) -> str:
    """SHA-256 of a link's token; only this is kept. 128 random bits need no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()
