"""The SQL peer of M1: the engine's filters and scoring as one PostgreSQL query over well-indexed tables.

Offers stand as in the engine: in each of their categories once for every district they reach, or once for all (part 0),
in that order on the disk; words and signatures are postings of these parts with a covering index, joined with the few
terms and nodes of the need. A need hands over everything it has prepared (its words, its signature, its areas, the
groups that suit it as bit masks). All runs in memory after a warm-up, with a prepared statement.
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
from app.matching.ranking.arrays.columns import EARLIEST, IN_TURNS, LATEST, take
from app.matching.ranking.arrays.snapshot import words_at
from app.matching.ranking.arrays.vectors import NEAR
from app.matching.ranking.batch import NOBODY, TOP, Best
from app.matching.ranking.points import millionths
from app.matching.ranking.records import CRITERIA, DEFAULT_WEIGHTS
from bench.engine.blocks import DISTRICT, Ints, masks
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
    "enable_nestloop=off",  # taken for one, the offers found would be joined with the sums one by one
)
WARM_UP = 30
QUERY = (Path(__file__).parent / "one_need.sql").read_text(encoding="utf-8")

TABLES = """
CREATE TABLE offers (
  top smallint, part smallint, row integer, tops bigint, groups bigint, flags smallint, qualified bigint, price bigint,
  kind smallint, opens integer, closes integer, months integer, amount integer, rating float8, places integer[],
  named integer[], is_about boolean);
CREATE TABLE postings (top smallint, part smallint, term integer, row integer, weight float4);
CREATE TABLE nodes (top smallint, part smallint, node integer, row integer, value float4);
"""
INDEXES = """
CREATE INDEX ON offers (top, part);
CREATE UNIQUE INDEX ON postings (top, part, term, row) INCLUDE (weight);
CREATE UNIQUE INDEX ON nodes (top, part, node, row) INCLUDE (value);
VACUUM ANALYZE offers;
VACUUM ANALYZE postings;
VACUUM ANALYZE nodes;
"""


def _points() -> str:
    """The score in ten-thousandths from the columns named after the criteria: see `app.matching.ranking.points`."""
    weights = dict(zip(CRITERIA, millionths(DEFAULT_WEIGHTS), strict=True))
    parts = [f"coalesce({w} * round({name} * 10000)::bigint / total, 0)" for name, w in weights.items()]
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
    lists, dense = "named|inside|terms|nodes|tops|parts|places\\d", "values|weights"
    text = re.sub(rf"%\(({lists})\)s", r"%(\1)s::integer[]", re.sub(rf"%\(({dense})\)s", r"%(\1)s::float4[]", text))
    return re.sub(r"%\((?!known)(\w+)\)s(?!::)", r"%(\1)s::bigint", text)


@contextlib.contextmanager
def asked(made: City) -> Iterator[Ask]:
    """A server with the city in it; ask(row) runs the query for that need."""
    with tempfile.TemporaryDirectory(prefix="sx-sql-") as name:
        Path(name).chmod(0o755)  # the server may run as another user
        server = embedded(Path(name), options=[part for each in SETTINGS for part in ("-c", each)])
        try:
            with psycopg.connect(server.start(), autocommit=True, prepare_threshold=0) as connection:
                _fill(connection, made)
                statement, prepared = query(made.frame.levels.tolist()), cache(lambda row: parameters(made, row))

                def ask(row: int) -> list[tuple[Any, ...]]:
                    return connection.execute(statement, prepared(int(row))).fetchall()

                for row in range(min(WARM_UP, len(made.needs))):
                    ask(row)
                yield ask
        finally:
            server.stop()


def _fill(connection: psycopg.Connection[Any], made: City) -> None:
    _each(connection, TABLES)
    parts = _parts(made)
    cursor, tops = connection.cursor(), made.offers.tops
    owner = np.repeat(np.arange(len(made.offers)), np.diff(tops.start))
    for top in np.unique(tops.tops).tolist():
        of_top = parts[np.isin(parts[:, 1], owner[tops.tops == top])]
        for part in np.unique(of_top[:, 0]).tolist():
            rows = of_top[of_top[:, 0] == part, 1]
            with cursor.copy("COPY offers FROM STDIN") as copy:
                for line in _offers(made, rows):
                    copy.write_row([top, part, *line])
            words, columns = words_at(made.offers.words, rows), take(made.offers.columns, rows)
            about = (columns.about_start, columns.about, columns.about_value)
            for table, held in (("postings", words), ("nodes", about)):
                with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                    copy.write(_posting_lines(top, part, rows, *held))
    _each(connection, INDEXES)


def _parts(made: City) -> Ints:
    """(part, offer) of every district that an offer reaches, or part 0 alone where it reaches all; in this order."""
    columns = made.offers.columns
    owner = np.repeat(np.arange(len(made.offers)), np.diff(columns.place_start))
    found = np.unique(np.stack([made.districts[columns.place], owner], axis=1), axis=0)
    is_everywhere = found[:, 0] == 0
    parts: Ints = found[is_everywhere | ~np.isin(found[:, 1], found[is_everywhere, 1])]
    return parts


def _each(connection: psycopg.Connection[Any], statements: str) -> None:
    for statement in statements.split(";"):
        if statement.strip():
            connection.execute(statement)


def _posting_lines(top: int, part: int, rows: Ints, start: Any, items: Any, values: Any) -> str:
    owners = np.repeat(rows, np.diff(start)).tolist()
    postings = zip(items.tolist(), owners, values.tolist(), strict=True)
    return "".join(f"{top}\t{part}\t{item}\t{row}\t{value!r}\n" for item, row, value in postings)


def _offers(made: City, rows: Ints) -> Iterator[list[Any]]:
    held, tops = take(made.offers.columns, rows), masks(made.offers.tops)[rows]
    plain = [
        column.tolist()
        for column in (held.groups, held.flags, held.qualified, held.price, held.kind, held.opens, held.closes)
    ]
    plain += [column.tolist() for column in (held.months, held.amount)]
    ratings = [None if np.isnan(value) else value for value in held.rating.tolist()]
    lists = [_lists(held.place_start, held.place), _lists(held.named_start, held.named)]
    is_about = (np.diff(held.about_start) > 0).tolist()
    yield from map(list, zip(rows.tolist(), tops.tolist(), *plain, ratings, *lists, is_about, strict=True))


def _lists(start: NDArray[np.int32], items: NDArray[Any]) -> list[list[Any]]:
    return [part.tolist() for part in np.split(items, start[1:-1])]


def parameters(made: City, row: int) -> dict[str, Any]:
    """What the need brings to the query."""
    needs, words, frame = made.needs.columns, made.needs.words, made.frame
    groups = [bit for bit in range(len(frame.compatible)) if int(needs.groups[row]) >> bit & 1]
    suits = np.bitwise_or.reduce(frame.suits[0][groups], axis=0)
    about = slice(needs.about_start[row], needs.about_start[row + 1])
    tops = made.needs.tops.tops[made.needs.tops.start[row] : made.needs.tops.start[row + 1]].tolist()
    said = slice(words.start[row], words.start[row + 1])
    areas = {level: needs.places[row][level == NEAR].tolist() for level in sorted(set(NEAR), reverse=True)}
    plain = {
        name: int(getattr(needs, name)[row]) for name in ("budget", "length", "starts", "ends", "months", "people")
    }
    return {
        **plain,
        "tops": tops,
        "mask": sum(1 << top for top in tops),
        "parts": [0, int(needs.places[row][DISTRICT])],
        "groups": int(needs.groups[row]),
        "fitting": int(np.bitwise_or.reduce(frame.compatible[groups])),
        "qualified": int(needs.qualified[row]),
        "named": needs.named[needs.named_start[row] : needs.named_start[row + 1]].tolist(),
        "inside": needs.places[row].tolist(),
        "terms": words.terms[said].tolist(),
        "weights": words.weights[said].tolist(),
        "known": about.stop > about.start,
        "nodes": needs.about[about].tolist(),
        "values": needs.about_value[about].tolist(),
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
