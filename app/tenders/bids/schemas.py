"""Bids on the wire: what a bidder writes, the receipt, the opening list, and every reason in both languages."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict

from app.core.actors import Actor
from app.core.days.calendar import shanghai_date
from app.core.errors import DomainError
from app.core.fields import STORED, Id, Instant, Line, Prose
from app.core.http.unit import example
from app.core.money import Money
from app.core.problems import sentences
from app.tenders.bids.applications import said_in
from app.tenders.bids.models import Bid, BidVersion
from app.tenders.bids.policy import actions, is_readable
from app.tenders.bids.queries import BidLine, BidPage
from app.tenders.bids.rules import BidStatus, hindrance, untimely
from app.tenders.forms.application import APPLICATION, Application
from app.tenders.forms.checklist import Gap, gaps
from app.tenders.forms.definition import form_of

Title = Annotated[str, Line(200)]
Plan = Annotated[str, Prose(100_000)]
Code = Annotated[str, Line(40, least=1)]
CONTENT = {
    "title": "花乡睦邻·斗南社工站",
    "amount": {"amount": "80000.00", "currency": "CNY"},
    "plan": "以花市商户和随迁家庭为对象，每周开站五天……",
}
ROW = {
    "id": 3872614059123,
    "ref": "B01",
    "tender_id": 7,
    "lot": "L1",
    "item": "L1-1",
    "party_id": 12,
    "party_zh": "昆明市呈贡区萤火社会工作服务中心",
    "party_en": "Firefly Social Work Service Centre",
    "title": "花乡睦邻·斗南社工站",
    "amount": {"amount": "80000.00", "currency": "CNY"},
    "status": "submitted",
    "received_at": "2026-11-20T10:00:00+08:00",
    "reasons": [],
    "is_readable": True,
    "actions": ["edit", "revise", "withdraw"],
}


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Words(_Input):
    title: Title = ""
    amount: Money | None = None
    plan: Plan = ""

    def content(self) -> dict[str, Any]:
        return {**dict(self), "amount": self.amount.amount if self.amount else None}


class BidUpdate(_Words):
    """What the bid will say when it is handed in next, as far as it is written. Where the notice asks for a budget the
    amount is the sum of its lines, whatever is sent for it."""

    application: Application = Application()


class _Placed(_Input):
    lot: Code
    item: Code | None = None


class BidCreate(_Placed, BidUpdate):
    """For a lot, or for one item of a lot that has items. A draft may be incomplete."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra=example(lot="L1", item="L1-1", application=APPLICATION, **CONTENT)
    )


class FinalOffer(_Input):
    """The last price of a consultation."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra=example(amount={"amount": "76000.00", "currency": "CNY"})
    )

    amount: Money


class LateBidRecord(_Placed, _Words):
    """`received_at`: when it arrived on paper; left out, now."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra=example(lot="L3", party_id=71, received_at="2026-12-02T08:15:00+08:00", **CONTENT),
    )

    party_id: Id
    received_at: Instant | None = None


class ReasonRead(BaseModel):
    """A refusal of pre-qualification: its code, the facts, and the sentence in both languages."""

    code: str
    messages: dict[str, str]
    facts: dict[str, str] = {}

    @classmethod
    def of(cls, reason: DomainError) -> "ReasonRead":
        facts = {name: str(value) for name, value in reason.facts.items()}
        return cls(code=reason.code, messages=sentences(reason), facts=facts)

    @classmethod
    def stored(cls, reason: dict[str, Any]) -> "ReasonRead":
        return cls.of(DomainError.registry[reason["code"]](**reason["facts"]))


class ReceiptRead(BaseModel):
    """Proof of one version: `receipt` is the short code of `receipt_hash`; both follow from what was handed in."""

    number: int
    title: str
    amount: Money
    received_at: datetime
    arrived_late: bool
    receipt: str
    receipt_hash: str
    content_hash: str

    @classmethod
    def of(cls, version: BidVersion) -> "ReceiptRead":
        return cls(
            number=version.number,
            title=version.title,
            amount=Money(amount=version.amount),
            received_at=version.received_at,
            arrived_late=version.arrived_late,
            receipt=version.receipt,
            receipt_hash=version.receipt_hash.hex(),
            content_hash=version.content_hash.hex(),
        )


class BidRow(BaseModel):
    """`title` and `amount` of what was handed in last; of a draft, what is being written. `is_readable`: the reader may
    open it."""

    model_config = ConfigDict(json_schema_extra=example(**ROW))

    id: int
    ref: str | None
    tender_id: int
    lot: str
    item: str | None
    party_id: int
    party_zh: str
    party_en: str
    title: str
    amount: Money | None
    status: BidStatus
    received_at: datetime | None
    reasons: list[ReasonRead]
    is_readable: bool
    actions: list[str]

    @classmethod
    def of(cls, line: BidLine, actor: Actor, at: datetime) -> "BidRow":
        return cls(**_row(line, actor, at))


class MissingRead(BaseModel):
    """What keeps the draft from being handed in: the field (`application.budget.0.unit_price`), its name, and why."""

    path: str
    labels: dict[str, str]
    code: str
    messages: dict[str, str]

    @classmethod
    def of(cls, gap: Gap) -> "MissingRead":
        return cls(path=gap.address, labels=dict(gap.labels), code=gap.error.code, messages=sentences(gap.error))


class BidRead(BidRow):
    """`versions`: everything handed in, latest first, each with its receipt. `warnings`: what would make the bid
    ineligible as it stands, while it can be revised. `application` was handed in last, the `draft` is what is being
    written; `missing` keeps it from being handed in. `form_amended`: the notice has a new form since it was begun."""

    model_config = ConfigDict(
        json_schema_extra=example(
            **ROW,
            plan="以花市商户和随迁家庭为对象，每周开站五天……",
            application=None,
            draft={**CONTENT, "application": APPLICATION},
            missing=[],
            form_amended=False,
            versions=[],
            warnings=[],
            confirmed_amendment=0,
            version=2,
        )
    )

    plan: str
    application: Application | None
    draft: BidUpdate | None
    missing: list[MissingRead]
    form_amended: bool
    versions: list[ReceiptRead]
    warnings: list[ReasonRead]
    confirmed_amendment: int
    version: int

    @classmethod
    def read(cls, page: BidPage, actor: Actor, at: datetime) -> "BidRead":
        bid, version = page.entry.bid, page.entry.version
        return cls(
            **_row(page, actor, at),
            plan=version.plan if version else "",
            application=page.application,
            draft=_draft(bid) if bid.party_id == actor.party_id else None,
            missing=_missing(page, actor, at),
            form_amended=hindrance("confirm", bid.confirmed_amendment, page.tender) is not None,
            versions=[ReceiptRead.of(each) for each in page.versions],
            warnings=[ReasonRead.of(reason) for reason in page.warnings],
            confirmed_amendment=bid.confirmed_amendment,
            version=bid.version,
        )


class FindingRead(BaseModel):
    """A bid and every reason against it; none when it is eligible."""

    bid: BidRow
    reasons: list[ReasonRead]

    @classmethod
    def of(cls, line: BidLine, reasons: list[DomainError], actor: Actor, at: datetime) -> "FindingRead":
        return cls(bid=BidRow.of(line, actor, at), reasons=[ReasonRead.of(reason) for reason in reasons])


def _draft(bid: Bid) -> BidUpdate | None:
    if bid.draft is None:
        return None
    amount = bid.draft.get("amount")
    money = Money(amount=amount) if amount else None
    words: dict[str, Any] = {name: bid.draft.get(name) or "" for name in ("title", "plan")}
    words["application"] = bid.draft.get("application") or {}
    return BidUpdate.model_validate({**words, "amount": money}, context=STORED)


def _missing(page: BidPage, actor: Actor, at: datetime) -> list[MissingRead]:
    """For its bidder, while it can be handed in."""
    bid, tender = page.entry.bid, page.tender
    if bid.party_id != actor.party_id or untimely("submit", tender, at) is not None:
        return []
    found = gaps(form_of(tender.application_form), said_in(bid.draft), shanghai_date(at))
    return [MissingRead.of(gap) for gap in found]


def _row(line: BidLine, actor: Actor, at: datetime) -> dict[str, Any]:
    entry, tender = line.entry, line.tender
    bid, version = entry.bid, entry.version
    draft = None if version else _draft(bid)
    readable = is_readable(actor, bid, tender)
    return {
        "id": bid.id,
        "ref": bid.ref,
        "tender_id": bid.tender_id,
        "lot": entry.lot.code,
        "item": entry.item.code if entry.item else None,
        "party_id": bid.party_id,
        "party_zh": line.party.zh,
        "party_en": line.party.en,
        "title": version.title if version else draft.title if draft else "",
        "amount": Money(amount=version.amount) if version else draft.amount if draft else None,
        "status": bid.status,
        "received_at": version.received_at if version else None,
        "reasons": [ReasonRead.stored(each) for each in bid.reasons] if readable else [],
        "is_readable": readable,
        "actions": actions(actor, bid, tender, at),
    }
