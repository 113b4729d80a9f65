"""The paper of a report on a contract: its title, its day, and its signature at the end."""

from collections.abc import Sequence

from app.contracts.models import Contract
from app.core.days.calendar import shanghai_date
from app.papers.blocks import Block, Paper, Signature, Signatures
from app.papers.contents import signed
from app.reports.models import SignedReport

UNSIGNED = "（未签署，仅供核对）"


def report_paper(
    report: SignedReport, contract: Contract, title: str, blocks: Sequence[Block], side: str, firm: str
) -> Paper:
    """`side`: as what the firm of this name signs. The title says so where nobody has signed."""
    title += "" if report.signed_at else UNSIGNED
    made_on = shanghai_date(report.signed_at or report.submitted_at)
    signature = Signature(f"{side}（盖章）", firm, signed(report.signed_at, report.signer))
    return Paper((title,), contract.number, made_on, (*blocks, Signatures((signature,))), contract.is_demonstration)
