"""What the notice of a result calls things: of a competition for grants, or of a purchase (87号令 art. 69)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ResultWords:
    """`steps`: what came before; `awarded`: what is in; `amount`: its money; `held`: what an objection stops."""

    notice: str
    steps: str
    awarded: str
    amount: str
    lot: str
    title: str
    applicant: str
    shown: str
    objecting: str
    objection: str
    held: str
    publisher: str


GRANT_RESULT = ResultWords(
    notice="评审结果公示",
    steps="申报、资格审查、评审和评审结果汇总",
    awarded="拟入选",
    amount="拟资助",
    lot="标段",
    title="项目名称",
    applicant="申报单位",
    shown="公示",
    objecting="对结果有异议的",
    objection="异议",
    held="相应项目的立项",
    publisher="发布单位",
)
PURCHASE_RESULT = ResultWords(
    notice="中标（成交）结果公告",
    steps="公开采购、资格审查和评审",
    awarded="中标（成交）",
    amount="中标（成交）金额",
    lot="采购包",
    title="服务项目",
    applicant="供应商",
    shown="公告",
    objecting="认为中标（成交）结果使自己的权益受到损害的供应商",
    objection="质疑",
    held="可能受影响的采购包的合同签订",
    publisher="采购人",
)
