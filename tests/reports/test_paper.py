"""The paper of a report: marked where nobody has signed, otherwise of the day of the signature."""

from datetime import UTC, date, datetime

import pytest

from app.budgets.models import AuditReport
from app.contracts.models import Contract
from app.papers.blocks import Paper, Paragraph, Signature, Signatures
from app.reports.paper import report_paper
from app.reports.rules import ReportStatus


def printed(report: AuditReport) -> Paper:
    contract = Contract(number="合同-1", is_demonstration=False)
    return report_paper(report, contract, "末期审计报告", [Paragraph("账目清楚")], "审计机构", "示例事务所")


def paper(title: str, made_on: date, signed: str) -> Paper:
    signature = Signatures((Signature("审计机构（盖章）", "示例事务所", signed),))
    return Paper((title,), "合同-1", made_on, (Paragraph("账目清楚"), signature))


@pytest.mark.parametrize("status", [ReportStatus.submitted, ReportStatus.replaced])
def test_a_paper_says_in_its_title_that_nobody_has_signed(status: ReportStatus) -> None:
    """Also where a newer report stands for it."""
    report = AuditReport(status=status, submitted_at=datetime(2018, 12, 1, tzinfo=UTC), signer="")
    assert printed(report) == paper("末期审计报告（未签署，仅供核对）", date(2018, 12, 1), "")
    report.status, report.signer = ReportStatus.signed, "周会计师"
    report.signed_at = datetime(2018, 12, 3, 17, tzinfo=UTC)  # after midnight in Shanghai
    assert printed(report) == paper("末期审计报告", date(2018, 12, 4), "2018年12月4日由周会计师在平台签署")
