"""What an amendment changes, whether bids must be confirmed again, and how much time it leaves them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from app.core.days.calendar import SHANGHAI, WorkCalendar, last_day, shanghai_date
from app.core.errors import DomainError
from app.tenders.notices.rules import AmendmentTooLate, CriterionTerms, Notice, closing, term_facts
from app.tenders.profiles.rules import Profile

# An amendment of one of these changes what was bid for, or what a bid must reckon with: every bid must be confirmed
# again. So does a deadline brought forward; later dates alone do not, neither does a corrected title.
MATERIAL = frozenset(
    {
        "criteria",
        "lots",
        "budget",
        "overspend_rule",
        "tie_criterion",
        "one_each",
        "requirements",
        "application_form",
        "contract_start",
        "contract_end",
    }
)

# What a notice says: columns of the tender by name, "lots" and "criteria" as lists of theirs by name.
Said = Mapping[str, Any]
LEFT_OUT = {"label_en": "", "is_price": False}  # of a criterion
# What an amendment says: field → what it read before and after, instants in ISO 8601.
Changes = Mapping[str, Sequence[Any]]


class AmendmentEmpty(DomainError):
    """The amendment would leave the notice as it is."""

    status = 422


class LotsFixed(DomainError):
    """An amendment changes what lots say, not which lots and items there are."""

    status = 422


def amended(said: Said, facts: Said, profile: Profile) -> dict[str, Any]:
    """What the notice says once `facts` are taken in: lots are named by their code and keep what is not given of them,
    criteria are given whole. Refusal: LotsFixed."""
    after = {**said, **facts, "lots": _amended_lots(said["lots"], facts.get("lots", ()))}
    after["criteria"] = [{**LEFT_OUT, **each} for each in after["criteria"]]
    return {**after, "bids_end": closing(after["bids_end"], profile)}


def _amended_lots(said: Sequence[Said], given: Sequence[Said]) -> list[Said]:
    by_code = {lot["code"]: lot for lot in said}
    for lot in given:
        if lot["code"] not in by_code:
            raise LotsFixed(lot=lot["code"])
        by_code[lot["code"]] = {**by_code[lot["code"]], **lot}
    return list(by_code.values())


def amended_notice(notice: Notice, after: Said) -> Notice:
    """The notice as the rules see it once it says `after`."""
    changed = {name: after[name] for name in ("budget", "overspend_rule", "tie_criterion")}
    lots = zip(notice.lots, after["lots"], strict=True)
    return replace(
        notice,
        **changed,
        lots=tuple(replace(lot, **{name: to[name] for name in ("places", "budget", "ceiling")}) for lot, to in lots),
        criteria=tuple(CriterionTerms(each["code"], each["maximum"], each["is_price"]) for each in after["criteria"]),
        dates={end: after[end] for end in notice.dates},
    )


def changes_between(before: Said, after: Said) -> dict[str, list[Any]]:
    """What reads differently, as plain values that can be kept. Refusal: AmendmentEmpty."""
    both = {field: [_plain(before[field]), _plain(after[field])] for field in before}
    changes = {field: pair for field, pair in both.items() if pair[0] != pair[1]}
    if not changes:
        raise AmendmentEmpty()
    return changes


def _plain(value: Any) -> Any:
    match value:
        case Mapping():
            return {name: _plain(each) for name, each in value.items()}
        case list():
            return [_plain(each) for each in value]
        case datetime():
            return value.astimezone(SHANGHAI).isoformat()
        case Decimal():
            return f"{value:.2f}"
    return value if value is None or isinstance(value, bool | int) else str(value)


def needs_confirmation(changes: Changes) -> bool:
    """Whether an amendment makes every bid be confirmed again: it may bear on how bids are drawn up."""
    return not MATERIAL.isdisjoint(changes) or is_brought_forward(changes)


def is_brought_forward(changes: Changes) -> bool:
    """Whether bids have to be in earlier than was announced."""
    before, after = changes.get("bids_end", (None, None))
    return bool(before and after) and datetime.fromisoformat(after) < datetime.fromisoformat(before)


def check_amendment(
    changes: Changes, bids_end: datetime, profile: Profile, calendar: WorkCalendar, now: datetime
) -> None:
    """A material amendment leaves bidders the profile's time before `bids_end`, the deadline after the
    amendment: otherwise the deadline must be moved in the same amendment (87号令 art. 27)."""
    if now >= bids_end:
        raise AmendmentTooLate(bids_end=bids_end, **term_facts(profile.amendment))
    left = calendar.has_run(shanghai_date(now), last_day(bids_end), profile.amendment)
    if needs_confirmation(changes) and not left:
        raise AmendmentTooLate(bids_end=bids_end, **term_facts(profile.amendment))
