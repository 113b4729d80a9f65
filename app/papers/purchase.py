"""The contract of a government purchase of services, on paper: 采购人 and 供应商, not a grant.

What it has to say: 民法典 art. 470, 财政部令第102号 art. 23, 政府采购法 arts 43–50, its 实施条例 arts 45, 48–50.
What the platform does not know is a line to be filled in by hand. The wording is for a lawyer to confirm.
"""

from dataclasses import dataclass

from app.papers.blocks import Block, Fields, Heading, Paper, Paragraph, Signatures
from app.papers.contents import (
    ContractFacts,
    Side,
    amount_in_words,
    day,
    instalment_grid,
    numeral,
    percent,
    period,
    signature,
    target_grid,
)

BLANK, SHORT = "_" * 18, "_" * 6
PURCHASER, SUPPLIER = "甲方（采购人）", "乙方（供应商）"
GATES = {
    "signing": "合同签订",
    "midterm_evaluation": "中期评估合格",
    "final_evaluation": "末期评估合格",
    "resident_acceptance": "服务对象验收认可",
}


@dataclass(frozen=True)
class Procedure:
    """The tender that a contract comes from, and what its papers are called in this way of purchasing."""

    ref: str
    title: str
    way: str
    call: str = "招标文件"
    bid: str = "投标文件"
    letter: str = "中标通知书"


CONSULTATION = ("磋商文件", "响应文件", "成交通知书")


def purchase_paper(facts: ContractFacts, procedure: Procedure) -> Paper:
    """Parties, papers that belong to it, content, indicators, price, payment, acceptance, duties, breach, disputes."""
    articles = (
        ("合同文件", _papers(procedure)),
        ("服务内容、期限和地点", (_content(facts),)),
        ("服务数量、质量和绩效指标", (target_grid(facts.targets), *_quality(procedure))),
        ("合同价款", (Paragraph(_price(facts)),)),
        ("资金结算", _payment(facts)),
        ("履约验收", tuple(map(Paragraph, _acceptance(facts)))),
        *((title, tuple(map(Paragraph, texts))) for title, texts in _clauses(procedure)),
        ("争议解决", tuple(map(Paragraph, DISPUTES))),
        ("合同的生效和其他", tuple(map(Paragraph, _closing(facts)))),
    )
    supplier = (*_party(SUPPLIER, facts.contractor), *_account(facts.contractor))
    blocks: list[Block] = [
        Fields((("项目名称", procedure.title), ("项目编号", procedure.ref), ("采购方式", procedure.way))),
        Fields(_party(PURCHASER, facts.purchaser)),
        Fields(supplier),
        Paragraph(_opening(procedure)),
    ]
    for number, (heading, body) in enumerate(articles, 1):
        blocks += [Heading(f"第{numeral(number)}条　{heading}"), *body]
    blocks.append(Signatures((signature(PURCHASER, facts.purchaser), signature(SUPPLIER, facts.contractor))))
    title = ("政府采购合同", f"（{facts.kind}）")
    return Paper(title, facts.number, facts.drafted_on, tuple(blocks), facts.demonstration)


def _party(label: str, side: Side) -> tuple[tuple[str, str], ...]:
    rows = (
        (label, side.name),
        ("统一社会信用代码", side.code),
        ("法定代表人", side.legal_representative),
        ("住所", side.address),
        ("联系电话", side.phone),
    )
    return tuple((name, value or BLANK) for name, value in rows)


def _account(side: Side) -> tuple[tuple[str, str], ...]:
    return ("开户银行", side.bank_name or BLANK), ("银行账号", side.bank_account or BLANK)


def _opening(procedure: Procedure) -> str:
    return (
        "根据《中华人民共和国政府采购法》《中华人民共和国民法典》《政府购买服务管理办法》等规定，"
        f"按照“{procedure.title}”（项目编号 {procedure.ref}）的{procedure.call}、"
        f"乙方的{procedure.bid}和{procedure.letter}，"
        "甲乙双方遵循平等、自愿、公平、诚实信用的原则，订立本合同，共同遵守。"
    )


def _papers(procedure: Procedure) -> tuple[Block, ...]:
    listed = (
        "本合同及其补充协议",
        procedure.letter,
        f"{procedure.bid}及其澄清、承诺",
        f"{procedure.call}及其澄清、修改",
    )
    lead = "下列文件是本合同的组成部分，相互补充；内容不一致的，以排列在先的为准，但不得改变采购结果的实质性内容："
    return (
        Paragraph(lead),
        *(Paragraph(f"（{numeral(n)}）{name}；") for n, name in enumerate(listed[:-1], 1)),
        Paragraph(f"（{numeral(len(listed))}）{listed[-1]}。"),
    )


def _content(facts: ContractFacts) -> Fields:
    rows = (("服务项目", facts.title), ("采购包", facts.lot), ("服务地点", facts.places), ("服务期限", period(facts)))
    return Fields(tuple((label, value or BLANK) for label, value in rows))


def _quality(procedure: Procedure) -> tuple[Block, ...]:
    return (
        Paragraph(
            f"服务质量应当符合{procedure.call}的要求和乙方{procedure.bid}的承诺，并达到国家、行业和地方的有关标准。"
            "表中未列数量的，以所列内容为准。"
        ),
    )


def _price(facts: ContractFacts) -> str:
    return (
        f"合同总价为{amount_in_words(facts.amount)}，为固定总价，"
        "包含乙方履行本合同所需的人员、材料、税费等全部费用。未经依法变更，合同价款不予调整。"
    )


def _payment(facts: ContractFacts) -> tuple[Block, ...]:
    lead = (
        "合同价款分期支付。各期付款条件成就、乙方提供合法有效的发票后，甲方在30日内将款项支付至本合同所列的乙方银行账户；"
        "甲方不得以等待竣工验收批复、决算审计等为由拖延支付："
    )
    return Paragraph(lead), instalment_grid(facts, "支付条件", GATES)


def _acceptance(facts: ContractFacts) -> tuple[str, ...]:
    return (
        f"甲方按照本合同约定的技术、服务、安全标准组织对乙方履约情况进行验收，并出具验收书，列明各项标准的履行情况。"
        f"验收邀请服务对象参与并出具意见：参与评价的服务对象不少于{facts.acceptance_answers}人，"
        f"其中认可的比例不低于{percent(facts.acceptance_share)}的，为服务对象验收认可。验收结果向社会公告。",
        "验收不合格的，乙方应当在甲方书面通知的期限内整改并承担费用；整改后仍不合格的，按本合同违约责任的约定处理。",
    )


def _clauses(procedure: Procedure) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return (
        (
            "甲方的权利和义务",
            (
                "甲方有权监督乙方的服务过程和服务质量，组织或者委托第三方开展绩效评价；"
                "应当按约定支付价款，及时组织验收，并为乙方提供履约所需的资料、场地和协调。",
            ),
        ),
        (
            "乙方的权利和义务",
            (
                f"乙方应当按照{procedure.bid}承诺的人员、进度和标准提供服务，健全财务制度，对项目资金单独核算，"
                "如实记录服务过程，接受甲方和有关部门的监督、审计和绩效评价。",
                "乙方不得将服务项目转包；未经甲方书面同意并符合采购文件的约定，不得分包。分包的，乙方对全部服务向甲方负责。",
                "乙方对履约中知悉的国家秘密、工作秘密、个人信息和服务对象的隐私负有保密义务，该义务不因合同终止而终止。",
            ),
        ),
        (
            "合同的变更、中止和终止",
            (
                "双方不得擅自变更、中止或者终止合同。继续履行将损害国家利益和社会公共利益的，双方应当变更、中止或者终止合同，"
                "有过错的一方承担赔偿责任，双方都有过错的，各自承担相应的责任。",
                "需追加与合同标的相同的服务的，在不改变其他条款的前提下可以签订补充合同，补充合同的金额累计不得超过原合同金额的10%。",
            ),
        ),
        (
            "违约责任",
            (
                f"乙方逾期提供服务或者服务不符合约定的，应当继续履行、采取补救措施；每逾期一日，按逾期部分价款的{SHORT}‰支付违约金，"
                f"违约金累计不超过合同总价的{SHORT}%。服务经整改仍不合格、擅自停止服务或者转包的，甲方可以解除合同，"
                "要求返还相应价款并赔偿损失。",
                f"甲方无正当理由逾期付款的，每逾期一日，按逾期金额的{SHORT}‰支付违约金，约定不得低于法律、行政法规规定的逾期利息。",
                "违约金不足以弥补损失的，违约方应当补足。因不可抗力不能履行的，按照影响部分或者全部免除责任，"
                "但应当及时通知对方并提供证明。",
            ),
        ),
    )


DISPUTES = (
    f"因本合同发生的争议，双方协商解决；协商不成的，按下列第{SHORT}种方式解决：",
    f"（一）向{BLANK}仲裁委员会申请仲裁；",
    "（二）向甲方所在地有管辖权的人民法院提起诉讼。",
)


def _closing(facts: ContractFacts) -> tuple[str, ...]:
    return (
        *((facts.due,) if facts.due else ()),
        "本合同自双方法定代表人或者授权代表签字并加盖公章之日起生效。"
        "甲方自合同签订之日起2个工作日内将合同在指定媒体上公告（涉及国家秘密、商业秘密的内容除外），"
        "并自签订之日起7个工作日内将合同副本报同级政府采购监督管理部门备案。",
        f"本合同一式{SHORT}份，甲方执{SHORT}份，乙方执{SHORT}份，具有同等法律效力。"
        f"自{day(facts.drafted_on)}起草；未尽事宜由双方另行签订补充协议。",
    )
