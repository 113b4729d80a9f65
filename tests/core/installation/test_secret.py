"""The installation's secret: made once, readable to its owner alone, and the one the database was made with."""

import stat
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography.fernet import InvalidToken

from app.core.installation import folders, secret
from app.core.installation.folders import beside_data
from app.core.installation.secret import SecretDiffers, SecretTooShort, box, hold_to_secret, keyed
from app.core.settings import Settings


@pytest.fixture
def settle(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> object:
    """`settle(secret_key=…, data_dir=…)`: from here on in this test, the installation is set so."""
    monkeypatch.setattr(folders, "STATE", tmp_path / "state")

    def settle(**values: object) -> None:
        monkeypatch.setattr(secret, "settings", lambda: Settings(**values))
        secret.secret.cache_clear()

    yield settle
    monkeypatch.undo()
    secret.secret.cache_clear()


def test_without_a_setting_a_secret_is_made_once_for_its_owner_alone(settle, tmp_path: Path) -> None:
    for _ in range(2):
        settle(secret_key=None, data_dir=tmp_path / "data")
        made = secret.secret()
    file = beside_data(tmp_path / "data", "secret.key")
    assert (file.read_bytes(), len(made) >= 64, stat.S_IMODE(file.stat().st_mode)) == (made, True, 0o600)


def test_a_secret_that_can_be_guessed_is_refused(settle, tmp_path: Path) -> None:
    settle(secret_key="short")
    with pytest.raises(SecretTooShort):
        secret.secret()


def test_what_is_sealed_opens_with_the_same_words_and_secret_only(settle) -> None:
    settle(secret_key="a" * 32)
    sealed = box("answer", "words").encrypt(b"said")
    assert box("answer", "words").decrypt(sealed) == b"said"
    for purpose, words in (("answer", "other words"), ("question", "words")):
        with pytest.raises(InvalidToken):
            box(purpose, words).decrypt(sealed)
    settle(secret_key="b" * 32)
    with pytest.raises(InvalidToken):
        box("answer", "words").decrypt(sealed)


def test_equal_words_of_different_purposes_look_different() -> None:
    assert keyed("receipt", "x") == keyed("receipt", "x") != keyed("address", "x")


def test_a_database_made_with_another_secret_is_refused(own_database: str, settle) -> None:
    engine = sa.create_engine(own_database.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.begin() as connection:
        hold_to_secret(connection)
        settle(secret_key="b" * 32)
        with pytest.raises(SecretDiffers):
            hold_to_secret(connection)
    engine.dispose()
