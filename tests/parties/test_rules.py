"""Rules of parties, without a database."""

from datetime import date

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
    is_in_rectification,
    rectification_period,
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


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("2017-07至2018-06整改期", (date(2017, 7, 1), date(2018, 6, 30))),
        ("2019年12月至2020年2月限期整改", (date(2019, 12, 1), date(2020, 2, 29))),
        ("限期整改", (None, None)),
        ("2018-13至2018-14", (None, None)),
        ("2018-06至2017-07", (None, None)),
        ("0000-01至2017-07", (None, None)),
        ("2017-07至9999-12", (None, None)),
        ("", (None, None)),
    ],
)
def test_a_period_of_rectification_is_read_from_its_words(text: str, period: tuple[date | None, date | None]) -> None:
    assert rectification_period(text) == period


def test_rectification_holds_from_its_first_to_its_last_day_or_until_lifted() -> None:
    start, until = date(2017, 7, 1), date(2018, 6, 30)
    days = [date(2017, 6, 30), start, until, date(2018, 7, 1)]
    assert [is_in_rectification("整改", start, until, day) for day in days] == [False, True, True, False]
    assert is_in_rectification("整改", None, None, date(2030, 1, 1))
    assert not is_in_rectification(None, None, None, date(2018, 1, 1))
