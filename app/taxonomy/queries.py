"""Reading categories and populations, and texts by them."""

import asyncio
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from app.core.reading.listing import Labels
from app.matching.ranking import records
from app.matching.ranking.profiles import Reader
from app.matching.ranking.searched import Meant, arms, pairs_asked, pattern
from app.matching.ranking.suggestions import Suggestions, suggestions
from app.taxonomy.models import Category, Population
from app.taxonomy.rules import CategoryUnknown, PopulationUnknown

# Made once: to name a table anew costs more than the rest of a query.
NAMED, UNDER = aliased(Category), aliased(Category)


class Vocabulary(NamedTuple):
    """What services and groups of people are called."""

    categories: Labels
    populations: Labels


async def vocabulary(session: AsyncSession) -> Vocabulary:
    columns = (sa.select(of.code, of.label_zh, of.label_en) for of in (Category, Population))
    found = [await session.execute(query) for query in columns]
    return Vocabulary(*({code: (zh, en) for code, zh, en in rows} for rows in found))


async def list_categories(session: AsyncSession) -> list[Category]:
    return list(await session.scalars(sa.select(Category).order_by(Category.code)))


async def list_populations(session: AsyncSession) -> list[Population]:
    return list(await session.scalars(sa.select(Population).order_by(Population.code)))


reader_of = lru_cache(2)(Reader)  # of a taxonomy: half a second


async def reference(session: AsyncSession) -> records.Reference:
    """The taxonomy as matching knows it."""
    named = [(of.code, of.label_zh, of.label_en, of.synonyms) for of in (Category, Population)]
    services = await session.execute(sa.select(*named[0]).order_by(Category.code))
    groups = await session.execute(
        sa.select(*named[1], Population.age_min, Population.age_max).order_by(Population.code)
    )
    return records.Reference(
        tuple(records.Category(code, zh, en, tuple(also)) for code, zh, en, also in services),
        tuple(records.Population(code, zh, en, tuple(also), *ages) for code, zh, en, also, *ages in groups),
    )


async def suggest_terms(session: AsyncSession, *texts: tuple[str, str]) -> list[Suggestions]:
    """What needs and offers of these titles and descriptions may be about; nothing where no word of it says so."""
    terms = await reference(session)
    return await asyncio.to_thread(lambda: [suggestions(reader_of(terms), *text) for text in texts])


def services_called(text: str) -> sa.Select[str]:
    """The codes of the services that go by this name or have it among their synonyms, and of all under them."""
    synonym = sa.func.jsonb_array_elements_text(NAMED.synonyms).column_valued("synonym")
    also = sa.exists().where(synonym.icontains(text, autoescape=True))
    labels = (NAMED.label_zh.icontains(text, autoescape=True), NAMED.label_en.icontains(text, autoescape=True))
    return sa.select(UNDER.code).join(NAMED, UNDER.code.startswith(NAMED.code)).where(sa.or_(*labels, also))


def one_of(codes: sa.Select[Any]) -> sa.ColumnElement[Any]:
    """The same as `in_`, as an array: it is made first, and an index then finds what has one of them."""
    return sa.any_(sa.func.array(codes.scalar_subquery()))


def having_all(id: InstrumentedAttribute[int], groups: Sequence[Sequence[sa.Select[int]]]) -> Sequence[sa.Select[int]]:
    """Queries for the rows that each group finds by one of its queries."""
    if len(groups) == 1:
        return groups[0]
    return [sa.select(id).where(*(id.in_(sa.union_all(*group)) for group in groups))]


def saying(
    id: InstrumentedAttribute[int], said: Sequence[InstrumentedAttribute[str]], words: Meant
) -> list[sa.Select[int]]:
    """The rows (`id`) of which one of the columns says one of the words: those that hold its pairs of characters, by
    their index, and of these the ones that do say it."""
    found = []
    for arm in arms(words):
        query = sa.select(id).where(*holding(said, [arm.words]))
        if not arm.is_sure:
            query = query.where(sa.or_(*(column.regexp_match(pattern(arm.words), "i") for column in said)))
        found.append(query)
    return found


def holding(said: Sequence[InstrumentedAttribute[str]], groups: Sequence[Meant]) -> list[sa.ColumnElement[bool]]:
    """That the columns together, as their index has them, hold the pairs of one of each group's words, as far as it is
    known by which pairs those are found."""
    first, *others = said
    whole: sa.ColumnElement[str] = first.expression
    for column in others:
        whole = whole + sa.literal_column("'|'", sa.Text) + column
    asked = [pairs_asked(words) for words in groups]
    return [sa.func.pairs_of(whole).op("@@")(sa.cast(pairs, TSQUERY)) for pairs in asked if pairs is not None]


async def require_categories(session: AsyncSession, codes: Collection[str]) -> None:
    """Refuse codes that the taxonomy does not have (CategoryUnknown, naming the first)."""
    known = set(await session.scalars(sa.select(Category.code).where(Category.code.in_(codes))))
    for code in codes:
        if code not in known:
            raise CategoryUnknown(code=code)


async def require_populations(session: AsyncSession, codes: Collection[str]) -> None:
    """Refuse codes that the list of populations does not have (PopulationUnknown, naming the first)."""
    known = set(await session.scalars(sa.select(Population.code).where(Population.code.in_(codes))))
    for code in codes:
        if code not in known:
            raise PopulationUnknown(code=code)
