"""The paper of an audit report: what stands in the database, put into its words."""

from app.budgets.models import AuditReport
from app.budgets.queries import BudgetParts
from app.budgets.rules import AuditKind
from app.budgets.terms import kinds
from app.papers.blocks import Block, Fields, Grid, Heading, Paper, Paragraph
from app.papers.contents import amount_in_words, money
from app.reports.paper import report_paper

TITLES = {AuditKind.midterm: "中期审计报告", AuditKind.final: "末期审计报告"}


def audit_document(report: AuditReport, parts: BudgetParts, names: dict[int, str]) -> Paper:
    """`names`: party → its Chinese name. A report says the same for ever: its lines are as they stood when it was
    submitted, since it is signed by the same figures or not at all."""
    contract, parts = parts.contract, parts.as_of(report.submitted_at)
    facts = (
        ("合同编号", contract.number),
        ("项目名称", contract.title),
        ("甲方", names[contract.purchaser_id]),
        ("乙方", names[contract.contractor_id]),
        ("合同金额", amount_in_words(contract.amount)),
    )
    blocks: list[Block] = [Fields(facts), Heading("一、收支情况"), _grid(parts)]
    blocks.append(Paragraph(_sums(report)))
    blocks += [Heading("二、审计意见"), Paragraph(report.opinion)]
    if report.embezzlement:
        blocks += [Heading("三、挪用、侵占资金"), Paragraph(report.embezzlement)]
    return report_paper(report, contract, TITLES[report.kind], blocks, "审计机构", names[report.party_id])


def _grid(parts: BudgetParts) -> Grid:
    named = {each.code: each.zh for each in kinds()}
    rows = [(line.name, named.get(line.kind, line.kind), *map(money, parts.figures[line.id])) for line in parts.lines]
    columns = zip(*parts.figures.values(), strict=True)
    total = ("合计", "", *(money(sum(column)) for column in columns))
    header = ("科目", "类别", "预算（元）", "支出（元）", "核减（元）")
    return Grid(header, (*rows, total), (28, 12, 20, 20, 20), frozenset({2, 3, 4}))


def _sums(report: AuditReport) -> str:
    return (
        f"列报支出{money(report.vouched)}元，核减{money(report.disallowed)}元，"
        f"认可支出{amount_in_words(report.allowed)}。"
    )
