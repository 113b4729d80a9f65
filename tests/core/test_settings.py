"""What an installation sets: wrong values are refused by name, and never repeated."""

from collections.abc import Iterator

import pytest

from app.core.problems import sentences
from app.core.settings import SettingInvalid, Settings, settings


@pytest.fixture(autouse=True)
def unread() -> Iterator[None]:
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PORT", "99999"),
        ("PORT", "canary"),
        ("LOG_LEVEL", "canary"),
        ("DEMONSTRATION", "canary"),
        ("LOG_JSON", "canary"),
    ],
)
def test_a_wrong_value_is_refused_by_the_name_of_its_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingInvalid) as refused:
        settings()
    for sentence in sentences(refused.value).values():
        assert variable in sentence and value not in sentence


def test_the_level_of_logs_may_be_written_small() -> None:
    assert Settings(log_level="debug").log_level == "DEBUG"
