"""The sentence model reads the texts of the market, each once; whoever ranks finds the vectors beside the rows.

Where the model is not installed nothing is read, and texts are compared by their words.
"""

import asyncio
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

import sqlalchemy as sa
import structlog
from sqlalchemy.dialects.postgresql import array, insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.installation.jobs import unit
from app.matching.ranking.meaning import sentences, text_of
from app.matching.ranking.records import Category, NeedRecord, OfferRecord
from app.matching.sentences import MODEL, is_installed, sentence_model
from app.needs.models import Need
from app.offers.models import Offer
from app.rankings.entries import NEED_TEXT, NEEDS, OFFER_TEXT, OFFERS, digest_of, vectors_of
from app.rankings.market import TAXONOMY, read_reference
from app.rankings.models import Meaning

AT_A_TIME = 1_000
log = structlog.get_logger()
Parts = tuple[str, ...]


class Unread(NamedTuple):
    """A text, and the needs or offers that say it."""

    side: str
    digest: bytes
    parts: Parts
    ids: list[int]


def _unread_in(market: sa.Select[*tuple[Any, ...]], id: Any, text: Sequence[Any]) -> sa.Select[*tuple[Any, ...]]:
    digest = digest_of(*text).label("digest")
    unread = market.with_only_columns(digest, sa.func.array_agg(id), array([*map(sa.func.min, text)]))
    return unread.where(vectors_of(digest_of(*text)).is_(None)).group_by(digest).limit(AT_A_TIME)


def _count_in(market: sa.Select[*tuple[Any, ...]], text: Sequence[Any]) -> sa.Select[int]:
    return market.with_only_columns(sa.func.count()).where(vectors_of(digest_of(*text)).is_(None))


UNREAD = {"need": _unread_in(NEEDS, Need.id, NEED_TEXT), "offer": _unread_in(OFFERS, Offer.id, OFFER_TEXT)}
UNREAD_ROWS = (_count_in(NEEDS, NEED_TEXT), _count_in(OFFERS, OFFER_TEXT))
EDITED = sa.text("SELECT market_edited(:side, id) FROM unnest(CAST(:ids AS bigint[])) AS id")


def is_read(records: Iterable[Category | NeedRecord | OfferRecord]) -> bool:
    """Whether the model need not read any of them; always where there is none."""
    return not is_installed() or all(record.meaning for record in records)


async def unread_rows(session: AsyncSession) -> int:
    """How many needs and offers say what the model has not read."""
    return sum([await session.scalar(count) or 0 for count in UNREAD_ROWS])


async def read_taxonomy() -> None:
    """What the labels mean: a base stands on whether that is known."""
    async with unit() as session:
        digest, terms = await session.scalar(sa.select(TAXONOMY)), await read_reference(session)
    if not is_read(terms.categories):
        labels = [text_of(category.parts) for category in terms.categories]
        vectors = await asyncio.to_thread(lambda: sentence_model().vectors(labels).tobytes())
        async with unit() as session:
            await _keep(session, [(digest, vectors)])


async def read_texts(as_edits: bool) -> None:
    """Read what was not read yet of all that is public. `as_edits`: every process takes up its rows again; where they
    are many a base is made instead."""
    while is_installed() and await _read_some(as_edits):
        pass


async def _read_some(as_edits: bool) -> int:
    """How many texts were read; none when all are."""
    async with unit() as session:
        found = [
            Unread(side, digest, tuple(parts), ids)
            for side, query in UNREAD.items()
            for digest, ids, parts in await session.execute(query)
        ]
    if not found:
        return 0
    vectors = await asyncio.to_thread(read, [text.parts for text in found])
    async with unit() as session:
        await _keep(session, [(text.digest, read) for text, read in zip(found, vectors, strict=True)])
        for side in UNREAD if as_edits else ():
            ids = [id for text in found if text.side == side for id in text.ids]
            await session.execute(EDITED, {"side": side, "ids": ids})
    log.info("texts_read", texts=len(found))
    return len(found)


def read(texts: Sequence[Parts]) -> list[bytes]:
    """Of each text the vector of the whole, and after it those of its sentences."""
    said = [[text_of(parts), *sentences(parts)] for parts in texts]
    vectors = sentence_model().vectors([each for text in said for each in text])
    return [vectors[begin:end].tobytes() for begin, end in pairwise(accumulate(map(len, said), initial=0))]


async def _keep(session: AsyncSession, read: Sequence[tuple[Any, bytes]]) -> None:
    rows = [{"model": MODEL, "digest": digest, "vectors": vectors} for digest, vectors in read]
    await session.execute(insert(Meaning).on_conflict_do_nothing(), rows)
