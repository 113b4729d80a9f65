"""The market as matching sees it: every open need and every published offer, ready to be ranked.

It stands in two layers (`Layered`): a base, made once a day for all processes, and what was edited since, which
triggers write down (`market_edits`). An edit makes the edited rows ready and nothing else. How rare words are is
counted with each base, so within a day nobody's score moves because of an unrelated entry.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import NOW
from app.core.days.calendar import shanghai_date
from app.matching import ranking
from app.matching.ranking.layered import Layered
from app.matching.ranking.meaning import vector_at
from app.matching.ranking.prepared import PreparedNeeds, PreparedOffers, new_frame, prepare_needs, prepare_offers
from app.matching.ranking.profiles import Reader
from app.matching.ranking.records import NeedRecord, OfferRecord, Reference
from app.matching.sentences import MODEL
from app.matching.sources import state
from app.needs.models import Need
from app.offers.models import Offer
from app.rankings.entries import NEEDS, OFFERS, digest_of, need_entries, offer_entries, vectors_of
from app.taxonomy.models import Category as CategoryRow
from app.taxonomy.models import Population as PopulationRow
from app.taxonomy.queries import reference

ENGINE = state(Path(ranking.__path__[0]))


class Ground(NamedTuple):
    """What a base stands on. `database` tells a cluster from its copies and from itself before a recovery, since both
    count transactions anew; `terms` is a digest of the taxonomy, of the sources that read texts by it and of whether
    the sentence model has read it: what an older version of the platform made of a text is not compared with what this
    one makes of another."""

    database: str
    terms: str
    day: date


class State(NamedTuple):
    """The `ground` as it is now, and the snapshot in which this was seen (`pg_current_snapshot`)."""

    ground: Ground
    seen: str


Edits = Mapping[tuple[str, int], int]  # (side, id) → number of the edit


@dataclass(frozen=True)
class Market:
    """The edits visible in the snapshot `seen` are taken up; so are those in `taken`, of a transaction that was not
    over then, since it was the one that looked."""

    ground: Ground
    seen: str
    taken: Edits
    needs: Layered[PreparedNeeds]
    offers: Layered[PreparedOffers]

    @property
    def edited(self) -> int:
        """How many rows lie over the base."""
        return len(self.needs.edited.ids) + len(self.offers.edited.ids)


class Edited(NamedTuple):
    """Which needs and offers were written."""

    needs: frozenset[int]
    offers: frozenset[int]

    @classmethod
    def of(cls, keys: Iterable[tuple[str, int]]) -> "Edited":
        pairs = list(keys)
        return cls(*(frozenset(id for side, id in pairs if side == wanted) for wanted in ("need", "offer")))

    @property
    def rows(self) -> int:
        return len(self.needs) + len(self.offers)

    def parts(self, size: int) -> list["Edited"]:
        """The same in parts of at most `size`."""
        keys = [*(("need", id) for id in sorted(self.needs)), *(("offer", id) for id in sorted(self.offers))]
        return [Edited.of(keys[begin : begin + size]) for begin in range(0, len(keys), size)]


class Fresh(NamedTuple):
    """What edited rows hold now; ids in `gone` are not, or no longer, in the market."""

    needs: list[NeedRecord]
    needs_gone: list[str]
    offers: list[OfferRecord]
    offers_gone: list[str]


def _digest(*columns: Any, order: Any) -> sa.Function[str]:
    return sa.func.md5(sa.func.string_agg(sa.func.concat_ws(":", *columns), aggregate_order_by(sa.literal(","), order)))


CATEGORIES = sa.select(_digest(CategoryRow.code, CategoryRow.label_zh, CategoryRow.synonyms, order=CategoryRow.code))
POPULATIONS = sa.select(
    _digest(
        PopulationRow.code,
        PopulationRow.label_zh,
        PopulationRow.synonyms,
        PopulationRow.age_min,
        PopulationRow.age_max,
        order=PopulationRow.code,
    )
)
TAXONOMY = digest_of(CATEGORIES.scalar_subquery())
DATABASE = (
    "(SELECT concat_ws(':', system_identifier, timeline_id, (SELECT oid FROM pg_database WHERE datname ="
    " current_database())) FROM pg_control_system(), pg_control_checkpoint())"
)
STATE: sa.Select[str, str, str, datetime] = sa.select(
    sa.literal_column(DATABASE, sa.Text),
    sa.func.concat(
        CATEGORIES.scalar_subquery(),
        POPULATIONS.scalar_subquery(),
        sa.literal(MODEL) + sa.cast(sa.func.octet_length(vectors_of(TAXONOMY)), sa.Text),  # none while unread
        type_=sa.Text(),
    ),
    sa.literal_column("pg_current_snapshot()::text", sa.Text),
    NOW,
)
SINCE = sa.text(
    "SELECT side, thing_id, edit FROM market_edits"
    " WHERE xid >= CAST(CAST(pg_snapshot_xmin(CAST(:seen AS pg_snapshot)) AS text) AS bigint)"
    " AND (NOT pg_visible_in_snapshot(CAST(CAST(xid AS text) AS xid8), CAST(:seen AS pg_snapshot))"
    " OR xid = CAST(CAST(pg_current_xact_id_if_assigned() AS text) AS bigint)) ORDER BY edit"  # its own is not over yet
)
FORGET = sa.text(
    "DELETE FROM market_edits WHERE pg_visible_in_snapshot(CAST(CAST(xid AS text) AS xid8), CAST(:seen AS pg_snapshot))"
)


async def state_of(session: AsyncSession) -> State:
    database, terms, seen, at = (await session.execute(STATE)).one()
    return State(Ground(database, f"{terms}:{ENGINE}", shanghai_date(at)), seen)


async def edits_since(session: AsyncSession, seen: str) -> Edits:
    """What transactions have written that were not over in the snapshot `seen`."""
    return {(side, id): edit for side, id, edit in await session.execute(SINCE, {"seen": seen})}


def untaken(market: Market, since: Edits) -> Edited:
    """What of the edits `since` the market saw it has not taken up, or has and was undone."""
    return Edited.of(key for key, _ in since.items() ^ market.taken.items())


async def forget_edits(session: AsyncSession, seen: str) -> None:
    """Those that were over in the snapshot `seen`: a base holds them."""
    await session.execute(FORGET, {"seen": seen})


async def read_fresh(session: AsyncSession, edited: Edited, day: date) -> Fresh:
    """The edited rows as they stand."""
    needs = await need_entries(session, edited.needs, day)
    offers = await offer_entries(session, edited.offers, day)
    asking = {id: need.record for id, need in needs.items() if need.is_open}
    return Fresh(
        [*asking.values()],
        [str(id) for id in edited.needs - asking.keys()],
        [offer.record for offer in offers.values()],
        [str(id) for id in edited.offers - offers.keys()],
    )


def renewed(market: Market, fresh: Fresh) -> Market:
    """The market after these edits. Takes about a millisecond a row."""
    needs = market.needs.renewed(fresh.needs, fresh.needs_gone)
    offers = market.offers.renewed(fresh.offers, fresh.offers_gone)
    return replace(market, needs=needs, offers=offers)


async def read_reference(session: AsyncSession) -> Reference:
    """The taxonomy as matching knows it, and what its labels mean once the model has read them."""
    terms, vectors = await reference(session), await session.scalar(sa.select(vectors_of(TAXONOMY))) or b""
    read = (replace(each, meaning=vector_at(vectors, place)) for place, each in enumerate(terms.categories))
    return Reference(tuple(read), terms.populations)


async def public_ids(session: AsyncSession) -> Edited:
    """All that may stand in the market."""
    needs = await session.scalars(NEEDS.with_only_columns(Need.id))
    offers = await session.scalars(OFFERS.with_only_columns(Offer.id))
    return Edited(frozenset(needs), frozenset(offers))


async def has_more_than(session: AsyncSession, few: int) -> bool:
    """Whether more may stand in the market."""
    some = [side.with_only_columns(id).limit(few + 1) for side, id in ((NEEDS, Need.id), (OFFERS, Offer.id))]
    return (await session.scalar(sa.select(sa.func.count()).select_from(sa.union_all(*some).subquery())) or 0) > few


def prepared(fresh: Fresh, reader: Reader) -> tuple[PreparedNeeds, PreparedOffers]:
    """Both sides, their records beside them. Takes about a millisecond a row."""
    statistics, frame = reader.statistics(tuple(fresh.needs), tuple(fresh.offers)), new_frame(reader)
    needs = prepare_needs(fresh.needs, reader, statistics, frame)
    return needs, prepare_offers(fresh.offers, reader, statistics, frame)


async def prepared_sides(session: AsyncSession) -> tuple[PreparedNeeds, PreparedOffers]:
    """Everything public, for those who rank all of it at once."""
    terms, (_, _, day) = await read_reference(session), (await state_of(session)).ground
    return prepared(await read_fresh(session, await public_ids(session), day), Reader(terms))


def built(state: State, reader: Reader, fresh: Fresh) -> Market:
    """A new base of everything public."""
    return on_base(state, *prepared(fresh, reader))


def on_base(state: State, needs: PreparedNeeds, offers: PreparedOffers) -> Market:
    """A market of which nothing was edited yet. The records are let go: rankings read those they speak of."""
    frame, statistics, reader = needs.snapshot.frame, needs.statistics, needs.reader
    bare_needs = PreparedNeeds({}, needs.snapshot, reader, statistics)
    bare_offers = PreparedOffers({}, offers.snapshot, reader, statistics)
    return Market(
        state.ground,
        state.seen,
        {},
        Layered(bare_needs, prepare_needs((), reader, statistics, frame)),
        Layered(bare_offers, prepare_offers((), reader, statistics, frame)),
    )
