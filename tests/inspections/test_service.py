"""Draws of organisations on real tables: who is drawn of, once a year, and what then waits and is recorded."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor, Role
from app.core.clock import now
from app.core.days.calendar import end_of_day, shanghai_date
from app.core.errors import Denied, MoveRefused
from app.draws.queries import draw_of
from app.draws.rules import YearDrawn
from app.inspections.models import Inspection, InspectionDraw
from app.inspections.queries import candidates, draw_page, waiting
from app.inspections.rules import NobodyToInspect
from app.inspections.service import draw_inspections, record_inspection
from app.matching.allocation.market import drawn
from app.parties.rules import LegalKind
from app.records.models import Record
from app.records.queries import waiting as records_waiting
from app.records.rules import Inspection as Outcome
from app.records.rules import RecordKind
from tests.factories.inspections import FOUND, make_bureau, make_drawn
from tests.factories.notices import set_clock
from tests.factories.parties import make_party

pytestmark = pytest.mark.anyio
GUANDU = "530111000000"


async def lines(session: AsyncSession, actor: Actor) -> list[tuple[str, int]]:
    return [(each.verb, each.subject_id) for each in await waiting(session, actor, await now(session))]


async def test_what_is_registered_in_the_area_is_drawn_of_and_nothing_else(session: AsyncSession) -> None:
    bureau = await make_bureau(session, 2)
    known = await candidates(session, bureau)
    for kind in (LegalKind.company, LegalKind.student_team, LegalKind.community_group_filed):
        await make_party(session, area_code="530114003000", legal_kind=kind)
    await make_party(session, area_code=GUANDU)
    await make_party(session)
    fund = await make_party(session, area_code="530114003000", legal_kind=LegalKind.foundation)
    assert await candidates(session, bureau) == known | {str(fund.id): fund.id}


async def test_of_60_organisations_3_are_drawn_and_a_replay_draws_the_same(session: AsyncSession) -> None:
    _, draw, due = await make_drawn(session, 60)
    lots = (await draw_page(session, draw)).lots
    numbers = [each.lot.number for each in lots]
    assert (draw.size, len(due), len(numbers)) == (3, 3, 60)
    assert tuple(numbers[:3]) == drawn("2018", reversed(numbers), 3)
    assert [str(each.party_id) for each in due] == numbers[:3]
    assert [each.inspection is not None for each in lots] == [True] * 3 + [False] * 57


async def test_the_draw_and_then_each_inspection_waits_for_the_bureau_until_the_year_ends(
    session: AsyncSession,
) -> None:
    bureau, elsewhere = await make_bureau(session, 21), await make_bureau(session, 0, GUANDU)
    (line,) = await waiting(session, bureau, await now(session))
    ends = end_of_day(date(shanghai_date(await now(session)).year, 12, 31))
    assert (line.verb, line.thing, line.due_at) == ("draw_inspections", "inspection_draws", ends)
    assert await waiting(session, elsewhere, await now(session)) == []
    await draw_inspections(session, bureau)
    await session.flush()
    due = (await session.scalars(sa.select(Inspection).order_by(Inspection.id))).all()
    assert await lines(session, bureau) == [("record", each.id) for each in due]
    await record_inspection(session, bureau, due[0].id, **FOUND | {"value": Outcome.basically_qualified})
    await session.flush()
    assert await lines(session, bureau) == [("record", due[1].id)]


async def test_what_was_found_becomes_a_record_that_says_what_to_mend_and_by_when(session: AsyncSession) -> None:
    bureau, _, (inspection, *_) = await make_drawn(session)
    today = shanghai_date(await now(session))
    await record_inspection(session, bureau, inspection.id, **FOUND | {"value": Outcome.basically_qualified})
    await session.flush()
    (record,) = (await session.scalars(sa.select(Record).where(Record.party_id == inspection.party_id))).all()
    assert (record.kind, record.value, record.issuer_id) == (
        RecordKind.spot_check,
        "basically_qualified",
        bureau.party_id,
    )
    assert (record.valid_from, record.words, record.source) == (today, FOUND["opinion"], FOUND["source"])
    party = Actor(None, Role.organization, inspection.party_id)
    (line,) = await records_waiting(session, party, await now(session))
    assert (line.verb, line.title) == ("answer", FOUND["requirement"])
    assert record.due_on
    await set_clock(session, end_of_day(record.due_on) + timedelta(hours=9))
    (late,) = await records_waiting(session, bureau, await now(session))
    assert (late.verb, late.subject_id) == ("supersede", record.id)


async def test_what_a_later_inspection_finds_ends_what_the_earlier_one_found(session: AsyncSession) -> None:
    bureau, _, (first, *_) = await make_drawn(session, 1)
    await record_inspection(session, bureau, first.id, **FOUND | {"value": Outcome.unqualified})
    at, first_shown = await now(session), await session.scalar(sa.select(Record.shown_until))
    await set_clock(session, at.replace(year=at.year + 1, month=2, day=3))
    await draw_inspections(session, bureau)
    await session.flush()
    second = (await session.scalars(sa.select(Inspection).order_by(Inspection.id.desc()).limit(1))).one()
    good = FOUND | {"value": Outcome.qualified, "requirement": ""}
    await record_inspection(session, bureau, second.id, **good)
    await session.flush()
    standing = (
        sa.select(Record.value, Record.valid_until, Record.shown_until)
        .where(Record.superseded_at.is_(None))
        .order_by(Record.id)
    )
    assert [tuple(row) for row in await session.execute(standing)] == [
        ("unqualified", date(at.year + 1, 2, 2), first_shown),
        ("qualified", date(at.year + 2, 2, 2), None),
    ]


async def test_a_year_is_drawn_once_and_by_each_bureau_for_itself(session: AsyncSession) -> None:
    bureau, draw, _ = await make_drawn(session)
    with pytest.raises(YearDrawn):
        await draw_inspections(session, bureau)
    other = await make_bureau(session, 0, GUANDU)
    with pytest.raises(NobodyToInspect):
        await draw_inspections(session, other)
    await make_party(session, area_code=GUANDU)
    await draw_inspections(session, other)
    assert await draw_of(session, InspectionDraw, bureau.party_id, draw.year) is draw


async def test_a_bureau_records_its_own_inspections_once(session: AsyncSession) -> None:
    bureau, _, (inspection, *_) = await make_drawn(session)
    found = FOUND | {"value": Outcome.unqualified}
    with pytest.raises(Denied) as refusal:
        await record_inspection(session, await make_bureau(session, 0, GUANDU), inspection.id, **found)
    assert refusal.value.facts["reason"] == "party"
    await record_inspection(session, bureau, inspection.id, **found)
    await session.flush()
    with pytest.raises(MoveRefused):
        await record_inspection(session, bureau, inspection.id, **found)


async def test_neither_a_draw_nor_what_was_found_changes_whatever_the_application_tries(session: AsyncSession) -> None:
    bureau, draw, (inspection, *_) = await make_drawn(session)
    await record_inspection(session, bureau, inspection.id, **FOUND | {"value": Outcome.unqualified})
    await session.flush()
    numbers = [each.lot.party_id for each in (await draw_page(session, draw)).lots]
    with pytest.raises(IntegrityError, match="an inspection stays what it found"):
        async with session.begin_nested():
            await session.execute(sa.update(Inspection).values(value=Outcome.qualified))
    with pytest.raises(IntegrityError, match="who was not drawn is not inspected"):
        async with session.begin_nested():
            session.add(Inspection(draw_id=draw.id, party_id=numbers[-1], office_id=bureau.party_id))
            await session.flush()
    with pytest.raises(ProgrammingError, match="permission denied"):
        await session.execute(sa.update(InspectionDraw).values(seed="2019"))
