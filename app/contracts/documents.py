"""The paper of a contract: what stands in the database, put into its words."""

from app.contracts.models import Side
from app.contracts.queries import ContractParts
from app.core.days.calendar import shanghai_date
from app.papers.blocks import Paper
from app.papers.contents import (
    PROVISIONAL,
    ContractFacts,
    InstalmentLine,
    TargetLine,
    contract_paper,
    day,
)
from app.papers.contents import Side as SideFacts
from app.papers.purchase import CONSULTATION, Procedure, purchase_paper
from app.tenders.notices.models import Tender
from app.tenders.notices.queries import profile_of


def contract_document(parts: ContractParts, tender: Tender | None) -> Paper:
    """The contract as it stands, with the signatures given so far: of a purchase, or of a grant.

    What was signed before purchases had words of their own keeps the words that were signed.
    """
    facts = _facts(parts)
    own = profile_of(tender) if tender else None
    is_older = bool(parts.signatures) and parts.contract.sides is None
    if tender is None or own is None or own.is_grant or is_older:
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
