"""Parties come in whole or not at all."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.areas.rules import AreaUnknown
from app.core.actors import Actor, Role
from app.core.audit import AuditEvent
from app.core.errors import Denied, DomainError, RowsRefused
from app.core.reading.files import Table, WrongColumns
from app.parties.models import Party
from app.parties.queries import (
    PartyName,
    find_party_by_ref,
    offices_of,
    party_names,
    require_party,
)
from app.parties.rules import (
    ApplicantIsRegistered,
    CreditCodeTaken,
    LegalKind,
    OfficeExists,
    PartyKind,
    PartyRefTaken,
    PartyUnknown,
)
from app.parties.service import (
    import_organizations,
    register_applicant,
    register_committees,
    register_party,
)
from tests.factories.parties import actor_of, make_area, make_party
from tests.factories.reference import DONGHUALU, DOUNAN, LONGJIE, make_reference, season_table

pytestmark = pytest.mark.anyio


async def test_the_roster_of_the_demonstration_season_comes_in_whole(session: AsyncSession) -> None:
    await make_reference(session)
    imported = await import_organizations(session, await actor_of(session), season_table("organizations.csv"))
    kinds = [party.legal_kind for party in imported]
    assert [kinds.count(kind) for kind in LegalKind] == [30, 11, 4, 15, 0, 0, 0]
    firefly = await find_party_by_ref(session, "G01")
    assert firefly is not None
    assert (firefly.name_zh, firefly.area_code) == ("昆明市呈贡区萤火社会工作服务中心", "530114000000")
    assert (firefly.staff, firefly.social_workers, firefly.certified_social_workers) == (22, 17, 12)
    assert firefly.domain_codes == ["01", "0104", "0402", "1004"]


async def test_the_same_roster_can_stand_in_a_second_scheme_only_under_other_credit_codes(
    session: AsyncSession,
) -> None:
    await make_reference(session)
    actor, table = await actor_of(session), roster()
    await import_organizations(session, actor, table)
    with pytest.raises(RowsRefused) as refused:
        await import_organizations(session, actor, table)
    assert faults(refused.value) == [(2, "id", "PartyRefTaken"), (2, "credit_code_fictional", "CreditCodeTaken")]
    free = changed(table, 0, "credit_code_fictional", "52530114FIC0000000")
    await import_organizations(session, actor, free, ref_scheme="second")
    second = await find_party_by_ref(session, "G01", "second")
    assert second is not None and second.credit_code == "52530114FIC0000000"


def roster(rows: int = 1) -> Table:
    table = season_table("organizations.csv")
    return Table(table.header, table.rows[:rows])


def changed(table: Table, row: int, column: str, value: str) -> Table:
    rows = [list(cells) for cells in table.rows]
    rows[row][table.header.index(column)] = value
    return Table(table.header, rows)


def faults(refused: RowsRefused) -> list[tuple[int, str, str]]:
    return [(fault.row, fault.column, fault.error.code) for fault in refused.rows]


@pytest.mark.parametrize(
    ("column", "value", "fault"),
    [
        ("id", "G01", ("id", "RowDoubled")),
        ("id", " ", ("id", "FieldBlank")),
        ("name_zh", "", ("name_zh", "FieldBlank")),
        ("legal_kind", "", ("legal_kind", "FieldBlank")),
        ("legal_kind", "ngo", ("legal_kind", "ChoiceUnknown")),
        ("legal_kind", "student_team", ("credit_code_fictional", "CreditCodeMisplaced")),
        ("district_code", "", ("district_code", "FieldBlank")),
        ("district_code", "999999000000", ("district_code", "AreaUnknown")),
        ("domain_codes", "0801;9999", ("domain_codes", "CategoryUnknown")),
        ("rating_a", "6A", ("rating_a", "ChoiceUnknown")),
        ("rating_four_level", "很好", ("rating_four_level", "ChoiceUnknown")),
        ("rating_year", "", ("rating_year", "RatingWithoutYear")),
        ("founded", "2013-13", ("founded", "DateMalformed")),
        ("staff", "many", ("staff", "NumberUnreadable")),
        ("certified_social_workers", "-1", ("certified_social_workers", "PeopleBelowZero")),
        ("certified_social_workers", "20", ("staff", "StaffDoesNotAddUp")),
        ("party_building", "?", ("party_building", "ChoiceUnknown")),
        ("annual_inspection_2017", "?", ("annual_inspection_2017", "ChoiceUnknown")),
        ("credit_code_fictional", "5253", ("credit_code_fictional", "CreditCodeMalformed")),
        ("credit_code_fictional", "52530114FIC4265776", ("credit_code_fictional", "RowDoubled")),
        ("fictional", "perhaps", ("fictional", "ChoiceUnknown")),
        ("name_zh", "名" * 201, ("name_zh", "TextTooLong")),
        ("name_zh", "萤火\n中心", ("name_zh", "LineBroken")),
        ("name_zh", "萤火\u202e中心", ("name_zh", "CharacterRefused")),
        ("id", "G" * 101, ("id", "TextTooLong")),
    ],
)
async def test_one_bad_cell_is_named_and_nothing_is_imported(
    session: AsyncSession, column: str, value: str, fault: tuple[str, str]
) -> None:
    await make_reference(session)
    with pytest.raises(RowsRefused) as refused:
        await import_organizations(session, await actor_of(session), changed(roster(2), 1, column, value))
    assert (3, *fault) in faults(refused.value)
    assert await session.scalar(sa.select(Party).where(Party.kind == PartyKind.organization)) is None


async def test_all_faults_of_all_rows_are_told_at_once(session: AsyncSession) -> None:
    await make_reference(session)
    table = changed(changed(roster(3), 0, "legal_kind", "ngo"), 2, "district_code", "1")
    with pytest.raises(RowsRefused) as refused:
        await import_organizations(session, await actor_of(session), table)
    assert faults(refused.value) == [(2, "legal_kind", "ChoiceUnknown"), (4, "district_code", "AreaUnknown")]


async def test_a_roster_with_a_wrong_column_is_refused(session: AsyncSession) -> None:
    with pytest.raises(WrongColumns) as refused:
        await import_organizations(session, await actor_of(session), Table(["id", "name"], [["1", "2"]]))
    assert refused.value.facts == {"missing": "name_zh, legal_kind, district_code", "unknown": "name"}


async def test_committees_are_registered_once_under_the_name_of_their_area(session: AsyncSession) -> None:
    await make_reference(session)
    actor = await actor_of(session)
    first = await register_committees(session, actor, [DOUNAN, LONGJIE])
    again = await register_committees(session, actor, [DOUNAN, DONGHUALU])
    assert first[DOUNAN].id == again[DOUNAN].id
    assert [first[DOUNAN].name_zh, again[DONGHUALU].name_zh] == ["斗南社区居民委员会", "东华路社区居民委员会"]
    assert len(set(await session.scalars(sa.select(Party.id).where(Party.kind == PartyKind.committee)))) == 3
    assert (await offices_of(session, PartyKind.committee, [LONGJIE])).keys() == {LONGJIE}
    with pytest.raises(AreaUnknown):
        await register_committees(session, actor, ["530114999999"])


async def test_an_unregistered_applicant_is_an_organization_without_credit_code(session: AsyncSession) -> None:
    team = await register_applicant(
        session,
        await actor_of(session),
        legal_kind=LegalKind.student_team,
        name_zh="云师大“拾光”学生团队",
        ref="拾光",
        ref_scheme="cg-2018-01",
    )
    found = await find_party_by_ref(session, "拾光", "cg-2018-01")
    assert found is team
    assert (team.kind, team.credit_code) == (PartyKind.organization, None)
    assert await find_party_by_ref(session, "拾光") is None


async def test_a_registered_organization_is_no_unregistered_applicant(session: AsyncSession) -> None:
    with pytest.raises(ApplicantIsRegistered):
        await register_applicant(
            session, await actor_of(session), legal_kind=LegalKind.foundation, name_zh="春城基金会"
        )


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"kind": PartyKind.committee, "area_code": DOUNAN}, OfficeExists),
        ({"kind": PartyKind.firm, "ref": "F1"}, PartyRefTaken),
        ({"kind": PartyKind.firm, "credit_code": "91440300708461136T"}, CreditCodeTaken),
        ({"kind": PartyKind.bureau, "area_code": "110000000000"}, AreaUnknown),
    ],
)
async def test_what_is_taken_or_unknown_is_refused_by_name(
    session: AsyncSession, facts: dict[str, Any], refusal: Callable[..., DomainError]
) -> None:
    await make_area(session, DOUNAN)
    await make_party(session, PartyKind.committee, area_code=DOUNAN)
    await make_party(session, PartyKind.firm, ref="F1", credit_code="91440300708461136T")
    before = await session.scalar(sa.select(sa.func.count()).select_from(Party))
    with pytest.raises(refusal):  # type: ignore[call-overload]
        await register_party(session, await actor_of(session), name_zh="新单位", **facts)
    assert await session.scalar(sa.select(sa.func.count()).select_from(Party)) == before


async def test_other_rooms_get_names_and_a_refusal_for_what_is_no_party(session: AsyncSession) -> None:
    firm = await make_party(session, PartyKind.firm, name_zh="公信会计师事务所")
    named = await make_party(session, name_zh="萤火", name_en="Firefly")
    assert await party_names(session, [firm.id, named.id, None]) == {
        firm.id: PartyName("公信会计师事务所", "公信会计师事务所"),
        named.id: PartyName("萤火", "Firefly"),
    }
    assert (await require_party(session, firm.id, PartyKind.firm)).id == firm.id
    for number, kind in ((firm.id, PartyKind.bureau), (named.id + 1, None)):
        with pytest.raises(PartyUnknown):
            await require_party(session, number, kind)


async def test_each_registration_leaves_one_event_without_particulars(session: AsyncSession) -> None:
    actor = await actor_of(session, Role.purchaser)
    firm = await register_party(session, actor, kind=PartyKind.firm, name_zh="公信会计师事务所")
    await session.commit()
    events = (await session.scalars(sa.select(AuditEvent).where(AuditEvent.stream == f"parties:{firm.id}"))).all()
    assert [(e.event, e.account_id, e.facts) for e in events] == [
        ("party.registered", actor.account_id, {"kind": "firm", "area": ""})
    ]


async def test_a_bureau_registers_no_office_of_another_district(session: AsyncSession) -> None:
    await make_area(session, DONGHUALU)
    bureau = Actor(1, Role.purchaser, 1, "530114")
    with pytest.raises(Denied) as refusal:
        await register_party(session, bureau, kind=PartyKind.committee, name_zh="东华路社区", area_code=DONGHUALU)
    assert refusal.value.facts == {"verb": "register", "reason": "area"}
