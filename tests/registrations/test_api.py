"""Applications over the wire: handed in by anybody, followed by the receipt, decided by the office of the area."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Account, Membership
from app.accounts.resets import find_reset
from app.core.actors import RESIDENT, Actor, Role
from app.core.audit import AuditEvent
from app.parties.models import Party
from app.parties.rules import LegalKind, PartyKind
from app.registrations.models import Registration
from app.registrations.schemas import GARDEN
from tests.conftest import ClientOf
from tests.factories.parties import actor_of, make_area, make_party
from tests.factories.reference import DONGHUALU, DOUNAN, make_reference
from tests.factories.registrations import CODE, make_registration

pytestmark = pytest.mark.anyio
GROUP = {**GARDEN, "legal_kind": "resident_group", "credit_code": None, "name_zh": "斗南夕阳红舞蹈队"}
FIRST = {"username": "huapu", "display_name": "李花"}


async def bureau_of(session: AsyncSession) -> Actor:
    await make_reference(session)
    return await actor_of(session, Role.purchaser, await make_party(session, PartyKind.bureau))


def told(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


async def test_an_application_is_handed_in_followed_and_admitted_with_its_first_account(
    session: AsyncSession, client_of: ClientOf
) -> None:
    bureau = await bureau_of(session)
    await session.commit()
    async with client_of(RESIDENT) as client:
        code = (await client.post("/registrations", json=GARDEN)).json()["receipt_code"]
        assert (await client.get(f"/registrations/receipts/{code.lower()}")).json()["status"] == "submitted"
    async with client_of(bureau) as client:
        (waits,) = (await client.get("/desk")).json()["items"]
        assert (waits["verb"], waits["thing"], waits["title"]) == ("admit", "registration", GARDEN["name_zh"])
        listed = (await client.get("/registrations?status=submitted")).json()["items"]
        assert [(each["contact_name"], each["actions"]) for each in listed] == [("李花", ["admit", "refuse"])]
        admitted = (await client.post(f"/registrations/{waits['thing_id']}/admit", json=FIRST)).json()
    party = await session.get_one(Party, admitted["party_id"])
    assert (party.name_zh, party.credit_code, party.domain_codes) == (GARDEN["name_zh"], GARDEN["credit_code"], ["01"])
    account = (await session.scalars(sa.select(Account).where(Account.username == "huapu"))).one()
    seat = (await session.scalars(sa.select(Membership).where(Membership.account_id == account.id))).one()
    assert (seat.role, seat.party_id, seat.confirmed_at is not None) == (Role.organization, party.id, True)
    reset = await find_reset(session, admitted["link"].partition("#")[2])
    assert reset is not None and reset.account_id == account.id
    events = set(await session.scalars(sa.select(AuditEvent.event).where(AuditEvent.account_id == bureau.account_id)))
    assert events == {"registration.admitted", "party.registered", "account.created", "account.link_made"}
    async with client_of(RESIDENT) as client:
        followed = (await client.get(f"/registrations/receipts/{code}")).json()
    assert (followed["status"], followed["actions"]) == ("admitted", [])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"credit_code": None}, "CreditCodeMissing"),
        ({"credit_code": "52530114MJX0000012"}, "CreditCodeMalformed"),
        ({"legal_kind": "resident_group"}, "CreditCodeMisplaced"),
        ({"area_code": DONGHUALU}, "OfficeMissing"),
        ({"area_code": "999999999999"}, "AreaUnknown"),
        ({"domain_codes": ["99"]}, "CategoryUnknown"),
        ({"contact_phone": "ring me"}, "InputInvalid"),
        ({"introduction": " "}, "InputInvalid"),
    ],
)
async def test_an_application_that_cannot_be_is_refused(
    session: AsyncSession, client_of: ClientOf, change: dict[str, Any], code: str
) -> None:
    await bureau_of(session)
    await make_area(session, DONGHUALU)
    await session.commit()
    async with client_of(RESIDENT) as client:
        assert told(await client.post("/registrations", json={**GARDEN, **change})) == (422, code)


async def test_who_is_there_already_or_asks_twice_is_refused_by_name(
    session: AsyncSession, client_of: ClientOf
) -> None:
    await bureau_of(session)
    await make_party(session, name_zh="萤火中心", credit_code="52530114MJX000002E")
    filed = LegalKind.community_group_filed
    await make_party(session, name_zh="舞蹈队", legal_kind=filed, area_code=DOUNAN)
    await session.commit()
    asked = [
        ({**GARDEN, "name_zh": "萤火中心"}, "OrganizationExists"),
        ({**GARDEN, "credit_code": "52530114MJX000002E"}, "CreditCodeTaken"),
        ({**GROUP, "name_zh": "舞蹈队", "area_code": DOUNAN}, "OrganizationExists"),
        ({**GROUP, "name_zh": "舞蹈队"}, ""),
        (GARDEN, ""),
        (GARDEN, "RegistrationPending"),
    ]
    async with client_of(RESIDENT) as client:
        answers = [(await client.post("/registrations", json=body)).json().get("code", "") for body, _ in asked[:5]]
        answers.append(told(await client.post("/registrations", json=asked[5][0]))[1])
    assert answers == [code for _, code in asked]


async def test_the_database_holds_one_open_application_a_credit_code(session: AsyncSession) -> None:
    await make_registration(session)
    with pytest.raises(sa.exc.IntegrityError, match="uq_registrations_one_open_per_credit_code"):
        await make_registration(session)


async def test_applications_and_guesses_of_receipts_from_one_address_are_bounded(
    session: AsyncSession, client_of: ClientOf
) -> None:
    await bureau_of(session)
    await session.commit()
    async with client_of(RESIDENT) as client:
        names = [f"斗南舞蹈{number}队" for number in range(6)]
        answers = [told(await client.post("/registrations", json={**GROUP, "name_zh": name})) for name in names]
        assert [status for status, _ in answers] == [201] * 5 + [429]
        guesses = [await client.get(f"/registrations/receipts/{sign * 8}") for sign in "23456789ABCDEFGHJKMNP"]
        assert [told(each) for each in guesses] == [(404, "RegistrationUnknown")] * 20 + [(429, "TooOften")]


async def test_a_refused_application_says_why_and_one_may_ask_again(session: AsyncSession, client_of: ClientOf) -> None:
    bureau = await bureau_of(session)
    registration = await make_registration(session, CODE, credit_code=GARDEN["credit_code"])
    await session.commit()
    async with client_of(bureau) as client:
        address = f"/registrations/{registration.id}"
        assert told(await client.post(f"{address}/refuse", json={"reason": " "})) == (422, "RefusalUnexplained")
        refused = (await client.post(f"{address}/refuse", json={"reason": "证书过期"})).json()
        assert (refused["status"], refused["actions"]) == ("refused", [])
        assert told(await client.post(f"{address}/admit", json=FIRST)) == (409, "MoveRefused")
    async with client_of(RESIDENT) as client:
        followed = (await client.get(f"/registrations/receipts/{CODE}")).json()
        assert (followed["status"], followed["reason"]) == ("refused", "证书过期")
        assert (await client.post("/registrations", json=GARDEN)).status_code == 201


async def test_a_withdrawn_application_keeps_no_contact(session: AsyncSession, client_of: ClientOf) -> None:
    await bureau_of(session)
    registration = await make_registration(session, CODE)
    await session.commit()
    async with client_of(RESIDENT) as client:
        followed = (await client.post(f"/registrations/receipts/{CODE}/withdraw")).json()
        assert (followed["status"], followed["actions"]) == ("withdrawn", [])
        assert told(await client.post(f"/registrations/receipts/{CODE}/withdraw")) == (409, "MoveRefused")
    query = sa.select(Registration.contact_name, Registration.contact_phone)
    assert (await session.execute(query.where(Registration.id == registration.id))).one() == ("", "")


async def test_a_company_that_took_part_unseen_is_found_when_it_is_to_be_admitted(
    session: AsyncSession, client_of: ClientOf
) -> None:
    bureau = await bureau_of(session)
    company = {"legal_kind": LegalKind.company, "credit_code": "91440300708461136T"}
    await make_party(session, name_zh="桥畔公司", **company)
    registration = await make_registration(session, **company)
    await session.commit()
    async with client_of(bureau) as client:
        answer = await client.post(f"/registrations/{registration.id}/admit", json=FIRST)
    assert told(answer) == (409, "CreditCodeTaken")


async def test_a_street_office_decides_about_the_groups_it_knows(session: AsyncSession, client_of: ClientOf) -> None:
    await bureau_of(session)
    street = await actor_of(session, Role.street, await make_party(session, PartyKind.street_office))
    await make_registration(session)
    group = await make_registration(session, legal_kind=LegalKind.community_group_filed)
    await session.commit()
    async with client_of(street) as client:
        listed = (await client.get("/registrations")).json()["items"]
        assert [each["id"] for each in listed] == [group.id]
        assert (await client.post(f"/registrations/{group.id}/admit", json=FIRST)).status_code == 200
