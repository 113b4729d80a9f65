"""Findings on the wire."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.contracts.policy import Reader
from app.contracts.rules import Part
from app.core.days.calendar import WorkCalendar, shanghai_date
from app.core.fields import Day, Prose
from app.core.http.unit import example
from app.findings.models import FindingAnswer, Verdict
from app.findings.policy import OnContract, actions
from app.findings.rules import FindingStatus, Severity, is_overdue
from app.parties.queries import PartyName


class FindingRaise(BaseModel):
    """`working_days` to answer: the district sets how many. With `is_holding` nothing is paid until it is settled."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra=example(
            requirement="3 月的两场活动没有签到表，请补交原件或说明理由。",
            basis="合同第六条",
            severity="major",
            working_days=10,
            is_holding=True,
        ),
    )

    requirement: Annotated[str, Prose(4000, least=1)]
    basis: Annotated[str, Prose(400)] = ""
    severity: Severity
    working_days: Annotated[int, Field(ge=1, le=120)]
    is_holding: bool


class FindingReply(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra=example(answer="签到表已补交，见附件。"))

    answer: Annotated[str, Prose(4000, least=1)]


class FindingVerdict(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra=example(opinion="原件已核对。"))

    opinion: Annotated[str, Prose(4000, least=1)]


class FindingExtend(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra=example(due_on="2027-04-30", reason="负责人住院。"))

    due_on: Day
    reason: Annotated[str, Prose(4000, least=1)]


class FindingWaive(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra=example(reason="活动已由社区证明，不再要求。"))

    reason: Annotated[str, Prose(4000, least=1)]


class FindingAnswerRead(BaseModel):
    """What was answered in a round, and what was said to it (null: nothing yet)."""

    round: int
    answer: str
    answered_at: datetime
    is_late: bool
    verdict: Verdict | None
    opinion: str
    decided_at: datetime | None

    @classmethod
    def of(cls, answer: FindingAnswer) -> "FindingAnswerRead":
        return cls(**{name: getattr(answer, name) for name in cls.model_fields})


class ContractFinding(BaseModel):
    """`part` and the party that raised it; `is_provisional`: its last day may still move, for the rest days of that
    year are not published yet. `is_overdue`: the answer is late. `answers`: the first round first."""

    model_config = ConfigDict(
        json_schema_extra=example(
            id=7,
            contract_id=12,
            part="evaluator",
            party_zh="昆明市示例评估中心",
            party_en="Kunming Example Evaluation Centre",
            requirement="3 月的两场活动没有签到表，请补交原件或说明理由。",
            basis="合同第六条",
            severity="major",
            is_holding=True,
            working_days=10,
            first_due_on="2018-10-26",
            due_on="2018-10-26",
            due_rule="按工作日计算",
            is_provisional=False,
            is_overdue=False,
            status="open",
            round=1,
            raised_at="2018-10-12T10:00:00+08:00",
            settled_at=None,
            reason="",
            answers=[],
            actions=["answer"],
        )
    )

    id: int
    contract_id: int
    part: Part
    party_zh: str
    party_en: str
    requirement: str
    basis: str
    severity: Severity
    is_holding: bool
    working_days: int
    first_due_on: date
    due_on: date
    due_rule: str
    is_provisional: bool
    is_overdue: bool
    status: FindingStatus
    round: int
    raised_at: datetime
    settled_at: datetime | None
    reason: str
    answers: list[FindingAnswerRead]
    actions: list[str]

    @classmethod
    def of(
        cls,
        on: OnContract,
        answers: list[FindingAnswer],
        party: PartyName,
        reader: Reader,
        calendar: WorkCalendar,
    ) -> "ContractFinding":
        finding, put = on.finding, {"party_zh", "party_en", "is_provisional", "is_overdue", "answers", "actions"}
        return cls(
            **{name: getattr(finding, name) for name in cls.model_fields.keys() - put},
            party_zh=party.zh,
            party_en=party.en,
            is_provisional=calendar.is_provisional(finding.due_on),
            is_overdue=is_overdue(finding.status, finding.due_on, shanghai_date(reader.at)),
            answers=[FindingAnswerRead.of(each) for each in answers],
            actions=actions(reader, on),
        )


class ContractFindings(BaseModel):
    """All findings on a contract, the oldest first; `actions`: what may be begun on it."""

    items: list[ContractFinding]
    actions: list[str]
