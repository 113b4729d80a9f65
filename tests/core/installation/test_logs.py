"""Logs: traces as fields where a collector reads them, and nobody's particulars in them."""

import json
import subprocess
import sys

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.core.db import make_engine

RAISE = """
import logging, structlog
from app.core.installation.logs import set_up_logs
from app.core.settings import Settings
set_up_logs(Settings(log_json=True))
def fail(particulars):
    raise ValueError("no such day")
for log in (structlog.get_logger(), logging.getLogger("elsewhere")):
    try:
        fail("canary")
    except ValueError:
        log.exception("it failed")
"""


def test_as_json_a_trace_is_a_field_of_our_own_events_and_of_the_libraries() -> None:
    ran = subprocess.run([sys.executable, "-c", RAISE], capture_output=True, text=True, check=True)
    events = [json.loads(line) for line in (ran.stdout + ran.stderr).splitlines()]
    assert [event["event"] for event in events] == ["it failed"] * 2
    for event in events:
        (raised,) = event["exception"]
        assert (raised["exc_type"], raised["exc_value"]) == ("ValueError", "no such day")
        assert [frame["name"] for frame in raised["frames"]] == ["<module>", "fail"]
    assert "canary" not in ran.stdout + ran.stderr


@pytest.mark.anyio
async def test_an_error_of_the_database_tells_neither_parameters_nor_the_refused_row(own_database: str) -> None:
    engine = make_engine(own_database, as_owner=True)
    async with engine.connect() as connection:
        await connection.execute(sa.text("CREATE TEMP TABLE people (name text, age int CHECK (age > 0))"))
        with pytest.raises(IntegrityError) as raised:
            await connection.execute(sa.text("INSERT INTO people VALUES (:name, -1)"), {"name": "canary"})
    await engine.dispose()
    assert raised.value.orig
    for error in (raised.value, raised.value.orig, raised.value.__cause__):
        assert "people_age_check" in str(error) and "canary" not in str(error)
    assert raised.value.orig.diag.constraint_name == "people_age_check"
