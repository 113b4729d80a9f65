"""Tenders on the wire: money with its currency, codes not labels, every deadline with its rule."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict

from app.core.actors import Actor
from app.core.fields import Plain
from app.core.http.unit import example
from app.core.money import Money
from app.core.problems import Lack
from app.core.reading.sheets import Sheet
from app.tenders.forms.definition import ApplicationForm, form_of
from app.tenders.notices.inputs import LOT, NOTICE
from app.tenders.notices.models import Amendment, Criterion, Enquiry, LotItem, Tender
from app.tenders.notices.policy import actions, enquiry_actions, tells_who_asks
from app.tenders.notices.queries import (
    LotParts,
    NamedNeed,
    TenderLine,
    TenderPage,
    ends_of,
    is_one_each,
    phase_of,
    profile_of,
)
from app.tenders.notices.rules import LotFailure, TenderStatus, dated_rules
from app.tenders.profiles.rules import OverspendRule
from app.tenders.profiles.rules import profile as procedure

NAMED = {"id": 171, "title": "开办老年助餐点", "area_path": ["呈贡区", "斗南街道", "斗南社区居民委员会"]}
SHEET = Sheet(
    ("招标与大赛", "tenders"),
    {
        "ref": ("编号", "Number"),
        "title": ("标题", "Title"),
        "party": ("购买主体", "Purchaser"),
        "profile": ("项目类型", "Kind"),
        "budget": ("预算（元）", "Budget (CNY)"),
        "status": ("状态", "Status"),
        "bids_end": ("申报截止", "Deadline"),
        "published_at": ("发布时间", "Published"),
    },
)


class DeadlineRead(BaseModel):
    """The last moment, and the rule that asks for it."""

    name: str
    at: datetime
    rule: str


class ConfirmationRead(BaseModel):
    """What a lawyer must still confirm before the tender's rules are relied on."""

    zh: str
    en: str


class NeedNamed(BaseModel):
    """A need that a lot answers as a whole."""

    id: int
    title: str
    area_path: list[str]

    @classmethod
    def of(cls, need: NamedNeed) -> "NeedNamed":
        return cls.model_validate(need, from_attributes=True)


class ItemRead(BaseModel):
    """`title` of its need and `area_path`, from the district down to its community, as far as it has them."""

    id: int
    code: str
    need_id: int | None
    community_code: str | None
    title: str | None
    area_path: list[str]

    @classmethod
    def of(cls, item: LotItem, page: TenderPage) -> "ItemRead":
        need = page.needs.get(item.need_id or 0)
        place = page.places.get(item.community_code or "") or (need.area_path if need else [])
        own = {name: getattr(item, name) for name in ("id", "code", "need_id", "community_code")}
        return cls(**own, title=need.title if need else None, area_path=place)


class LotRead(BaseModel):
    id: int
    code: str
    title_zh: str
    title_en: str
    kind: str
    places: int
    budget: Money
    ceiling: Money
    items: list[ItemRead]
    need_ids: list[int]
    needs: list[NeedNamed]
    failed_at: datetime | None = None
    failure: LotFailure | None = None

    @classmethod
    def of(cls, parts: LotParts, page: TenderPage) -> "LotRead":
        lot = parts.lot
        return cls(
            id=lot.id,
            code=lot.code,
            title_zh=lot.title_zh,
            title_en=lot.title_en,
            kind=lot.kind,
            places=lot.places,
            budget=Money(amount=lot.budget),
            ceiling=Money(amount=lot.ceiling),
            items=[ItemRead.of(item, page) for item in parts.items],
            need_ids=parts.need_ids,
            needs=[NeedNamed.of(page.needs[id]) for id in parts.need_ids],
            failed_at=lot.failed_at,
            failure=lot.failure,
        )


class CriterionRead(BaseModel):
    id: int
    code: str
    label_zh: str
    label_en: str
    maximum: Decimal
    is_price: bool

    @classmethod
    def of(cls, criterion: Criterion) -> "CriterionRead":
        return cls.model_validate(criterion, from_attributes=True)


class TenderRow(BaseModel):
    """`phase` follows from the dates alone; None for a draft."""

    id: int
    ref: str
    party_id: int
    party_zh: str
    party_en: str
    area_code: str
    title_zh: str
    title_en: str
    status: TenderStatus
    phase: str | None
    profile: str
    budget: Money
    published_at: datetime | None
    bids_end: datetime | None
    is_demonstration: bool

    @classmethod
    def of(cls, line: TenderLine) -> "TenderRow":
        return cls(**_row(line))

    def said(self) -> dict[str, Any]:
        """As `SHEET` has it: a notice that runs is in a phase, any other in a state."""
        running, kind = self.status is TenderStatus.published and self.phase, procedure(self.profile)
        status = self.phase if running else self.status
        return {**dict(self), "status": status, "profile_zh": kind.zh, "profile_en": kind.en}


class TenderRead(TenderRow):
    """`missing`: by its parts, what keeps a draft from being published."""

    model_config = ConfigDict(
        json_schema_extra=example(
            id=7,
            party_id=3,
            party_zh="呈贡区民政局",
            party_en="Chenggong District Civil Affairs Bureau",
            status="published",
            phase="enquiries",
            profile_version="2018.1",
            published_at="2026-11-20T09:00:00+08:00",
            opened_at=None,
            final_offers_end=None,
            ended_at=None,
            ended_reason=None,
            amendment_number=0,
            one_each=True,
            to_confirm=[{"zh": "各条款现行有效性", "en": "Whether each article is in force"}],
            is_demonstration=True,
            version=2,
            deadlines=[{"name": "bids_end", "at": "2026-12-21T00:00:00+08:00", "rule": "征集公告到截止不少于 15 日"}],
            lots=[{**LOT, "id": 12, "items": [], "need_ids": [171], "needs": [NAMED]}],
            missing=[],
            criteria=[],
            application_form=None,
            actions=["ask"],
            **NOTICE,
        )
    )

    requirements: str
    profile_version: str | None
    overspend_rule: OverspendRule
    tie_criterion: str | None
    one_each: bool
    enquiries_end: datetime | None
    prequalification_end: datetime | None
    evaluation_end: datetime | None
    objections_end: datetime | None
    contracts_end: datetime | None
    contract_start: date | None
    contract_end: date | None
    opened_at: datetime | None
    final_offers_end: datetime | None
    ended_at: datetime | None
    ended_reason: str | None
    amendment_number: int
    application_form: ApplicationForm | None
    version: int
    to_confirm: list[ConfirmationRead]
    deadlines: list[DeadlineRead]
    lots: list[LotRead]
    criteria: list[CriterionRead]
    missing: list[Lack]
    actions: list[str]

    @classmethod
    def read(cls, page: TenderPage, actor: Actor) -> "TenderRead":
        tender = page.tender
        profile = profile_of(tender)
        columns = {name: getattr(tender, name) for name in cls.model_fields if hasattr(tender, name)}
        return cls(
            **{
                **columns,
                **_row(page),
                "one_each": is_one_each(tender),
                "application_form": form_of(tender.application_form),
                "to_confirm": [ConfirmationRead(zh=each.zh, en=each.en) for each in profile.to_confirm],
                "deadlines": deadlines_of(tender),
                "lots": [LotRead.of(each, page) for each in page.lots],
                "criteria": [CriterionRead.of(each) for each in page.criteria],
                "missing": [Lack.of(part, refusal) for part, refusal in page.missing],
                "actions": actions(actor, tender, profile, page.at, page.missing),
            }
        )


class EnquiryRead(BaseModel):
    """`party_id` is told to the purchaser and to whoever asked, to nobody else."""

    model_config = ConfigDict(
        json_schema_extra=example(
            id=4,
            tender_id=7,
            question="居民团队能否由居委会代收款？",
            asked_at="2026-11-21T10:00:00+08:00",
            answer=None,
            answered_at=None,
            party_id=None,
            actions=["answer"],
        )
    )

    id: int
    tender_id: int
    question: str
    asked_at: datetime
    answer: str | None
    answered_at: datetime | None
    party_id: int | None
    actions: list[str]

    @classmethod
    def of(cls, enquiry: Enquiry, tender: Tender, actor: Actor) -> "EnquiryRead":
        return cls(
            id=enquiry.id,
            tender_id=enquiry.tender_id,
            question=enquiry.question,
            asked_at=enquiry.asked_at,
            answer=enquiry.answer,
            answered_at=enquiry.answered_at,
            party_id=enquiry.party_id if tells_who_asks(actor, enquiry, tender) else None,
            actions=enquiry_actions(actor, enquiry, tender),
        )


# What a notice says in one place: of its lots and criteria, a row of columns each.
Said = Plain | ApplicationForm | list[dict[str, Plain]]


class AmendmentRead(BaseModel):
    """`changes`: field → [before, after]. After a binding one, bids must be confirmed again."""

    model_config = ConfigDict(
        json_schema_extra=example(
            number=1,
            reason="应咨询意见，延长申报时间",
            changes={"bids_end": ["2026-12-21T00:00:00+08:00", "2026-12-28T00:00:00+08:00"]},
            is_binding=False,
            at="2026-12-01T10:00:00+08:00",
        )
    )

    number: int
    reason: str
    changes: dict[str, tuple[Said, Said]]
    is_binding: bool
    at: datetime

    @classmethod
    def of(cls, amendment: Amendment) -> "AmendmentRead":
        return cls.model_validate(amendment, from_attributes=True)


def deadlines_of(tender: Tender) -> list[DeadlineRead]:
    """Of a published tender: every deadline in order."""
    if tender.published_at is None:
        return []
    return [
        DeadlineRead(name=each.name, at=each.at, rule=each.rule)
        for each in dated_rules(ends_of(tender), profile_of(tender))
    ]


def _row(line: TenderLine) -> dict[str, Any]:
    tender, party = line.tender, line.party
    return {
        "id": tender.id,
        "ref": tender.ref,
        "party_id": tender.party_id,
        "party_zh": party.zh,
        "party_en": party.en,
        "area_code": tender.area_code,
        "title_zh": tender.title_zh,
        "title_en": tender.title_en,
        "status": tender.status,
        "phase": phase_of(tender, line.at),
        "profile": tender.profile,
        "budget": Money(amount=tender.budget),
        "published_at": tender.published_at,
        "bids_end": tender.bids_end,
        "is_demonstration": tender.is_demonstration,
    }
