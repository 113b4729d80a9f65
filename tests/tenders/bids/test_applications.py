"""Applications to a notice with a form: drafts, the checklist, the budget that is the amount, a new form."""

import json
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import RESIDENT, Actor, Role
from app.parties.models import Party
from app.taxonomy.rules import PopulationUnknown
from app.tenders.bids.applications import application_of
from app.tenders.bids.models import Bid, BudgetLine
from app.tenders.bids.queries import versions_of
from app.tenders.bids.rules import BidStatus, FormAmended, content_digest
from app.tenders.bids.service import confirm_bid, draft_bid, revise_bid, submit_bid, unsettle_bids
from app.tenders.forms.application import APPLICATION, Application
from app.tenders.forms.defaults import default_form
from app.tenders.forms.rules import BidIncomplete
from app.tenders.notices.models import Tender
from app.tenders.notices.service import amend_tender
from tests.conftest import ClientOf
from tests.factories.bids import answered, make_bid, make_opened, version_of
from tests.factories.notices import lots_of, make_tender
from tests.factories.panels import judge, make_panel
from tests.tenders.notices.facts import bidder

pytestmark = pytest.mark.anyio
ANSWERS = {
    "need": "独居老人无人陪伴",
    "surveyed": "notice",
    "aim": "每周有人上门",
    "method": "志愿者结对",
    "participation": "楼栋长参与",
    "vulnerable": "no",
    "experience": "三年入户服务",
    "sustainability": "志愿队继续",
    "other_grants": "no",
    "declared": "yes",
}
WHOLE = {
    **APPLICATION,
    "answers": ANSWERS,
    "targets": [*APPLICATION["targets"], {"indicator": "志愿者", "unit": "人", "number": "20"}],  # type: ignore[misc]
    "team": [*APPLICATION["team"], {"person": "王芳", "duty": "社工"}],  # type: ignore[misc]
    "people_served": [],
}
FORM = default_form("venture").model_copy(
    update={"parts": [part for part in default_form("venture").parts if part.part != "people_served"]}
)


async def asking(session: AsyncSession, **facts: Any) -> Tender:
    """A published notice with the form of a project competition."""
    return await make_tender(session, application_form=FORM.document(), **facts)


def content(**changes: Any) -> dict[str, Any]:
    return {"title": "银龄陪伴", "application": Application.model_validate({**WHOLE, **changes})}


async def handed_in(session: AsyncSession, tender: Tender, actor: Actor, **changes: Any) -> Bid:
    bid = await draft_bid(session, actor, tender.id, lot="L1", content=content(**changes))
    await submit_bid(session, actor, bid.id)
    return bid


def buyer_of(tender: Tender) -> Actor:
    return Actor(1, Role.purchaser, tender.party_id, "530114")


async def settle(session: AsyncSession) -> None:
    """What the database looks at when a transaction ends."""
    await session.flush()
    await session.execute(sa.text("SET CONSTRAINTS ALL IMMEDIATE"))


async def test_the_sum_of_the_budget_is_the_amount_and_all_of_it_is_sealed(session: AsyncSession) -> None:
    tender, actor = await asking(session), await bidder(session)
    bid = await handed_in(session, tender, actor)
    await settle(session)
    (version,) = await versions_of(session, bid.id)
    await session.refresh(version)
    assert await application_of(session, version) == Application.model_validate(WHOLE)
    assert version.amount == Decimal(20_000)
    sealed = json.dumps(Application.model_validate(WHOLE).document(), ensure_ascii=False, sort_keys=True)
    said = {"title": "银龄陪伴", "amount": "20000.00", "plan": "", "application": sealed}
    assert version.content_hash == content_digest(said)


async def test_a_draft_may_be_incomplete_and_handing_it_in_says_everything_that_is_missing(
    session: AsyncSession, client_of: ClientOf
) -> None:
    tender, actor = await asking(session), await bidder(session)
    await session.commit()
    begun = {"answers": {"need": "独居老人"}, "budget": [{"detail": "补贴", "unit_price": {"amount": "100.00"}}]}
    async with client_of(actor) as client:
        drafted = (await client.post(f"/tenders/{tender.id}/bids", json={"lot": "L1", "application": begun})).json()
        url = f"/bids/{drafted['id']}"
        missing = {each["path"]: each for each in drafted["missing"]}
        assert {"title", "application.answers.aim", "application.budget.0.quantity"} <= set(missing)
        assert "application.answers.need" not in missing and "amount" not in missing
        assert missing["application.budget.0.quantity"]["messages"] == {
            "zh": "“预算 · 第 1 项 · 数量”未填写。请填写。",
            "en": '"budget · entry 1 · quantity" is blank. Fill it in.',
        }
        refused = await client.post(f"{url}/submit")
        assert (refused.status_code, refused.json()["code"]) == (422, "BidIncomplete")
        assert {row["column"] for row in refused.json()["rows"]} == set(missing)
        sent = {"title": "银龄陪伴", "amount": {"amount": "1.00"}, "application": WHOLE}
        saved = await client.put(url, json=sent, headers={"If-Match": f'"{drafted["version"]}"'})
        assert saved.status_code == 200, saved.text
        assert (saved.json()["missing"], saved.json()["amount"]["amount"]) == ([], "20000.00")
        told = (await client.post(f"{url}/submit")).json()
    assert told["application"] == Application.model_validate(WHOLE).document()
    assert (told["status"], told["amount"]["amount"], told["form_amended"]) == ("submitted", "20000.00", False)
    assert told["draft"]["application"] == told["application"]


async def test_a_group_of_people_is_one_that_the_taxonomy_has(session: AsyncSession) -> None:
    tender, actor = await asking(session), await bidder(session)
    with pytest.raises(PopulationUnknown):
        await draft_bid(
            session, actor, tender.id, lot="L1", content=content(people_served=[{"group_code": "P99", "people": 3}])
        )


@pytest.mark.parametrize("difference", [Decimal("0.01"), Decimal("-0.01"), Decimal(5)])
async def test_the_database_refuses_a_budget_that_comes_to_something_else(
    session: AsyncSession, difference: Decimal
) -> None:
    tender = await asking(session)
    (lot,) = await lots_of(session, tender)
    bid = await make_bid(session, lot, amount=200, application=answered("话"))
    await settle(session)
    late = version_of(bid, bid.created_at, number=2, title="题", amount=Decimal(200), receipt="2")
    late.budget = [
        BudgetLine(position=1, heading="人员", detail="补贴", unit_price=Decimal(100), quantity=Decimal(1)),
        BudgetLine(position=2, heading="物资", detail="用品", unit_price=100 + difference, quantity=Decimal(1)),
    ]
    session.add(late)
    with pytest.raises(IntegrityError, match="does not come to the amount"):
        await settle(session)


async def test_the_database_refuses_a_bid_without_the_budget_that_its_notice_asks_for(session: AsyncSession) -> None:
    tender = await asking(session)
    (lot,) = await lots_of(session, tender)
    await make_bid(session, lot, amount=200)
    with pytest.raises(IntegrityError, match="does not come to the amount"):
        await settle(session)


async def test_a_line_cannot_be_added_changed_or_taken_away_afterwards(session: AsyncSession) -> None:
    tender = await asking(session)
    (lot,) = await lots_of(session, tender)
    bid = await make_bid(session, lot, amount=200, application=answered("话"))
    await settle(session)
    (version,) = await versions_of(session, bid.id)
    more = {"version_id": version.id, "position": 2, "heading": "a", "detail": "b", "unit_price": 1, "quantity": 1}
    for statement in (
        sa.update(BudgetLine).values(unit_price=1),
        sa.delete(BudgetLine),
        sa.insert(BudgetLine).values(**more),
    ):
        with pytest.raises(DBAPIError):
            async with session.begin_nested():
                await session.execute(statement)


async def test_until_the_opening_nobody_else_reads_an_application_and_then_only_the_purchaser_and_its_judges(
    session: AsyncSession, client_of: ClientOf
) -> None:
    tender, own = await asking(session), await bidder(session)
    (lot,) = await lots_of(session, tender)
    party = await session.get_one(Party, own.party_id)
    bid = await make_bid(session, lot, party, application=answered("机密"), draft={"application": answered("机密")})
    others = [buyer_of(tender), await bidder(session), Actor(8, Role.auditor), Actor(9, Role.admin), RESIDENT]
    await session.commit()
    addresses = (
        f"/bids/{bid.id}",
        f"/tenders/{tender.id}/bids",
        f"/tenders/{tender.id}/bids/export?format=csv",
        "/bids",
    )
    for actor in others:
        async with client_of(actor) as client:
            assert [address for address in addresses if "机密" in (await client.get(address)).text] == []
    await make_opened(session, tender)
    await session.commit()
    async with client_of(others[0]) as client:
        told = (await client.get(f"/bids/{bid.id}")).json()
    assert (told["application"]["answers"], told["draft"], told["missing"]) == ({"need": "机密"}, None, [])
    for actor in others[1:]:
        async with client_of(actor) as client:
            assert [address for address in addresses if "机密" in (await client.get(address)).text] == []


async def test_a_judge_reads_the_application_beside_the_sheet(session: AsyncSession, client_of: ClientOf) -> None:
    tender = await asking(session)
    (lot,) = await lots_of(session, tender)
    await make_bid(session, lot, application=answered("方案"))
    (bid,) = await make_opened(session, tender)
    (seat, *_) = await make_panel(session, tender, accounts=True)
    await session.commit()
    async with client_of(judge(seat)) as client:
        told = (await client.get(f"/panels/{tender.id}/bids/{bid.id}")).json()
    assert told["application"]["budget"][0]["amount"] == {"amount": "20000.00", "currency": "CNY"}


async def test_after_a_new_form_a_bid_is_revised_and_not_confirmed(session: AsyncSession, client_of: ClientOf) -> None:
    """The purchaser is answered alike whether anybody has handed in (87号令 art. 28)."""
    tender, actor, waits = await asking(session), await bidder(session), await bidder(session)
    bid = await handed_in(session, tender, actor)
    draft = await draft_bid(session, waits, tender.id, lot="L1", content={"title": "另一个"})
    shorter = FORM.model_copy(update={"parts": FORM.parts[:5]})
    buyer = buyer_of(tender)
    amendment = await amend_tender(
        session, buyer, tender.id, tender.version, "风险一项不再要求", {"application_form": shorter.document()}
    )
    assert (amendment.is_binding, [*amendment.changes]) == (True, ["application_form"])
    assert amendment.changes["application_form"] == [FORM.document(), shorter.document()]
    await unsettle_bids(session, buyer, tender)
    assert bid.status is BidStatus.unconfirmed
    with pytest.raises(FormAmended):
        await confirm_bid(session, actor, bid.id)
    await session.commit()
    async with client_of(actor) as client:
        told = (await client.get(f"/bids/{bid.id}")).json()
        assert (told["form_amended"], told["actions"]) == (True, ["edit", "revise", "withdraw"])
    async with client_of(waits) as client:
        assert (await client.get(f"/bids/{draft.id}")).json()["form_amended"] is True
    version = await revise_bid(session, actor, bid.id)
    assert (bid.status, version.number, version.application and version.application["risks"]) == (
        BidStatus.submitted,
        2,
        [],
    )


async def test_a_notice_carries_its_form_and_a_profile_brings_one(session: AsyncSession, client_of: ClientOf) -> None:
    tender = await asking(session)
    plain = await make_tender(session)
    await session.commit()
    async with client_of(RESIDENT) as client:
        told = (await client.get(f"/tenders/{tender.id}")).json()["application_form"]
        assert (await client.get(f"/tenders/{plain.id}")).json()["application_form"] is None
        brought = (await client.get("/profiles/procurement/application-form")).json()
        unknown = await client.get("/profiles/none/application-form")
    assert told == FORM.document()
    assert brought == default_form("procurement").document()
    assert (unknown.status_code, unknown.json()["code"]) == (404, "ProfileUnknown")


async def test_whoever_meets_an_old_notice_is_asked_for_title_and_amount_alone(session: AsyncSession) -> None:
    tender, actor = await make_tender(session), await bidder(session)
    bid = await draft_bid(session, actor, tender.id, lot="L1", content={**content(), "amount": Decimal(300)})
    version = await submit_bid(session, actor, bid.id)
    await settle(session)
    assert (version.amount, version.application) == (Decimal(300), None)
    other = await draft_bid(session, await bidder(session), tender.id, lot="L1", content={"title": "题"})
    with pytest.raises(BidIncomplete):
        await submit_bid(session, Actor(2, Role.organization, other.party_id), other.id)
