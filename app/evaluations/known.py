"""What the platform knows of a contract that is evaluated: how much was done, as claimed and as call-backs support it,
and how its budget was kept. A hint beside the marks; a report keeps it as it was when it was submitted."""

from decimal import Decimal

from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession

from app.budgets import queries as budgets
from app.budgets import rules as budget_rules
from app.budgets.queries import BudgetParts
from app.budgets.rules import AuditKind, BudgetStatus
from app.contracts.models import Contract
from app.reports.rules import ReportStatus
from app.service_sessions.queries import Claim, Output, told_output
from app.service_sessions.rules import SETTINGS, Supported, Unit

FOUR_PLACES = Decimal("0.0001")
# The indicators that each part of it speaks to, in any of the schemes.
BESIDE = {"output": ("work.outputs", "service"), "budget": ("work.finance", "money")}


class KnownSupport(BaseModel):
    """Of `claimed` so many are supported by call-backs: `count`, between `least` and `most` (95 %)."""

    model_config = ConfigDict(from_attributes=True)

    claimed: int
    count: int
    least: int
    most: int


class KnownTarget(BaseModel):
    """A target that counts people or sessions: what was planned and done, and its mark of 3; where call-backs speak for
    it, what they support, and between which marks that lies."""

    what: str
    quantity: str
    unit: Unit
    planned: int
    done: int
    mark: int
    supported: KnownSupport | None
    supported_mark: int | None
    least_mark: int | None
    most_mark: int | None


class KnownOutput(BaseModel):
    """`claimed`: who signed in to what was held. `is_hidden`: call-backs were made, of too few people to tell how they
    went."""

    claimed: int
    supported: KnownSupport | None
    is_hidden: bool
    targets: list[KnownTarget]
    source: str


class KnownBudget(BaseModel):
    """`execution`: which share of the amount is allowed by the last signed audit (`is_audited`), or else by what was
    stated and disallowed until now. `moved`: which share was moved between lines; its band, and between what the factor
    lies. `is_whole`: the factor is that of the whole project."""

    execution: Decimal
    is_audited: bool
    moved: Decimal
    band: str
    least: Decimal
    most: Decimal
    is_whole: bool
    version: str


class Known(BaseModel):
    """`budget`: None before one was approved."""

    output: KnownOutput
    budget: KnownBudget | None


async def known_of(session: AsyncSession, contract: Contract) -> Known:
    output, parts = await told_output(session, contract), await budgets.parts_of(session, contract)
    return Known(output=_output(output), budget=_budget(parts))


def _output(of: Output) -> KnownOutput:
    targets = [_target(each, each.unit, each.planned) for each in of.claims if each.unit and each.planned]
    source = str(SETTINGS["marks"]["source"])
    return KnownOutput(
        claimed=of.claimed, supported=_support(of.supported), is_hidden=of.is_hidden, targets=targets, source=source
    )


def _target(claim: Claim, unit: Unit, planned: int) -> KnownTarget:
    least, most = claim.supported_marks or (None, None)
    return KnownTarget(
        what=claim.what,
        quantity=claim.quantity,
        unit=unit,
        planned=planned,
        done=claim.done,
        mark=claim.mark or 0,
        supported=_support(claim.supported),
        supported_mark=claim.supported_mark,
        least_mark=least,
        most_mark=most,
    )


def _support(of: Supported | None) -> KnownSupport | None:
    return KnownSupport.model_validate(of) if of else None


def _budget(parts: BudgetParts) -> KnownBudget | None:
    if parts.budget is None or parts.budget.status is not BudgetStatus.approved:
        return None
    signed = {each.kind: each.allowed for each in parts.reports if each.status is ReportStatus.signed}
    audited = signed.get(AuditKind.final, signed.get(AuditKind.midterm))
    allowed = parts.allowed.allowed if audited is None else audited
    judgement = parts.judgement
    return KnownBudget(
        execution=budget_rules.execution(allowed, parts.contract.amount).quantize(FOUR_PLACES),
        is_audited=audited is not None,
        moved=judgement.share.quantize(FOUR_PLACES),
        **{name: getattr(judgement, name) for name in ("band", "least", "most", "is_whole")},
        version=parts.budget.terms_version,
    )
