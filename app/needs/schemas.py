"""Needs on the wire: money with its currency, codes not labels."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from app.areas.models import Area
from app.core.actors import Actor
from app.core.fields import Change, Code, Day, Line, Prose
from app.core.http.unit import example
from app.core.money import Money
from app.core.problems import Lack
from app.core.reading.listing import Imported
from app.needs.models import Need, NeedVersion
from app.needs.policy import actions
from app.needs.queries import StandingWord
from app.needs.rules import NeedStatus, ends_on, lacking, standing, unsaid

# Wider than what the rules allow, which say in a sentence what is too long, too many or too few.
Title = Annotated[str, Line(2000)]
Text = Annotated[str, Prose(20_000)]
EXAMPLE = {
    "title": "开办老年助餐点",
    "description": "辖区60岁以上老人占两成多，午饭凑合的多。居委会可提供一间80平米场地，缺运营力量。",
    "category_code": "0101",
    "population_codes": ["P04"],
    "beneficiaries": 180,
    "budget": {"amount": "60000.00", "currency": "CNY"},
    "period_months": 12,
    "starts_on": "2026-12-01",
    "requirements": "须有食品经营许可或与持证餐饮单位合作",
    "expires_on": "2027-03-31",
    "evidence_note": "居民代表会议提出，入户征求意见 40 户",
    "no_evidence_reason": "",
}


class NeedCreate(BaseModel):
    """`category_code` may be left out or coarse. To publish, evidence or a reason for having none is needed."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=example(**EXAMPLE))

    title: Title
    description: Text = ""
    category_code: Code | None = None
    population_codes: list[Code] = Field(default=[], max_length=20)
    beneficiaries: Annotated[int, Field(ge=-100_000_000, le=100_000_000)] | None = None
    budget: Money | None = None
    period_months: Annotated[int, Field(ge=-10_000, le=10_000)] | None = None
    starts_on: Day | None = None
    requirements: Text = ""
    expires_on: Day | None = None
    evidence_note: Text = ""
    no_evidence_reason: Text = ""

    def values(self) -> dict[str, Any]:
        """field → value as the need keeps it; codes each once, in order."""
        values = dict(self)
        values["budget"] = self.budget.amount if self.budget else None
        values["population_codes"] = sorted(set(self.population_codes))
        return values


class NeedUpdate(NeedCreate):
    """The whole need as it shall read from now on."""


class NeedWithdraw(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra=example(reason="已由街道统一办理"))

    reason: Annotated[str, Prose(1000, least=1)]


class EvidenceRead(BaseModel):
    """`share` of `n` answers with its interval, as the survey's result stood when the need was drafted."""

    survey_result_id: int | None
    n: int | None
    share: Decimal | None
    low: Decimal | None
    high: Decimal | None
    note: str
    no_evidence_reason: str

    @classmethod
    def of(cls, need: Need) -> "EvidenceRead":
        return cls(
            survey_result_id=need.survey_result_id,
            n=need.evidence_n,
            share=need.evidence_share,
            low=need.evidence_low,
            high=need.evidence_high,
            note=need.evidence_note,
            no_evidence_reason=need.no_evidence_reason,
        )


class NeedSeen(BaseModel):
    """`status` is the one of today: a published need past its last day reads expired. `advertised_at`: since when it
    stands on the list of unmet needs, if it does."""

    id: int
    ref: str | None
    status: StandingWord
    party_id: int
    community_code: str
    category_code: str | None
    population_codes: list[str]
    title: str
    beneficiaries: int | None
    budget: Money | None
    period_months: int | None
    starts_on: date | None
    ends_on: date | None
    published_at: datetime | None
    expires_on: date | None
    advertised_at: datetime | None
    evidence: EvidenceRead


def _seen(need: Need, today: date) -> dict[str, Any]:
    plain = NeedSeen.model_fields.keys() - {"status", "population_codes", "budget", "ends_on", "evidence"}
    return {
        **{field: getattr(need, field) for field in plain},
        "status": standing(need, today),
        "population_codes": list(need.population_codes),
        "budget": Money.of(need.budget),
        "ends_on": ends_on(need.starts_on, need.period_months),
        "evidence": EvidenceRead.of(need),
    }


class NeedRow(NeedSeen):
    """A need in a list; `area_path` names the district, street and community."""

    area_path: list[str]

    @classmethod
    def of(cls, need: Need, place: list[Area], today: date) -> "NeedRow":
        return cls(**_seen(need, today), area_path=[area.name for area in place])


class NeedRead(NeedSeen):
    """`is_taken_over`: published elsewhere before; its evidence was not recorded here. Of a draft: `missing` keeps it
    from being published, `unsaid` fields may stay blank though organisations look for them."""

    model_config = ConfigDict(
        json_schema_extra=example(
            **{key: value for key, value in EXAMPLE.items() if not key.endswith(("_note", "_reason"))},
            id=17,
            ref="N001",
            version=2,
            status="published",
            party_id=4,
            community_code="530114003004",
            ends_on="2027-11-30",
            created_at="2026-11-19T09:00:00+08:00",
            published_at="2026-11-20T10:00:00+08:00",
            advertised_at=None,
            is_taken_over=False,
            evidence={
                "survey_result_id": 9,
                "n": 123,
                "share": "0.4146",
                "low": "0.3314",
                "high": "0.5030",
                "note": "居民代表会议提出，入户征求意见 40 户",
                "no_evidence_reason": "",
            },
            withdrawn_at=None,
            withdrawal_reason="",
            fulfilled_at=None,
            missing=[],
            unsaid=[],
            actions=["edit", "withdraw"],
        )
    )

    version: int
    description: str
    requirements: str
    is_taken_over: bool
    created_at: datetime
    withdrawn_at: datetime | None
    withdrawal_reason: str
    fulfilled_at: datetime | None
    missing: list[Lack]
    unsaid: list[str]
    actions: list[str]

    @classmethod
    def of(cls, need: Need, actor: Actor, today: date) -> "NeedRead":
        plain = NeedRead.model_fields.keys() - NeedSeen.model_fields.keys() - {"missing", "unsaid", "actions"}
        own = {field: getattr(need, field) for field in plain}
        is_draft = need.status is NeedStatus.draft
        return cls(
            **_seen(need, today),
            **own,
            missing=[Lack.of(field, refusal) for field, refusal in lacking(need, today)] if is_draft else [],
            unsaid=unsaid(need) if is_draft else [],
            actions=actions(actor, need, today),
        )


class NeedVersionRead(BaseModel):
    """What the edit of `version` changed: field → what it said before and after."""

    model_config = ConfigDict(
        json_schema_extra=example(
            version=1,
            at="2026-11-21T09:30:00+08:00",
            changes={"beneficiaries": {"before": 180, "after": 200}},
        )
    )

    version: int
    at: datetime
    changes: dict[str, Change]

    @classmethod
    def of(cls, version: NeedVersion) -> "NeedVersionRead":
        return cls(
            version=version.version,
            at=version.at,
            changes={field: Change(**each) for field, each in version.changes.items()},
        )


class NeedsImported(BaseModel):
    """How many needs the list added, changed, or found as they stood."""

    model_config = ConfigDict(json_schema_extra=example(added=198, changed=2, unchanged=0))

    added: int
    changed: int
    unchanged: int

    @classmethod
    def of(cls, done: Imported) -> "NeedsImported":
        return cls(added=done.added, changed=done.changed, unchanged=done.unchanged)
