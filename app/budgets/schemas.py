"""Budgets on the wire."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.budgets import rules, terms
from app.budgets.models import AuditReport, BudgetChange, SpendingLine, Statement
from app.budgets.policy import actions, audit_actions, change_actions, line_actions, statement_actions
from app.budgets.queries import BudgetParts
from app.budgets.rules import AuditKind, BudgetStatus, ChangeStatus
from app.contracts.policy import Reader
from app.core.fields import Code, Day, Id, Line, Prose
from app.core.http.unit import example
from app.core.money import Money
from app.reports.rules import ReportStatus

Reason = Annotated[str, Prose(2000, least=1)]
MOST_LINES = 60


class LineCreate(BaseModel):
    """A line: its own code, what it is for (`kind`: of the settings), and how much."""

    model_config = ConfigDict(extra="forbid")

    code: Code
    kind: Code
    name: Annotated[str, Line(100, least=1)]
    approved: Money


class BudgetPropose(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra=example(
            lines=[
                {"code": "staff", "kind": "activity", "name": "人员劳务", "approved": {"amount": "78000.00"}},
                {"code": "tax", "kind": "tax", "name": "税费", "approved": {"amount": "1000.00"}},
            ]
        ),
    )

    lines: Annotated[list[LineCreate], Field(min_length=1, max_length=MOST_LINES)]


class BudgetReturn(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra=example(reason="管理费请写明用途。"))

    reason: Reason


class ChangeAsk(BaseModel):
    """Money of one line for another."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra=example(from_id=4, to_id=5, amount={"amount": "3000.00"}, reason="增加两场活动。"),
    )

    from_id: Id
    to_id: Id
    amount: Money
    reason: Reason


class ChangeGrant(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra=example(opinion="同意。"))

    opinion: Annotated[str, Prose(2000)] = ""


class ChangeRefuse(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra=example(opinion="超出申报书的用途。"))

    opinion: Reason


SPENT = {
    "starts_on": "2018-10-01",
    "ends_on": "2018-10-31",
    "spent": {"amount": "1800.00"},
    "voucher": "记-2018-10-07",
    "note": "",
}


class ExpenseRestate(BaseModel):
    """What was spent from one day to another, by which voucher, in the place of what was stated."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=example(**SPENT))

    starts_on: Day
    ends_on: Day
    spent: Money
    voucher: Annotated[str, Line(100, least=1)]
    note: Annotated[str, Prose(1000)] = ""


class ExpenseState(ExpenseRestate):
    """The same of a line, stated for the first time."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=example(line_id=4, **SPENT))

    line_id: Id


class StatementDisallow(BaseModel):
    """How much of it is not recognised; nothing again where it was disallowed wrongly."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra=example(amount={"amount": "1400.00"}, reason="发票抬头不是本单位。")
    )

    amount: Money
    reason: Reason


class LineFlag(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra=example(reason="超支未报批，按实际列示。"))

    reason: Reason


class AuditSubmit(BaseModel):
    """`embezzlement`: what was taken away, empty where nothing was; then the whole project counts nothing."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra=example(kind="final", opinion="账目清楚，凭证齐全，核减 1,400 元。", embezzlement=""),
    )

    kind: AuditKind
    opinion: Annotated[str, Prose(8000, least=1)]
    embezzlement: Annotated[str, Prose(4000)] = ""


class AuditSign(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra=example(name="周会计师"))

    name: Annotated[str, Line(100, least=1)]


class SettingRead(BaseModel):
    """A setting with the paper it comes from; `is_given`: false where the district has to set it."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    zh: str
    en: str
    source: str
    is_given: bool


class LineRead(BaseModel):
    """`planned`: with the approved changes; `left`: below zero where the auditor has flagged the line."""

    id: int
    code: str
    kind: str
    name: str
    approved: Money
    planned: Money
    spent: Money
    disallowed: Money
    left: Decimal
    flag: str
    actions: list[str]

    @classmethod
    def of(cls, line: SpendingLine, parts: BudgetParts, acts: list[str]) -> "LineRead":
        figures = parts.figures[line.id]
        return cls(
            **{name: getattr(line, name) for name in ("id", "code", "kind", "name", "flag")},
            approved=Money(amount=line.approved),
            planned=Money(amount=figures.planned),
            spent=Money(amount=figures.spent),
            disallowed=Money(amount=figures.disallowed),
            left=figures.left,
            actions=acts,
        )


class ChangeRead(BaseModel):
    id: int
    from_id: int
    to_id: int
    amount: Money
    reason: str
    status: ChangeStatus
    asked_at: datetime
    opinion: str
    decided_at: datetime | None
    actions: list[str]

    @classmethod
    def of(cls, change: BudgetChange, acts: list[str]) -> "ChangeRead":
        same = cls.model_fields.keys() - {"amount", "actions"}
        facts = {name: getattr(change, name) for name in same}
        return cls(**facts, amount=Money(amount=change.amount), actions=acts)


class StatementRead(BaseModel):
    """`superseded_by`: the statement that counts instead; `disallowed` and `reason`: what the auditor decided last."""

    id: int
    line_id: int
    starts_on: date
    ends_on: date
    spent: Money
    voucher: str
    note: str
    stated_at: datetime
    superseded_by: int | None
    disallowed: Money
    reason: str
    actions: list[str]

    @classmethod
    def of(cls, statement: Statement, parts: BudgetParts, acts: list[str]) -> "StatementRead":
        decided = parts.disallowed.get(statement.id)
        same = ("id", "line_id", "starts_on", "ends_on", "voucher", "note", "stated_at")
        return cls(
            **{name: getattr(statement, name) for name in same},
            spent=Money(amount=statement.spent),
            superseded_by=parts.superseded.get(statement.id),
            disallowed=Money(amount=decided.amount if decided else Decimal(0)),
            reason=decided.reason if decided else "",
            actions=acts,
        )


class AuditRead(BaseModel):
    """`allowed`: what may be paid in all by this report; `execution`: its share of the contract's amount."""

    id: int
    kind: AuditKind
    status: ReportStatus
    opinion: str
    embezzlement: str
    vouched: Money
    disallowed: Money
    allowed: Money
    execution: Decimal
    submitted_at: datetime
    signed_at: datetime | None
    signer: str
    actions: list[str]

    @classmethod
    def of(cls, report: AuditReport, amount: Decimal, acts: list[str]) -> "AuditRead":
        money = ("vouched", "disallowed", "allowed")
        same = ("id", "kind", "status", "opinion", "embezzlement", "submitted_at", "signed_at", "signer")
        return cls(
            **{name: getattr(report, name) for name in same},
            **{name: Money(amount=getattr(report, name)) for name in money},
            execution=rules.execution(report.allowed, amount),
            actions=acts,
        )


class JudgementRead(BaseModel):
    """How the budget was kept: the share that was moved, its band, and between what the factor lies; `is_whole`: it is
    that of the whole project."""

    share: Decimal
    band: str
    least: Decimal
    most: Decimal
    is_whole: bool


class ContractBudget(BaseModel):
    """The budget of a contract with all that happened to it; `id` and `status` are empty before one was proposed.

    `vouched`, `disallowed`, `allowed`: what an audit of today finds. `kinds` and `never`: what a line may be for, and
    what no line pays.
    """

    id: int | None
    contract_id: int
    status: BudgetStatus | None
    terms_version: str
    reason: str
    amount: Money
    lines: list[LineRead]
    changes: list[ChangeRead]
    statements: list[StatementRead]
    audits: list[AuditRead]
    vouched: Money
    disallowed: Money
    allowed: Money
    judgement: JudgementRead
    kinds: list[SettingRead]
    never: list[SettingRead]
    actions: list[str]

    @classmethod
    def of(cls, parts: BudgetParts, reader: Reader) -> "ContractBudget":
        contract, budget, found = parts.contract, parts.budget, parts.allowed
        return cls(
            id=budget.id if budget else None,
            contract_id=contract.id,
            status=budget.status if budget else None,
            terms_version=budget.terms_version if budget else terms.version(),
            reason=budget.reason if budget else "",
            amount=Money(amount=contract.amount),
            lines=[LineRead.of(each, parts, line_actions(reader, contract, budget, each)) for each in parts.lines],
            changes=[ChangeRead.of(each, change_actions(reader, contract, each)) for each in parts.changes],
            statements=[_statement(each, parts, reader) for each in parts.statements],
            audits=[
                AuditRead.of(each, contract.amount, audit_actions(reader, contract, each)) for each in parts.reports
            ],
            **{name: Money(amount=amount) for name, amount in found._asdict().items()},
            judgement=JudgementRead(**parts.judgement._asdict()),
            kinds=[SettingRead.model_validate(each) for each in terms.kinds()],
            never=[SettingRead.model_validate(each) for each in terms.never()],
            actions=actions(reader, contract, budget),
        )


def _statement(statement: Statement, parts: BudgetParts, reader: Reader) -> StatementRead:
    acts = statement_actions(reader, parts.contract, is_superseded=statement.id in parts.superseded)
    return StatementRead.of(statement, parts, acts)
