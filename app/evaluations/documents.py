"""The paper of an evaluation report: what stands in the database, put into its words."""

from collections.abc import Sequence

from app.evaluations.known import Known
from app.evaluations.known_paper import known_blocks
from app.evaluations.queries import Reported
from app.evaluations.rules import EvaluationKind
from app.findings.models import Finding
from app.papers.blocks import Block, Fields, Grid, Heading, Paper, Paragraph
from app.papers.contents import NUMERALS, amount_in_words, day
from app.reports.paper import report_paper

TITLES = {
    EvaluationKind.midterm: "中期评估报告",
    EvaluationKind.final: "末期评估报告",
    EvaluationKind.spot_check: "抽查报告",
}


def evaluation_document(of: Reported) -> Paper:
    """A report says the same for ever: its result is never changed, a finding stays as it was raised, and it keeps what
    was known."""
    contract, report = of.contract, of.report
    facts = (
        ("合同编号", contract.number),
        ("项目名称", contract.title),
        ("购买方", of.names[contract.purchaser_id]),
        ("服务单位", of.names[contract.contractor_id]),
        ("合同金额", amount_in_words(contract.amount)),
        ("履行期限", f"{day(contract.starts_on)}至{day(contract.ends_on)}"),
    )
    parts: list[tuple[str, list[Block]]] = [
        ("评估结果", [_grid(of), Paragraph(_sum(of))]),
        ("评估意见", [Paragraph(report.opinion)]),
    ]
    if report.known:
        parts.insert(0, ("产出与预算情况", known_blocks(Known.model_validate(report.known))))
    if of.findings:
        parts.append(("整改要求", [_found(of.findings)]))
    if report.advice:
        parts.append(("建议", [Paragraph(report.advice)]))
    blocks: list[Block] = [Fields(facts)]
    for number, (title, said) in enumerate(parts):
        blocks += [Heading(f"{NUMERALS[number]}、{title}"), *said]
    blocks.append(Paragraph(f"评估方案：{of.terms.zh}（版本 {of.terms.version}）。{of.terms.source}。"))
    side = "购买方" if of.evaluation.kind is EvaluationKind.spot_check else "评估机构"
    return report_paper(report, contract, TITLES[of.evaluation.kind], blocks, side, of.names[of.evaluation.party_id])


def _grid(of: Reported) -> Grid:
    rows = []
    for group in of.terms.groups:
        score, sheets = of.result.groups[group.code]
        rows.append((group.zh, f"{group.weight.normalize():f}%", str(sheets), score))
    return Grid(("评分方", "权重", "评分表（张）", "得分"), tuple(rows), (46, 16, 18, 20), frozenset({1, 2, 3}))


def _sum(of: Reported) -> str:
    band = next(band for band in of.terms.bands if band.code == of.result.band)
    why = ""
    if of.result.exclusion:
        named = next(each.zh for each in of.terms.exclusions if each.code == of.result.exclusion)
        why = f"因{named}，总分按零分计：{of.result.reason}"
    return f"按各方权重合计{of.result.total}分，评定为“{band.zh}”。{why}"


def _found(findings: Sequence[Finding]) -> Grid:
    rows = tuple((each.requirement, each.basis, day(each.first_due_on)) for each in findings)
    return Grid(("整改事项", "依据", "答复期限"), rows, (50, 26, 24))
