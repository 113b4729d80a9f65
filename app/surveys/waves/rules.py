"""draft --open--> open --close--> closed;  draft --discard--> discarded;  draft, open --edit--> itself"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from app.core.errors import DomainError


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


MOVES = {
    (WaveStatus.draft, "edit"): WaveStatus.draft,
    (WaveStatus.draft, "open"): WaveStatus.open,
    (WaveStatus.draft, "discard"): WaveStatus.discarded,
    (WaveStatus.open, "edit"): WaveStatus.open,
    (WaveStatus.open, "close"): WaveStatus.closed,
}


class ResponseStatus(StrEnum):
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
    """An entry of the ledger that says nothing."""

    status = 422


class CorrectionUnexplained(DomainError):
    status = 422


class TokenUnknown(DomainError):
    status = 404
    is_guess = True


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
    """The ledger takes counts as they were handed out; taking some back needs a reason."""
    if count == 0:
        raise NothingIssued()
    if count < 0 and not reason.strip():
        raise CorrectionUnexplained(count=count)


def check_times(opens_at: datetime | None, closes_at: datetime | None) -> None:
    if opens_at is not None and closes_at is not None and closes_at <= opens_at:
        raise WaveTimesWrong()


def is_taking(status: WaveStatus, opens_at: datetime | None, closes_at: datetime | None, at: datetime) -> bool:
    """Whether residents can answer now: the wave is open and within the announced time."""
    begun = opens_at is None or opens_at <= at
    return status is WaveStatus.open and begun and (closes_at is None or at < closes_at)


def check_begun(status: WaveStatus, opens_at: datetime | None, at: datetime) -> None:
    if status is WaveStatus.draft or (status is WaveStatus.open and opens_at is not None and at < opens_at):
        raise WaveNotOpenYet(opens_at=opens_at.isoformat(timespec="minutes") if opens_at else "")


def check_taking(status: WaveStatus, opens_at: datetime | None, closes_at: datetime | None, at: datetime) -> None:
    """Refuse answers of residents outside the announced time (WaveNotOpenYet, WaveClosed)."""
    check_begun(status, opens_at, at)
    if not is_taking(status, opens_at, closes_at, at):
        raise WaveClosed()


def check_entering(status: WaveStatus) -> None:
    """Staff may enter what came back on paper after the last day, until the wave is closed."""
    if status is WaveStatus.draft:
        raise WaveNotOpenYet(opens_at="")
    if status is not WaveStatus.open:
        raise WaveClosed()


def check_channel(channel: Channel, *allowed: Channel) -> None:
    if channel not in allowed:
        raise ChannelUnfit(channel=channel.value, allowed=", ".join(allowed))


def new_token() -> str:
    """A one-time token of 128 bits for a link or a QR code."""
    return secrets.token_urlsafe(16)


def secret_hash(secret: str) -> str:
    """SHA-256 of a link's token; only this is kept. 128 random bits need no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()
