"""The installation's secret, kept outside the database: a copy of the database alone opens nothing made with it.

SECRET_KEY, or else a file `secret.key` beside the data, made at the first start and readable to its owner alone.
It belongs into every backup: with another one, receipt codes and repeated requests are no longer recognised, so a
database made with a different secret is refused.
"""

import base64
import hmac
import os
import secrets
from contextlib import suppress
from functools import cache
from pathlib import Path

from cryptography.fernet import Fernet
from sqlalchemy import Connection, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base
from app.core.errors import DomainError
from app.core.installation.folders import beside_data, make_way, refusing
from app.core.settings import settings

LEAST_LENGTH = 32


class SecretTooShort(DomainError):
    """A secret of fewer than 32 characters can be guessed."""


class SecretDiffers(DomainError):
    """The database was made with another secret."""


class Installation(Base):
    """One row: the mark of the secret that this database's keyed hashes were made with."""

    __tablename__ = "installation"

    secret_mark: Mapped[str] = mapped_column(primary_key=True)


@cache
def secret() -> bytes:
    """Refusals: SecretTooShort, and what keeps it from being written."""
    given = settings().secret_key or _kept(beside_data(settings().data_dir, "secret.key"))
    if len(given) < LEAST_LENGTH:
        raise SecretTooShort(least=LEAST_LENGTH)
    return given.encode()


def _kept(path: Path) -> str:
    with refusing(path.parent):
        make_way(path.parent)
        with suppress(FileExistsError):  # another process of this installation was first
            made = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(made, "w") as file:
                file.write(secrets.token_urlsafe(48))
        return path.read_text(encoding="utf-8").strip()


def keyed(purpose: str, words: str) -> str:
    """HMAC-SHA256 of `words` as hex; equal words of different purposes cannot be told to be equal."""
    return hmac.digest(secret(), f"{purpose}\x1f{words}".encode(), "sha256").hex()


def box(purpose: str, words: str) -> Fernet:
    """What is sealed in this box opens only with the secret and `words` together (AES-128-CBC with HMAC)."""
    return Fernet(base64.urlsafe_b64encode(bytes.fromhex(keyed(purpose, words))))


def hold_to_secret(connection: Connection) -> None:
    """Note which secret this database is used with, or refuse another one (SecretDiffers)."""
    mark = keyed("installation", "mark")
    connection.execute(
        text("INSERT INTO installation SELECT :mark WHERE NOT EXISTS (SELECT FROM installation)"), {"mark": mark}
    )
    if connection.execute(text("SELECT secret_mark FROM installation")).scalar_one() != mark:
        raise SecretDiffers()
