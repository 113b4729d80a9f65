"""The double-selection rounds of a season, one per district that has needs. Who wished for whom was never written
down, so every list is taken from the ranking and says so (source `derived`)."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.areas.models import Area
from app.areas.rules import in_english
from app.core.actors import Actor, Role
from app.season.cast import districts_of, purchaser_of
from app.season.dates import written_hour
from app.season.files import Season
from app.season.room import Room, count_rows
from app.season.schedule import Schedule
from app.season.steps import Step
from app.selection.models import Pair, Round, RoundNeed, RoundOffer
from app.selection.queries import lists
from app.selection.rules import PairStatus, RoundWithoutSides, Side
from app.selection.service import (
    cancel_round,
    close_round,
    confirm_pair,
    create_round,
    decline_pair,
    derive_preferences,
    finish_round,
    open_round,
)
from app.tenders.notices.models import Tender

# A side says yes to a partner among its first five wishes; further down it rather waits for the competition.
WELCOME = 5
# Micro-grants of a season are given by its competition, not by the round.
NO_MICRO_GRANTS = Decimal(0)


def round_steps(season: Season, when: Schedule) -> list[Step]:
    steps, last_minute = list[Step](), when.round_closes - timedelta(minutes=1)
    for district in districts_of(season):
        steps += [
            Step(f"round {district} opened", when.round_opens, partial(_open, district=district, when=when)),
            Step(f"round {district} wishes", last_minute, partial(_wish, district=district)),
            Step(f"round {district} closed", when.round_closes, partial(_close, district=district)),
            Step(f"round {district} answered", when.answered, partial(_answer, district=district)),
        ]
    return steps


def seed_of(season: Season, district: str) -> str:
    """The published seed of the lots; also what the round is found by."""
    return f"{season.name} {district}"


async def round_of(session: AsyncSession, season: Season, district: str) -> Round | None:
    """The district's round, if it could be opened."""
    query = sa.select(Round).where(Round.seed == seed_of(season, district), Round.opened_at.is_not(None))
    found: Round | None = await session.scalar(query)
    return found


async def _open(session: AsyncSession, season: Season, *, district: str, when: Schedule) -> None:
    bureau = await purchaser_of(session, season, district)
    area = await session.get_one(Area, district)
    created = await create_round(
        session,
        bureau,
        area_code=district,
        title_zh=f"{area.name}双向选择",
        title_en=f"Double selection, {in_english(area.name)}",
        opens_at=when.round_opens,
        closes_at=when.round_closes,
        micro_grant_limit=NO_MICRO_GRANTS,
        seed=seed_of(season, district),
    )
    try:
        await open_round(session, bureau, created.id)
    except RoundWithoutSides:
        await cancel_round(session, bureau, created.id)


async def _wish(session: AsyncSession, season: Season, *, district: str) -> None:
    if found := await round_of(session, season, district):
        await derive_preferences(session, await purchaser_of(session, season, district), found.id)


async def _close(session: AsyncSession, season: Season, *, district: str) -> None:
    if found := await round_of(session, season, district):
        await close_round(session, await purchaser_of(session, season, district), found.id)


async def _answer(session: AsyncSession, season: Season, *, district: str) -> None:
    """Both sides answer for every pair; then the round is over."""
    found = await round_of(session, season, district)
    if found is None:
        return
    of_needs, of_offers = await lists(session, found.id, Side.need), await lists(session, found.id, Side.offer)
    pairs = await session.scalars(sa.select(Pair).where(Pair.round_id == found.id).order_by(Pair.id))
    for pair in pairs.all():
        committee = Actor(None, Role.committee, pair.need_party_id)
        if not _is_welcome(of_needs[pair.need_id].groups, pair.offer_id):
            await decline_pair(session, committee, pair.id)
            continue
        await confirm_pair(session, committee, pair.id)
        answer = confirm_pair if _is_welcome(of_offers[pair.offer_id].groups, pair.need_id) else decline_pair
        await answer(session, Actor(None, Role.organization, pair.offer_party_id), pair.id)
    await finish_round(session, await purchaser_of(session, season, district), found.id)


def _is_welcome(groups: Sequence[Any], partner: int) -> bool:
    """Whether the partner is among the first wishes; those tied with the last of them count."""
    named = 0
    for group in groups:
        if partner in group:
            return named < WELCOME
        named += len(group)
    return False


async def _figures(session: AsyncSession, season: Season) -> dict[str, Any]:
    rounds = [found for code in districts_of(season) if (found := await round_of(session, season, code))]
    ids = [each.id for each in rounds]
    return {
        "rounds": len(rounds),
        "needs": await count_rows(session, RoundNeed, RoundNeed.round_id.in_(ids)),
        "offers": await count_rows(session, RoundOffer, RoundOffer.round_id.in_(ids)),
        "preferences": "derived",
        "pairs": await count_rows(session, Pair, Pair.round_id.in_(ids)),
        "confirmed": await count_rows(session, Pair, Pair.round_id.in_(ids), Pair.status == PairStatus.confirmed),
        "stable": all(bool(each.certificate and each.certificate["stable"]) for each in rounds),
    }


async def _entries(session: AsyncSession, name: str, _tender: Tender) -> dict[str, Any]:
    rounds = sa.select(Round).where(Round.seed.startswith(f"{name} ", autoescape=True)).order_by(Round.id).limit(1)
    found: Round | None = await session.scalar(rounds)
    return {"timeline": {"selection": [written_hour(found.opens_at), written_hour(found.closes_at)]} if found else {}}


async def _summary(session: AsyncSession, season: Season) -> dict[str, Any]:
    return {"selection": await _figures(session, season)}


ROOM = Room(steps=round_steps, entries=_entries, summary=_summary)
