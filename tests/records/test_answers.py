"""What an organisation answers to an adverse record of its own: once, read by whoever reads the record."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import RESIDENT, Actor, Role
from app.core.clock import now
from app.core.errors import Denied, MoveRefused
from app.parties.models import Party
from app.records.models import RecordAnswer
from app.records.queries import waiting
from app.records.rules import AnswerMisplaced, Fact, RecordAnswered, RecordKind, RecordUntitled, Visibility
from app.records.service import answer_record, enter_record, supersede_record
from tests.conftest import ClientOf
from tests.factories.parties import make_party
from tests.factories.records import make_record
from tests.records.test_service import GRADE, PENALTY, chenggong, said

pytestmark = pytest.mark.anyio
SAID = "押金已全部退还，见附表。"
SHOWN = replace(PENALTY, due_on=date(2098, 12, 31), shown_until=date(2099, 12, 31))


def of(party: Party) -> Actor:
    return Actor(None, Role.organization, party.id)


async def test_an_organisation_answers_once_and_everybody_reads_it_with_the_record(
    session: AsyncSession, client_of: ClientOf
) -> None:
    party, today = await make_party(session), (await now(session)).date()
    days = {"due_on": today, "shown_until": today + timedelta(days=300)}
    record = await make_record(session, party, RecordKind.penalty, title="1号", requirement="退还押金", **days)
    award = await make_record(session, party, RecordKind.award, title="先进", visibility=Visibility.public)
    await session.commit()
    async with client_of(of(party)) as client:
        answered = await client.post(f"/records/{record.id}/answer", json={"answer": SAID})
        assert (answered.status_code, answered.json()["answer"]["answer"]) == (200, SAID)
        assert answered.json()["actions"] == []
        again = await client.post(f"/records/{record.id}/answer", json={"answer": SAID})
        assert (again.status_code, again.json()["code"]) == (409, "RecordAnswered")
        misplaced = await client.post(f"/records/{award.id}/answer", json={"answer": SAID})
        assert (misplaced.status_code, misplaced.json()["code"]) == (422, "AnswerMisplaced")
        assert "表彰奖励" in misplaced.json()["messages"]["zh"]
    async with client_of(RESIDENT) as anybody:
        items = (await anybody.get(f"/parties/{party.id}/records?sort=id")).json()["items"]
        assert [each["answer"] and each["answer"]["answer"] for each in items] == [SAID, None]


async def test_nobody_answers_for_another_organisation_nor_what_was_replaced(session: AsyncSession) -> None:
    office, party = await chenggong(session)
    record = await enter_record(session, office, party.id, SHOWN)
    other = await make_party(session)
    with pytest.raises(Denied) as refusal:
        await answer_record(session, of(other), record.id, SAID)
    assert refusal.value.facts["reason"] == "party"
    await supersede_record(session, office, record.id, **said(SHOWN, words="更正"))
    with pytest.raises(MoveRefused):
        await answer_record(session, of(party), record.id, SAID)


async def test_what_asks_for_something_waits_for_the_organisation_until_it_has_answered(session: AsyncSession) -> None:
    office, party = await chenggong(session)
    at = await now(session)
    due = at.date() + timedelta(days=30)
    record = await enter_record(session, office, party.id, replace(PENALTY, due_on=due, shown_until=due))
    (line,) = await waiting(session, of(party), at)
    assert (line.verb, line.subject_id, line.title) == ("answer", record.id, PENALTY.requirement)
    assert await waiting(session, of(await make_party(session)), at) == []
    await answer_record(session, of(party), record.id, SAID)
    await session.flush()
    assert await waiting(session, of(party), at) == []


async def test_an_answer_is_given_once_whatever_the_application_tries(session: AsyncSession) -> None:
    office, party = await chenggong(session)
    record = await enter_record(session, office, party.id, SHOWN)
    await answer_record(session, of(party), record.id, SAID)
    await session.flush()
    with pytest.raises(RecordAnswered):
        await answer_record(session, of(party), record.id, "又一次")
    with pytest.raises(IntegrityError):
        async with session.begin_nested():
            session.add(RecordAnswer(record_id=record.id, answer="又一次", answered_at=await now(session)))
            await session.flush()
    with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
        await session.execute(sa.update(RecordAnswer).values(answer="改"))


async def test_a_pledge_names_its_code_and_is_no_adverse_record(session: AsyncSession) -> None:
    office, party = await chenggong(session)
    pledge = Fact(
        RecordKind.pledge,
        "",
        title="呈贡区社会组织自律公约（2018年版）",
        issuer="呈贡区社会组织联合会",
        source="承诺书",
        valid_from=date(2018, 10, 12),
    )
    with pytest.raises(RecordUntitled):
        await enter_record(session, office, party.id, replace(pledge, title=""))
    record = await enter_record(session, office, party.id, pledge)
    assert not record.is_adverse
    with pytest.raises(AnswerMisplaced):
        await answer_record(session, of(party), record.id, SAID)
    assert await enter_record(session, office, party.id, GRADE)
