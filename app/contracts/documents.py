"""The papers of this room: what stands in the database, put into the words of a contract and of a result notice."""

from decimal import Decimal

from app.contracts.models import Side
from app.contracts.purchase import CONSULTATION, Procedure, purchase_paper
from app.contracts.queries import ContractParts
from app.contracts.rules import is_grant
from app.core.days.calendar import shanghai_date
from app.papers.blocks import Paper
from app.papers.contents import (
    PROVISIONAL,
    ContractFacts,
    InstalmentLine,
    LotLines,
    ResultFacts,
    ResultLine,
    TargetLine,
    contract_paper,
    day,
    result_paper,
)
from app.papers.contents import Side as SideFacts
from app.papers.pdf import pdf
from app.papers.word import WORD, word
from app.papers.words import GRANT_RESULT, PURCHASE_RESULT, ResultWords
from app.tenders.awards import queries as awards
from app.tenders.awards.rules import PassedOver
from app.tenders.notices.models import Lot, Tender
from app.tenders.notices.queries import profile_of
from app.tenders.notices.rules import LotFailure
from app.tenders.panels.queries import Reopened
from app.tenders.panels.rules import ground_named
from app.tenders.profiles.rules import OverspendRule

PDF = "application/pdf"
WRITERS = {"pdf": (pdf, PDF), "docx": (word, WORD)}
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


def contract_document(parts: ContractParts, tender: Tender | None) -> Paper:
    """The contract as it stands, with the signatures given so far: of a purchase, or of a grant.

    What was signed before purchases had words of their own keeps the words that were signed.
    """
    facts = _facts(parts)
    own = profile_of(tender) if tender else None
    is_older = bool(parts.signatures) and parts.contract.sides is None
    if tender is None or own is None or is_grant(own) or is_older:
        return contract_paper(facts)
    words = CONSULTATION if own.name == "consultation" else ()
    return purchase_paper(facts, Procedure(tender.ref, tender.title_zh, own.zh, *words))


def _facts(parts: ContractParts) -> ContractFacts:
    contract = parts.contract
    return ContractFacts(
        number=contract.number,
        kind=contract.kind_zh,
        title=contract.title,
        basis=contract.basis_zh,
        lot=contract.lot_zh,
        places=contract.places_zh,
        purchaser=_side(parts, Side.purchaser),
        contractor=_side(parts, Side.contractor),
        amount=contract.amount,
        starts_on=contract.starts_on,
        ends_on=contract.ends_on,
        drafted_on=shanghai_date(contract.drafted_at),
        instalments=tuple(
            InstalmentLine(each.label_zh, each.share, each.amount, tuple(each.gates)) for each in parts.instalments
        ),
        targets=tuple(TargetLine(str(each["what"]), str(each["quantity"])) for each in contract.targets),
        acceptance_answers=contract.acceptance_answers,
        acceptance_share=contract.acceptance_share,
        demonstration=contract.is_demonstration,
        due=_due(parts),
    )


def _due(parts: ContractParts) -> str:
    contract = parts.contract
    if contract.contract_by is None:
        return ""
    provisional = PROVISIONAL if "contract_by" in parts.provisional else ""
    return f"签订期限：{day(contract.contract_by)}前（含当日）{provisional}。依据：{contract.contract_rule}。"


def _side(parts: ContractParts, side: Side) -> SideFacts:
    said = parts.sides[side.value]
    signature = next((each for each in parts.signatures if each.side is side), None)
    return SideFacts(
        name=said["name_zh"],
        code=said["credit_code"],
        legal_representative=said["legal_representative"],
        address=said["address"],
        phone=said["office_phone"],
        bank_name=said["bank_name"],
        bank_account=said["bank_account"],
        signed_by=signature.name if signature else "",
        signed_at=signature.at if signature else None,
    )


def result_document(page: awards.ResultPage) -> Paper:
    """The public notice of a published result."""
    result, panel = page.result, page.panel
    words = GRANT_RESULT if is_grant(profile_of(page.tender)) else PURCHASE_RESULT
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


def _lot(page: awards.LotPage) -> LotLines:
    compared = [(RULES[OverspendRule(rule)], how) for rule, how in sorted(page.decided.alternatives.items())]
    return LotLines(
        title=f"{page.lot.code}　{page.lot.title_zh}",
        rule=RULES[page.decided.rule],
        budget=page.lot.budget,
        lines=tuple(_line(each) for each in page.lines),
        comparison=tuple((name, len(how["awards"]), Decimal(how["amount"])) for name, how in compared),
    )


def _line(line: awards.ResultLine) -> ResultLine:
    if line.award is not None:
        amount, outcome = line.award.amount, ""
    else:
        amount, outcome = None, REASONS[line.passed.reason] if line.passed else "—"
    return ResultLine(line.place, line.title, line.applicant.zh, line.score, amount, outcome)
