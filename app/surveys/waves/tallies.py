"""What went out and came back, by community. Both this room and `results` answer with it."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import sqlalchemy as sa
from pydantic import BaseModel, Field, TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from app.surveys.waves.models import Wave
from app.surveys.waves.queries import frames_of, issued_of
from app.surveys.waves.rules import Channel, RateWithN, ResponseStatus, Returns, returns_of

Counts = dict[ResponseStatus, int]


@dataclass(frozen=True)
class Tally:
    """What went out and came back in one community of a wave, or (`community_code` None) in the whole wave."""

    wave_id: int
    community_code: str | None
    counts: Counts
    returns: Returns


TALLIES = TypeAdapter(dict[int, list[Tally]])


async def counts_of(session: AsyncSession, wave_ids: Collection[int]) -> dict[tuple[int, str], Counts]:
    """(wave, community) → how many responses have each status. Responses are a later room, so SQL names their table
    without an import."""
    came_back = sa.table("responses", *map(sa.column, ("wave_id", "community_code", "status")))
    query = (
        sa.select(Wave.id, came_back.c.community_code, came_back.c.status, sa.func.count())
        .join_from(Wave, came_back, came_back.c.wave_id == Wave.id)
        .where(Wave.id.in_(wave_ids))
        .group_by(Wave.id, came_back.c.community_code, came_back.c.status)
    )
    counts: dict[tuple[int, str], Counts] = defaultdict(Counter)
    for wave_id, code, status, number in await session.execute(query):
        counts[wave_id, code][ResponseStatus(status)] = number
    return counts


async def unflagged_of(session: AsyncSession, wave_ids: Collection[int]) -> dict[int, int]:
    """Wave → how many responses to be reviewed raise no doubt; absent where there are none."""
    came_back = sa.table("responses", *map(sa.column, ("wave_id", "status", "suggestions")))
    query = (
        sa.select(came_back.c.wave_id, sa.func.count())
        .where(came_back.c.wave_id.in_(wave_ids), came_back.c.status == ResponseStatus.submitted.value)
        .where(sa.func.jsonb_array_length(came_back.c.suggestions) == 0)
        .group_by(came_back.c.wave_id)
    )
    return {wave_id: number for wave_id, number in await session.execute(query)}


class Counted(NamedTuple):
    """A wave with the communities it goes to. `tallies`: the whole wave first, then each of its communities, and those
    outside it that answers came from. `unflagged`: how many are to be reviewed and raise no doubt."""

    wave: Wave
    frame: list[str]
    tallies: list[Tally]
    unflagged: int


async def counted(session: AsyncSession, waves: Sequence[Wave]) -> list[Counted]:
    ids = [wave.id for wave in waves]
    frames, issued, counts, unflagged = (
        await frames_of(session, ids),
        await issued_of(session, ids),
        await counts_of(session, ids),
        await unflagged_of(session, ids),
    )
    return [Counted(w, frames[w.id], _tallied(w, frames[w.id], issued, counts), unflagged.get(w.id, 0)) for w in waves]


async def tallies(session: AsyncSession, waves: Sequence[Wave]) -> dict[int, list[Tally]]:
    """Number of each wave → its tallies, as in `Counted`."""
    return {each.wave.id: each.tallies for each in await counted(session, waves)}


def _tallied(
    wave: Wave,
    frame: list[str],
    issued: dict[tuple[int, str], int],
    counts: dict[tuple[int, str], Counts],
) -> list[Tally]:
    outside = sorted(code for wave_id, code in counts if wave_id == wave.id and code not in frame)
    own = {code: counts.get((wave.id, code), {}) for code in [*frame, *outside]}
    went_out = {code: None if wave.channel is Channel.open_link else issued.get((wave.id, code)) for code in own}
    parts = [Tally(wave.id, code, own[code], returns_of(own[code], went_out[code])) for code in own]
    whole = _sum(list(own.values()))
    is_known = all(went_out[code] is not None or not own[code] for code in frame) and any(
        count is not None for count in went_out.values()
    )
    total = sum(count or 0 for count in went_out.values()) if is_known else None
    return [Tally(wave.id, None, whole, returns_of(whole, total)), *parts]


def total_of(wholes: Collection[Tally]) -> Returns:
    """Several waves together; the issued count is known only where it is of every wave that brought answers."""
    counted = [tally for tally in wholes if tally.counts or tally.returns.issued is not None]
    issued = [tally.returns.issued for tally in counted]
    total = sum(count or 0 for count in issued) if issued and None not in issued else None
    return returns_of(_sum([tally.counts for tally in counted]), total)


def _sum(several: Sequence[Counts]) -> Counts:
    whole: Counter[ResponseStatus] = Counter()
    for counts in several:
        whole.update(counts)
    return whole


RATE = {"numerator": 494, "denominator": 600, "rate": "0.8233"}
TALLY = {
    "community_code": None,
    "issued": 600,
    "issued_unknown": None,
    "returned": 494,
    "valid": 494,
    "states": {"valid": 494},
    "recovery": RATE,
    "effective": RATE,
    "validity": {"numerator": 494, "denominator": 494, "rate": "1.0000"},
}


class TallyRead(BaseModel):
    """What went out and came back; `community_code` null: altogether. `issued` is null where it is not known, and
    `issued_unknown` says why: an open link has no such count, or none was recorded."""

    community_code: str | None
    issued: int | None
    issued_unknown: Literal["open_link", "not_recorded"] | None
    returned: int
    valid: int
    statuses: dict[ResponseStatus, int] = Field(serialization_alias="states")
    recovery: RateWithN
    effective: RateWithN
    validity: RateWithN

    @classmethod
    def of(cls, tally: Tally, channel: Channel) -> "TallyRead":
        unknown: Literal["open_link", "not_recorded"]
        unknown = "open_link" if channel is Channel.open_link else "not_recorded"
        return cls.counted(tally.returns, unknown, code=tally.community_code, statuses=dict(tally.counts))

    @classmethod
    def counted(
        cls,
        returns: Returns,
        unknown: Literal["open_link", "not_recorded"],
        *,
        code: str | None = None,
        statuses: dict[ResponseStatus, int] | None = None,
    ) -> "TallyRead":
        return cls(
            community_code=code,
            issued=returns.issued,
            issued_unknown=unknown if returns.issued is None else None,
            returned=returns.returned,
            valid=returns.valid,
            statuses=statuses or {},
            recovery=returns.recovery,
            effective=returns.effective,
            validity=returns.validity,
        )
