"""Results of tests: a tender scored, decided, published, confirmed."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor, Role
from app.parties.models import Party
from app.tenders.awards import service
from app.tenders.awards.models import Award, Result
from app.tenders.bids.models import Bid
from app.tenders.notices.models import Lot, Tender
from tests.factories.bids import make_bid, make_opened
from tests.factories.notices import OPENED, lots_of, make_tender, set_clock
from tests.factories.panels import close, make_panel, purchaser_of, score_all

Scored = tuple[int | str, int | str]  # total of every sheet, amount asked


def bidder_of(award: Award | Bid) -> Actor:
    return Actor(None, Role.organization, award.party_id, "")


async def make_scored(
    session: AsyncSession, *scored: Scored, tender: Tender | None = None, **lot_facts: object
) -> Tender:
    """A tender of one lot with a bid for every (total, amount), scored and closed; B01 is the first."""
    tender = tender or await make_tender(session)
    (lot,) = await lots_of(session, tender)
    for name, value in lot_facts.items():
        setattr(lot, name, value)
    for _, amount in scored:
        await make_bid(session, lot, amount=amount)
    await score(session, tender, [total for total, _ in scored])
    return tender


async def score(session: AsyncSession, tender: Tender, totals: Sequence[int | str], at: datetime = OPENED) -> None:
    """Open the bids, let five judges give each the total named for it in order, close."""
    bids = await make_opened(session, tender, at)
    await make_panel(session, tender)
    await score_all(session, tender, bids, {bid.ref or "": total for bid, total in zip(bids, totals, strict=True)})
    await close(session, tender)


async def propose(session: AsyncSession, tender: Tender) -> Result:
    return await service.propose_awards(session, purchaser_of(tender), tender.id)


async def make_published(session: AsyncSession, *scored: Scored, **lot_facts: object) -> tuple[Tender, Result]:
    tender = await make_scored(session, *scored, **lot_facts)
    await propose(session, tender)
    return tender, await service.publish_result(session, purchaser_of(tender), tender.id)


async def make_confirmed(session: AsyncSession, *scored: Scored, **lot_facts: object) -> tuple[Tender, list[Award]]:
    """With the clock moved past the time for objections."""
    tender, result = await make_published(session, *scored, **lot_facts)
    assert result.objections_end is not None
    await set_clock(session, result.objections_end)
    return tender, await service.confirm_awards(session, purchaser_of(tender), tender.id)


async def live_awards(session: AsyncSession, tender: Tender) -> dict[str, Award]:
    """Bid number → its award that stands."""
    query = sa.select(Bid.ref, Award).join(Award, Award.bid_id == Bid.id)
    rows = await session.execute(
        query.where(Award.tender_id == tender.id, Award.status.not_in(("declined", "revoked"))).order_by(Award.place)
    )
    return {ref or "": award for ref, award in rows}


async def make_award(
    session: AsyncSession, result: Result, lot: Lot, bid: Bid, *, party: Party | None = None, amount: int = 20_000
) -> Award:
    """A row as it would be written by hand, past every use case."""
    award = Award(result_id=result.id, tender_id=result.tender_id, lot_id=lot.id, bid_id=bid.id, item_id=bid.item_id)
    award.party_id, award.place, award.score, award.sheets = party.id if party else bid.party_id, 1, Decimal(80), 5
    award.asked = award.amount = Decimal(amount)
    session.add(award)
    await session.flush()
    return award
