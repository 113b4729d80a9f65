"""A contract on the wire as everybody may read it."""

from datetime import date, datetime
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from app.contracts.announcements import Announcement
from app.contracts.models import Milestone
from app.contracts.rules import Acceptance, ContractStatus, MilestoneStatus
from app.core.http.unit import example
from app.core.money import Money
from app.parties.queries import PartyName
from app.tenders.profiles.rules import Gate


class PublicMilestone(BaseModel):
    """`decided_at`: when it was found met or not met; what was reported and opined stays inside."""

    gate: Gate
    due_on: date | None
    status: MilestoneStatus
    decided_at: datetime | None

    @classmethod
    def of(cls, milestone: Milestone) -> "PublicMilestone":
        return cls(**{name: getattr(milestone, name) for name in cls.model_fields})


class PublicAcceptance(BaseModel):
    """What the residents say together; the counts are null until as many answered as the contract asks for and nobody
    is asked any more, `accepting` also where so few do, or do not, that it would tell what each of them said."""

    standing: Acceptance
    answers: int | None
    accepting: int | None
    required_answers: int
    required_share: Decimal

    @classmethod
    def of(cls, announced: Announcement) -> "PublicAcceptance":
        return cls(
            standing=announced.acceptance,
            **announced.counts._asdict(),
            required_answers=announced.contract.acceptance_answers,
            required_share=announced.contract.acceptance_share,
        )


class ContractAnnouncement(BaseModel):
    """A contract as everybody may read it: 政府采购法实施条例 art. 45 and 50."""

    model_config = ConfigDict(
        json_schema_extra=example(
            id=1,
            number="cg-2018-01-B05",
            title="青年与街坊·联大社工站",
            purchaser_zh="呈贡区民政局",
            contractor_zh="昆明市呈贡区萤火社会工作服务中心",
            amount={"amount": "79000.00", "currency": "CNY"},
            paid={"amount": "39500.00", "currency": "CNY"},
            status="performing",
        )
    )

    id: int
    number: str
    title: str
    status: ContractStatus
    purchaser_zh: str
    purchaser_en: str
    contractor_zh: str
    contractor_en: str
    place_zh: str
    amount: Money
    paid: Money
    starts_on: date
    ends_on: date
    signed_at: datetime | None
    completed_at: datetime | None
    terminated_at: datetime | None
    milestones: list[PublicMilestone]
    acceptance: PublicAcceptance

    @classmethod
    def of(cls, announced: Announcement, purchaser: PartyName, contractor: PartyName) -> "ContractAnnouncement":
        contract = announced.contract
        plain = ("id", "number", "title", "status", "starts_on", "ends_on")
        stamps = ("signed_at", "completed_at", "terminated_at")
        return cls(
            **{name: getattr(contract, name) for name in (*plain, *stamps)},
            purchaser_zh=purchaser.zh,
            purchaser_en=purchaser.en,
            contractor_zh=contractor.zh,
            contractor_en=contractor.en,
            place_zh=contract.places_zh,
            amount=Money(amount=contract.amount),
            paid=Money(amount=announced.paid),
            milestones=[PublicMilestone.of(each) for each in announced.milestones],
            acceptance=PublicAcceptance.of(announced),
        )
