"""Occasions of unmet needs: organisations that could answer one, and the committee once somebody offers the like."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Membership
from app.areas.rules import inside, prefixes_above
from app.core.clock import now
from app.core.days.calendar import shanghai_date
from app.desk.rules import Thing
from app.needs.models import Need
from app.needs.policy import standing_column
from app.needs.rules import NeedStatus
from app.notifications.drafts import Draft, Occasion, parties
from app.notifications.models import Notification
from app.offers.models import Offer, OfferArea, OfferCategory
from app.offers.rules import OfferStatus
from app.parties.models import Party
from app.parties.rules import PartyKind
from app.taxonomy.queries import suggest_terms

MOST_TOLD = 30  # organisations or needs: the rest find it on the list
CITY, FIELD, SERVICE = 4, 2, 4  # how much of a code says in which city, in which field, of which group of services


async def advertised(session: AsyncSession, event: str, need: Need) -> list[Draft]:
    """Organisations whose offers reach the community, or that say they work, in the field of which the need's code or,
    where it has none, its words speak; those nearest to it first, others by lot; no person twice of the same need."""
    kinds = [need.category_code] if need.category_code else (await _read_from(session, need))[0]
    if not kinds:
        return []
    field = sa.or_(*(Party.domain_codes.contains([kind[:end]]) for kind in kinds for end in (FIELD, SERVICE)))
    here = sa.func.coalesce(Party.area_code, need.community_code).startswith(need.community_code[:CITY])
    lot = sa.func.md5(sa.func.concat(Party.id, "-", need.id))
    could = (
        sa.select(Party.id)
        .where(Party.kind == PartyKind.organization)
        .where(sa.or_(Party.id.in_(_offering(need, kinds, FIELD)), sa.and_(field, here)))
        .order_by(Party.id.in_(_offering(need, kinds, SERVICE)).desc(), lot)
        .limit(MOST_TOLD)
    )
    before = (Notification.event == event, Notification.thing == Thing.need, Notification.thing_id == need.id)
    told = sa.exists().where(Notification.account_id == Membership.account_id, *before)
    return [Draft(event, sa.and_(Membership.party_id.in_(could), ~told), Thing.need, need.id, need.title)]


async def offered(session: AsyncSession, _event: str, offer: Offer) -> list[Draft]:
    """Committees that have advertised a need of the like where the offer reaches: the latest first, those without a
    code after the others. What has no code is of the kinds that its words speak of."""
    kinds = offer.category_codes or (await _read_from(session, offer))[0]
    if not kinds:
        return []
    like = [
        sa.or_(Need.category_code.startswith(kind[:SERVICE]), sa.literal(kind).startswith(Need.category_code))
        for kind in kinds
    ]
    reached = [Need.community_code.startswith(inside(code)) for code in offer.coverage_codes]
    is_open = standing_column(shanghai_date(await now(session))) == NeedStatus.published
    query = sa.select(Need).where(Need.advertised_at.is_not(None), is_open, sa.or_(*reached))
    uncoded = Need.category_code.is_(None)
    latest = query.where(sa.or_(*like, uncoded)).order_by(uncoded, Need.advertised_at.desc(), Need.id)
    needs = (await session.scalars(latest.limit(MOST_TOLD))).all()
    return [
        Draft("need.offered", parties(need.party_id), Thing.need, need.id, need.title, {"offer": offer.title})
        for need in await _alike(session, needs, kinds)
    ]


async def _alike(session: AsyncSession, needs: Sequence[Need], kinds: Sequence[str]) -> list[Need]:
    """Those with a code, which were found by it; of the others those whose words speak of one of the kinds."""
    silent, groups = [need for need in needs if not need.category_code], {kind[:SERVICE] for kind in kinds}
    said = await _read_from(session, *silent) if silent else []
    unlike = {
        need.id for need, read in zip(silent, said, strict=True) if groups.isdisjoint(kind[:SERVICE] for kind in read)
    }
    return [need for need in needs if need.id not in unlike]


async def _read_from(session: AsyncSession, *said: Need | Offer) -> list[list[str]]:
    """The kinds that the words of each speak of."""
    suggested = await suggest_terms(session, *((each.title, each.description) for each in said))
    return [[kind.code for kind in each.categories] for each in suggested]


def _offering(need: Need, kinds: Sequence[str], end: int) -> sa.Select[int]:
    """The parties with a published offer of one of these kinds, as far as the first `end` digits say, that reaches
    where the need lies."""
    kind = sa.or_(*(OfferCategory.category_code.startswith(kind[:end]) for kind in kinds))
    around = [prefix.ljust(len(need.community_code), "0") for prefix in prefixes_above(need.community_code)]
    of_kind = sa.select(OfferCategory.offer_id).where(kind)
    here = sa.select(OfferArea.offer_id).where(OfferArea.area_code.in_(around))
    return sa.select(Offer.party_id).where(
        Offer.status == OfferStatus.published, Offer.id.in_(of_kind), Offer.id.in_(here)
    )


OCCASIONS: Mapping[str, Occasion] = {
    "need.advertised": advertised,
    "offer.published": offered,
}
