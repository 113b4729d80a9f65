"""A profile is one family of procedure as data. A tender pins the document it was published under:
`profile_document(name)` is what is stored, `parse_profile(document)` reads it back years later.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Any

from app.core.days.calendar import Term, Unit
from app.core.errors import DomainError

FOLDER = Path(__file__).parent
LABELS = ("name", "version", "zh", "en", "source", "open_lots")
NEEDED_TERMS = (
    "call",
    "amendment",
    "enquiry_answer",
    "public_notice",
    "objection",
    "objection_answer",
    "contract",
)
OPTIONAL_TERMS = ("tender_notice", "complaint", "result", "contract_notice")


class ProfileUnknown(DomainError):
    status = 404


class SettingUnknown(DomainError):
    """A notice changes a setting that its profile does not have, or to a value that cannot be read."""

    status = 422


class OverspendRule(StrEnum):
    """What happens when the best bids of a lot ask for more than its budget."""

    skip = "skip"
    trim = "trim"
    optimise = "optimise"


class TieStep(StrEnum):
    """How two bids of equal score are told apart; applied in the profile's order."""

    tie_criterion = "tie_criterion"
    lower_amount = "lower_amount"
    earlier_received = "earlier_received"
    bid_number = "bid_number"


class Gate(StrEnum):
    """What must have happened before an instalment is paid."""

    signing = "signing"
    midterm_evaluation = "midterm_evaluation"
    final_evaluation = "final_evaluation"
    resident_acceptance = "resident_acceptance"
    business_check = "business_check"
    midterm_audit = "midterm_audit"
    final_audit = "final_audit"
    findings_closed = "findings_closed"


class Challenged(StrEnum):
    """What an objection is about: the documents, an ended step of the process, or the result (条例 art. 53)."""

    documents = "documents"
    opening = "opening"
    prequalification = "prequalification"
    scoring = "scoring"
    result = "result"


class ContractStart(StrEnum):
    """The day from which the time for signing runs: the result's notice to the winner, or the end of objections."""

    result_notice = "result_notice"
    objections_end = "objections_end"


@dataclass(frozen=True)
class BiddersRule:
    """Bidders of a lot: `value` at the opening, `left` of them once they are qualified and have made their offers."""

    value: int
    left: int
    source: str


@dataclass(frozen=True)
class FinalOffersRule:
    """`asked`: after the opening every qualified bidder names its last price, or is out."""

    asked: bool
    source: str


@dataclass(frozen=True)
class SheetsRule:
    """Counted sheets of a bid: at least `value`, `large` where the budget asks for the large panel."""

    value: int
    large: int
    source: str


@dataclass(frozen=True)
class AwardsRule:
    """`one_each`: an applicant wins once in the whole tender, unless the notice says otherwise."""

    one_each: bool
    source: str


@dataclass(frozen=True)
class Confirmation:
    """What a lawyer must still confirm before the profile is relied on, in both languages."""

    zh: str
    en: str


@dataclass(frozen=True)
class ApplicantsRule:
    unregistered: bool
    source: str


class Closing(StrEnum):
    """Whether the published deadline closes at its very moment, or when its day ends."""

    moment = "moment"
    end_of_day = "end_of_day"


@dataclass(frozen=True)
class ReceiptRule:
    closes: Closing
    source: str


@dataclass(frozen=True)
class PanelRule:
    """`expert_share`: least share of experts; from a budget of `large_from` yuan (0: never) `large_size`."""

    size: int
    odd: bool
    expert_share: Fraction
    large_from: Decimal
    large_size: int
    source: str

    def is_large(self, budget: Decimal) -> bool:
        return 0 < self.large_from <= budget


@dataclass(frozen=True)
class ScoringRule:
    """`trim_from`: highest and lowest total are dropped from so many counted sheets on (0: never).
    The price weights are in points of 100; `mark_step` is the finest mark a judge can give."""

    trim_from: int
    ties: tuple[TieStep, ...]
    price_weight_minimum: Decimal
    price_weight_maximum: Decimal
    price_scored: bool
    mark_step: Decimal
    source: str


@dataclass(frozen=True)
class OverspendTerms:
    """`trim_limit`: largest excess over the budget, as a share of it; cut amounts are whole `trim_unit` yuan."""

    rules: tuple[OverspendRule, ...]
    trim_limit: Decimal
    trim_unit: Decimal
    source: str


@dataclass(frozen=True)
class AcceptanceRule:
    """At least `answers` residents, of whom at least `share` accept."""

    answers: int
    share: Decimal
    source: str


@dataclass(frozen=True)
class WillingnessRule:
    """Whether a new contract says that its service starts only once residents want it; its draft may say otherwise."""

    asked: bool
    source: str


@dataclass(frozen=True)
class InstalmentTerm:
    name: str
    zh: str
    en: str
    share: Decimal
    gates: tuple[Gate, ...]
    source: str


@dataclass(frozen=True)
class Ground:
    """Why a delivered score sheet may be reopened."""

    code: str
    zh: str
    en: str
    source: str


@dataclass(frozen=True)
class Profile:
    """Terms absent from a family (a competition knows no complaint) are None."""

    name: str
    version: str
    zh: str
    en: str
    source: str
    open_lots: bool
    applicants: ApplicantsRule
    receipt: ReceiptRule
    call: Term
    amendment: Term
    enquiry_answer: Term
    public_notice: Term
    objection: Term
    challenged: tuple[Challenged, ...]
    objection_answer: Term
    contract: Term
    contract_start: ContractStart
    tender_notice: Term | None
    complaint: Term | None
    result: Term | None
    contract_notice: Term | None
    bidders: BiddersRule
    final_offers: FinalOffersRule
    sheets: SheetsRule
    panel: PanelRule
    scoring: ScoringRule
    reopening: tuple[Ground, ...]
    overspend: OverspendTerms
    awards: AwardsRule
    willingness: WillingnessRule
    acceptance: AcceptanceRule
    instalments: tuple[InstalmentTerm, ...]
    to_confirm: tuple[Confirmation, ...]

    @property
    def is_grant(self) -> bool:
        """Whether contracts give money to a project; under all other profiles they buy a service."""
        return self.name == "venture"


def profile_names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def profile_document(name: str) -> dict[str, Any]:
    """The profile as plain JSON-ready values: what a tender stores when its notice is published."""
    if name not in profile_names():
        raise ProfileUnknown(profile=name, known=", ".join(profile_names()))
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def varied(document: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The document with single settings of its sections changed, as one notice may state them for itself.

    Refused with SettingUnknown where the profile has no such section or setting, or cannot be read with it.
    """
    merged = dict(document)
    for section, change in changes.items():
        own = merged.get(section)
        if own is None or isinstance(own, dict) != isinstance(change, Mapping):
            raise SettingUnknown(section=section, setting="-", profile=document["name"])
        if isinstance(own, dict) and (unknown := sorted(change.keys() - own.keys())):
            raise SettingUnknown(section=section, setting=unknown[0], profile=document["name"])
        merged[section] = {**own, **change} if isinstance(own, dict) else change
    try:
        parse_profile(merged)
    except (ArithmeticError, KeyError, TypeError, ValueError):
        raise SettingUnknown(section=", ".join(changes), setting="-", profile=document["name"]) from None
    return merged


def profile(name: str) -> Profile:
    """The profile in force; refused with ProfileUnknown."""
    return parse_profile(profile_document(name))


def parse_profile(document: Mapping[str, Any]) -> Profile:
    """The typed profile of a stored document."""
    document = _completed(document)
    values: dict[str, Any] = {key: document[key] for key in LABELS}
    values |= {key: _term(document[key]) for key in NEEDED_TERMS}
    values |= {key: _term(document[key]) if key in document else None for key in OPTIONAL_TERMS}
    return Profile(
        **values,
        challenged=tuple(Challenged(subject) for subject in document["objection"]["against"]),
        contract_start=ContractStart(document["contract"]["counted_from"]),
        applicants=ApplicantsRule(**document["applicants"]),
        receipt=ReceiptRule(Closing(document["receipt"]["closes"]), document["receipt"]["source"]),
        bidders=BiddersRule(**document["bidders"]),
        final_offers=FinalOffersRule(**document["final_offers"]),
        sheets=SheetsRule(**document["sheets"]),
        panel=_panel(document["panel"]),
        scoring=_scoring(document["scoring"]),
        reopening=tuple(Ground(**row) for row in document["reopening"]),
        overspend=_overspend(document["overspend"]),
        awards=AwardsRule(**document["awards"]),
        willingness=WillingnessRule(**document["willingness"]),
        acceptance=_acceptance(document["acceptance"]),
        instalments=_instalments(document["instalments"]),
        to_confirm=tuple(Confirmation(**row) for row in document["to_confirm"]),
    )


def _completed(document: Mapping[str, Any]) -> dict[str, Any]:
    """A setting that a document was pinned without, because there was none yet, reads as in its profile now."""
    known = profile_document(document["name"])
    merged = {**known, **document}
    return {key: {**known[key], **own} if isinstance(own, dict) else own for key, own in merged.items()}


def _term(row: Mapping[str, Any]) -> Term:
    return Term(row["length"], Unit(row["unit"]), row["source"])


def _panel(row: Mapping[str, Any]) -> PanelRule:
    exact = {"expert_share": Fraction(row["expert_share"]), "large_from": Decimal(row["large_from"])}
    return PanelRule(**{**row, **exact})


def _scoring(row: Mapping[str, Any]) -> ScoringRule:
    exact = {key: Decimal(row[key]) for key in ("price_weight_minimum", "price_weight_maximum", "mark_step")}
    return ScoringRule(**{**row, **exact, "ties": tuple(TieStep(step) for step in row["ties"])})


def _overspend(row: Mapping[str, Any]) -> OverspendTerms:
    exact = {key: Decimal(row[key]) for key in ("trim_limit", "trim_unit")}
    return OverspendTerms(**{**row, **exact, "rules": tuple(OverspendRule(rule) for rule in row["rules"])})


def _acceptance(row: Mapping[str, Any]) -> AcceptanceRule:
    return AcceptanceRule(**{**row, "share": Decimal(row["share"])})


def _instalments(rows: Sequence[Mapping[str, Any]]) -> tuple[InstalmentTerm, ...]:
    return tuple(
        InstalmentTerm(**{**row, "share": Decimal(row["share"]), "gates": tuple(Gate(gate) for gate in row["gates"])})
        for row in rows
    )
