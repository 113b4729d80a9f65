"""Who sees and may do what with a tender."""

from datetime import datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import EVERYONE, RESIDENT, Actor, Role
from app.core.days.calendar import SHANGHAI
from app.core.errors import Denied, NotFound
from app.tenders.notices.models import Tender
from app.tenders.notices.policy import WHO, access_tender, actions, denial, hold_tender, read_tender
from app.tenders.notices.rules import TenderStatus
from app.tenders.profiles.rules import profile
from tests.factories.notices import DATES, make_tender
from tests.tenders.notices.facts import bidder, purchaser

pytestmark = pytest.mark.anyio
BEFORE = datetime(2026, 11, 20, 10, tzinfo=SHANGHAI)
BUYER, RIVAL_BUYER = Actor(1, Role.purchaser, 5, "530114"), Actor(2, Role.purchaser, 6, "530111")
BIDDER = Actor(3, Role.organization, 7)
OTHERS = [Actor(9, role, 5, "530114") for role in EVERYONE - {Role.purchaser, Role.organization, Role.resident}]


def tender(status: TenderStatus) -> Tender:
    return Tender(party_id=5, status=status, **DATES)


def buttons(actor: Actor, tender: Tender, at: datetime) -> list[str]:
    return actions(actor, tender, profile("consultation"), at)


@pytest.mark.parametrize(
    ("status", "at", "expected"),
    [
        (TenderStatus.draft, BEFORE, ["edit", "publish", "cancel"]),
        (TenderStatus.published, BEFORE, ["amend", "cancel"]),
        (TenderStatus.published, DATES["bids_end"], ["open", "cancel", "fail"]),
        (TenderStatus.opened, DATES["evaluation_end"], ["prequalify", "invite", "record_late", "cancel", "fail"]),
        (TenderStatus.awarded, DATES["contracts_end"], []),
        (TenderStatus.cancelled, BEFORE, []),
        (TenderStatus.unsuccessful, DATES["bids_end"], []),
    ],
)
def test_the_purchaser_s_buttons_follow_from_state_and_hour(
    status: TenderStatus, at: datetime, expected: list[str]
) -> None:
    assert buttons(BUYER, tender(status), at) == expected
    assert buttons(RIVAL_BUYER, tender(status), at) == []
    assert [buttons(other, tender(status), at) for other in OTHERS] == [[]] * len(OTHERS)


def test_an_organisation_asks_while_enquiries_are_open() -> None:
    assert buttons(BIDDER, tender(TenderStatus.published), BEFORE) == ["ask", "draft"]
    assert buttons(BIDDER, tender(TenderStatus.published), DATES["enquiries_end"]) == ["draft"]
    assert buttons(BIDDER, tender(TenderStatus.published), DATES["bids_end"]) == []
    assert buttons(RESIDENT, tender(TenderStatus.published), BEFORE) == []


@pytest.mark.parametrize("verb", sorted(set(WHO) - {"read", "ask", "draft", "create"}))
def test_only_the_purchaser_itself_acts_on_its_tender(verb: str) -> None:
    own = tender(TenderStatus.published)
    assert (denial(BUYER, verb, own), denial(RIVAL_BUYER, verb, own)) == (None, "party")
    assert {denial(other, verb, own) for other in [*OTHERS, BIDDER, RESIDENT]} == {"role"}


async def test_a_draft_is_invisible_to_everybody_else_and_a_notice_public(session: AsyncSession) -> None:
    draft = await make_tender(session, status=TenderStatus.draft)
    public = await make_tender(session)
    own = Actor(1, Role.purchaser, draft.party_id, "530114")
    assert await read_tender(session, own, draft.id) is draft
    for stranger in [RESIDENT, BIDDER, Actor(4, Role.committee, draft.party_id), await bidder(session)]:
        assert await read_tender(session, stranger, public.id) is public
        with pytest.raises(NotFound):
            await read_tender(session, stranger, draft.id)
        with pytest.raises(NotFound):
            await hold_tender(session, stranger, draft.id)


async def test_what_is_seen_but_not_allowed_is_denied_with_the_reason(session: AsyncSession) -> None:
    public = await make_tender(session)
    with pytest.raises(Denied) as refusal:
        await access_tender(session, await bidder(session), public.id, "publish")
    assert refusal.value.facts == {"verb": "publish", "reason": "role"}
    with pytest.raises(NotFound):
        await access_tender(session, await purchaser(session), 999_999, "publish")
