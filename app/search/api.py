"""Search: for everyone, each as far as they see."""

from typing import Annotated

from fastapi import Query

from app.core.actors import EVERYONE
from app.core.clock import now
from app.core.fields import Line
from app.core.http import unit as web
from app.core.http.unit import CurrentActor, UnitSession, allow
from app.search import queries
from app.search.schemas import SearchRead

router = web.router("/search", "search", web.Open)
Wanted = Annotated[str, Line(100, least=1)]
Limit = Annotated[int, Query(ge=1, le=20)]


@router.get("", operation_id="search", dependencies=[allow(EVERYONE)])
async def search(session: UnitSession, actor: CurrentActor, q: Wanted, limit: Limit = 5) -> SearchRead:
    """Needs, offers, organisations and notices that speak of `q`, in these or in words that mean the same."""
    return SearchRead.of(await queries.find(session, actor, q, limit, await now(session)))
