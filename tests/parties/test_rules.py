"""Rules of parties, without a database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.areas.rules import AreaLevel
from app.parties.rules import (
    CREDIT_SIGNS,
    AreaDoesNotFit,
    CreditCodeMalformed,
    CreditCodeMisplaced,
    CreditCodeReal,
    LegalKind,
    LegalKindMisplaced,
    LegalKindRequired,
    PartyKind,
    check_credit_code,
    check_party,
    is_credit_code,
)

REAL = "91440300708461136T"  # of a listed company, from its annual report
FICTIONAL = "52530114FIC4265776"


def test_the_check_character_of_a_credit_code_tells_real_ones() -> None:
    codes = [REAL, "9144030071526726XG", FICTIONAL]
    assert [is_credit_code(code) for code in codes] == [True, True, False]


@given(st.integers(0, 17), st.sampled_from(CREDIT_SIGNS))
def test_one_wrong_character_never_passes_for_a_credit_code(place: int, sign: str) -> None:
    code = REAL[:place] + sign + REAL[place + 1 :]
    assert is_credit_code(code) is (code == REAL)


def test_a_credit_code_is_refused_where_it_cannot_be() -> None:
    check_credit_code(REAL, is_legal_person=True, is_fictional=False)
    check_credit_code(FICTIONAL, is_legal_person=True, is_fictional=True)
    with pytest.raises(CreditCodeMisplaced):
        check_credit_code(REAL, is_legal_person=False, is_fictional=False)
    with pytest.raises(CreditCodeMalformed):
        check_credit_code(FICTIONAL, is_legal_person=True, is_fictional=False)
    with pytest.raises(CreditCodeMalformed):
        check_credit_code("5253", is_legal_person=True, is_fictional=True)
    with pytest.raises(CreditCodeReal):
        check_credit_code(REAL, is_legal_person=True, is_fictional=True)


def check(kind: PartyKind, level: AreaLevel | None = None, legal_kind: LegalKind | None = None) -> None:
    check_party(kind, level=level, legal_kind=legal_kind, credit_code=None, is_fictional=False)


def test_an_organization_and_only_it_has_a_legal_kind() -> None:
    check(PartyKind.organization, legal_kind=LegalKind.foundation)
    with pytest.raises(LegalKindRequired):
        check(PartyKind.organization)
    with pytest.raises(LegalKindMisplaced):
        check(PartyKind.firm, legal_kind=LegalKind.company)


@pytest.mark.parametrize(
    ("kind", "fitting"),
    [
        (PartyKind.committee, {AreaLevel.community, AreaLevel.village}),
        (PartyKind.street_office, {AreaLevel.street}),
        (PartyKind.bureau, {AreaLevel.district, AreaLevel.city}),
    ],
)
def test_an_office_sits_in_an_area_of_its_level(kind: PartyKind, fitting: set[AreaLevel]) -> None:
    for level in fitting:
        check(kind, level)
    for level in {*AreaLevel, None} - fitting:
        with pytest.raises(AreaDoesNotFit):
            check(kind, level)
