"""What a proposed round leaves behind: an export that anybody can check, and how fairly it turned out."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.areas.queries import areas_with_parents
from app.core.actors import Actor
from app.core.days.calendar import SHANGHAI
from app.core.errors import NotFound
from app.matching.allocation.exported import (
    ExportedCertificate,
    ExportedNeed,
    ExportedOffer,
    ExportedSelection,
    ExportedUnmatched,
)
from app.matching.allocation.fairness import DISTRICT, STREET, Fairness, Provider, fairness
from app.matching.allocation.market import lot
from app.needs.models import Need
from app.selection.models import PreferenceList, Round, RoundNeed, RoundOffer
from app.selection.policy import read_round
from app.selection.queries import lists, seats
from app.selection.rules import GONE, Side

Certificate = dict[str, Any]


async def certified_round(session: AsyncSession, actor: Actor, round_id: int) -> tuple[Round, Certificate]:
    """A round whose allocation has been proposed. Before that, nobody learns a list of somebody else: NotFound."""
    round = await read_round(session, actor, round_id)
    if round.certificate is None:
        raise NotFound(certificate=round_id)
    return round, round.certificate


async def exported_round(session: AsyncSession, actor: Actor, round_id: int) -> ExportedSelection:
    """The round with everything its certificate rests on, by keys; names, contacts and one-sided wishes stay here.

    A wish that was not returned cannot block and says nothing about the result, so its author keeps it; its rank
    stays as an empty group where nobody else has it, so that all other ranks are those of the list.
    """
    round, _ = await certified_round(session, actor, round_id)
    needs, offers = await seats(session, round_id)
    asked, answered = await lists(session, round_id, Side.need), await lists(session, round_id, Side.offer)
    unmatched = ExportedUnmatched.model_validate(round.unmatched)
    return exported(
        round,
        needs,
        offers,
        {id: wishes for id, wishes in asked.items() if unmatched.needs.get(needs[id].key) != GONE},
        {id: wishes for id, wishes in answered.items() if unmatched.offers.get(offers[id].key) != GONE},
    )


def exported(
    round: Round,
    needs: Mapping[int, RoundNeed],
    offers: Mapping[int, RoundOffer],
    asked: Mapping[int, PreferenceList],
    answered: Mapping[int, PreferenceList],
) -> ExportedSelection:
    """The export of a certified round, from the lists of those who were still there when they closed."""
    certificate, unmatched = ExportedCertificate.model_validate(round.certificate), round.unmatched or {}
    return ExportedSelection(
        format="shuangxuan.selection",
        version=2,
        round_id=round.id,
        title_zh=round.title_zh,
        title_en=round.title_en,
        area_code=round.area_code,
        proposed_at=round.proposed_at.astimezone(SHANGHAI).isoformat() if round.proposed_at else "",
        seed=round.seed,
        needs=[
            ExportedNeed(
                key=seat.key,
                lot=lot(round.seed, seat.key),
                gone=unmatched["needs"].get(seat.key) == GONE,
                **_wishes(id, asked, answered, offers),
            )
            for id, seat in sorted(needs.items())
        ],
        offers=[
            ExportedOffer(
                key=seat.key,
                lot=lot(round.seed, seat.key),
                gone=unmatched["offers"].get(seat.key) == GONE,
                places=seat.places,
                **_wishes(id, answered, asked, needs),
            )
            for id, seat in sorted(offers.items())
        ],
        pairs=[[row.seeker, row.provider] for row in certificate.pairs if row.reason == "together"],
        unmatched=ExportedUnmatched.model_validate(round.unmatched),
        certificate=certificate,
        digest=round.digest,
    )


def _wishes(
    id: int,
    own: Mapping[int, PreferenceList],
    returned: Mapping[int, PreferenceList],
    partners: Mapping[int, RoundNeed] | Mapping[int, RoundOffer],
) -> dict[str, Any]:
    """A list by keys, cut down to those who chose its owner too, and whether people handed it in."""
    if id not in own:
        return {"groups": [], "source": None}
    groups = [[partners[p].key for p in group if _names(returned.get(p), id)] for group in own[id].groups]
    return {"groups": groups, "source": own[id].source.value}


def _names(handed_in: PreferenceList | None, id: int) -> bool:
    return handed_in is not None and any(id in group for group in handed_in.groups)


async def fairness_of_round(session: AsyncSession, actor: Actor, round_id: int) -> tuple[Fairness, dict[str, str]]:
    """How fairly a round turned out as proposed, and the names of its districts and streets by their digits."""
    _, certificate = await certified_round(session, actor, round_id)
    areas = await _areas_of_needs(session, round_id)
    _, offers = await seats(session, round_id)
    providers = {seat.key: Provider(str(seat.party_id), seat.places) for seat in offers.values()}
    return fairness(areas, providers, certificate["pairs"]), await _area_names(session, list(areas.values()))


async def _areas_of_needs(session: AsyncSession, round_id: int) -> dict[str, str]:
    query = (
        sa.select(RoundNeed.key, Need.community_code)
        .join(Need, Need.id == RoundNeed.need_id)
        .where(RoundNeed.round_id == round_id)
        .order_by(RoundNeed.need_id)
    )
    return {key: code for key, code in await session.execute(query)}


async def _area_names(session: AsyncSession, codes: Sequence[str]) -> dict[str, str]:
    paths = (await areas_with_parents(session, set(codes))).values()
    return {area.prefix: area.name for path in paths for area in path if len(area.prefix) in {DISTRICT, STREET}}
