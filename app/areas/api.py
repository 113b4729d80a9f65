"""Areas by name or code, for everyone."""

from typing import Annotated

from fastapi import Query

from app.areas import queries
from app.areas.rules import AreaLevel
from app.areas.schemas import AreaRead
from app.core.actors import EVERYONE
from app.core.fields import Code, Search
from app.core.http import unit as web
from app.core.http.unit import UnitSession, allow

router = web.router("/areas", "areas", web.Open)
Limit = Annotated[int, Query(ge=1, le=500)]


@router.get("", operation_id="list_areas", dependencies=[allow(EVERYONE)])
async def list_areas(
    session: UnitSession, q: Search = "", level: AreaLevel | None = None, under: Search = "", limit: Limit = 20
) -> list[AreaRead]:
    found = await queries.search_areas(session, q, level=level, under=under, limit=limit)
    return [AreaRead.of(path) for path in found]


@router.get("/{code}", operation_id="read_area", dependencies=[allow(EVERYONE)])
async def read_area(session: UnitSession, code: Code) -> AreaRead:
    return AreaRead.of(await queries.read_area(session, code))
