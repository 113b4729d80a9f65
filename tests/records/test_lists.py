"""The lists of abnormal activity and of serious breaches: who is on them, the way off, and what two years lead to."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import RESIDENT, Actor
from app.core.clock import now
from app.core.days.calendar import SHANGHAI, end_of_day
from app.core.errors import Denied, MoveRefused
from app.parties.models import Party
from app.records.queries import registers, standing_records, waiting
from app.records.rules import DecisionUntimely, Fact, HearingMissing, NotOnList, RecordKind
from app.records.service import answer_record, enter_record, lift_record
from tests.conftest import ClientOf
from tests.factories.notices import set_clock
from tests.factories.parties import make_party
from tests.factories.records import make_record
from tests.records.test_answers import of
from tests.records.test_service import GRADE, chenggong

pytestmark = pytest.mark.anyio
PAPER = ("呈民移〔2018〕3号", "年度工作报告已补报。")
LISTED = Fact(
    RecordKind.abnormal,
    "no_report",
    issuer="呈贡区民政局",
    source="呈民列〔2018〕2号",
    valid_from=date(2018, 9, 3),
    requirement="补报2017年度工作报告",
    due_on=date(2018, 12, 3),
    shown_until=date(2030, 12, 31),
    heard_on=date(2018, 8, 20),
    decided_on=date(2018, 9, 3),
)


async def on(session: AsyncSession, day: date) -> None:
    await set_clock(session, datetime(day.year, day.month, day.day, 9, tzinfo=SHANGHAI))


async def lines(session: AsyncSession, actor: Actor) -> list[tuple[str, object]]:
    return [(each.verb, each.due_at) for each in await waiting(session, actor, await now(session))]


async def listed(session: AsyncSession) -> tuple[Actor, Party, int]:
    await on(session, date(2018, 9, 3))
    office, party = await chenggong(session)
    return office, party, (await enter_record(session, office, party.id, LISTED)).id


async def test_who_answers_what_was_mended_is_looked_at_within_five_working_days(session: AsyncSession) -> None:
    office, party, entry = await listed(session)
    await on(session, date(2018, 10, 12))
    assert await lines(session, office) == []
    await answer_record(session, of(party), entry, "报告已补报。")
    await session.flush()
    assert await lines(session, office) == [("lift", end_of_day(date(2018, 10, 19)))]
    await lift_record(session, office, entry, *PAPER)
    await session.flush()
    await on(session, date(2018, 12, 4))
    assert [await lines(session, who) for who in (office, of(party))] == [[], []]


async def test_nobody_is_put_on_a_list_unheard_by_the_database_either(session: AsyncSession) -> None:
    await on(session, date(2018, 9, 3))
    office, party = await chenggong(session)
    for unheard, refusal in (
        ({"heard_on": None}, HearingMissing),
        ({"decided_on": date(2018, 9, 4)}, DecisionUntimely),
    ):
        with pytest.raises(refusal):
            await enter_record(session, office, party.id, replace(LISTED, **unheard))
        said = {name: value for name, value in vars(LISTED).items() if name != "kind"} | unheard
        with pytest.raises(IntegrityError):
            async with session.begin_nested():
                await make_record(session, party, LISTED.kind, issuer_id=office.party_id, **said)
    assert await standing_records(session, party.id) == []


async def test_an_entry_of_before_that_names_no_hearing_can_be_ended(session: AsyncSession) -> None:
    await on(session, date(2018, 10, 12))
    office, party = await chenggong(session)
    old = await make_record(session, party, LISTED.kind, **before(LISTED))
    lifted = await lift_record(session, office, old.id, *PAPER)
    await session.flush()
    assert (lifted.valid_until, lifted.heard_on) == (date(2018, 10, 11), None)


def before(fact: Fact) -> dict[str, object]:
    """As it stood before records named a hearing."""
    return {name: value for name, value in vars(fact).items() if name not in {"kind", "heard_on", "decided_on"}}


@pytest.mark.parametrize(("entered", "late_after"), [(date(2018, 9, 10), None), (date(2018, 9, 11), "2018-09-10")])
async def test_what_is_entered_more_than_five_working_days_after_its_decision_says_so(
    session: AsyncSession, client_of: ClientOf, entered: date, late_after: str | None
) -> None:
    """Decided on a Monday; what stands in its place later is not measured again."""
    await on(session, entered)
    office, party = await chenggong(session)
    entry = await enter_record(session, office, party.id, LISTED)
    await session.commit()
    path = f"/parties/{party.id}/records?sort=id"
    async with client_of(RESIDENT) as anybody:
        (shown,) = (await anybody.get(path)).json()["items"]
        assert (shown["decided_on"], shown["late_after"]) == ("2018-09-03", late_after)
    await on(session, date(2018, 10, 12))
    async with client_of(office) as client:
        assert (await client.post(f"/records/{entry.id}/lift", json={"source": PAPER[0]})).status_code == 200
        shown = (await client.get(path)).json()["items"]
        assert [each["late_after"] for each in shown] == [late_after, None]


async def test_who_was_taken_off_is_shown_until_the_day_that_was_said_and_may_bid_a_year_later(
    session: AsyncSession,
) -> None:
    office, party, entry = await listed(session)
    await on(session, date(2023, 3, 1))
    await lift_record(session, office, entry, *PAPER)
    await session.flush()
    (record,) = await standing_records(session, party.id)
    assert (record.valid_until, record.shown_until, record.source) == (
        date(2023, 2, 28),
        LISTED.shown_until,
        PAPER[0],
    )
    bars = {day: (await registers(session, [party.id], day))[party.id].bars for day in days(2024)}
    assert [bool(found) for found in bars.values()] == [True, False]
    with pytest.raises(MoveRefused):
        await lift_record(session, office, entry, *PAPER)
    with pytest.raises(NotOnList):
        await lift_record(session, office, record.id, *PAPER)


def days(year: int) -> tuple[date, date]:
    return date(year, 2, 29), date(year, 3, 1)


async def test_only_who_is_on_a_list_is_taken_off_and_not_by_the_organisation(session: AsyncSession) -> None:
    office, party, entry = await listed(session)
    grade = await enter_record(session, office, party.id, GRADE)
    with pytest.raises(NotOnList):
        await lift_record(session, office, grade.id, *PAPER)
    with pytest.raises(Denied):
        await lift_record(session, of(party), entry, *PAPER)


async def test_after_two_years_on_the_first_list_the_bureau_is_to_enter_in_the_second(session: AsyncSession) -> None:
    office, party, _ = await listed(session)
    await on(session, date(2020, 9, 2))
    assert "enter" not in dict(await lines(session, office))
    await on(session, date(2020, 9, 3))
    assert dict(await lines(session, office))["enter"] == end_of_day(date(2020, 9, 3))
    days_left = {"valid_from": date(2020, 9, 3), "due_on": date(2020, 12, 3), "decided_on": date(2020, 9, 3)}
    serious = replace(LISTED, kind=RecordKind.serious, value="two_years_abnormal", **days_left)
    await enter_record(session, office, party.id, serious)
    await session.flush()
    assert "enter" not in dict(await lines(session, office))


async def test_anybody_reads_who_is_on_which_list_and_what_leads_off_it(
    session: AsyncSession, client_of: ClientOf
) -> None:
    office, party, entry = await listed(session)
    other = await make_party(session, area_code="530114000000", name_zh="失信机构")
    serious = await enter_record(
        session, office, other.id, replace(LISTED, kind=RecordKind.serious, value="court_defaulter")
    )
    await session.commit()
    async with client_of(RESIDENT) as anybody:
        both = (await anybody.get("/parties/listed?sort=id")).json()["items"]
        assert [(each["party_id"], each["kind"]) for each in both] == [(party.id, "abnormal"), (other.id, "serious")]
        assert (both[0]["requirement"], both[0]["due_on"]) == (LISTED.requirement, "2018-12-03")
        (one,) = (await anybody.get("/parties/listed?kind=serious")).json()["items"]
        assert (one["party_zh"], one["value"]) == ("失信机构", "court_defaulter")
        assert (await anybody.get("/parties/listed?kind=award")).json()["items"] == []
    async with client_of(office) as client:
        (offered,) = (await client.get(f"/parties/{party.id}/records")).json()["items"]
        assert offered["actions"] == ["supersede", "lift"]
        lifted = await client.post(f"/records/{entry}/lift", json={"source": PAPER[0], "words": PAPER[1]})
        assert (lifted.status_code, lifted.json()["supersedes_id"]) == (200, entry)
    await on(session, date(2018, 9, 5))
    async with client_of(RESIDENT) as anybody:
        left = (await anybody.get("/parties/listed")).json()["items"]
        assert [each["id"] for each in left] == [serious.id]


async def test_a_pledge_is_entered_over_http_and_read_by_everybody(session: AsyncSession, client_of: ClientOf) -> None:
    office, party = await chenggong(session)
    await session.commit()
    body = {
        "kind": "pledge",
        "title": "呈贡区社会组织自律公约（2018年版）",
        "issuer": "呈贡区社会组织联合会",
        "source": "承诺书",
        "valid_from": "2018-10-12",
    }
    async with client_of(office) as client:
        assert (await client.post(f"/parties/{party.id}/records", json=body)).status_code == 201
        untitled = await client.post(f"/parties/{party.id}/records", json=body | {"title": ""})
        assert (untitled.status_code, untitled.json()["code"]) == (422, "RecordUntitled")
    async with client_of(RESIDENT) as anybody:
        (pledge,) = (await anybody.get(f"/parties/{party.id}/records")).json()["items"]
        assert (pledge["kind"], pledge["title"], pledge["is_adverse"]) == ("pledge", body["title"], False)


async def test_who_has_no_party_organisation_yet_is_listed_by_name(session: AsyncSession, client_of: ClientOf) -> None:
    without, branch = await make_party(session, name_zh="甲"), await make_party(session, name_zh="乙")
    await make_record(session, without, RecordKind.party_building, value="none")
    await make_record(session, branch, RecordKind.party_building, value="own_branch")
    await session.commit()
    async with client_of(RESIDENT) as anybody:
        found = (await anybody.get("/parties?party_building=none")).json()["items"]
    assert [each["name_zh"] for each in found] == ["甲"]
