"""What broke the platform once is refused with its code, at the door that users take."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import RESIDENT, Actor, Role
from app.parties.rules import PartyKind
from app.surveys.waves.rules import Channel
from tests.conftest import ClientOf
from tests.factories.notices import make_tender
from tests.factories.parties import make_party
from tests.factories.surveys import make_survey, make_token, make_wave

pytestmark = pytest.mark.anyio
COMMITTEE, PURCHASER, OFFERING, ADMIN = Role.committee, Role.purchaser, Role.organization, Role.admin
JSON = {"Content-Type": "application/json"}
ROUND = '"area_code": "530114000000", "title_zh": "双选"'


@pytest.mark.parametrize(
    ("role", "request_line", "body", "code"),
    [
        (COMMITTEE, "POST /needs", '{"title": "d", "starts_on": "9999-01-01", "period_months": 24}', "YearRefused"),
        (COMMITTEE, "POST /needs", '{"title": "x", "expires_on": "9999-12-31"}', "YearRefused"),
        (COMMITTEE, "POST /needs", '{"title": "\\ud800"}', "CharacterRefused"),
        (COMMITTEE, "POST /needs", '{"title": "x", "\\ud800": 1}', "string_unicode"),
        (COMMITTEE, "POST /needs", '{"title": "x", "beneficiaries": 1e400}', "finite_number"),
        (COMMITTEE, "POST /needs", '{"title": "x", "budget": {"amount": NaN}}', "finite_number"),
        (OFFERING, "POST /offers", '{"title": "x", "available_until": "9999-12-31"}', "YearRefused"),
        (OFFERING, "POST /offers", '{"title": "a\\u202eb"}', "CharacterRefused"),
        (ADMIN, "POST /parties", '{"kind": "bureau", "name_zh": "x", "area_code": "\\ud800"}', "CharacterRefused"),
        (
            PURCHASER,
            "POST /selection/rounds",
            f'{{{ROUND}, "opens_at": "0001-01-01T00:00:00+14:00", "closes_at": "2026-12-01T00:00:00+08:00"}}',
            "YearRefused",
        ),
        (
            COMMITTEE,
            "POST /surveys/{survey}/waves",
            '{"channel": "paper", "communities": ["530114003004"], "closes_at": "9999-12-31T23:59:59-14:00"}',
            "YearRefused",
        ),
        (
            PURCHASER,
            "POST /tenders/{tender}/late-bids",
            '{"lot": "L1", "party_id": 1, "received_at": "9999-12-31T23:59:59-23:59"}',
            "YearRefused",
        ),
        (PURCHASER, "POST /tenders/{tender}/amend", '{"reason": "x", "bids_end": "9999-12-31T00:00Z"}', "YearRefused"),
        (COMMITTEE, "POST /selection/needs/1/ranking", '{"weights": {"text": "1e999"}}', "decimal_max_digits"),
    ],
)
async def test_what_broke_the_platform_once_is_refused(
    session: AsyncSession, client_of: ClientOf, role: Role, request_line: str, body: str, code: str
) -> None:
    kinds = {COMMITTEE: PartyKind.committee, PURCHASER: PartyKind.bureau, OFFERING: PartyKind.organization}
    party = await make_party(session, kinds.get(role, PartyKind.bureau))
    method, path = request_line.split(" ")
    if "{survey}" in path:
        path = path.format(survey=(await make_survey(session, party)).id)
    if "{tender}" in path:
        path = path.format(tender=(await make_tender(session, party)).id)
    await session.commit()
    async with client_of(Actor(None, role, party.id, "530114")) as client:
        refused = await client.request(method, path, content=body, headers={**JSON, "If-Match": '"1"'})
    assert refused.status_code == 422, refused.text
    assert code in [field["code"] for field in refused.json()["fields"]]


@pytest.mark.parametrize("path", ["/needs/{}", "/tenders/{}", "/offers/{}", "/parties/{}", "/needs?party_id={}"])
@pytest.mark.parametrize("number", ["9" * 31, "-1", "1" * 5000, "0x1", "1e3"])
async def test_a_number_that_nothing_has_is_refused(client_of: ClientOf, path: str, number: str) -> None:
    async with client_of(Actor(None, Role.admin)) as client:
        assert (await client.get(path.format(number))).status_code == 422


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ('"\\ud800"', "AnswerCharacter"),
        ('"a\\u0000b"', "AnswerCharacter"),
        ('["\\ud800"]', "AnswerMalformed"),
        ("[[[[[1]]]]]", "StructureRefused"),
        ("1" * 400, "StructureRefused"),
        ("Infinity", "StructureRefused"),
        ('{"\\ud800": 1}', "AnswerMalformed"),
    ],
)
async def test_an_answer_of_any_form_is_refused_and_told_why(
    session: AsyncSession, client_of: ClientOf, answer: str, code: str
) -> None:
    token = await make_token(session, await make_wave(session, channel=Channel.link))
    await session.commit()
    async with client_of(RESIDENT) as client:
        body = f'{{"answers": {{"Q1": "F", "Q2": [], "Q4": {answer}}}}}'
        refused = await client.post(f"/surveys/answering/{token}", content=body, headers=JSON)
    assert refused.status_code == 422, refused.text
    told = refused.json()
    assert code in [each["code"] for each in (*told["rows"], *told["fields"])]
