"""Use cases of applications to take part; the party and the first account that follow from one stand in `flow.py`."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor
from app.core.clock import now
from app.core.events import happened
from app.core.http.limits import Limit, TooOften, take
from app.core.moves import move
from app.core.receipts import new_receipt_code
from app.parties.queries import check_newcomer
from app.parties.rules import Admission, Newcomer
from app.registrations import queries, rules
from app.registrations.models import Registration
from app.registrations.policy import access_receipt, access_registration, receipt_mark
from app.registrations.rules import MOVES
from app.taxonomy.queries import require_categories

OF_AN_ADDRESS = Limit("submit_registration.address", 5, timedelta(minutes=10))


async def submit_registration(
    session: AsyncSession, actor: Actor, address: str, newcomer: Newcomer, contact_name: str, contact_phone: str
) -> str:
    """Ask to take part: the receipt code, of which only the hash is kept.

    Refusals: TooOften (from this `address`), CreditCodeMissing, OfficeMissing, RegistrationPending and those of
    `check_newcomer`.
    """
    if seconds := await take(session, OF_AN_ADDRESS, address):
        raise TooOften(seconds=seconds)
    at = await now(session)
    rules.check_identity(newcomer.legal_kind, newcomer.credit_code)
    await check_newcomer(session, actor, newcomer)
    await require_categories(session, newcomer.domain_codes)
    await queries.require_office(session, newcomer.area_code)
    await queries.check_none_open(session, newcomer.credit_code)
    code = new_receipt_code()
    registration = Registration(**vars(newcomer), receipt_hash=receipt_mark(code), submitted_at=at)
    registration.contact_name, registration.contact_phone = contact_name, contact_phone
    session.add(registration)
    await session.flush()
    kind = newcomer.legal_kind.value
    await happened(session, actor, "registration.submitted", registration, at, legal_kind=kind)
    return code


async def admit_registration(
    session: AsyncSession, actor: Actor, registration_id: int, username: str, display_name: str
) -> Admission:
    """Let the organisation take part: its party, its first account and the link for it are made with this.

    Refusals: those of `check_newcomer` (it may have been registered meanwhile) and of an account.
    """
    registration = await access_registration(session, actor, registration_id, "admit")
    at = await now(session)
    admitted = move(MOVES, registration.status, "admit")
    admission = Admission(registration.newcomer, username, display_name)
    await check_newcomer(session, actor, admission.newcomer)
    registration.status, registration.settled_at = admitted, at
    await happened(session, actor, "registration.admitted", registration, at, tell=admission)
    registration.party_id = admission.party_id
    return admission


async def refuse_registration(session: AsyncSession, actor: Actor, registration_id: int, reason: str) -> Registration:
    """Do not let it take part, and say why. Refusal: RefusalUnexplained."""
    registration = await access_registration(session, actor, registration_id, "refuse")
    at = await now(session)
    refused = move(MOVES, registration.status, "refuse")
    rules.check_reason(reason)
    registration.status, registration.reason, registration.settled_at = refused, reason.strip(), at
    await happened(session, actor, "registration.refused", registration, at)
    return registration


async def withdraw_registration(session: AsyncSession, actor: Actor, code: str) -> Registration:
    """The applicant lets it go; whom to call is forgotten."""
    registration = await access_receipt(session, code)
    at = await now(session)
    registration.status, registration.settled_at = move(MOVES, registration.status, "withdraw"), at
    registration.contact_name = registration.contact_phone = ""
    await happened(session, actor, "registration.withdrawn", registration, at)
    return registration
