"""Engaging the independent firms of a contract: who evaluates it, who audits it; and ending that."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.rules import check_role
from app.contracts.models import Contract, Engagement
from app.contracts.policy import access_contract, access_engagement
from app.contracts.queries import engagements_of, stream_of
from app.contracts.rules import MOVES, EngagementKind, already_ended, already_engaged, work_ended
from app.core.actors import Actor, Role
from app.core.clock import now
from app.core.errors import Denied
from app.core.events import happened
from app.core.moves import check_move
from app.parties.policy import read_party

ROLES = {EngagementKind.evaluation: Role.evaluator, EngagementKind.audit: Role.auditor}


async def engage_firm(
    session: AsyncSession, actor: Actor, contract_id: int, kind: EngagementKind, party_id: int
) -> Engagement:
    """The purchaser has a firm evaluate or audit its contract; the four parties of a contract are different.

    After an early end it is the audit that settles the accounts. Refusals: NotFound, RoleDoesNotFit, Denied
    (own_party), WorkEnded, AlreadyEngaged, MoveRefused once the contract is completed.
    """
    contract = await access_contract(session, actor, contract_id, "engage")
    firm = await read_party(session, actor, party_id)
    at = await now(session)
    check_move(MOVES, contract.status, "engage")
    if ended := work_ended(kind, contract.status, is_signed=contract.signed_at is not None):
        raise ended
    check_role(ROLES[kind], firm.kind)
    engaged = await engagements_of(session, contract.id)
    taken = {each.party_id for each in engaged if each.kind is not kind}
    if firm.id in {contract.purchaser_id, contract.contractor_id} | taken:
        raise Denied(verb="engage", reason="own_party")
    if refusal := already_engaged(kind, [each.kind for each in engaged if each.ended_at is None]):
        raise refusal
    engagement = Engagement(contract_id=contract.id, party_id=firm.id, kind=kind, engaged_at=at)
    engagement.engaged_by = actor.account_id
    session.add(engagement)
    facts = {"contract": contract.id, "kind": kind.value, "party": firm.id}
    await happened(session, actor, "firm.engaged", engagement, at, stream=stream_of(contract), **facts)
    return engagement


async def end_engagement(session: AsyncSession, actor: Actor, contract_id: int, engagement_id: int) -> Engagement:
    """From now on the firm neither sees nor decides anything of the contract. Refused with EngagementEnded."""
    engagement = await access_engagement(session, actor, contract_id, engagement_id)
    at = await now(session)
    if refusal := already_ended(engagement.ended_at):
        raise refusal
    engagement.ended_at = at
    contract = await session.get_one(Contract, contract_id)
    facts = {"contract": contract.id, "kind": engagement.kind.value, "party": engagement.party_id}
    await happened(session, actor, "engagement.ended", engagement, at, stream=stream_of(contract), **facts)
    return engagement
