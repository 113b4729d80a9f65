"""How much of a machine and of its database is taken."""

from dataclasses import replace

import psycopg
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.core.http import lanes
from app.core.http.lanes import Lane
from app.core.installation.machine import Machine
from app.core.installation.postgres import FEWEST, RESERVED, connections_allowed
from app.core.installation.sizing import (
    BESIDE,
    EACH,
    LEAST,
    OTHERS,
    PRESSED,
    USUAL,
    Size,
    TooFewConnections,
    Why,
    places_of,
    sized,
    threads_of,
)
from app.core.problems import sentences
from app.core.settings import Settings
from app.serving import WHY, size_line
from tests.season.test_serving import run

SMALL = Machine(2, 8_000)
MACHINES = st.builds(Machine, st.integers(1, 256), st.integers(256, 2_000_000))
ALLOWED = st.integers(1, 3_000)
WORKERS, CONNECTIONS = st.none() | st.integers(1, 32), st.none() | st.integers(LEAST, 400)


@given(MACHINES, ALLOWED | st.none(), WORKERS, CONNECTIONS)
def test_what_is_chosen_fits_the_database_or_is_refused(
    machine: Machine, allowed: int | None, workers: int | None, connections: int | None
) -> None:
    """And what a setting names is what is had; a refusal comes only where the least does not fit."""
    try:
        found = sized(machine, allowed, workers, connections)
    except TooFewConnections as refused:
        assert allowed is not None and allowed < (workers or 1) * (connections or LEAST) + OTHERS
        assert refused.facts["needed"] > allowed
        return
    assert allowed is None or found.in_all <= allowed
    assert found.connections >= LEAST and 1 <= found.web_workers <= 32 and found.cores >= 1
    assert workers in {None, found.web_workers} and connections in {None, found.connections}


@given(MACHINES, MACHINES, ALLOWED, ALLOWED)
def test_more_of_anything_never_gives_fewer_processes(one: Machine, other: Machine, allowed: int, more: int) -> None:
    assume(allowed >= LEAST + OTHERS)
    larger = Machine(max(one.cores, other.cores), max(one.memory_mb, other.memory_mb))
    less, most = sized(one, allowed, None, None), sized(larger, max(allowed, more), None, None)
    assert less.web_workers <= most.web_workers


@given(MACHINES, ALLOWED)
def test_the_processes_never_want_more_than_the_machine_has(machine: Machine, allowed: int) -> None:
    assume(allowed >= LEAST + OTHERS)
    found = sized(machine, allowed, None, None)
    assert found.web_workers == 1 or found.web_workers * 2 <= machine.cores
    assert found.web_workers == 1 or found.web_workers * 1_200 <= machine.memory_mb
    assert found.web_workers * found.cores <= max(machine.cores, found.web_workers)
    assert found.hashing < found.cores or found.cores == 1


def test_two_cores_have_what_they_always_had() -> None:
    found = sized(SMALL, 97, None, None)
    assert found == USUAL == Size(1, EACH, 2, Why.cores)
    assert (found.places, threads_of(found.cores)._max_workers, found.hashing) == (29, 6, 1)
    assert found.in_all + RESERVED <= FEWEST


def test_a_server_of_its_own_has_as_many_connections_as_are_wanted() -> None:
    wanted = sized(Machine(16, 64_000), None, None, None)
    assert (wanted.web_workers, wanted.in_all) == (8, 8 * EACH + OTHERS)
    assert sized(Machine(16, 64_000), wanted.in_all, None, None) == replace(wanted, why=Why.cores)


@pytest.mark.parametrize(
    ("machine", "allowed", "chosen"),
    [
        (Machine(1, 900), 97, Size(1, 40, 1, Why.cores)),
        (Machine(8, 3_000), 500, Size(2, 40, 4, Why.memory)),
        (Machine(8, 64_000), 97, Size(2, 30, 4, Why.connections)),
        (Machine(2, 8_000), 60, Size(1, 23, 2, Why.cores)),
    ],
)
def test_what_is_scarce_decides(machine: Machine, allowed: int, chosen: Size) -> None:
    assert sized(machine, allowed, None, None) == chosen


@given(st.integers(LEAST, 400), st.integers(LEAST, 400))
def test_every_place_of_every_lane_has_a_connection(one: int, other: int) -> None:
    """And every lane has a place, and more connections take none from any."""
    few, many = sorted((one, other))
    widths = {
        connections: [lanes.places_of(lane, places_of(connections)) for lane in Lane] for connections in (few, many)
    }
    assert min(widths[few]) >= 1 and sum(widths[few]) + BESIDE + PRESSED + 1 <= few
    assert all(less <= more for less, more in zip(widths[few], widths[many], strict=True))


def test_with_all_their_connections_lanes_are_as_wide_as_they_say() -> None:
    assert USUAL.places == lanes.USUAL
    assert {lane: lanes.places_of(lane, USUAL.places) for lane in Lane} == {
        lane: width.at_once for lane, width in lanes.WIDTHS.items()
    }


def test_the_least_is_a_place_for_every_lane() -> None:
    assert places_of(LEAST) == len(Lane)
    with pytest.raises(ValueError, match="web_connections"):
        Settings(web_connections=LEAST - 1)


def test_the_refusal_says_what_to_do() -> None:
    with pytest.raises(TooFewConnections) as refused:
        sized(SMALL, 97, 4, 40)
    for sentence in sentences(refused.value).values():
        assert all(fact in sentence for fact in ("97", "4", "40", "197", "WEB_WORKERS", "max_connections"))


def test_the_start_says_what_was_chosen_and_why() -> None:
    assert set(WHY) == set(Why)
    assert size_line(Machine(4, 8_192), 97, Size(2, 30, 2, Why.connections)) == (
        "  规模 / size   2 个网页进程（取决于数据库连接数），各 30 个数据库连接；本机 4 核、8 GB，数据库可用连接 97 个"
        " / 2 web processes (by the database's connections), 30 database connections each;"
        " 4 cores, 8 GB, database allows 97"
    )


def test_the_database_says_how_many_it_takes(own_database: str) -> None:
    assert connections_allowed(own_database) == 300 - RESERVED
    with psycopg.connect(own_database, autocommit=True) as root:
        name = root.info.dbname
        root.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT 50')  # type: ignore[call-overload]
    assert connections_allowed(own_database) == 50


def test_a_start_with_more_than_the_database_allows_is_refused_in_one_sentence(own_database: str) -> None:
    answer = run("serve", PORT="0", DATABASE_URL=own_database, WEB_WORKERS="8", WEB_CONNECTIONS="60")
    zh, en = answer.stderr.splitlines()[-2:]
    assert (answer.returncode, answer.stdout) == (1, "")
    assert all("297" in line and "517" in line and "WEB_WORKERS" in line for line in (zh, en))
