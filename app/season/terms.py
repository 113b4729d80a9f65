"""What a season's competition says differently from its profile, and the notice it was published with.

A season is a record: a panel of three judges that really sat is no mistake of the file. So where the record does not
fit the profile's own numbers, the notice of this competition states its own, with the record as their source.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from app.core.days.calendar import Unit, last_day, shanghai_date
from app.core.errors import DomainError
from app.season.competition import Competition, Payment
from app.tenders.notices import rules as notices
from app.tenders.notices.rules import CriterionTerms, ItemTerms, LotTerms, Notice
from app.tenders.profiles.rules import (
    ContractStart,
    Gate,
    OverspendRule,
    Profile,
    parse_profile,
    profile_document,
    varied,
)

SOURCE = "本届赛事的记录（competition.json）"
OPENS, CLOSES = 9, 17  # the hours of a counter, where the file names a day


class PaymentGateUnknown(DomainError):
    """An instalment waits for something that the platform does not know."""

    status = 422


def settings_of(competition: Competition) -> dict[str, Any]:
    """Section → settings that this competition states for itself: those it names, and those its record shows.

    Refusals: ProfileUnknown, SettingUnknown, PaymentGateUnknown.
    """
    changes: dict[str, Any] = {
        section: {"source": SOURCE, **settings} for section, settings in competition.rules.items()
    }
    terms = parse_profile(varied(profile_document(competition.profile), changes))
    for section, shown in _shown(competition, terms).items():
        changes[section] = {"source": SOURCE, **shown, **changes.get(section, {})}
    payments = competition.timeline.payments
    if payments and [each.share for each in payments] != [each.share for each in terms.instalments]:
        changes["instalments"] = _instalments(payments)
    varied(profile_document(competition.profile), changes)
    return changes


def terms_of(competition: Competition) -> Profile:
    return parse_profile(varied(profile_document(competition.profile), settings_of(competition)))


def _shown(competition: Competition, terms: Profile) -> dict[str, dict[str, Any]]:
    """What the record shows to have been otherwise than the profile asks."""
    judges, sheets = len(competition.judges), _fewest_sheets(competition)
    ends = dates_of(competition)
    shown: dict[str, dict[str, Any]] = {}
    if judges < terms.panel.size or (terms.panel.odd and judges % 2 == 0):
        shown["panel"] = {"size": min(judges, terms.panel.size), "odd": bool(judges % 2) and terms.panel.odd}
    if 0 < sheets < terms.sheets.value:
        shown["sheets"] = {"value": sheets}
    if (step := _finest_step(competition)) < terms.scoring.mark_step:
        shown["scoring"] = {"mark_step": str(step)}
    call = (last_day(ends["bids_end"]) - shanghai_date(published_at(competition))).days
    if terms.call.unit is Unit.days and call < terms.call.length:
        shown["call"] = {"length": max(call, 0)}
    notice = (competition.timeline.public_notice.last_day - shanghai_date(ends["evaluation_end"])).days
    if terms.public_notice.unit is Unit.days and notice < terms.public_notice.length:
        shown["public_notice"] = {"length": max(notice, 0)}
    by_notice = terms.contract_start is ContractStart.result_notice
    noticed = shanghai_date(ends["evaluation_end"]) if by_notice else last_day(ends["objections_end"])
    signing = (last_day(ends["contracts_end"]) - noticed).days
    if terms.contract.unit is Unit.days and signing > terms.contract.length:
        shown["contract"] = {"length": signing}
    return shown


def _fewest_sheets(competition: Competition) -> int:
    counts: dict[str, int] = {}
    for row in competition.scores:
        counts[row.proposal] = counts.get(row.proposal, 0) + (row.scores is not None)
    return min((count for count in counts.values() if count), default=0)


def _finest_step(competition: Competition) -> Decimal:
    """One of 0.5, 0.1 and 0.01: the coarsest that every mark is a whole number of."""
    marks = {mark for row in competition.scores for mark in (row.scores or {}).values()}
    steps = (Decimal("0.5"), Decimal("0.1"), Decimal("0.01"))
    return next((step for step in steps if not any(mark % step for mark in marks)), steps[-1])


def _instalments(payments: Sequence[Payment]) -> list[dict[str, Any]]:
    """One instalment per payment; the last one also waits for the residents."""
    rows = []
    for number, payment in enumerate(payments, 1):
        gates = [gate_of(payment)]
        if number == len(payments) > 1 and Gate.resident_acceptance not in gates:
            gates.append(Gate.resident_acceptance)
        rows.append(
            {
                "name": f"instalment_{number}",
                "zh": payment.name_zh,
                "en": payment.name_en or f"Instalment {number}",
                "share": str(payment.share),
                "gates": [gate.value for gate in gates],
                "source": SOURCE,
            }
        )
    return rows


def gate_of(payment: Payment) -> Gate:
    """What the payment waits for; nothing named means the signing. Refusal: PaymentGateUnknown."""
    name = payment.after.strip().lower().replace(" ", "_") or Gate.signing.value
    if name not in {gate.value for gate in Gate}:
        raise PaymentGateUnknown(after=payment.after, allowed=", ".join(gate.value for gate in Gate))
    return Gate(name)


def published_at(competition: Competition) -> datetime:
    return competition.timeline.call.at(OPENS)


def dates_of(competition: Competition) -> dict[str, datetime]:
    """The ends of a tender's phases; a day alone ends at the close of business, a notice with its last day."""
    line = competition.timeline
    bids_end = line.deadline.until(CLOSES)
    return {
        "enquiries_end": min(line.enquiries.until(CLOSES), bids_end) if line.enquiries else bids_end,
        "bids_end": bids_end,
        "prequalification_end": line.prequalification.until(CLOSES),
        "evaluation_end": line.public_notice.at(OPENS),
        "objections_end": line.public_notice.until(24),
        "contracts_end": line.contract.until(CLOSES),
    }


def overspend_rule_of(competition: Competition, terms: Profile) -> OverspendRule:
    """The rule that the notice names, else `trim` where the profile offers it, else the profile's first."""
    offered = terms.overspend.rules
    return competition.overspend_rule or (OverspendRule.trim if OverspendRule.trim in offered else offered[0])


def closing_of(competition: Competition, terms: Profile) -> datetime:
    """The moment from which a bid is late."""
    return notices.closing(dates_of(competition)["bids_end"], terms)


def notice_of(competition: Competition, terms: Profile) -> Notice:
    """The notice as the rules of publication see it."""
    dates: dict[str, datetime | None] = {**dates_of(competition), "bids_end": closing_of(competition, terms)}
    return Notice(
        budget=competition.budget,
        lots=tuple(
            LotTerms(
                code=lot.id,
                budget=lot.budget_cny,
                ceiling=lot.ceiling_per_award,
                places=lot.awards,
                items=tuple(ItemTerms(item.id, item.need_id) for item in lot.items),
                need=lot.need_ids[0] if lot.need_ids else None,
            )
            for lot in competition.lots
        ),
        criteria=tuple(CriterionTerms(each.id, each.max) for each in competition.criteria),
        overspend_rule=overspend_rule_of(competition, terms),
        tie_criterion=competition.tie,
        dates=dates,
    )
