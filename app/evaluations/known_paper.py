"""What was known of a contract when its report was submitted, put into the words of the paper."""

from app.evaluations.known import Known, KnownBudget, KnownOutput, KnownSupport, KnownTarget
from app.papers.blocks import Block, Grid, Paragraph
from app.papers.contents import percent
from app.service_sessions.rules import Unit

BANDS = {
    "high": "高",
    "middle": "中",
    "low": "低",
    "unapproved": "未履行调整程序",
    "embezzled": "存在挪用、侵占",
}
UNITS = {Unit.people: "人次", Unit.sessions: "场次"}


def known_blocks(of: Known) -> list[Block]:
    blocks: list[Block] = [Paragraph(_output(of.output))]
    if of.output.targets:
        header = ("服务目标", "计划", "申报完成", "得分", "回访支持", "支持数得分")
        rows = tuple(map(_target, of.output.targets))
        blocks.append(Grid(header, rows, (30, 12, 14, 8, 22, 14), frozenset({1, 2, 3, 4, 5})))
        blocks.append(Paragraph(f"目标得分口径：{of.output.source}。"))
    return [*blocks, Paragraph(_budget(of.budget))]


def _output(of: KnownOutput) -> str:
    said = f"申报服务{of.claimed}人次。"
    if of.supported:
        drawn = f"其中参与回访抽样的{of.supported.claimed}人次"
        return f"{said}{drawn}，回访支持{_support(of.supported)}人次（95% 置信区间）。"
    return said + ("回访人数过少，结果不公布。" if of.is_hidden else "尚无回访结果，以上仅为申报数。")


def _support(of: KnownSupport) -> str:
    return f"{of.count}（{of.least}–{of.most}）"


def _target(of: KnownTarget) -> tuple[str, ...]:
    unit, marks = UNITS[of.unit], "—"
    if of.supported_mark is not None:
        is_one = of.least_mark == of.most_mark
        marks = f"{of.supported_mark}" if is_one else f"{of.supported_mark}（{of.least_mark}–{of.most_mark}）"
    supported = _support(of.supported) if of.supported else "—"
    return of.what, f"{of.planned} {unit}", f"{of.done} {unit}", str(of.mark), supported, marks


def _budget(of: KnownBudget | None) -> str:
    if of is None:
        return "预算尚未批准，无执行情况。"
    by = "按已签署的审计报告认可数" if of.is_audited else "按截至提交日的列报支出"
    said = f"预算执行率{percent(of.execution)}（{by}）；科目间调整{percent(of.moved)}，预算调整系数："
    factor = f"{of.least.normalize():f}" if of.least == of.most else f"{of.least.normalize():f}–{of.most.normalize():f}"
    whole = "，整个项目按 0 计" if of.is_whole else ""
    return f"{said}{BANDS[of.band]}（{factor}{whole}）。预算口径版本{of.version}。"
