"""What a contract and a result say on paper: plain contents that the PDF and the Word file both set.

The papers are Chinese, as the bureaus that print them are; numbers follow GB/T 15835, capital amounts
支付结算办法 附件一 (正确填写票据和结算凭证的基本规定).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from app.core.days.calendar import DAY, SHANGHAI, shanghai_date
from app.core.money import yuan
from app.papers.blocks import Block, Fields, Grid, Heading, Paper, Paragraph, Signature, Signatures
from app.papers.words import GRANT_RESULT, ResultWords

PROVISIONAL = "（暂定：相应年度的放假安排尚未公布，日期可能顺延）"
DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿", "万亿")
NUMERALS = "一二三四五六七八九十"
GATES = {
    "signing": "协议经双方签署",
    "midterm_evaluation": "中期评估通过",
    "final_evaluation": "末期评估通过",
    "resident_acceptance": "服务对象验收认可",
    "business_check": "业务检查通过",
    "midterm_audit": "中期审计报告已签署",
    "final_audit": "末期审计报告已签署",
    "findings_closed": "整改事项全部了结",
}


@dataclass(frozen=True)
class Side:
    """A party to the contract: `code` is its credit code, "" for an unregistered group."""

    name: str
    code: str = ""
    address: str = ""
    signed_by: str = ""
    signed_at: datetime | None = None
    legal_representative: str = ""
    phone: str = ""
    bank_name: str = ""
    bank_account: str = ""


@dataclass(frozen=True)
class InstalmentLine:
    name: str
    share: Decimal
    amount: Decimal
    gates: tuple[str, ...]


@dataclass(frozen=True)
class TargetLine:
    what: str
    quantity: str


@dataclass(frozen=True)
class ContractFacts:
    """All that the contract paper is made of. `basis` names what the contract came from (a tender, a round); `due`
    says until when it has to be signed, "" when nothing does."""

    number: str
    kind: str
    title: str
    basis: str
    lot: str
    places: str
    purchaser: Side
    contractor: Side
    amount: Decimal
    starts_on: date
    ends_on: date
    drafted_on: date
    instalments: tuple[InstalmentLine, ...]
    targets: tuple[TargetLine, ...]
    acceptance_answers: int
    acceptance_share: Decimal
    demonstration: bool
    due: str = ""


@dataclass(frozen=True)
class ResultLine:
    """`outcome`: why it did not win, "" where it did."""

    place: int | None
    title: str
    applicant: str
    score: Decimal | None
    amount: Decimal | None
    outcome: str


@dataclass(frozen=True)
class LotLines:
    title: str
    rule: str
    budget: Decimal
    lines: tuple[ResultLine, ...]
    comparison: tuple[tuple[str, int, Decimal], ...]


@dataclass(frozen=True)
class ResultFacts:
    """All that the result paper is made of; `comparison` of a lot: rule, number of awards, amount."""

    number: str
    title: str
    purchaser: str
    published_on: date
    notice_ends_on: date
    objections_end: datetime
    notice_rule: str
    lots: tuple[LotLines, ...]
    sheets_counted: int
    corrections: tuple[str, ...]
    corrected: tuple[str, ...]
    missing: tuple[str, ...]
    recusals: int
    demonstration: bool
    provisional: bool = False
    judges: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    words: ResultWords = GRANT_RESULT


def capital_amount(amount: Decimal) -> str:
    """An amount of yuan in capital numerals: 80000 → 捌万元整, 10050.30 → 壹万零伍拾元叁角整."""
    cents = int(yuan(amount) * 100)
    whole, jiao, fen = cents // 100, cents // 10 % 10, cents % 10
    text = f"{_capital(whole)}元" if whole or not cents else ""
    if not (jiao or fen):
        return f"{text}整"
    if jiao:
        text += f"{DIGITS[jiao]}角"
    elif text:
        text += DIGITS[0]
    return text + (f"{DIGITS[fen]}分" if fen else "整")


def _capital(whole: int) -> str:
    """A whole number below 10**16 in capital numerals; a run of zeros is read as one."""
    digits = str(whole)
    text, zero = "", False
    for place, digit in zip(range(len(digits) - 1, -1, -1), digits, strict=True):
        if digit == "0":
            zero = True
        else:
            text += (DIGITS[0] if zero and text else "") + DIGITS[int(digit)] + PLACES[place % 4]
            zero = False
        if place % 4 == 0 and int(digits[: len(digits) - place]) % 10_000:
            text += GROUPS[place // 4]
    return text or DIGITS[0]


def day(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"


def until(end: datetime) -> str:
    """The first instant that is too late, as people say it: midnight is 24 o'clock of the day before."""
    local = end.astimezone(SHANGHAI)
    if local.time() == time.min:
        return f"{day(local.date() - DAY)}24时"
    return f"{day(local.date())}{local.hour}时" + (f"{local.minute}分" if local.minute else "")


def money(amount: Decimal) -> str:
    return f"{yuan(amount):,.2f}"


def percent(share: Decimal) -> str:
    return f"{(share * 100).normalize():f}%"


def contract_paper(facts: ContractFacts) -> Paper:
    """The agreement: parties, content, targets, amount, instalments, acceptance, duties, signatures."""
    opening = (
        f"甲方与乙方依据{facts.basis}，本着平等、自愿、诚实信用的原则，"
        f"就“{facts.title}”的实施与资金使用协商一致，订立本协议，共同遵守。"
    )
    articles = (
        ("项目内容", _content(facts)),
        ("服务目标", _targets(facts.targets)),
        ("资助金额", (Paragraph(_amount_sentence(facts.amount)),)),
        ("拨付方式", _instalments(facts)),
        ("验收", (Paragraph(_acceptance_sentence(facts)),)),
        *((title, tuple(Paragraph(text) for text in texts)) for title, texts in CLAUSES),
    )
    blocks: list[Block] = [Fields((*_party("甲方", facts.purchaser), *_party("乙方", facts.contractor)))]
    blocks.append(Paragraph(opening))
    for number, (title, body) in enumerate(articles, 1):
        blocks += [Heading(f"第{numeral(number)}条　{title}"), *body]
    blocks += [Paragraph(facts.due)] if facts.due else []
    blocks.append(Signatures((signature("甲方", facts.purchaser), signature("乙方", facts.contractor))))
    return Paper((f"{facts.kind}协议书",), facts.number, facts.drafted_on, tuple(blocks), facts.demonstration)


CLAUSES = (
    (
        "双方职责",
        (
            "甲方按本协议约定及时拨付资金，协调街道、社区为项目实施提供必要的场地与信息，组织中期评估、末期评估和验收，"
            "对项目实施与资金使用进行监督。",
            "乙方按申报书和本协议约定配备人员、组织实施，资金专款专用、单独核算，如实提供进度材料和服务记录，"
            "保护服务对象的隐私，接受第三方评估和财务监督，不得将项目整体转交他人实施。",
        ),
    ),
    (
        "变更与解除",
        (
            "实施中确需调整服务内容、期限或预算科目的，乙方应事先书面提出，经甲方书面同意后执行；资助总额不予增加。",
            "乙方无正当理由停止实施、挪用资金或评估不通过且逾期未整改的，甲方可以停止拨付、解除协议，"
            "并要求退回未按约定使用的资金。",
        ),
    ),
    ("争议解决", ("因本协议发生争议的，双方协商解决；协商不成的，依法向甲方所在地人民法院提起诉讼。",)),
    (
        "其他",
        (
            "申报书、评审结果公示和双方书面确认的补充材料是本协议的组成部分。"
            "本协议自双方签署之日起生效，一式四份，甲方、乙方各执两份，具有同等效力。",
        ),
    ),
)


def _party(label: str, side: Side) -> tuple[tuple[str, str], ...]:
    rows = (
        ("统一社会信用代码", side.code),
        ("法定代表人", side.legal_representative),
        ("地址", side.address),
        ("开户银行", side.bank_name),
        ("银行账号", side.bank_account),
    )
    return ((label, side.name), *((name, value) for name, value in rows if value))


def _content(facts: ContractFacts) -> tuple[Block, ...]:
    rows = [("项目名称", facts.title), ("标段", facts.lot), ("服务地点", facts.places)]
    rows.append(("实施期限", period(facts)))
    return (Fields(tuple((label, value) for label, value in rows if value)),)


def period(facts: ContractFacts) -> str:
    return f"{day(facts.starts_on)}至{day(facts.ends_on)}"


def _targets(targets: Sequence[TargetLine]) -> tuple[Block, ...]:
    return (target_grid(targets) if targets else Paragraph("服务目标以乙方申报书载明的内容为准。"),)


def target_grid(targets: Sequence[TargetLine]) -> Grid:
    rows = tuple((str(number), line.what, line.quantity) for number, line in enumerate(targets, 1))
    return Grid(("序号", "服务内容与成果", "数量"), rows, (10, 68, 22), frozenset({2}))


def amount_in_words(amount: Decimal) -> str:
    return f"人民币{capital_amount(amount)}（¥{money(amount)}）"


def _amount_sentence(amount: Decimal) -> str:
    return f"甲方资助乙方实施本项目的总金额为{amount_in_words(amount)}，含税费及实施所需全部费用。"


def _instalments(facts: ContractFacts) -> tuple[Block, ...]:
    lead = "资助金额分期拨付，各期以所列条件成就为前提，拨付至乙方对公账户或甲方认可的代管账户："
    return Paragraph(lead), instalment_grid(facts, "拨付条件", GATES)


def instalment_grid(facts: ContractFacts, condition: str, gates: Mapping[str, str]) -> Grid:
    """Name, share, amount and what comes before each instalment, `gates` in words; then their sum."""
    rows = [
        (line.name, percent(line.share), money(line.amount), "，且".join(gates[gate] for gate in line.gates) + "后")
        for line in facts.instalments
    ]
    total = ("合计", percent(sum((line.share for line in facts.instalments), Decimal(0))), money(facts.amount), "")
    header = ("期次", "比例", "金额（元）", condition)
    return Grid(header, (*rows, total), (15, 13, 23, 49), frozenset({1, 2}))


def _acceptance_sentence(facts: ContractFacts) -> str:
    return (
        f"项目末期由甲方会同所在社区组织验收，服务对象参与评价。参与评价的服务对象不少于{facts.acceptance_answers}人，"
        f"其中认可的比例不低于{percent(facts.acceptance_share)}的，为服务对象验收认可；未认可的，不拨付尾款。"
    )


def signed(at: datetime | None, name: str) -> str:
    """Who signed here, and when; "" before that."""
    return f"{day(shanghai_date(at))}由{name}在平台签署" if at else ""


def signature(label: str, side: Side) -> Signature:
    return Signature(f"{label}（盖章）", side.name, signed(side.signed_at, side.signed_by or "授权代表"))


def result_paper(facts: ResultFacts) -> Paper:
    """The public notice of a result: every lot with its awards, how they were decided, and how to object."""
    words = facts.words
    blocks: list[Block] = [Paragraph(_result_opening(facts))]
    for number, lot in enumerate(facts.lots):
        blocks += [Heading(f"{numeral(number + 1)}、{lot.title}"), *_lot_result(lot, facts.words)]
    blocks += [Heading(f"{numeral(len(facts.lots) + 1)}、评审情况"), Paragraph(_scoring_sentence(facts))]
    if facts.judges:
        blocks.append(Paragraph(f"评审小组成员：{'、'.join(facts.judges)}。"))
    blocks += [Paragraph(f"流标{words.lot}：{line}。") for line in facts.failed]
    blocks += [Paragraph(f"更正：{line}") for line in facts.corrections]
    blocks += [Paragraph(f"评分表更正：{line}") for line in facts.corrected]
    blocks += [
        Heading(f"{numeral(len(facts.lots) + 2)}、{words.shown}与{words.objection}"),
        Paragraph(_notice_sentence(facts)),
    ]
    blocks.append(Signatures((Signature(f"{words.publisher}（盖章）", facts.purchaser, day(facts.published_on)),)))
    return Paper((facts.title, words.notice), facts.number, facts.published_on, tuple(blocks), facts.demonstration)


def numeral(number: int) -> str:
    """1 … 99 as Chinese numerals."""
    tens, ones = divmod(number, 10)
    unit = NUMERALS[ones - 1] if ones else ""
    if tens == 0:
        return unit
    return ("十" if tens == 1 else f"{NUMERALS[tens - 1]}十") + unit


def _result_opening(facts: ResultFacts) -> str:
    count = sum(line.amount is not None for lot in facts.lots for line in lot.lines)
    amount = sum((line.amount or Decimal(0) for lot in facts.lots for line in lot.lines), Decimal(0))
    words = facts.words
    return (
        f"“{facts.title}”经{words.steps}，{words.awarded}项目{count}个，"
        f"{words.amount}合计人民币{money(amount)}元。现予{words.shown}。"
    )


def _lot_result(lot: LotLines, words: ResultWords) -> tuple[Block, ...]:
    rows = tuple(
        (
            str(line.place or "—"),
            line.title,
            line.applicant,
            "—" if line.score is None else f"{line.score:.2f}",
            "—" if line.amount is None else money(line.amount),
            line.outcome or words.awarded,
        )
        for line in lot.lines
    )
    awarded = sum((line.amount or Decimal(0) for line in lot.lines), Decimal(0))
    lead = (
        f"{words.lot}预算{money(lot.budget)}元，{words.amount}合计{money(awarded)}元；"
        f"{words.awarded}项目超出预算时的处理规则为“{lot.rule}”。"
    )
    compared = "；".join(f"“{name}”{count}个、{money(amount)}元" for name, count, amount in lot.comparison)
    header = ("名次", words.title, words.applicant, "得分", "金额（元）", "结果")
    grid = Grid(header, rows, (8, 23, 26, 9, 17, 17), frozenset({3, 4}))
    after = (Paragraph(f"各规则下的结果对照：{compared}。"),) if compared else ()
    return Paragraph(lead), grid, *after


def _scoring_sentence(facts: ResultFacts) -> str:
    missing = f"缺少评分表{len(facts.missing)}张（{'、'.join(facts.missing)}），不计入" if facts.missing else "无缺表"
    return (
        f"共计入有效评分表{facts.sheets_counted}张；评委回避{facts.recusals}人次，回避者未接触相应材料，也未评分；{missing}。"
        f"总分由系统按各项得分相加，纸质合计与之不符的{len(facts.corrections)}处，以系统合计为准。"
    )


def _notice_sentence(facts: ResultFacts) -> str:
    last = until(facts.objections_end) + "前" + (PROVISIONAL if facts.provisional else "")
    words = facts.words
    return (
        f"{words.shown}自{day(facts.published_on)}起，至{day(facts.notice_ends_on)}止（{facts.notice_rule}）。"
        f"{words.objecting}，请于{last}实名向{words.publisher}提出{words.objection}，并附事实与理由；"
        f"{words.objection}处理期间暂停{words.held}。"
    )
