"""The migrations and the models describe the same tables."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, create_engine

from app.core.installation.upgrade import alembic_config, upgrade
from app.models import TABLES


def test_migrations_make_the_tables_that_the_models_declare(database_url: str) -> None:
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"include_object": lambda obj, name, *_: not (name or "").startswith("procrastinate_")},
        )
        difference = compare_metadata(context, TABLES)
    engine.dispose()
    assert difference == []


def test_every_check_of_the_models_stands_in_the_database(database_url: str) -> None:
    declared = {
        str(constraint.name)
        for table in TABLES.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT conname FROM pg_constraint WHERE contype = 'c' AND conrelid::regclass::text !~ '^procrastinate_'"
            " AND conrelid <> 0"
        )
        present = {row[0] for row in rows}
    engine.dispose()
    assert declared ^ present == set()


def test_the_history_of_migrations_is_one_line() -> None:
    assert len(ScriptDirectory.from_config(alembic_config("")).get_heads()) == 1


def test_upgrading_again_changes_nothing(database_url: str) -> None:
    upgrade(database_url)
