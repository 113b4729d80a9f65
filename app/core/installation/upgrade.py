"""Bring a database to the version of this code. Several processes may start at once: one migrates, the others wait."""

from alembic import command
from alembic.config import Config
from psycopg.errors import DiskFull as NoSpaceLeft
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from app.core.errors import DomainError
from app.core.installation.folders import DiskFull
from app.core.installation.secret import hold_to_secret
from app.core.settings import PROJECT

MIGRATION_LOCK = 2018_07_26
LEAST_VERSION = 15
CONNECT_WITHIN = 10


class DatabaseUnreachable(DomainError):
    """Nobody answers at the address, or the sign-in is refused."""


class DatabaseTooOld(DomainError):
    """The server is of a version that the migrations do not run on."""


class DatabaseLacksRights(DomainError):
    """The database's user may not do what the migrations do."""


def alembic_config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(PROJECT / "migrations"))
    config.attributes["url"] = url
    return config


def upgrade(url: str) -> None:
    """Run every migration that this database has not seen. Refusals: the three above, and those of `secret`."""
    address = url.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(address, hide_parameters=True, connect_args={"connect_timeout": CONNECT_WITHIN})
    try:
        with engine.connect() as connection:
            found = int((connection.dialect.server_version_info or (0,))[0])
            if found < LEAST_VERSION:
                raise DatabaseTooOld(found=found, least=LEAST_VERSION)
            connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": MIGRATION_LOCK})
            command.upgrade(alembic_config(url), "head")
            hold_to_secret(connection)
            connection.commit()
    except OperationalError as error:
        if isinstance(error.orig, NoSpaceLeft):
            raise DiskFull(path="PostgreSQL") from None
        raise DatabaseUnreachable(why=" ".join(str(error.orig).split())[:300]) from None
    except ProgrammingError as error:
        if isinstance(error.orig, InsufficientPrivilege):
            raise DatabaseLacksRights(why=error.orig.diag.message_primary) from None
        raise
    finally:
        engine.dispose()
