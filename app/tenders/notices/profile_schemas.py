"""Kinds of procedure on the wire: what each asks for in words, and the timetable it leaves."""

from datetime import date, datetime
from decimal import Decimal

from pydantic import BaseModel

from app.core.days.calendar import Unit
from app.core.fields import Instant
from app.tenders.notices.publishing import PlannedEnd
from app.tenders.profiles.rules import Closing, OverspendRule, Profile

TERMS = ("call", "tender_notice", "amendment", "enquiry_answer", "public_notice", "objection", "contract")


class TermRead(BaseModel):
    """A length of time the procedure asks for, and the rule that says so."""

    name: str
    length: int
    unit: Unit
    rule: str


class ProfileRead(BaseModel):
    """What a notice under this profile must and may say. Weights are points of 100."""

    name: str
    version: str
    zh: str
    en: str
    source: str
    closes: Closing
    terms: list[TermRead]
    overspend_rules: list[OverspendRule]
    price_weight_minimum: Decimal
    price_weight_maximum: Decimal
    is_price_scored: bool
    fewest_bidders: int
    is_one_each: bool
    is_open_to_unregistered: bool
    knows_open_lots: bool
    asks_final_offers: bool

    @classmethod
    def of(cls, profile: Profile) -> "ProfileRead":
        terms = [(name, getattr(profile, name)) for name in TERMS]
        return cls(
            name=profile.name,
            version=profile.version,
            zh=profile.zh,
            en=profile.en,
            source=profile.source,
            closes=profile.receipt.closes,
            terms=[TermRead(name=name, length=t.length, unit=t.unit, rule=t.source) for name, t in terms if t],
            overspend_rules=list(profile.overspend.rules),
            price_weight_minimum=profile.scoring.price_weight_minimum,
            price_weight_maximum=profile.scoring.price_weight_maximum,
            is_price_scored=profile.scoring.price_scored,
            fewest_bidders=profile.bidders.value,
            is_one_each=profile.awards.one_each,
            is_open_to_unregistered=profile.applicants.unregistered,
            knows_open_lots=profile.open_lots,
            asks_final_offers=profile.final_offers.asked,
        )


class GivenEnds(BaseModel):
    """The dates that stand already; those after them are counted from them."""

    enquiries_end: Instant | None = None
    bids_end: Instant | None = None
    prequalification_end: Instant | None = None
    evaluation_end: Instant | None = None
    objections_end: Instant | None = None
    contracts_end: Instant | None = None


class PlannedEndRead(BaseModel):
    """`at` keeps to `earliest` and `latest`, the days between which the rule lets this step end."""

    name: str
    at: datetime
    earliest: date
    latest: date | None
    rule: str
    is_provisional: bool

    @classmethod
    def of(cls, planned: PlannedEnd) -> "PlannedEndRead":
        return cls.model_validate(planned, from_attributes=True)
