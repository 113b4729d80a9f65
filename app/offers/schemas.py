"""Offers on the wire: prices with their unit, codes not labels."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from app.core.actors import Actor
from app.core.fields import Change, Code, Day, Line, Prose
from app.core.http.unit import example
from app.core.problems import Lack
from app.core.reading.listing import Imported
from app.offers.models import Offer, OfferVersion
from app.offers.policy import actions
from app.offers.rules import OfferStatus, lacking, standing, unsaid, whole_code
from app.parties.queries import PartyName

Word = Annotated[str, Line(200, least=1)]
# Wider than what the rules allow, which say in a sentence what is too long.
Title = Annotated[str, Line(2000)]
Text = Annotated[str, Prose(20_000)]
EXAMPLE = {
    "title": "“暖灶”长者厨房托管",
    "description": "由持证厨师和营养员驻场，每个工作日供应两荤两素一汤，按年龄分档优惠。",
    "category_codes": ["0101"],
    "population_codes": ["P04"],
    "coverage_codes": ["530114001000", "530114003000"],
    "price": "72000.00",
    "price_unit": "元/年",
    "capacity": "200份/日",
    "schedule": "工作日10:30-13:00",
    "qualifications": ["食品经营许可证"],
    "available_from": "2026-12-01",
    "available_until": "2027-12-31",
}


class OfferCreate(BaseModel):
    """`coverage_codes` are area codes or their prefixes; an area includes all that lies in it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=example(**EXAMPLE))

    title: Title
    description: Text = ""
    category_codes: list[Code] = Field(default=[], max_length=20)
    population_codes: list[Code] = Field(default=[], max_length=20)
    coverage_codes: list[Code] = Field(default=[], max_length=200)
    price: Decimal | None = Field(default=None, max_digits=14, decimal_places=2)
    price_unit: Title = ""
    capacity: Title = ""
    schedule: Title = ""
    qualifications: list[Word] = Field(default=[], max_length=50)
    available_from: Day | None = None
    available_until: Day | None = None

    def values(self) -> dict[str, Any]:
        """field → value as the offer keeps it; codes each once, in order."""
        values = dict(self)
        values |= {field: sorted(set(getattr(self, field))) for field in ("category_codes", "population_codes")}
        values["coverage_codes"] = sorted({whole_code(code) for code in self.coverage_codes})
        return values


class OfferUpdate(OfferCreate):
    """The whole offer as it shall read from now on."""


class OfferWithdraw(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra=example(reason="人员调整，暂不承接"))

    reason: Annotated[str, Prose(1000, least=1)]


class OfferSeen(BaseModel):
    """`status` is the one of today: a published offer past its last day reads expired."""

    id: int
    ref: str | None
    status: OfferStatus
    party_id: int
    title: str
    category_codes: list[str]
    population_codes: list[str]
    coverage_codes: list[str]
    price: Decimal | None
    price_unit: str
    capacity: str
    schedule: str
    available_from: date | None
    available_until: date | None
    published_at: datetime | None


CODES = ("category_codes", "population_codes", "coverage_codes")


def _seen(offer: Offer, today: date) -> dict[str, Any]:
    plain = OfferSeen.model_fields.keys() - {"status", *CODES}
    return {
        **{field: getattr(offer, field) for field in plain},
        **{field: list(getattr(offer, field)) for field in CODES},
        "status": standing(offer, today),
    }


class OfferRow(OfferSeen):
    """An offer in a list, with whose it is."""

    party_zh: str
    party_en: str

    @classmethod
    def of(cls, offer: Offer, party: PartyName, today: date) -> "OfferRow":
        return cls(**_seen(offer, today), party_zh=party.zh, party_en=party.en)


class OfferRead(OfferSeen):
    """An offer with everything that it says. Of a draft or a paused one: `missing` keeps it from being chosen, `unsaid`
    fields may stay blank though communities look for them."""

    model_config = ConfigDict(
        json_schema_extra=example(
            **EXAMPLE,
            id=23,
            ref="O001",
            version=1,
            status="published",
            party_id=61,
            created_at="2026-11-19T09:00:00+08:00",
            published_at="2026-11-20T10:00:00+08:00",
            withdrawn_at=None,
            withdrawal_reason="",
            missing=[],
            unsaid=[],
            actions=["rank", "edit", "pause", "withdraw"],
        )
    )

    version: int
    description: str
    qualifications: list[str]
    created_at: datetime
    withdrawn_at: datetime | None
    withdrawal_reason: str
    missing: list[Lack]
    unsaid: list[str]
    actions: list[str]

    @classmethod
    def of(cls, offer: Offer, actor: Actor, today: date) -> "OfferRead":
        plain = OfferRead.model_fields.keys() - OfferSeen.model_fields.keys() - {"missing", "unsaid", "actions"}
        own = {field: getattr(offer, field) for field in plain}
        is_to_be_shown = offer.status in {OfferStatus.draft, OfferStatus.paused}
        return cls(
            **_seen(offer, today),
            **own,
            missing=[Lack.of(field, refusal) for field, refusal in lacking(offer, today)] if is_to_be_shown else [],
            unsaid=unsaid(offer) if is_to_be_shown else [],
            actions=actions(actor, offer, today),
        )


class OfferVersionRead(BaseModel):
    """What the edit of `version` changed: field → what it said before and after."""

    model_config = ConfigDict(
        json_schema_extra=example(
            version=1,
            at="2026-11-21T09:30:00+08:00",
            changes={"price": {"before": "72000.00", "after": "70000.00"}},
        )
    )

    version: int
    at: datetime
    changes: dict[str, Change]

    @classmethod
    def of(cls, version: OfferVersion) -> "OfferVersionRead":
        return cls(
            version=version.version,
            at=version.at,
            changes={field: Change(**each) for field, each in version.changes.items()},
        )


class OffersImported(BaseModel):
    """How many offers the list added, changed, or found as they stood."""

    model_config = ConfigDict(json_schema_extra=example(added=198, changed=2, unchanged=0))

    added: int
    changed: int
    unchanged: int

    @classmethod
    def of(cls, done: Imported) -> "OffersImported":
        return cls(added=done.added, changed=done.changed, unchanged=done.unchanged)
