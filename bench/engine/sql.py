"""The SQL peer of M1: the engine's filters and scoring as one PostgreSQL query over well-indexed tables.

Offers stand in each of their shards, as in the engine; words are postings with a covering index, and a need hands over
everything it has prepared (its words, its spread-out signature, its areas, the groups that suit it as bit masks). All
runs in memory after a warm-up, with a prepared statement.
"""

import contextlib
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from app.core.installation.postgres import embedded
from app.matching.ranking.arrays.columns import EARLIEST, IN_TURNS, LATEST, OfferColumns, Words, take
from app.matching.ranking.arrays.snapshot import Snapshot, words_at
from app.matching.ranking.arrays.vectors import NEAR
from app.matching.ranking.batch import NOBODY, TOP, Best
from app.matching.ranking.points import millionths
from app.matching.ranking.records import CRITERIA, DEFAULT_WEIGHTS
from bench.engine.city import City
from bench.engine.winners import PeerDisagrees

Ask = Callable[[int], list[tuple[Any, ...]]]
SETTINGS = (
    "shared_buffers=2GB",
    "work_mem=64MB",
    "fsync=off",
    "jit=off",
    "max_parallel_workers_per_gather=0",
    "plan_cache_mode=force_custom_plan",
)
WARM_UP = 30
PLAIN = ("budget", "length", "starts", "ends", "months", "people")
QUERY = (Path(__file__).parent / "one_need.sql").read_text(encoding="utf-8")

TABLES = """
CREATE TABLE offers (
  top smallint, row integer, groups bigint, flags smallint, qualified bigint, price bigint, kind smallint,
  opens integer, closes integer, months integer, amount integer, rating float8, places integer[], named integer[],
  nodes integer[], node_values float4[]);
CREATE TABLE postings (top smallint, term integer, row integer, weight float4);
"""
INDEXES = """
CREATE INDEX ON offers (top, price);
CREATE UNIQUE INDEX ON postings (top, term, row) INCLUDE (weight);
VACUUM ANALYZE offers;
VACUUM ANALYZE postings;
"""


def _points() -> str:
    """The score in ten-thousandths from the columns named after the criteria: see `app.matching.ranking.points`."""
    weights = dict(zip(CRITERIA, millionths(DEFAULT_WEIGHTS), strict=True))
    parts = [
        f"coalesce((2 * {w} * round({name} * 10000)::bigint + total) / (2 * total), 0)" for name, w in weights.items()
    ]
    return " + ".join(parts)


def _total() -> str:
    weights = dict(zip(CRITERIA, millionths(DEFAULT_WEIGHTS), strict=True))
    return " + ".join(f"({name} IS NOT NULL)::int * {w}::bigint" for name, w in weights.items())


def query(levels: Sequence[float]) -> str:
    kin = " ".join(f"WHEN groups & %(suits{n})s <> 0 THEN {level}::float8" for n, level in enumerate(levels))
    near = " ".join(
        f"WHEN places && %(places{n})s THEN {level}::float8" for n, level in enumerate(sorted(set(NEAR), reverse=True))
    )
    return _typed(
        QUERY.format(
            kin=kin,
            near=near,
            earliest=EARLIEST,
            latest=LATEST,
            in_turns=IN_TURNS,
            total=_total(),
            points=_points(),
            criteria=", ".join(CRITERIA),
            top=TOP,
        )
    )


def _typed(text: str) -> str:
    """The parameters with their types, which the driver would guess from the size of each number."""
    lists, dense = "named|inside|terms|places\\d", "wanted|weights"
    text = re.sub(rf"%\(({lists})\)s", r"%(\1)s::integer[]", re.sub(rf"%\(({dense})\)s", r"%(\1)s::float4[]", text))
    return re.sub(r"%\((?!known)(\w+)\)s(?!::)", r"%(\1)s::bigint", text)


@contextlib.contextmanager
def asked(made: City, snapshot: Snapshot[OfferColumns]) -> Iterator[Ask]:
    """A server with the city in it; ask(row) runs the query for that need."""
    with tempfile.TemporaryDirectory(prefix="sx-sql-") as name:
        Path(name).chmod(0o755)  # the server may run as another user
        server = embedded(Path(name), options=[part for each in SETTINGS for part in ("-c", each)])
        try:
            with psycopg.connect(server.start(), autocommit=True, prepare_threshold=0) as connection:
                _fill(connection, made, snapshot)
                statement, tops = query(made.frame.levels.tolist()), made.needs.tops

                prepared = cache(lambda row: parameters(made, row, int(tops.tops[tops.start[row]])))

                def ask(row: int) -> list[tuple[Any, ...]]:
                    return connection.execute(statement, prepared(int(row))).fetchall()

                for row in range(min(WARM_UP, len(made.needs))):
                    ask(row)
                yield ask
        finally:
            server.stop()


def _fill(connection: psycopg.Connection[Any], made: City, snapshot: Snapshot[OfferColumns]) -> None:
    _each(connection, TABLES)
    cursor = connection.cursor()
    for shard in snapshot.shards:
        rows = np.unique(shard.rows).astype(np.int64)
        with cursor.copy("COPY offers FROM STDIN") as copy:
            for line in _offers(shard.top, rows, take(made.offers.columns, rows)):
                copy.write_row(line)
        with cursor.copy("COPY postings FROM STDIN") as copy:
            for part in np.array_split(rows, 1 + len(rows) // 1_000):
                copy.write(_posting_lines(shard.top, part, words_at(made.offers.words, part)))
    _each(connection, INDEXES)


def _each(connection: psycopg.Connection[Any], statements: str) -> None:
    for statement in statements.split(";"):
        if statement.strip():
            connection.execute(statement)


def _posting_lines(top: int, rows: NDArray[np.int64], words: Words) -> str:
    owners = np.repeat(rows, np.diff(words.start)).tolist()
    postings = zip(words.terms.tolist(), owners, words.weights.tolist(), strict=True)
    return "".join(f"{top}\t{term}\t{row}\t{weight!r}\n" for term, row, weight in postings)


def _offers(top: int, rows: NDArray[np.int64], held: OfferColumns) -> Iterator[list[Any]]:
    plain = [
        column.tolist()
        for column in (held.groups, held.flags, held.qualified, held.price, held.kind, held.opens, held.closes)
    ]
    plain += [column.tolist() for column in (held.months, held.amount)]
    ratings = [None if np.isnan(value) else value for value in held.rating.tolist()]
    lists = [
        _lists(held.place_start, held.place),
        _lists(held.named_start, held.named),
        _lists(held.about_start, held.about),
        _lists(held.about_start, held.about_value),
    ]
    for row, *values in zip(rows.tolist(), *plain, ratings, *lists, strict=True):
        yield [top, row, *values]


def _lists(start: NDArray[np.int32], items: NDArray[Any]) -> list[list[Any]]:
    return [part.tolist() for part in np.split(items, start[1:-1])]


def parameters(made: City, row: int, top: int) -> dict[str, Any]:
    """What the need brings to the query."""
    needs, words, frame = made.needs.columns, made.needs.words, made.frame
    groups = [bit for bit in range(len(frame.compatible)) if int(needs.groups[row]) >> bit & 1]
    suits = np.bitwise_or.reduce(frame.suits[0][groups], axis=0)
    about = slice(needs.about_start[row], needs.about_start[row + 1])
    wanted = np.zeros(frame.dimensions, dtype=np.float32)
    wanted[needs.about[about]] = needs.about_value[about]
    said = slice(words.start[row], words.start[row + 1])
    areas = {level: needs.places[row][level == NEAR].tolist() for level in sorted(set(NEAR), reverse=True)}
    plain = {
        name: int(getattr(needs, name)[row]) for name in ("budget", "length", "starts", "ends", "months", "people")
    }
    return {
        **plain,
        "top": top,
        "groups": int(needs.groups[row]),
        "fitting": int(np.bitwise_or.reduce(frame.compatible[groups])),
        "qualified": int(needs.qualified[row]),
        "named": needs.named[needs.named_start[row] : needs.named_start[row + 1]].tolist(),
        "inside": needs.places[row].tolist(),
        "terms": words.terms[said].tolist(),
        "weights": words.weights[said].tolist(),
        "known": about.stop > about.start,
        "wanted": wanted.tolist(),
        **{f"suits{number}": int(mask) for number, mask in enumerate(suits)},
        **{f"places{number}": inside for number, inside in enumerate(areas.values())},
    }


def check_same(ask: Ask, rows: Sequence[int], ours: Callable[[int], Best]) -> None:
    """Both must list the same offers with the same points. Refusal: PeerDisagrees."""
    for row in rows:
        best = ours(int(row))
        listed = best.rows[0] != NOBODY
        mine = list(zip(best.rows[0][listed].tolist(), best.points[0][listed].tolist(), strict=True))
        theirs = [(found, int(points)) for found, points, *_ in ask(int(row))]
        if mine != theirs:
            raise PeerDisagrees(on=f"M1, {row}", ours=str(mine), peer=str(theirs))
