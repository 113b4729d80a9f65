"""The whole of a grade over HTTP: by both schemes, each role by its own requests, and what is refused on the way."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from app.assessments.models import Assessment
from app.core.actors import RESIDENT, Actor, Role
from app.core.clock import now
from app.core.days.calendar import end_of_day, shanghai_date
from app.parties.models import Party
from app.ratings.rules import last_inspected
from app.records.rules import RecordKind
from tests.conftest import ClientOf
from tests.factories.assessments import marks_of
from tests.factories.inspections import CHENGGONG
from tests.factories.notices import set_clock
from tests.factories.parties import actor_of, make_party
from tests.factories.ratings import LOCAL, NATIONAL, make_admitted, make_announced, office_of
from tests.factories.records import make_record
from tests.records.test_service import chenggong

pytestmark = pytest.mark.anyio
PAPER = {"source": "呈民发〔2026〕20号"}
JUDGES = {"purchaser": Role.purchaser, "served": Role.committee, "third_party": Role.evaluator}


def applicant(party: Party) -> Actor:
    return Actor(77, Role.organization, party.id)


async def post(client: AsyncClient, path: str, body: object = None, status: int = 200) -> Any:
    answer = await client.post(path, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def refused(client: AsyncClient, path: str, body: object = None) -> tuple[int, str]:
    answer = await client.post(path, json=body)
    return answer.status_code, answer.json()["code"]


async def read(client: AsyncClient, path: str) -> Any:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def waits(client: AsyncClient) -> list[str]:
    """What of this room waits on the desk."""
    return [item["verb"] for item in (await read(client, "/desk"))["items"] if item["room"] == "ratings"]


async def sound(session: AsyncSession) -> tuple[Actor, Party]:
    """The bureau, and an organisation that passed its last inspection."""
    office, _ = await chenggong(session)
    party = await make_party(session, area_code=CHENGGONG, founded="2010-05", name_zh="晨光社")
    year = last_inspected(shanghai_date(await now(session)))
    days = {"valid_from": date(year, 1, 1), "valid_until": date(year, 12, 31)}
    await make_record(session, party, RecordKind.inspection, value="qualified", **days)
    return office, party


async def taken_up(client_of: ClientOf, office: Actor, party: Party, scheme: str) -> tuple[int, int]:
    """Applied for by the organisation and admitted by the bureau: the rating and its assessment."""
    async with client_of(applicant(party)) as own:
        rating = await post(own, "/ratings", {"scheme": scheme}, 201)
        assert await refused(own, "/ratings", {"scheme": scheme}) == (409, "RatingOpen")
        assert (await own.post(f"/ratings/{rating['id']}/admit")).status_code == 403
    async with client_of(office) as bureau:
        assert await waits(bureau) == ["admit"]
        admitted = await post(bureau, f"/ratings/{rating['id']}/admit")
        assert (admitted["status"], admitted["assessment_status"]) == ("admitted", "planned")
    async with client_of(RESIDENT) as anybody:
        assert (await anybody.get(f"/ratings/{rating['id']}")).status_code == 404
    return rating["id"], admitted["assessment_id"]


async def marked(
    client_of: ClientOf, office: Actor, assessment_id: int, assessors: Sequence[tuple[str, Actor, str]], scheme: str
) -> None:
    """Everybody is seated, declares, marks and locks the own sheet, which then stays; the bureau computes."""
    path = f"/assessments/{assessment_id}"
    async with client_of(office) as bureau:
        for group, who, _ in assessors:
            await post(bureau, f"{path}/seat", {"group": group, "account_id": who.account_id}, 201)
        await post(bureau, f"{path}/collect")
    for group, who, total in assessors:
        marks = {
            code: {"value": str(m.value), "reason": "现场查看"} for code, m in marks_of(total, scheme, group).items()
        }
        async with client_of(who) as client:
            await post(client, f"{path}/declare", {"interest": ""})
            saved = await client.put(f"{path}/sheet", json={"marks": marks}, headers={"If-Match": '"0"'})
            assert saved.status_code == 200, saved.text
            assert (await post(client, f"{path}/lock"))["status"] == "locked"
            again = await client.put(f"{path}/sheet", json={"marks": marks}, headers={"If-Match": '"2"'})
            assert (again.status_code, again.json()["code"]) == (409, "MoveRefused")
    async with client_of(office) as bureau:
        assert (await post(bureau, f"{path}/compute", {}))["status"] == "drafted"


async def over(session: AsyncSession, assessment_id: int) -> None:
    """The notice has ended."""
    assessment = await session.get_one(Assessment, assessment_id, populate_existing=True)
    assert assessment.notice_ends_on
    await set_clock(session, end_of_day(assessment.notice_ends_on) + timedelta(hours=9))


async def test_a_national_grade_from_the_application_to_its_record(session: AsyncSession, client_of: ClientOf) -> None:
    office, party = await sound(session)
    experts = [
        ("experts", await actor_of(session, role), total)
        for role, total in ((Role.judge, "918"), (Role.evaluator, "926"))
    ]
    await session.commit()
    rating, assessment = await taken_up(client_of, office, party, NATIONAL)
    await marked(client_of, office, assessment, experts, NATIONAL)
    at = f"/ratings/{rating}"
    async with client_of(office) as bureau:
        members = [await post(bureau, "/ratings/members", {"name": f"委员{n}"}, 201) for n in range(1, 8)]
        page = await read(bureau, at)
        assert (page["actions"], page["total"], page["band"], await waits(bureau)) == (
            ["vote"],
            "922.00",
            "4A",
            ["vote"],
        )
        for member in members[:4]:
            await post(bureau, f"{at}/vote", {"member_id": member["id"], "choice": "aye"})
        assert await refused(bureau, f"{at}/announce") == (409, "QuorumMissing")
        assert await refused(bureau, f"{at}/vote", {"member_id": members[0]["id"], "choice": "nay"}) == (
            409,
            "BallotCast",
        )
        await post(bureau, f"{at}/vote", {"member_id": members[4]["id"], "choice": "nay"})
        assert (await waits(bureau), (await read(bureau, at))["actions"]) == (["announce"], ["vote", "announce"])
        await post(bureau, f"{at}/announce")
        assert await refused(bureau, f"{at}/confirm", PAPER) == (409, "NoticeRunning")
        assert await waits(bureau) == []
    await _on_notice(session, client_of, rating, assessment, party)
    async with client_of(office) as bureau:
        assert await waits(bureau) == ["confirm"]
        given = await post(bureau, f"{at}/confirm", PAPER)
        assert (given["status"], given["grade"], given["shown_as"]) == ("confirmed", "4A", "excellent")
    async with client_of(RESIDENT) as anybody:
        (listed,) = (await read(anybody, "/ratings"))["items"]
        kept = {each["kind"]: each for each in (await read(anybody, f"/parties/{party.id}/records"))["items"]}
        assert (listed["grade"], kept["rating_a"]["value"], kept["rating_a"]["source"]) == ("4A", "4A", PAPER["source"])
        assert (await read(anybody, f"/parties/{party.id}"))["rating_a"] == "4A"


async def _on_notice(session: AsyncSession, client_of: ClientOf, rating: int, assessment: int, party: Party) -> None:
    """A stranger reads the notice with the ballots; the organisation objects, and is answered; then it has ended."""
    async with client_of(RESIDENT) as anybody:
        told = await read(anybody, f"/ratings/{rating}")
        assert (told["total"], told["band"], told["assessment_status"], told["actions"]) == (
            "922.00",
            "4A",
            "announced",
            [],
        )
        assert [each["name"] for each in told["vote"]["ballots"]] == [f"委员{n}" for n in range(1, 6)]
        assert [each["id"] for each in (await read(anybody, "/ratings"))["items"]] == [rating]
    async with client_of(applicant(party)) as own:
        await post(own, f"/assessments/{assessment}/object", {"statement": "请补计第二轮问卷。"})
    await over(session, assessment)
    office = Actor(None, Role.purchaser, (await session.get_one(Assessment, assessment)).party_id, "530114")
    async with client_of(office) as bureau:
        assert await refused(bureau, f"/ratings/{rating}/confirm", PAPER) == (409, "MoveRefused")
        await post(bureau, f"/assessments/{assessment}/uphold", {"answer": "两轮均已计入。"})
    await over(session, assessment)


async def test_a_grade_in_four_levels_by_its_three_judges_and_what_follows_an_unqualified_one(
    session: AsyncSession, client_of: ClientOf
) -> None:
    office, party = await sound(session)
    judges = [(group, await actor_of(session, role), "50") for group, role in JUDGES.items()]
    await session.commit()
    rating, assessment = await taken_up(client_of, office, party, LOCAL)
    await marked(client_of, office, assessment, judges, LOCAL)
    at, rule = f"/ratings/{rating}", PAPER | {"reason": "补齐服务记录"}
    async with client_of(office) as bureau:
        page = await read(bureau, at)
        assert (page["vote"], page["actions"], page["total"]) == (None, ["announce"], "50.00")
        assert await refused(bureau, f"{at}/vote", {"member_id": 1, "choice": "aye"}) == (409, "NoVoteAsked")
        await post(bureau, f"{at}/announce")
    await over(session, assessment)
    async with client_of(office) as bureau:
        assert (await post(bureau, f"{at}/confirm", PAPER))["grade"] == "unqualified"
        assert await waits(bureau) == ["rectify"]
        assert (await post(bureau, f"{at}/rectify", rule))["status"] == "rectifying"
        assert (await post(bureau, f"{at}/fail", rule))["status"] == "suspended"
        assert {bar["value"] for bar in (await read(bureau, f"/parties/{party.id}"))["bars"]} == {
            "ordered",
            "stop_order",
        }
        assert (await post(bureau, f"{at}/pass", rule))["status"] == "passed"
        assert (await read(bureau, f"/parties/{party.id}"))["bars"] == []


async def test_an_assessor_with_an_interest_marks_nothing_and_is_replaced(
    session: AsyncSession, client_of: ClientOf
) -> None:
    office, party = await sound(session)
    judges = {group: await actor_of(session, role) for group, role in JUDGES.items()}
    other = await actor_of(session, Role.evaluator)
    rating = await make_admitted(session, party, office)
    await session.commit()
    path = f"/assessments/{rating.assessment_id}"
    async with client_of(office) as bureau:
        for group, who in judges.items():
            await post(bureau, f"{path}/seat", {"group": group, "account_id": who.account_id}, 201)
        await post(bureau, f"{path}/collect")
    async with client_of(judges["third_party"]) as client:
        marks = {"marks": {}}
        early = await client.put(f"{path}/sheet", json=marks, headers={"If-Match": '"0"'})
        assert (early.status_code, early.json()["code"]) == (403, "InterestsUndeclared")
        await post(client, f"{path}/declare", {"interest": "曾任该单位理事"})
        late = await client.put(f"{path}/sheet", json=marks, headers={"If-Match": '"0"'})
        assert (late.status_code, late.json()["code"]) == (403, "AssessorRecused")
    async with client_of(office) as bureau:
        assert await refused(bureau, f"{path}/compute", {}) == (409, "SheetsMissing")
        seats = {each["group"]: each for each in (await read(bureau, path))["seats"]}
        assert (seats["third_party"]["status"], seats["third_party"]["interest"]) == ("recused", "曾任该单位理事")
        replaced = await post(bureau, f"{path}/seat", {"group": "third_party", "account_id": other.account_id}, 201)
        assert [each["status"] for each in replaced["seats"] if each["group"] == "third_party"] == [
            "recused",
            "undeclared",
        ]


async def test_nothing_is_applied_for_before_a_bar_ends_nor_entered_over_a_grade_that_stands(
    session: AsyncSession, client_of: ClientOf
) -> None:
    office, party = await sound(session)
    bar = {"value": "lowered", "valid_from": date(2025, 6, 1), "valid_until": date(2027, 5, 31)}
    await make_record(session, party, RecordKind.rating_bar, **bar)
    other = await make_party(session, area_code=CHENGGONG)
    announced = await make_announced(session, 87, party=other, office=office)
    await session.commit()
    async with client_of(applicant(party)) as own:
        assert await refused(own, "/ratings", {"scheme": LOCAL}) == (409, "RatingBarred")
        assert (await read(own, f"/ratings?party_id={party.id}"))["items"] == []
    await over(session, announced.assessment_id or 0)
    grade = {"kind": "rating_four_level", "value": "good", "valid_from": "2026-12-01", "issuer": "民政局", **PAPER}
    async with client_of(office_of(announced)) as bureau:
        await post(bureau, f"/ratings/{announced.id}/confirm", PAPER)
        assert await refused(bureau, f"/parties/{other.id}/records", grade) == (409, "RecordOverlaps")
        assert await refused(bureau, f"/parties/{party.id}/records", grade) == (409, "RatingBarred")
