"""Names that pass for no other, and passwords that are not among the first guesses."""

import pytest

from app.accounts.credentials import (
    NameMisleading,
    PasswordWeak,
    UsernameMalformed,
    check_name,
    check_password,
    check_username,
    folded_username,
    strength,
)


def test_usernames_are_the_same_in_any_case_and_width() -> None:
    assert folded_username("  ＤｏｕNan ") == "dounan"


@pytest.mark.parametrize("name", ["dounan", "dou.nan-2@b_c", "斗南社区", "斗南2", "𠮷田"])
def test_a_username_of_one_script_is_taken(name: str) -> None:
    check_username(name)


@pytest.mark.parametrize(
    "name", ["x", "two words", "a" * 65, "аdmin", "админ", "αdmin", "admín", "斗南dounan", "ad\u200bmin"]
)
def test_a_username_that_could_be_read_as_another_is_refused(name: str) -> None:
    with pytest.raises(UsernameMalformed):
        check_username(name)


@pytest.mark.parametrize("name", ["社区居委会 Committee", "Ирина", "Ελένη 3", "O'Brien · 张"])
def test_a_name_may_stand_in_chinese_and_one_alphabet(name: str) -> None:
    check_name(name)


@pytest.mark.parametrize("name", ["Аdmin", "Αdmin", "ab\u202edc", "a\u200bb", "line\nbreak"])
def test_a_name_that_passes_for_another_is_refused(name: str) -> None:
    with pytest.raises(NameMisleading):
        check_name(name)


GUESSED_FIRST = [
    "aaaaaaaaaaaa",
    "123456789012",
    "abcabcabcabcabc",
    "password1234",
    "Passw0rd1234!",
    "ｐａｓｓｗｏｒｄ1234",
    "qwertyuiop123",
    "1qaz2wsx3edc",
    "admin@123456",
    "woaini5201314",
    "shuangxuan2018",
    "Kunming20180726",
    "Dounan-2026-Dounan",
    " " * 12,
    "\0" * 12,
]


@pytest.mark.parametrize("password", [*GUESSED_FIRST, "pear orch\u200bard", "eleven char", "x1q8" * 33])
def test_a_password_that_is_guessed_first_or_does_not_fit_is_refused(password: str) -> None:
    with pytest.raises(PasswordWeak):
        check_password("dounan", password)


@pytest.mark.parametrize(
    "password",
    [
        "pear orchard in May",
        "a good long one",
        "社区里的三棵老槐树下乘凉",
        "correct horse battery staple",
        "T7#kqz!93Lmw",
    ],
)
def test_a_few_unrelated_words_or_a_dozen_random_signs_will_do(password: str) -> None:
    check_password("dounan", password)


def test_more_words_are_never_easier_to_guess() -> None:
    assert strength("orchard") < strength("pear orchard") < strength("pear orchard in May")
