"""Finding areas, and saying where they are: a community is always shown with its street and district."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from app.areas.models import Area
from app.areas.rules import DIGITS, AreaLevel, AreaUnknown, folded, prefixes_above
from app.core.errors import NotFound
from app.core.reading.listing import Labels
from app.matching.pinyin import typed

# Made once: to name a table anew costs more than the rest of a query.
NAMED, WITHIN = aliased(Area), aliased(Area)


async def areas_with_parents(session: AsyncSession, codes: Collection[str]) -> dict[str, list[Area]]:
    """code → [district, street, community …] down to the area itself; unknown codes are left out."""
    prefixes = {prefix for code in codes for prefix in prefixes_above(code)}
    found = await session.scalars(sa.select(Area).where(Area.prefix.in_(prefixes)))
    by_prefix = {area.prefix: area for area in found}
    by_code = {area.code: area for area in by_prefix.values()}
    return {
        code: [
            by_prefix[p]
            for p in prefixes_above(code)
            if p in by_prefix and len(p) <= len(by_code[code].prefix) and by_prefix[p].level is not AreaLevel.city
        ]
        or [by_code[code]]
        for code in codes
        if code in by_code
    }


async def names_of_areas(session: AsyncSession, codes: Collection[str]) -> Labels:
    """Code → its name, which is the same in every language of a list; unknown codes are left out."""
    query = sa.select(Area.code, Area.name).where(Area.code.in_(codes))
    return {code: (name, name) for code, name in await session.execute(query)}


async def read_area(session: AsyncSession, code: str) -> list[Area]:
    """The area with what it lies in: [district, street …] down to itself (NotFound)."""
    if path := (await areas_with_parents(session, [code])).get(code):
        return path
    raise NotFound(area=code)


async def require_areas(session: AsyncSession, codes: Collection[str]) -> None:
    """Refuse codes that the register does not have (AreaUnknown, naming the first)."""
    known = set(await session.scalars(sa.select(Area.code).where(Area.code.in_(codes))))
    for code in codes:
        if code not in known:
            raise AreaUnknown(code=code)


async def search_areas(
    session: AsyncSession, text: str, *, level: AreaLevel | None, under: str, limit: int
) -> list[list[Area]]:
    """Areas by name, alias, pronunciation or code, each with what it lies in; best first: the whole name, then its
    beginning, then anywhere in it."""
    wanted, sound = folded(text), typed(text)
    exact = Area.folded == wanted
    begins = sa.or_(Area.folded.startswith(wanted, autoescape=True), begins_as(Area.spelled, sound))
    anywhere = sa.or_(
        Area.folded.contains(wanted, autoescape=True),
        Area.aliases.contains(wanted, autoescape=True),
        Area.code.startswith(text.strip(), autoescape=True),
        sounds_like(Area.spelled, sound),
    )
    query = sa.select(Area).where(anywhere, Area.code.startswith(under, autoescape=True))
    if level:
        query = query.where(Area.level == level)
    rank = sa.case((exact, 0), (begins, 1), else_=2)
    codes = [area.code for area in await session.scalars(query.order_by(rank, Area.code).limit(limit))]
    paths = await areas_with_parents(session, codes)
    return [paths[code] for code in codes]


def communities_in(text: str) -> sa.Select[str]:
    """The codes of all areas that lie in one of that name, or pronounced so, itself among them: those between its first
    and its last code, which an index finds."""
    called = sa.or_(NAMED.folded.contains(folded(text), autoescape=True), sounds_like(NAMED.spelled, typed(text)))
    first, last = (sa.func.rpad(NAMED.prefix, DIGITS[AreaLevel.community], end) for end in ("0", "9"))
    return sa.select(WITHIN.code).join(NAMED, WITHIN.code.between(first, last)).where(called)


def sounds_like(spelled: sa.ColumnElement[str] | InstrumentedAttribute[str], sound: str) -> sa.ColumnElement[bool]:
    """Whether a name is pronounced so, or in part; never where nothing was typed that is a pronunciation."""
    return spelled.contains(sound) if sound else sa.false()


def begins_as(spelled: sa.ColumnElement[str] | InstrumentedAttribute[str], sound: str) -> sa.ColumnElement[bool]:
    """Whether one of the readings of a name begins so."""
    return sa.func.concat(" ", spelled).contains(f" {sound}") if sound else sa.false()


async def count_areas(session: AsyncSession) -> int:
    return (await session.scalars(sa.select(sa.func.count()).select_from(Area))).one()
