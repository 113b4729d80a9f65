"""The database of an installation's own: what it cannot be is a sentence."""

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from app.core.installation import upgrade as upgrading
from app.core.installation.upgrade import DatabaseLacksRights, DatabaseTooOld, DatabaseUnreachable, upgrade
from tests.conftest import EmbeddedPostgres


def test_an_address_where_nobody_answers_is_refused_without_its_password() -> None:
    with pytest.raises(DatabaseUnreachable) as refused:
        upgrade("postgresql://clerk:canary@127.0.0.1:1/district")
    assert "refused" in refused.value.facts["why"] and "canary" not in refused.value.facts["why"]


def test_a_user_that_the_server_does_not_know_is_refused(own_database: str) -> None:
    with pytest.raises(DatabaseUnreachable, match="nobody_known"):
        upgrade(own_database.replace("shuangxuan@", "nobody_known@"))


def test_an_older_server_is_refused(own_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upgrading, "LEAST_VERSION", 99)
    with pytest.raises(DatabaseTooOld):
        upgrade(own_database)


def test_a_user_without_rights_is_refused_and_nothing_is_made(server: EmbeddedPostgres) -> None:
    with psycopg.connect(server.url_of("postgres"), autocommit=True) as connection:
        connection.execute("CREATE ROLE weak LOGIN")
        connection.execute("CREATE DATABASE of_weak OWNER weak")
        url = server.url_of("of_weak").replace("shuangxuan@", "weak@")
        try:
            with pytest.raises(DatabaseLacksRights):
                upgrade(url)
            with psycopg.connect(make_conninfo(url)) as seen:
                tables = seen.execute("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace")
                assert [name for (name,) in tables if not name.startswith("alembic_version")] == []
        finally:
            connection.execute("DROP DATABASE of_weak WITH (FORCE)")
            connection.execute("DROP ROLE weak")
