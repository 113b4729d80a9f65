"""What comes in about tenders: drafts, amendments, enquiries. Money with its currency, instants with their offset."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from app.core.fields import Day, Id, Instant, Line, Prose
from app.core.http.unit import example
from app.core.money import Money
from app.tenders.forms.definition import ApplicationForm
from app.tenders.profiles.rules import OverspendRule

Text = Annotated[str, Prose(20_000)]
Title = Annotated[str, Line(200, least=1)]
Translation = Annotated[str, Line(400)]
Code = Annotated[str, Line(40, least=1)]
Words = Annotated[str, Prose(5000, least=1)]
Points = Annotated[Decimal, Field(ge=0, le=100, max_digits=5, decimal_places=2)]
LOT = {
    "code": "L2",
    "title_zh": "社会服务项目（9个）",
    "title_en": "Social service projects",
    "kind": "service",
    "places": 9,
    "budget": {"amount": "180000.00", "currency": "CNY"},
    "ceiling": {"amount": "30000.00", "currency": "CNY"},
}
NOTICE = {
    "ref": "cg-2026-01",
    "area_code": "530114000000",
    "title_zh": "呈贡区社会服务项目大赛",
    "title_en": "Chenggong District Social Service Project Competition",
    "requirements": "项目周期至2027年7月；服务对象为本区居民。",
    "profile": "venture",
    "budget": {"amount": "700000.00", "currency": "CNY"},
    "overspend_rule": "trim",
    "tie_criterion": "C2",
    "enquiries_end": "2026-12-10T17:00:00+08:00",
    "bids_end": "2026-12-20T17:00:00+08:00",
    "prequalification_end": "2026-12-25T17:00:00+08:00",
    "evaluation_end": "2027-01-11T17:00:00+08:00",
    "objections_end": "2027-01-19T00:00:00+08:00",
    "contracts_end": "2027-02-10T17:00:00+08:00",
    "contract_start": "2027-02-15",
    "contract_end": "2027-07-31",
}


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ItemInput(_Input):
    code: Code
    need_id: Id | None = None
    community_code: Code | None = None


class LotInput(_Input):
    """A lot is bid for item by item where it has `items`; else `need_ids` are what it answers as a whole."""

    code: Code
    title_zh: Title
    title_en: Translation = ""
    kind: Code
    places: int = Field(ge=0, le=1000)
    budget: Money
    ceiling: Money
    items: list[ItemInput] = Field(default=[], max_length=200)
    need_ids: list[Id] = Field(default=[], max_length=200)

    def facts(self) -> dict[str, Any]:
        plain = {**dict(self), "budget": self.budget.amount, "ceiling": self.ceiling.amount}
        return {**plain, "items": [dict(item) for item in self.items]}


class CriterionInput(_Input):
    code: Code
    label_zh: Title
    label_en: Translation = ""
    maximum: Points
    is_price: bool = False


class _Dates(_Input):
    """The dates of a notice: the ends of its TIMELINE, and the period of the contracts."""

    enquiries_end: Instant | None = None
    bids_end: Instant | None = None
    prequalification_end: Instant | None = None
    evaluation_end: Instant | None = None
    objections_end: Instant | None = None
    contracts_end: Instant | None = None
    contract_start: Day | None = None
    contract_end: Day | None = None


class TenderUpdate(_Dates):
    """The whole draft as it shall read from now on. Dates carry their offset; they are checked at publication.
    Without `application_form` bidders are asked for title, amount and plan."""

    ref: Code
    area_code: Code
    title_zh: Title
    title_en: Translation = ""
    requirements: Text = ""
    profile: Code
    budget: Money
    overspend_rule: OverspendRule
    tie_criterion: Code | None = None
    one_each: bool | None = None
    application_form: ApplicationForm | None = None
    lots: list[LotInput] = Field(default=[], max_length=100)
    criteria: list[CriterionInput] = Field(default=[], max_length=50)

    def facts(self) -> dict[str, Any]:
        parts = {"lots": [lot.facts() for lot in self.lots], "criteria": [dict(each) for each in self.criteria]}
        form = self.application_form.document() if self.application_form else None
        return {**dict(self), "budget": self.budget.amount, "application_form": form, **parts}


class TenderCreate(TenderUpdate):
    """A draft; nobody but its purchaser sees it before it is published."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra=example(
            **NOTICE,
            lots=[{**LOT, "need_ids": []}],
            criteria=[{"code": "C1", "label_zh": "需求契合度", "label_en": "Fit with surveyed need", "maximum": "100"}],
        ),
    )


class LotAmendment(_Input):
    """What is left out stays as it is."""

    code: Code
    title_zh: Title | None = None
    title_en: Translation | None = None
    places: int | None = Field(default=None, ge=0, le=1000)
    budget: Money | None = None
    ceiling: Money | None = None

    def facts(self) -> dict[str, Any]:
        given = {name: value for name, value in self if value is not None}
        return {name: value.amount if isinstance(value, Money) else value for name, value in given.items()}


class TenderAmend(_Dates):
    """What is left out stays as it is; `criteria` and `application_form` are given whole. The reason is published
    with the change. After a new form, bids that were handed in must be revised."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra=example(reason="应咨询意见，延长申报时间", bids_end="2026-12-27T17:00:00+08:00"),
    )

    reason: Words
    title_zh: Title | None = None
    title_en: Translation | None = None
    requirements: Text | None = None
    budget: Money | None = None
    overspend_rule: OverspendRule | None = None
    tie_criterion: Code | None = None
    one_each: bool | None = None
    application_form: ApplicationForm | None = None
    lots: Annotated[list[LotAmendment], Field(max_length=100)] | None = None
    criteria: Annotated[list[CriterionInput], Field(max_length=50)] | None = None

    def facts(self) -> dict[str, Any]:
        given: dict[str, Any] = {name: value for name, value in self if value is not None and name != "reason"}
        if self.budget:
            given["budget"] = self.budget.amount
        if self.application_form:
            given["application_form"] = self.application_form.document()
        if self.lots is not None:
            given["lots"] = [lot.facts() for lot in self.lots]
        if self.criteria is not None:
            given["criteria"] = [dict(each) for each in self.criteria]
        return given


class TenderEnd(_Input):
    """Why a tender is given up or declared unsuccessful; published."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=example(reason="申报单位不足三家"))

    reason: Words


class FinalOffersInvite(_Input):
    """Until when the qualified bidders name their last price."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=example(ends_at="2026-12-08T12:00:00+08:00"))

    ends_at: Instant


class EnquiryAsk(_Input):
    model_config = ConfigDict(extra="forbid", json_schema_extra=example(question="居民团队能否由居委会代收款？"))

    question: Words


class EnquiryAnswer(_Input):
    model_config = ConfigDict(extra="forbid", json_schema_extra=example(answer="可以，须附居委会同意代管的证明。"))

    answer: Words
