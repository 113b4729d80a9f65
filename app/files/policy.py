"""A file is read by whoever may read what it hangs on, and by nobody else.

This room lies below the rooms whose things carry files, and does not know them. Each says what it answers for with
`hang_on(…)` in `app/flow.py`: who may do what to a thing (or NotFound), and the thing locked for attaching.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import EVERYONE, Actor, Role, granted
from app.core.errors import NotFound
from app.files.models import Attachment
from app.files.rules import Holder

ATTACH = frozenset({Role.committee, Role.organization, Role.purchaser, Role.evaluator})
WHO = {"list": EVERYONE, "read": EVERYONE, "attach": ATTACH, "remove": ATTACH}

# The verbs that this actor may do to the thing of this number, "attach" among them. Refusal: NotFound.
ReadVerbs = Callable[[AsyncSession, Actor, int], Awaitable[list[str]]]
# The thing locked for attaching, as the audit stream it belongs to. Refusals: those of the verb "attach" there.
Access = Callable[[AsyncSession, Actor, int], Awaitable[str]]


class Holding(NamedTuple):
    """Where several rooms show a thing to different people, the first that knows it answers."""

    readers: tuple[ReadVerbs, ...]
    access: Access


HOLDINGS: dict[Holder, Holding] = {}


def hang_on(holder: Holder, access: Access, *readers: ReadVerbs) -> None:
    HOLDINGS[holder] = Holding(readers, access)


async def read_verbs(session: AsyncSession, actor: Actor, holder: Holder, holder_id: int) -> list[str]:
    """What this actor may do to the thing. Refusal: NotFound where it is not seen."""
    *first, last = HOLDINGS[holder].readers
    for read in first:
        with suppress(NotFound):
            return await read(session, actor, holder_id)
    return await last(session, actor, holder_id)


def denial(actor: Actor, verb: str, attachment: Attachment) -> str | None:
    """Why `actor` may not `verb` this file; None when they may."""
    if not actor.may(verb, WHO[verb]):
        return "role"
    return "party" if verb == "remove" and actor.party_id != attachment.party_id else None


def actions(actor: Actor, attachment: Attachment, verbs: list[str]) -> list[str]:
    """`verbs`: what the actor may do to what it hangs on; what may be hung there may be taken down again."""
    return ["remove"] if "attach" in verbs and denial(actor, "remove", attachment) is None else []


async def read_attachment(session: AsyncSession, actor: Actor, attachment_id: int) -> Attachment:
    """The attachment, if what it hangs on is seen; what is hidden cannot be told from what does not exist."""
    attachment = await session.get(Attachment, attachment_id)
    if attachment is None:
        raise NotFound(attachment=attachment_id)
    try:
        await read_verbs(session, actor, *attachment.hangs_on)
    except NotFound:
        raise NotFound(attachment=attachment_id) from None
    return attachment


async def access_attachment(session: AsyncSession, actor: Actor, attachment_id: int) -> tuple[Attachment, str]:
    """The attachment, locked for removal after what it hangs on, and the audit stream of that. Refusals: NotFound,
    Denied, and those of attaching there."""
    seen = await read_attachment(session, actor, attachment_id)
    granted(seen, "remove", partial(denial, actor, "remove"), attachment=attachment_id)
    holder, holder_id = seen.hangs_on
    stream = await HOLDINGS[holder].access(session, actor, holder_id)
    query = sa.select(Attachment).where(Attachment.id == attachment_id).with_for_update(of=Attachment)
    attachment = await session.scalar(query, execution_options={"populate_existing": True})
    return granted(attachment, "remove", partial(denial, actor, "remove"), attachment=attachment_id), stream
