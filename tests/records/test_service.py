"""Records are entered by who may, never changed, and superseded once."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor, Role
from app.core.audit import AuditEvent
from app.core.clock import now
from app.core.errors import Denied, DomainError, MoveRefused, NotFound
from app.parties.models import Party
from app.parties.rules import LegalKind, PartyKind
from app.parties.service import import_organizations
from app.records.models import Record
from app.records.queries import registers, waiting
from app.records.rules import (
    Fact,
    RatingBarred,
    RecordEndsBeforeStart,
    RecordKind,
    RecordOverlaps,
    WayBackMissing,
)
from app.records.service import enter_record, supersede_record
from tests.factories.parties import actor_of, make_party
from tests.factories.records import make_record
from tests.factories.reference import make_reference, season_table

pytestmark = pytest.mark.anyio
K = RecordKind
CHENGGONG, GUANDU = "530114000000", "530111000000"
GRADE = Fact(K.rating_a, "4A", issuer="昆明市民政局", source="昆民发〔2016〕8号", valid_from=date(2016, 3, 1))
PENALTY = replace(
    GRADE,
    kind=K.penalty,
    value="warning",
    title="呈民罚〔2018〕1号",
    requirement="停止收取押金并退还",
    due_on=date(2018, 12, 31),
    shown_until=date(2019, 12, 31),
)


async def chenggong(session: AsyncSession) -> tuple[Actor, Party]:
    """The bureau, and an organisation of its area."""
    bureau = await make_party(session, PartyKind.bureau)
    return await actor_of(session, Role.purchaser, bureau), await make_party(session, area_code=CHENGGONG)


def said(fact: Fact, **other: object) -> dict[str, object]:
    return {name: value for name, value in vars(fact).items() if name not in {"kind", "title"}} | other


async def count(session: AsyncSession) -> int:
    return await session.scalar(sa.select(sa.func.count()).select_from(Record)) or 0


async def test_the_bureau_enters_a_grade_that_ends_by_its_term(session: AsyncSession) -> None:
    bureau, party = await chenggong(session)
    record = await enter_record(session, bureau, party.id, GRADE)
    assert (record.value, record.valid_until, record.issuer_id) == ("4A", date(2021, 2, 28), bureau.party_id)
    await session.commit()
    (event,) = await session.scalars(sa.select(AuditEvent).where(AuditEvent.event == "record.entered"))
    assert (event.object, event.facts["party"], event.facts["until"]) == (
        f"records:{record.id}",
        party.id,
        "2021-02-28",
    )


@pytest.mark.parametrize(
    ("fact", "refusal"),
    [
        (replace(GRADE, valid_from=date(2020, 1, 1)), RecordOverlaps),
        (replace(GRADE, valid_from=date(2010, 1, 1), valid_until=date(2009, 1, 1)), RecordEndsBeforeStart),
        (replace(GRADE, kind=K.rating_four_level, value="good", valid_from=date(2019, 1, 1)), RatingBarred),
        (replace(PENALTY, due_on=None), WayBackMissing),
    ],
)
async def test_what_is_refused_changes_nothing(session: AsyncSession, fact: Fact, refusal: type[DomainError]) -> None:
    bureau, party = await chenggong(session)
    await enter_record(session, bureau, party.id, GRADE)
    bar = replace(PENALTY, kind=K.rating_bar, value="lowered", title="", valid_from=date(2018, 6, 1))
    await enter_record(session, bureau, party.id, replace(bar, shown_until=date(2020, 12, 31)))
    with pytest.raises(refusal):
        await enter_record(session, bureau, party.id, fact)
    assert await count(session) == 2


async def test_offices_enter_only_what_is_theirs_to_enter(session: AsyncSession) -> None:
    bureau, party = await chenggong(session)
    street = await actor_of(session, Role.street, await make_party(session, PartyKind.street_office))
    dounan = {"area_code": "530114003000"}
    group = await make_party(session, **dounan, legal_kind=LegalKind.community_group_filed)
    agency, elsewhere = await make_party(session, **dounan), await make_party(session, area_code=GUANDU)
    nowhere, firm = await make_party(session), await make_party(session, PartyKind.firm)
    await enter_record(session, street, group.id, GRADE)
    await enter_record(session, bureau, nowhere.id, GRADE)
    for actor, other, reason in (
        (street, agency, "role"),
        (street, nowhere, "role"),
        (bureau, elsewhere, "area"),
        (bureau, firm, "role"),
        (await actor_of(session, Role.organization, party), party, "role"),
        (await actor_of(session, Role.admin), party, "role"),
    ):
        with pytest.raises(Denied) as refused:
            await enter_record(session, actor, other.id, GRADE)
        assert refused.value.facts["reason"] == reason
    with pytest.raises(NotFound):
        await enter_record(session, bureau, 888_888_888, GRADE)
    assert await count(session) == 2


async def test_a_record_is_superseded_once_and_the_old_one_stays(session: AsyncSession) -> None:
    bureau, party = await chenggong(session)
    old = await enter_record(session, bureau, party.id, GRADE)
    given = said(GRADE, value="3A", valid_from=None, valid_until=date(2018, 5, 31))
    new = await supersede_record(session, bureau, old.id, **given)  # type: ignore[arg-type]
    assert (new.supersedes_id, new.value, new.valid_from) == (old.id, "3A", date(2016, 3, 1))
    assert (old.status, new.status) == ("replaced", "standing")
    with pytest.raises(MoveRefused) as refused:
        await supersede_record(session, bureau, old.id, **given)  # type: ignore[arg-type]
    assert refused.value.facts == {"state": "replaced", "verb": "supersede"}
    await enter_record(session, bureau, party.id, replace(GRADE, value="5A", valid_from=date(2018, 6, 1)))
    with pytest.raises(RecordOverlaps):
        await supersede_record(session, bureau, new.id, **said(GRADE))  # type: ignore[arg-type]
    known = {day: (await registers(session, [party.id], date(2018, 5, day)))[party.id] for day in (31,)}
    assert known[31].rating_a == "3A"


async def test_the_database_keeps_records_as_they_were_entered(session: AsyncSession) -> None:
    _, party = await chenggong(session)
    firm = await make_party(session, PartyKind.firm)
    record = await make_record(session, party, K.rating_a, valid_from=date(2016, 1, 1))
    for statement in (
        sa.update(Record).values(value="5A"),
        sa.delete(Record),
        sa.insert(Record).values(party_id=firm.id, kind=K.rating_a, value="5A", recorded_at=record.recorded_at),
        sa.insert(Record).values(party_id=party.id, kind=K.rating_a, value="5A", recorded_at=record.recorded_at),
        sa.insert(Record).values(party_id=party.id, kind=K.rating_a, value="9A", recorded_at=record.recorded_at),
    ):
        with pytest.raises(IntegrityError):
            async with session.begin_nested():
                await session.execute(statement)
    await session.execute(sa.update(Record).values(superseded_at=record.recorded_at))
    with pytest.raises(IntegrityError):
        async with session.begin_nested():
            await session.execute(sa.update(Record).values(superseded_at=None))


async def test_a_roster_is_kept_as_records_without_an_issuer(session: AsyncSession) -> None:
    await make_reference(session)
    parties = await import_organizations(session, await actor_of(session), season_table("organizations.csv"))
    ids = {party.ref: party.id for party in parties}
    known = await registers(session, list(ids.values()), date(2018, 5, 15))
    firefly, dawn = known[ids["G01"]], known[ids["G29"]]
    assert (firefly.rating_a, firefly.rating_four_level, firefly.rating_year) == ("4A", "excellent", 2015)
    assert (firefly.annual_inspection, firefly.annual_inspection_year) == ("qualified", 2017)
    assert (firefly.party_building, firefly.qualifications) == (
        "own_branch",
        ("民非登记证书", "非营利组织免税资格", "具备社工督导能力"),
    )
    assert (str(dawn.rectification_from), str(dawn.rectification_until)) == ("2017-07-01", "2018-06-30")
    assert (dawn.in_rectification, dawn.open_rectification) == (True, "2018-06-30")
    graded = [register for register in known.values() if register.rating_a or register.rating_four_level]
    assert len(graded) == 42


async def test_whoever_entered_it_verifies_what_was_to_be_mended_by_now(session: AsyncSession) -> None:
    bureau, party = await chenggong(session)
    at = await now(session)
    today = at.date()
    due = {"due_on": today + timedelta(days=9), "shown_until": today + timedelta(days=900)}
    await enter_record(session, bureau, party.id, replace(PENALTY, **due))
    late = {"due_on": today - timedelta(days=1), "shown_until": today + timedelta(days=900), "title": "2号"}
    missed = await enter_record(session, bureau, party.id, replace(PENALTY, **late))
    await enter_record(session, bureau, party.id, replace(PENALTY, title="3号"))  # no longer shown
    found = [(each.verb, each.subject_id, each.title) for each in await waiting(session, bureau, at)]
    assert found == [("supersede", missed.id, "停止收取押金并退还")]
    assert await waiting(session, await actor_of(session, Role.admin), at) == []
