"""The paper of a season's report, as a bureau files it: its figures are those of the page."""

from collections.abc import Iterable
from datetime import date

from app.core.words import word
from app.overviews.report import Project, Said, SeasonReport
from app.papers.blocks import Block, Fields, Grid, Heading, Paper, Paragraph
from app.papers.contents import day, money

HIDDEN = "少于5人，不显示"
METHOD = (
    "签到人次为各场次签到名单的合计；对抽查项目的签到人，按公布的随机种子抽签回访，"
    "“支持”为按回访结果推算的人次，区间为各项目95%区间上下限的合计。回访人数过少、不宜公开的项目不计入。"
)
NEVER = "本年度发布、至今没有任何合同签订的需求，按服务大类列出。"


def report_document(report: SeasonReport, bureau: str, made_on: date) -> Paper:
    parts = (
        ("资金", _money(report)),
        ("项目结果", _projects(report)),
        ("服务场次与抽查", _sessions(report)),
        ("居民评价（按地点）", _verdicts(report)),
        ("整改事项", _findings(report)),
        ("提出而未购买的需求", _unbought(report)),
    )
    blocks: list[Block] = [Paragraph(f"本报告由{bureau}于{day(made_on)}从平台生成，金额单位为元。")]
    for number, (title, body) in zip("一二三四五六", parts, strict=True):
        blocks += [Heading(f"{number}、{title}"), *body]
    lines = (bureau, f"{report.money.year}年度项目季评估报告")
    return Paper(lines, f"JB-{report.money.year}", made_on, tuple(blocks), report.is_demonstration)


def _money(report: SeasonReport) -> Iterable[Block]:
    of, spent = report.money, report.spent
    sums = (of.planned, of.awarded, of.contracted, of.direct, of.paid, spent.vouched, spent.disallowed)
    labels = ("公告预算", "已确定入选", "已签合同", "其中双选直接签约", "已拨款", "列报支出", "审计核减")
    yield Fields(tuple(zip(labels, map(money, sums), strict=True)))


def _projects(report: SeasonReport) -> Iterable[Block]:
    states = "、".join(f"{word('state', state, 'zh')}{count}项" for state, count in report.states.items())
    yield Paragraph(f"共签订合同{len(report.projects)}项：{states or '无'}。")
    header = ("项目", "服务单位", "结果", "合同金额", "已拨款", "核减", "等级")
    rows = tuple(map(_project, report.projects))
    if rows:
        yield Grid(header, rows, (21, 21, 11, 14, 14, 11, 8), frozenset({3, 4, 5}))


def _project(each: Project) -> tuple[str, ...]:
    sums = (money(each.line.contract.amount), money(each.line.paid), money(each.spent.disallowed))
    grade = word("record_value", each.grade, "zh") if each.grade else "–"
    names = each.line.contract.title, each.line.contractor.name_zh
    return (*names, word("state", each.status, "zh"), *sums, grade)


def _sessions(report: SeasonReport) -> Iterable[Block]:
    held = sum(each.sessions for each in report.projects)
    yield Paragraph(f"共举办{held}场，签到{report.claimed}人次。")
    if report.checked:
        drawn_of, count, least, most = report.supported
        yield Paragraph(
            f"其中{len(report.checked)}个项目的{drawn_of}人次经抽签回访，支持{count}人次（{least}至{most}人次）。"
        )
    yield Paragraph(METHOD)


def _verdicts(report: SeasonReport) -> Iterable[Block]:
    rows = [
        ("".join(each.path), str(each.contracts), *_said(each.said), *_content(each.content))
        for each in report.verdicts
    ]
    if not rows:
        yield Paragraph("没有征询居民的记录。")
        return
    header = ("地点", "项目数", "征询人数", "评价人数", "认可人数", "满意度答复", "满意人数")
    total = ("合计（已显示的）", "", *_said(report.told), *_content(report.content))
    yield Grid(header, (*rows, total), (28, 10, 12, 14, 14, 11, 11), frozenset(range(1, 7)))


def _said(said: Said) -> tuple[str, str, str]:
    if not said.is_told:
        return str(said.asked), HIDDEN, HIDDEN
    return str(said.asked), str(said.answers), str(said.accepting)


def _content(content: Said) -> tuple[str, str]:
    return (str(content.answers), str(content.accepting)) if content.answers else ("–", "–")


def _findings(report: SeasonReport) -> Iterable[Block]:
    found = report.found
    yield Paragraph(
        f"共提出整改事项{found.raised}项，其中暂停拨付的{found.holding}项；"
        f"答复逾期的{found.late}项，至今未了结的{found.unsettled}项。"
    )


def _unbought(report: SeasonReport) -> Iterable[Block]:
    yield Paragraph(NEVER)
    rows = tuple((each.zh or "未归类", str(each.asked), str(each.never)) for each in report.unbought)
    if rows:
        total = (
            "合计",
            str(sum(each.asked for each in report.unbought)),
            str(sum(each.never for each in report.unbought)),
        )
        yield Grid(("服务大类", "发布的需求", "从未购买"), (*rows, total), (50, 25, 25), frozenset({1, 2}))
