"""Every kind of thing that waits is known, named with its subject in both languages, and has a page to be walked to."""

import pytest

from tests.desk.kinds import AWAITED, KINDS, desk_words, kinds_of_code, word


def test_every_kind_of_the_code_is_known() -> None:
    assert kinds_of_code() == KINDS.keys() | AWAITED


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_kind_is_named_with_its_subject_and_nothing_else_is(language: str) -> None:
    assert desk_words(language, "verb") == set(KINDS)
    assert all(word(key, language) for key in KINDS.values())
