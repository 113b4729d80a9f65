"""Assessments on the wire."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.assessments.models import (
    Assessment,
    AssessmentMark,
    AssessmentObjection,
    AssessmentResult,
    AssessmentSheet,
    ReviewVerdict,
)
from app.assessments.policy import Seated, Subject, actions, seat_actions, sees_result, sees_sheets
from app.assessments.queries import AssessmentPage, Candidate, Held, seating_of
from app.assessments.rules import AssessmentSheetStatus, AssessmentStatus, Excluded, Given, SeatStatus, SubjectKind
from app.assessments.scheme_schemas import SchemeRead
from app.core.actors import Actor, Role
from app.core.fields import Id, Line, Prose
from app.core.http.unit import example

Points = Annotated[Decimal, Field(ge=0, le=10_000, max_digits=7, decimal_places=2)]
Reason = Annotated[str, Prose(2000, least=1)]


class AssessorSeat(BaseModel):
    """An account that may sit in this group of the scheme."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=example(group="third_party", account_id=41))

    group: Annotated[str, Line(40, least=1)]
    account_id: Id


class InterestDeclare(BaseModel):
    """`interest`: which one there is in the subject; blank: none. Whoever has one stands aside."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=example(interest=""))

    interest: Annotated[str, Prose(2000)] = ""


class MarkGive(BaseModel):
    """`reason`: what the mark rests on."""

    model_config = ConfigDict(extra="forbid")

    value: Points
    reason: Annotated[str, Prose(2000)] = ""


class AssessmentSheetSave(BaseModel):
    """Marks by indicator, as far as they go."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra=example(marks={"conduct": {"value": "12.5", "reason": "账目齐全，两项制度未更新。"}}),
    )

    marks: Annotated[dict[Annotated[str, Line(40, least=1)], MarkGive], Field(max_length=200)]

    def given(self) -> dict[str, Given]:
        return {code: Given(mark.value, mark.reason) for code, mark in self.marks.items()}


class AssessmentCompute(BaseModel):
    """`exclusion`: what makes the result nought by the scheme, with the reason; blank: nothing does."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=example(exclusion="", reason=""))

    exclusion: Annotated[str, Line(40)] = ""
    reason: Annotated[str, Prose(2000)] = ""

    def excluded(self) -> Excluded:
        return Excluded(self.exclusion, self.reason if self.exclusion else "")


class AssessmentReason(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra=example(reason="评估专家调离。"))

    reason: Reason


class AssessmentObject(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra=example(statement="满意度一项漏计了第二轮问卷。"))

    statement: Reason


class AssessmentAnswer(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra=example(answer="已核对问卷，维持原结果。"))

    answer: Reason


class AssessmentRow(BaseModel):
    """An assessment as lists show it; `total` and `band` of the result that counts, null while there is none."""

    model_config = ConfigDict(
        json_schema_extra=example(
            id=5,
            subject_kind="party",
            subject_id=12,
            subject_zh="呈贡区示例社会工作服务中心",
            subject_en="Example Social Work Centre",
            scheme="local_four_level",
            scheme_zh="社会组织四级评定",
            scheme_en="Local rating in four levels",
            status="confirmed",
            planned_at="2018-09-03T09:00:00+08:00",
            notice_ends_on="2018-10-19",
            total="87.00",
            band="good",
        )
    )

    id: int
    subject_kind: SubjectKind
    subject_id: int
    subject_zh: str
    subject_en: str
    scheme: str
    scheme_zh: str
    scheme_en: str
    status: AssessmentStatus
    planned_at: datetime
    notice_ends_on: date | None
    total: Decimal | None
    band: str | None

    @classmethod
    def listed(cls, assessment: Assessment, subject: Subject, results: list[AssessmentResult]) -> "AssessmentRow":
        return cls(**_row(assessment, subject, results))


def _row(assessment: Assessment, subject: Subject, results: list[AssessmentResult]) -> dict[str, object]:
    last, terms = results[-1] if results else None, assessment.terms
    own = ("id", "subject_kind", "subject_id", "scheme", "status", "planned_at", "notice_ends_on")
    return {
        **{name: getattr(assessment, name) for name in own},
        "subject_zh": subject.zh,
        "subject_en": subject.en,
        "scheme_zh": terms.zh,
        "scheme_en": terms.en,
        "total": last.total if last else None,
        "band": last.band if last else None,
    }


class AssessmentMarkRead(BaseModel):
    indicator: str
    value: Decimal
    reason: str


class AssessmentSheetRead(BaseModel):
    """`number`: after a reopening another one follows, for a `reason`. `total` once it is locked."""

    number: int
    status: AssessmentSheetStatus
    total: Decimal | None
    reason: str
    locked_at: datetime | None
    version: int
    marks: list[AssessmentMarkRead]

    @classmethod
    def of(cls, sheet: AssessmentSheet, marks: list[AssessmentMark]) -> "AssessmentSheetRead":
        said = [AssessmentMarkRead.model_validate(mark, from_attributes=True) for mark in marks]
        own = {name: getattr(sheet, name) for name in cls.model_fields.keys() - {"marks"}}
        return cls(**own, marks=said)


class AssessmentSeatRead(BaseModel):
    """`total`: of a locked sheet, for those who may read it."""

    id: int
    group: str
    name: str
    is_own: bool
    status: SeatStatus
    interest: str
    reason: str
    sheet_status: AssessmentSheetStatus
    total: Decimal | None
    actions: list[str]

    @classmethod
    def of(cls, held: Held, assessment: Assessment, actor: Actor) -> "AssessmentSeatRead":
        seat, is_own = held.seat, held.seat.account_id == actor.account_id
        is_read = is_own or sees_sheets(actor, assessment)
        return cls(
            id=seat.id,
            group=seat.group_code,
            name=seat.name,
            is_own=is_own,
            status=seat.status,
            interest=seat.interest if is_read else "",
            reason=seat.reason if is_read else "",
            sheet_status=held.status,
            total=held.sheet.total if held.sheet and is_read else None,
            actions=seat_actions(actor, Seated(assessment, seat), held.status),
        )


class GroupScoreRead(BaseModel):
    group: str
    score: Decimal
    sheets: int


class AssessmentResultRead(BaseModel):
    """`exclusion`: what made it nought, for a `reason`."""

    number: int
    total: Decimal
    band: str
    groups: list[GroupScoreRead]
    exclusion: str
    reason: str
    computed_at: datetime

    @classmethod
    def of(cls, result: AssessmentResult) -> "AssessmentResultRead":
        own = {name: getattr(result, name) for name in cls.model_fields.keys() - {"groups"}}
        groups = [GroupScoreRead(group=code, score=score, sheets=n) for code, (score, n) in result.groups.items()]
        return cls(**own, groups=groups)


class AssessmentObjectionRead(BaseModel):
    number: int
    statement: str
    filed_at: datetime
    due_on: date
    due_rule: str
    verdict: ReviewVerdict | None
    answer: str
    decided_at: datetime | None

    @classmethod
    def of(cls, objection: AssessmentObjection) -> "AssessmentObjectionRead":
        return cls.model_validate(objection, from_attributes=True)


class AssessmentRead(AssessmentRow):
    """All of it that the reader may see: other assessors' points only for the office that runs it."""

    model_config = ConfigDict(json_schema_extra=example(id=5, subject_zh="呈贡区示例服务中心", actions=["seat"]))

    about_id: int
    announced_at: datetime | None
    terms: SchemeRead
    seats: list[AssessmentSeatRead]
    results: list[AssessmentResultRead]
    objections: list[AssessmentObjectionRead]
    version: int
    actions: list[str]

    @classmethod
    def of(cls, page: AssessmentPage, actor: Actor, at: datetime) -> "AssessmentRead":
        assessment, is_read = page.assessment, sees_result(actor, page.assessment)
        seats = [held for held in page.held if is_read or held.seat.account_id == actor.account_id]
        return cls(
            **_row(assessment, page.subject, page.results if is_read else []),
            about_id=assessment.about_id,
            announced_at=assessment.announced_at,
            terms=SchemeRead.of(assessment.terms),
            seats=[AssessmentSeatRead.of(held, assessment, actor) for held in seats],
            results=[AssessmentResultRead.of(each) for each in page.results] if is_read else [],
            objections=[AssessmentObjectionRead.of(each) for each in page.objections] if is_read else [],
            version=assessment.version,
            actions=actions(actor, assessment, at, seating_of(assessment, page.held)),
        )


class OwnSheetRead(BaseModel):
    """What an assessor fills in: the scheme, and the own sheet (null: to be saved as version 0)."""

    assessment: AssessmentRead
    sheet: AssessmentSheetRead | None


class AssessorCandidate(BaseModel):
    """An account that may sit in a group, and for whom it acts."""

    group: str
    account_id: int
    name: str
    role: Role
    party_zh: str
    party_en: str

    @classmethod
    def of(cls, group: str, candidate: Candidate) -> "AssessorCandidate":
        account, role, party = candidate
        zh, en = (party.name_zh, party.english_name) if party else ("", "")
        return cls(group=group, account_id=account.id, name=account.display_name, role=role, party_zh=zh, party_en=en)
