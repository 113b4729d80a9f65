"""Reading categories and populations."""

from collections.abc import Collection
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.core.reading.listing import Labels
from app.taxonomy.models import Category, Population
from app.taxonomy.rules import CategoryUnknown, PopulationUnknown


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


def services_called(text: str) -> sa.Select[str]:
    """The codes of the services that go by this name or have it among their synonyms, and of all under them."""
    named, under = aliased(Category), aliased(Category)
    synonym = sa.func.jsonb_array_elements_text(named.synonyms).column_valued("synonym")
    also = sa.exists().where(synonym.icontains(text, autoescape=True))
    labels = (named.label_zh.icontains(text, autoescape=True), named.label_en.icontains(text, autoescape=True))
    return sa.select(under.code).join(named, under.code.startswith(named.code)).where(sa.or_(*labels, also))


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
