"""An errand is seen by whoever asked for it, acting as they did then, and by nobody else."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import STAFF, Actor
from app.core.errors import NotFound
from app.core.moves import verbs_from
from app.errands.models import Errand
from app.errands.rules import KEPT, MOVES
from app.files.models import StoredFile

WHO = {"read": STAFF, "stop": STAFF}


def is_own(actor: Actor) -> sa.ColumnElement[bool]:
    party = Errand.party_id.is_not_distinct_from(actor.party_id)
    return sa.and_(Errand.account_id == actor.account_id, Errand.role == actor.role, party)


def actions(actor: Actor, errand: Errand) -> list[str]:
    return [verb for verb in verbs_from(MOVES, errand.status) if verb in WHO and actor.may(verb, WHO[verb])]


async def access_errand(session: AsyncSession, actor: Actor, errand_id: int) -> Errand:
    """One of one's own, locked. Refused with NotFound."""
    errand = await session.scalar(sa.select(Errand).where(Errand.id == errand_id, is_own(actor)).with_for_update())
    if errand is None:
        raise NotFound(errand=errand_id)
    return errand


async def read_made(session: AsyncSession, actor: Actor, errand_id: int, at: datetime) -> tuple[StoredFile, str]:
    """The file that an errand of one's own made, while it is kept, and its name; any other is not found."""
    query = sa.select(StoredFile, Errand.file).join(Errand, Errand.sha256 == StoredFile.sha256)
    found = await session.execute(query.where(Errand.id == errand_id, is_own(actor), Errand.moved_at > at - KEPT))
    row = found.one_or_none()
    if row is None:
        raise NotFound(errand=errand_id)
    return row[0], row[1] or ""
