"""The migrations and the models describe the same tables."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine

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


def test_every_check_of_the_models_stands_in_the_database_and_says_the_same(database_url: str) -> None:
    """The tables are made once more from the models, in a schema that is rolled back, and asked for their checks."""
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.connect() as connection:
        migrated = checks_in(connection, "public")
        connection.exec_driver_sql("CREATE SCHEMA declared; SET LOCAL search_path TO declared, public")
        TABLES.create_all(connection, checkfirst=False)
        declared = checks_in(connection, "declared")
        connection.rollback()
    engine.dispose()
    assert declared ^ migrated == set()


def checks_in(connection: Connection, schema: str) -> set[tuple[str, ...]]:
    """(table, name, definition) of each CHECK."""
    rows = connection.exec_driver_sql(
        "SELECT relname, conname, pg_get_constraintdef(c.oid) FROM pg_constraint c JOIN pg_class r ON r.oid = conrelid"
        " WHERE contype = 'c' AND c.connamespace = %s::regnamespace AND relname !~ '^procrastinate_'",
        (schema,),
    )
    return {tuple(row) for row in rows}


def test_the_history_of_migrations_is_one_line() -> None:
    assert len(ScriptDirectory.from_config(alembic_config("")).get_heads()) == 1


def test_upgrading_again_changes_nothing(database_url: str) -> None:
    upgrade(database_url)
