"""What the database refuses whatever the code does."""

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.parties.rules import LegalKind, PartyKind
from tests.factories.parties import make_party
from tests.factories.reference import DOUNAN

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("constraint", "kind", "facts"),
    [
        ("organizations_and_only_they_have_a_legal_kind", PartyKind.organization, {"legal_kind": None}),
        ("organizations_and_only_they_have_a_legal_kind", PartyKind.firm, {"legal_kind": LegalKind.company}),
        ("area_fits_kind", PartyKind.bureau, {"area_code": DOUNAN}),
        ("area_fits_kind", PartyKind.committee, {"area_code": "530114003000"}),
        ("area_fits_kind", PartyKind.street_office, {"area_code": "530114000000"}),
        ("credit_code_has_18_characters", PartyKind.organization, {"credit_code": "5253"}),
        (
            "only_legal_persons_have_a_credit_code",
            PartyKind.organization,
            {"legal_kind": LegalKind.student_team, "credit_code": "52530114FIC4265776"},
        ),
        (
            "certified_within_social_workers_within_staff",
            PartyKind.organization,
            {"staff": 3, "social_workers": 2, "certified_social_workers": 3},
        ),
    ],
)
async def test_a_party_that_cannot_be_is_refused(
    session: AsyncSession, constraint: str, kind: PartyKind, facts: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError) as refused:
        await make_party(session, kind, **facts)
    assert refused.value.orig.diag.constraint_name == f"ck_parties_{constraint}"


async def test_the_same_ref_may_stand_in_two_schemes_but_not_twice_in_one(session: AsyncSession) -> None:
    await make_party(session, ref="G01")
    await make_party(session, ref="G01", ref_scheme="another-season")
    with pytest.raises(IntegrityError):
        await make_party(session, ref="G01")
