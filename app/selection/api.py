"""Double-selection rounds."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import EVERYONE, Actor
from app.core.clock import now
from app.core.days.calendar import shanghai_date
from app.core.fields import Id
from app.core.http import unit as web
from app.core.http.unit import CurrentActor, UnitSession, allow
from app.core.paging import Page, PagingQuery
from app.selection import policy, queries, results, service
from app.selection.models import Round
from app.selection.policy import WHO
from app.selection.rules import Side
from app.selection.schemas import (
    CertificateRead,
    PairRead,
    PreferencesRead,
    PreferencesSubmit,
    RoundCreate,
    RoundRead,
    Seat,
)

router = web.router("/selection", "selection")


async def _read(session: AsyncSession, actor: Actor, round: Round) -> RoundRead:
    counted = await queries.counted(session, [round])
    return RoundRead.of(round, actor, await now(session), counted[round.id])


@router.get("/rounds", operation_id="list_rounds", dependencies=[allow(EVERYONE)])
async def list_rounds(session: UnitSession, actor: CurrentActor, paging: PagingQuery) -> Page[RoundRead]:
    found = await queries.list_rounds(session, actor, paging)
    at, counted = await now(session), await queries.counted(session, found.rows)
    items = [RoundRead.of(round, actor, at, counted[round.id]) for round in found.rows]
    return found.page(items, policy.list_of_rounds_actions(actor))


@router.post("/rounds", operation_id="create_round", status_code=201, dependencies=[allow(WHO["create"])])
async def create_round(session: UnitSession, actor: CurrentActor, body: RoundCreate) -> RoundRead:
    return await _read(session, actor, await service.create_round(session, actor, **body.model_dump()))


@router.get("/rounds/{round_id}", operation_id="read_round", dependencies=[allow(EVERYONE)])
async def read_round(session: UnitSession, actor: CurrentActor, round_id: Id) -> RoundRead:
    return await _read(session, actor, await policy.read_round(session, actor, round_id))


@router.get("/rounds/{round_id}/seats", operation_id="list_seats", dependencies=[allow(EVERYONE)])
async def list_seats(session: UnitSession, actor: CurrentActor, round_id: Id, side: Side) -> list[Seat]:
    round = await policy.read_round(session, actor, round_id)
    return [Seat.model_validate(seat) for seat in await queries.named_seats(session, round, side)]


@router.get("/rounds/{round_id}/pairs", operation_id="list_pairs", dependencies=[allow(EVERYONE)])
async def list_pairs(session: UnitSession, actor: CurrentActor, round_id: Id) -> list[PairRead]:
    await policy.read_round(session, actor, round_id)
    day = shanghai_date(await now(session))
    return [PairRead.of(*found, actor, day) for found in await queries.list_pairs(session, actor, round_id)]


@router.get(
    "/rounds/{round_id}/certificate",
    operation_id="read_certificate",
    response_model_exclude_unset=True,
    dependencies=[allow(EVERYONE)],
)
async def read_certificate(session: UnitSession, actor: CurrentActor, round_id: Id) -> CertificateRead:
    _, certificate = await results.certified_round(session, actor, round_id)
    return CertificateRead.model_validate(certificate)


@router.post("/rounds/{round_id}/open", operation_id="open_round", dependencies=[allow(WHO["open"])])
async def open_round(session: UnitSession, actor: CurrentActor, round_id: Id) -> RoundRead:
    return await _read(session, actor, await service.open_round(session, actor, round_id))


@router.post("/rounds/{round_id}/derive", operation_id="derive_preferences", dependencies=[allow(WHO["derive"])])
async def derive_preferences(session: UnitSession, actor: CurrentActor, round_id: Id) -> RoundRead:
    return await _read(session, actor, await service.derive_preferences(session, actor, round_id))


@router.post("/rounds/{round_id}/close", operation_id="close_round", dependencies=[allow(WHO["close"])])
async def close_round(session: UnitSession, actor: CurrentActor, round_id: Id) -> RoundRead:
    return await _read(session, actor, await service.close_round(session, actor, round_id))


@router.post("/rounds/{round_id}/fill", operation_id="fill_round", dependencies=[allow(WHO["fill"])])
async def fill_round(session: UnitSession, actor: CurrentActor, round_id: Id) -> RoundRead:
    return await _read(session, actor, await service.fill_round(session, actor, round_id))


@router.post("/rounds/{round_id}/finish", operation_id="finish_round", dependencies=[allow(WHO["finish"])])
async def finish_round(session: UnitSession, actor: CurrentActor, round_id: Id) -> RoundRead:
    return await _read(session, actor, await service.finish_round(session, actor, round_id))


@router.post("/rounds/{round_id}/cancel", operation_id="cancel_round", dependencies=[allow(WHO["cancel"])])
async def cancel_round(session: UnitSession, actor: CurrentActor, round_id: Id) -> RoundRead:
    return await _read(session, actor, await service.cancel_round(session, actor, round_id))


@router.get("/rounds/{round_id}/preferences", operation_id="list_own_preferences", dependencies=[allow(EVERYONE)])
async def list_own_preferences(session: UnitSession, actor: CurrentActor, round_id: Id) -> list[PreferencesRead]:
    round = await policy.read_round(session, actor, round_id)
    return [PreferencesRead.of(own) for own in await queries.own_lists(session, actor, round)]


@router.put(
    "/rounds/{round_id}/needs/{need_id}/preferences",
    operation_id="submit_need_preferences",
    dependencies=[allow(WHO["submit_need"])],
)
async def submit_need_preferences(
    session: UnitSession, actor: CurrentActor, round_id: Id, need_id: Id, body: PreferencesSubmit
) -> None:
    await service.submit_need_preferences(session, actor, round_id, need_id, body.groups)


@router.put(
    "/rounds/{round_id}/offers/{offer_id}/preferences",
    operation_id="submit_offer_preferences",
    dependencies=[allow(WHO["submit_offer"])],
)
async def submit_offer_preferences(
    session: UnitSession, actor: CurrentActor, round_id: Id, offer_id: Id, body: PreferencesSubmit
) -> None:
    await service.submit_offer_preferences(session, actor, round_id, offer_id, body.groups, body.places)


@router.post("/pairs/{pair_id}/confirm", operation_id="confirm_pair", dependencies=[allow(WHO["confirm"])])
async def confirm_pair(session: UnitSession, actor: CurrentActor, pair_id: Id) -> PairRead:
    found = await service.confirm_pair(session, actor, pair_id)
    return PairRead.of(*found, actor, shanghai_date(await now(session)))


@router.post("/pairs/{pair_id}/decline", operation_id="decline_pair", dependencies=[allow(WHO["decline"])])
async def decline_pair(session: UnitSession, actor: CurrentActor, pair_id: Id) -> PairRead:
    found = await service.decline_pair(session, actor, pair_id)
    return PairRead.of(*found, actor, shanghai_date(await now(session)))
