"""Evaluations on the wire."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict

from app.assessments.policy import sees_result
from app.assessments.rules import AssessmentStatus
from app.contracts.policy import Reader
from app.core.fields import Line, Prose
from app.core.http.unit import example
from app.evaluations.known import BESIDE, Known
from app.evaluations.models import EvaluationReport
from app.evaluations.policy import actions, report_actions, sees_unsigned
from app.evaluations.queries import EvaluationPage
from app.evaluations.rules import EvaluationKind
from app.parties.queries import PartyName
from app.reports.rules import ReportStatus


class EvaluationBegin(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra=example(kind="midterm"))

    kind: EvaluationKind


class EvaluationSubmit(BaseModel):
    """`opinion`: what was found; `advice`: what is recommended, empty where nothing is."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra=example(opinion="服务按计划推进，台账齐全。", advice="增加夜间活动场次。"),
    )

    opinion: Annotated[str, Prose(8000, least=1)]
    advice: Annotated[str, Prose(4000)] = ""


class EvaluationSign(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra=example(name="评估师陈静"))

    name: Annotated[str, Line(100, least=1)]


class KnownRead(Known):
    """`beside`: the indicators of an assessment that each part of it speaks to."""

    beside: dict[str, list[str]]

    @classmethod
    def read(cls, known: Known) -> "KnownRead":
        return cls(**dict(known), beside={part: list(codes) for part, codes in BESIDE.items()})


class EvaluationReportRead(BaseModel):
    """`total` and `band` of the result that it speaks of; `known` is what was known when it was submitted."""

    id: int
    status: ReportStatus
    total: Decimal
    band: str
    opinion: str
    advice: str
    known: Known | None
    submitted_at: datetime
    signed_at: datetime | None
    signer: str
    actions: list[str]

    @classmethod
    def of(cls, report: EvaluationReport, page: EvaluationPage, reader: Reader) -> "EvaluationReportRead":
        result = next(each for each in page.results if each.number == report.number)
        same = ("id", "status", "opinion", "advice", "known", "submitted_at", "signed_at", "signer")
        own = {name: getattr(report, name) for name in same}
        acts = report_actions(reader, page.on, report)
        return cls(**own, total=result.total, band=result.band, actions=acts)


class EvaluationRead(BaseModel):
    """`status` is that of the assessment `assessment_id`; `total` and `band` null until the reader may know them.
    `notice_ends_on`: until when the contractor may ask for a review."""

    id: int
    kind: EvaluationKind
    party_zh: str
    party_en: str
    assessment_id: int
    status: AssessmentStatus
    begun_at: datetime
    notice_ends_on: date | None
    total: Decimal | None
    band: str | None
    is_assessment_seen: bool
    reports: list[EvaluationReportRead]
    actions: list[str]

    @classmethod
    def of(cls, page: EvaluationPage, party: PartyName, reader: Reader, *, is_seen: bool) -> "EvaluationRead":
        evaluation, _, assessment = page.on
        last = page.results[-1] if page.results and sees_result(reader.actor, assessment) else None
        shown = [each for each in page.reports if each.signed_at or sees_unsigned(reader.actor, evaluation)]
        return cls(
            id=evaluation.id,
            kind=evaluation.kind,
            party_zh=party.zh,
            party_en=party.en,
            assessment_id=assessment.id,
            status=assessment.status,
            begun_at=evaluation.begun_at,
            notice_ends_on=assessment.notice_ends_on,
            total=last.total if last else None,
            band=last.band if last else None,
            is_assessment_seen=is_seen,
            reports=[EvaluationReportRead.of(each, page, reader) for each in shown],
            actions=actions(reader, page.on),
        )


class ContractEvaluations(BaseModel):
    """`kinds`: of which one may be begun now; `actions`: `begin`, where there is any."""

    model_config = ConfigDict(json_schema_extra=example(items=[], kinds=["midterm"], actions=["begin"]))

    items: list[EvaluationRead]
    kinds: list[EvaluationKind]
    actions: list[str]

    @classmethod
    def of(cls, items: list[EvaluationRead], kinds: list[EvaluationKind]) -> "ContractEvaluations":
        return cls(items=items, kinds=kinds, actions=["begin"] if kinds else [])


class DueCheck(BaseModel):
    """A contract that was drawn and is not checked yet."""

    contract_id: int
    actions: list[str]


class DueChecks(BaseModel):
    model_config = ConfigDict(json_schema_extra=example(items=[{"contract_id": 7, "actions": ["begin"]}]))

    items: list[DueCheck]
