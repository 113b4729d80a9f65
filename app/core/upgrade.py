"""Bring a database to the version of this code. Several processes may start at once: one migrates, the others wait."""

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from app.core.secret import hold_to_secret
from app.core.settings import PROJECT

MIGRATION_LOCK = 2018_07_26


def alembic_config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(PROJECT / "migrations"))
    config.attributes["url"] = url
    return config


def upgrade(url: str) -> None:
    """Run every migration that this database has not seen. Refusal: SecretDiffers, from `core.secret`."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": MIGRATION_LOCK})
        command.upgrade(alembic_config(url), "head")
        hold_to_secret(connection)
        connection.commit()
    engine.dispose()
