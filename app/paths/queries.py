"""What every room says in public about the ways of needs, in a number of queries that does not grow with them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.contracts.announcements import Announcement, announcements
from app.contracts.models import Contract
from app.needs.models import Need
from app.needs.policy import visible as need_visible
from app.offers.models import Offer
from app.parties.models import Party
from app.parties.policy import visible as party_visible
from app.paths.policy import PUBLIC
from app.selection.models import Pair, Round, RoundNeed
from app.selection.policy import pairs_visible
from app.selection.policy import visible as round_visible
from app.selection.rules import Basis, PairStatus
from app.surveys.questionnaires.models import Survey
from app.surveys.results.models import SurveyFigures, SurveyResult
from app.tenders.awards.models import Award, Result
from app.tenders.awards.policy import visible as award_visible
from app.tenders.bids.models import Bid
from app.tenders.bids.rules import BidStatus
from app.tenders.notices.models import Lot, LotItem, LotNeed, Tender
from app.tenders.notices.policy import visible as tender_visible
from app.voices.models import Voice
from app.voices.queries import last_voices
from app.voices.rules import VoicePurpose


@dataclass(frozen=True)
class Asked:
    """Where a notice asks for a need: in a lot's item, or in a lot as a whole. `is_shared`: that lot answers other
    needs, too, so that nobody can say which of its awards is this need's."""

    need_id: int | None
    tender: Tender
    lot: Lot
    item: LotItem | None
    is_shared: bool


@dataclass(frozen=True)
class Chosen:
    """A confirmed pair with its round and offer."""

    pair: Pair
    round: Round
    offer: Offer


@dataclass(frozen=True)
class Awarded:
    """An award that was announced; `of`: how many bids of its lot were scored."""

    award: Award
    result: Result
    of: int


@dataclass(frozen=True)
class Way:
    """The last attempt to have a need served, and what came of it. `round`: in which the need sits or sat; `voice`:
    what residents said of the contract before its service started, `satisfaction`: while it was carried out."""

    need_id: int | None = None
    round: Round | None = None
    chosen: Chosen | None = None
    asked: Asked | None = None
    awards: list[Awarded] = field(default_factory=list)
    contract: Announcement | None = None
    voice: Voice | None = None
    satisfaction: Voice | None = None

    @property
    def is_direct(self) -> bool:
        """Whether a pair leads straight to a contract, past any notice."""
        return self.asked is None and self.chosen is not None and self.chosen.pair.basis is Basis.micro_grant


@dataclass(frozen=True)
class Named:
    """A party as it is named in public; `is_public`: it has a page of its own."""

    party: Party
    is_public: bool


@dataclass(frozen=True)
class Cited:
    """The survey's result that a need rests on; `is_published`: its figures are there for everybody."""

    result: SurveyResult
    survey: Survey
    is_published: bool


async def cited(session: AsyncSession, need: Need) -> Cited | None:
    query = (
        sa.select(SurveyResult, Survey, SurveyFigures.survey_id.is_not(None))
        .join(Survey, Survey.id == SurveyResult.survey_id)
        .outerjoin(SurveyFigures, SurveyFigures.survey_id == Survey.id)
        .where(SurveyResult.id == need.survey_result_id)
    )
    row = (await session.execute(query)).one_or_none()
    return Cited(*row) if row else None


async def way_of_need(session: AsyncSession, need_id: int) -> Way:
    """The latest round or notice that took the need up; where a pair came first and a notice followed, both."""
    round, asked = await _last_round(session, need_id), await _last_asked(session, need_id)
    chosen = await _chosen(session, Pair.need_id == need_id)
    at = [each for each in chosen if round and each.round.id == round.id]
    if asked and not _is_later(round, asked.tender.published_at):
        announced = await _awarded(session, Award.lot_id == asked.lot.id)
        own = [each for each in announced if _is_for(each.award, asked)]
        awards = sorted(own, key=lambda each: each.award.place)
        ids = [each.award.id for each in awards]
        found = await announcements(session, Contract.award_id.in_(ids), Contract.need_id == need_id)
        by_award = {each.contract.award_id: each for each in found}
        contract = next((by_award[id] for id in ids if id in by_award), None)
        return await _heard(session, Way(need_id, round, at[0] if at else None, asked, awards, contract))
    pair_ids = [each.pair.id for each in at]
    found = await announcements(session, Contract.pair_id.in_(pair_ids))
    return await _heard(session, Way(need_id, round, at[0] if at else None, contract=found[0] if found else None))


async def _heard(session: AsyncSession, way: Way) -> Way:
    return (await with_voices(session, [way]))[0]


async def with_voices(session: AsyncSession, ways: Sequence[Way]) -> list[Way]:
    """The same with what residents said before the services of their contracts started, and while they ran."""
    ids = {way.contract.contract.id for way in ways if way.contract}
    told = (VoicePurpose.willingness, VoicePurpose.satisfaction)
    voices = await last_voices(session, Contract.id.in_(ids), *told) if ids else {}
    return [_told(way, voices) for way in ways]


def _told(way: Way, voices: Mapping[tuple[int, VoicePurpose], Voice]) -> Way:
    of = way.contract.contract.id if way.contract else 0
    before, meanwhile = voices.get((of, VoicePurpose.willingness)), voices.get((of, VoicePurpose.satisfaction))
    return replace(way, voice=before, satisfaction=meanwhile)


def _is_later(round: Round | None, published_at: datetime | None) -> bool:
    """Whether the round opened after the notice came out."""
    return bool(round and round.opened_at and published_at and round.opened_at > published_at)


def _is_for(award: Award, asked: Asked) -> bool:
    return award.item_id == asked.item.id if asked.item else not asked.is_shared


async def ways_of_party(session: AsyncSession, party_id: int) -> list[Way]:
    """Everything the organisation was chosen for, awarded or contracted, the latest first."""
    contracts = await announcements(session, Contract.contractor_id == party_id)
    by_award = {each.contract.award_id: each for each in contracts if each.contract.award_id}
    by_pair = {each.contract.pair_id: each for each in contracts if each.contract.pair_id}
    awarded = await _awarded(session, Award.party_id == party_id)
    places = await _places_of(session, [each.award for each in awarded])
    pairs = await _chosen(session, Pair.offer_party_id == party_id)
    chosen = {each.pair.need_id: each for each in reversed(pairs)}
    ways = [_of_award(each, places[each.award.id], chosen, by_award) for each in awarded]
    served = {way.need_id for way in ways}
    ways += [
        Way(need_id, each.round, each, contract=by_pair.get(each.pair.id))
        for need_id, each in chosen.items()
        if need_id not in served
    ]
    return await with_voices(session, sorted(ways, key=_began_at, reverse=True))


def _of_award(awarded: Awarded, asked: Asked, chosen: dict[int, Chosen], contracts: dict[int, Announcement]) -> Way:
    before = chosen.get(asked.need_id or 0)
    contract = contracts.get(awarded.award.id)
    return Way(asked.need_id, before.round if before else None, before, asked, [awarded], contract)


def _began_at(way: Way) -> datetime:
    began = way.asked.tender.published_at if way.asked else way.chosen.pair.settled_at if way.chosen else None
    assert began is not None  # a notice that awards was published, a confirmed pair is settled
    return began


async def needs_seen(session: AsyncSession, ids: Collection[int | None]) -> dict[int, Need]:
    query = sa.select(Need).where(Need.id.in_({id for id in ids if id is not None}), need_visible(PUBLIC))
    return {need.id: need for need in await session.scalars(query)}


async def named(session: AsyncSession, ways: Iterable[Way]) -> dict[int, Named]:
    """Number → everybody these ways lead to."""
    ids = {id for way in ways for id in _partners(way)}
    query = sa.select(Party, party_visible(PUBLIC)).where(Party.id.in_(ids))
    return {party.id: Named(party, is_public) for party, is_public in await session.execute(query)}


def _partners(way: Way) -> Iterable[int]:
    yield from (each.award.party_id for each in way.awards)
    if way.chosen:
        yield way.chosen.pair.offer_party_id
    if way.contract:
        yield way.contract.contract.contractor_id


async def _last_round(session: AsyncSession, need_id: int) -> Round | None:
    query = sa.select(Round).join(RoundNeed, RoundNeed.round_id == Round.id)
    query = query.where(RoundNeed.need_id == need_id, round_visible(PUBLIC))
    found: Round | None = await session.scalar(query.order_by(Round.opened_at.desc()).limit(1))
    return found


async def _last_asked(session: AsyncSession, need_id: int) -> Asked | None:
    """The latest public notice that asks for the need."""
    own_item = sa.and_(LotItem.lot_id == Lot.id, LotItem.need_id == need_id)
    other = aliased(LotNeed)
    others = sa.exists().where(other.lot_id == Lot.id, other.need_id != need_id)
    query = (
        sa.select(Tender, Lot, LotItem, others)
        .join(Lot, Lot.tender_id == Tender.id)
        .outerjoin(LotItem, own_item)
        .outerjoin(LotNeed, sa.and_(LotNeed.lot_id == Lot.id, LotNeed.need_id == need_id))
        .where(tender_visible(PUBLIC), sa.or_(LotItem.id.is_not(None), LotNeed.need_id.is_not(None)))
        .order_by(Tender.published_at.desc(), Lot.position)
        .limit(1)
    )
    row = (await session.execute(query)).one_or_none()
    return Asked(need_id, *row) if row else None


async def _chosen(session: AsyncSession, where: sa.ColumnElement[bool]) -> list[Chosen]:
    """The latest first."""
    query = (
        sa.select(Pair, Round, Offer)
        .join(Round, Round.id == Pair.round_id)
        .join(Offer, Offer.id == Pair.offer_id)
        .where(where, Pair.status == PairStatus.confirmed, pairs_visible(PUBLIC))
        .order_by(Pair.settled_at.desc(), Pair.id)
    )
    return [Chosen(*row) for row in await session.execute(query)]


async def _awarded(session: AsyncSession, where: sa.ColumnElement[bool]) -> list[Awarded]:
    scored = (
        sa.select(sa.func.count())
        .where(Bid.lot_id == Award.lot_id, Bid.status == BidStatus.eligible)
        .correlate(Award)
        .scalar_subquery()
    )
    query = sa.select(Award, Result, scored).join(Result, Result.id == Award.result_id)
    return [Awarded(*row) for row in await session.execute(query.where(where, award_visible(PUBLIC)))]


async def _places_of(session: AsyncSession, awards: Sequence[Award]) -> dict[int, Asked]:
    """Award → where in which notice, and for which need, if it is for a single one."""
    query = (
        sa.select(Award.id, Tender, Lot, LotItem)
        .join(Tender, Tender.id == Award.tender_id)
        .join(Lot, Lot.id == Award.lot_id)
        .outerjoin(LotItem, LotItem.id == Award.item_id)
        .where(Award.id.in_([award.id for award in awards]))
    )
    linked = defaultdict[int, list[int]](list)
    for link in await session.scalars(sa.select(LotNeed).where(LotNeed.lot_id.in_({each.lot_id for each in awards}))):
        linked[link.lot_id].append(link.need_id)
    return {id: _asked(tender, lot, item, linked[lot.id]) for id, tender, lot, item in await session.execute(query)}


def _asked(tender: Tender, lot: Lot, item: LotItem | None, needs: list[int]) -> Asked:
    alone = needs[0] if len(needs) == 1 else None
    return Asked(item.need_id if item else alone, tender, lot, item, is_shared=len(needs) > 1)
