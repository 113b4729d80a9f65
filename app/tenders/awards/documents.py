"""The paper of a result: its public notice, put into words."""

from decimal import Decimal

from app.core.days.calendar import shanghai_date
from app.papers.blocks import Paper
from app.papers.contents import LotLines, ResultFacts, result_paper
from app.papers.contents import ResultLine as PaperLine
from app.papers.words import GRANT_RESULT, PURCHASE_RESULT, ResultWords
from app.tenders.awards.queries import LotPage, ResultLine, ResultPage
from app.tenders.awards.rules import PassedOver
from app.tenders.notices.models import Lot, Tender
from app.tenders.notices.queries import profile_of
from app.tenders.notices.rules import LotFailure
from app.tenders.panels.queries import Reopened
from app.tenders.panels.rules import ground_named
from app.tenders.profiles.rules import OverspendRule

RULES = {
    OverspendRule.skip: "依次递补",
    OverspendRule.trim: "按比例核减",
    OverspendRule.optimise: "总分最优",
}
FAILED = {
    LotFailure.bidders: "{applicant}不足规定家数，未开标",
    LotFailure.qualified: "通过资格审查的{applicant}不足规定家数，不予评审",
}
PERSONS = {"judge": "评委", "purchaser": "采购人", "auditor": "审计机构"}
REASONS = {
    PassedOver.below_line: "超出名额",
    PassedOver.applicant_awarded: "同一单位已入选",
    PassedOver.item_taken: "该点位已入选",
    PassedOver.over_budget: "超出预算",
    PassedOver.combination: "组合总分较低",
    PassedOver.cut_declined: "未接受核减",
}


def result_document(page: ResultPage) -> Paper:
    """The public notice of a published result."""
    result, panel = page.result, page.panel
    words = GRANT_RESULT if profile_of(page.tender).is_grant else PURCHASE_RESULT
    assert result.published_at and result.notice_ends_on and result.objections_end and result.notice_rule
    return result_paper(
        ResultFacts(
            number=page.tender.ref,
            title=page.tender.title_zh,
            purchaser=page.purchaser.zh,
            published_on=shanghai_date(result.published_at),
            notice_ends_on=result.notice_ends_on,
            objections_end=result.objections_end,
            notice_rule=result.notice_rule,
            lots=tuple(_lot(lot) for lot in page.lots),
            sheets_counted=panel.sheets_counted or 0,
            corrections=tuple(
                f"{bid} 由 {judge} 评分，纸面合计 {written}，各项相加 {computed}"
                for bid, judge, written, computed in panel.corrections or ()
            ),
            corrected=tuple(_corrected(each, page.tender) for each in page.corrected),
            missing=tuple(f"{bid}（{judge}）" for bid, judge in panel.missing or ()),
            recusals=page.recusals,
            judges=tuple(" ".join(dict.fromkeys((each.name, each.role_zh))) for each in page.judges),
            failed=tuple(_failed(lot, words) for lot in page.failed),
            demonstration=page.tender.is_demonstration,
            provisional=result.is_provisional,
            words=words,
        )
    )


def _failed(lot: Lot, words: ResultWords) -> str:
    why = FAILED[lot.failure].format(applicant=words.applicant) if lot.failure else ""
    return f"{lot.code}　{lot.title_zh}（{why}）"


def _corrected(each: Reopened, tender: Tender) -> str:
    ground = ground_named(each.reopening.ground, profile_of(tender))
    after = f"更正为 {each.after.total}" if each.after else "退回后未再提交"
    asked, approved = PERSONS[each.reopening.asked_role], PERSONS[each.reopening.decided_role or ""]
    approved = "采购人的另一经办人" if approved == asked else approved
    return (
        f"{each.bid} 由 {each.judge} 评分，原总分 {each.before.total}，{after}；"
        f"事由：{ground.zh}（{ground.source}）；{asked}申请，{approved}核准"
    )


def _lot(page: LotPage) -> LotLines:
    compared = [(RULES[OverspendRule(rule)], how) for rule, how in sorted(page.decided.alternatives.items())]
    return LotLines(
        title=f"{page.lot.code}　{page.lot.title_zh}",
        rule=RULES[page.decided.rule],
        budget=page.lot.budget,
        lines=tuple(_line(each) for each in page.lines),
        comparison=tuple((name, len(how["awards"]), Decimal(how["amount"])) for name, how in compared),
    )


def _line(line: ResultLine) -> PaperLine:
    if line.award is not None:
        amount, outcome = line.award.amount, ""
    else:
        amount, outcome = None, REASONS[line.passed.reason] if line.passed else "—"
    return PaperLine(line.place, line.title, line.applicant.zh, line.score, amount, outcome)
