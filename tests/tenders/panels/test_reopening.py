"""A delivered sheet stays: taking it back needs a ground of the profile and two persons, and both versions are kept."""

import asyncio
import random
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Membership
from app.core.actors import Actor, Role
from app.core.audit import AuditEvent
from app.core.clock import SimulatedClock, now
from app.core.db import make_engine, units
from app.core.errors import DomainError, MoveRefused
from app.core.installation.upgrade import alembic_config
from app.tenders.bids.models import Bid
from app.tenders.notices.models import Criterion, Tender
from app.tenders.panels import service
from app.tenders.panels.models import PanelMember, ScoreSheet, SheetReopening, SheetVersion
from app.tenders.panels.queries import find_sheet, marks_of, reopened_of, waiting
from app.tenders.panels.reopening import approve_reopening, ask_reopening, refuse_reopening
from app.tenders.panels.rules import (
    EntriesDiffer,
    GroundUnknown,
    JudgeHasAccount,
    ReopeningStatus,
    SecondPersonNeeded,
    SheetDelivered,
    SheetStatus,
    is_second_person,
)
from app.tenders.panels.schemas import sheet_of
from app.tenders.panels.service import Interest, NewMember
from app.tenders.profiles.rules import profile
from tests.conftest import ClientOf
from tests.factories.awards import propose
from tests.factories.bids import make_bid, make_opened
from tests.factories.notices import PUBLISHED, lots_of, make_tender
from tests.factories.panels import clerks_of, close, deliver, judge, purchaser_of
from tests.factories.panels import marks_of as marks_for
from tests.factories.parties import actor_of
from tests.test_house import routes

pytestmark = pytest.mark.anyio
GROUND = "extreme"


async def delivered(session: AsyncSession) -> tuple[Tender, Bid, list[PanelMember], list[Actor]]:
    """A bid whose sheets J1 … J4 delivered at 42 points on screen and J5 on paper, keyed by the two clerks."""
    tender = await make_tender(session)
    (lot,) = await lots_of(session, tender)
    await make_bid(session, lot)
    (bid,) = await make_opened(session, tender)
    accounts = [(await actor_of(session, Role.judge)).account_id for _ in range(4)]
    members = [NewMember(f"J{n}", f"评委{n}", "督导", account_id=each) for n, each in enumerate([*accounts, None], 1)]
    await service.appoint_panel(session, purchaser_of(tender), tender.id, members)
    seats = list(await session.scalars(sa.select(PanelMember).order_by(PanelMember.ref)))
    for seat in seats:
        seat.declared_at = await now(session)
    for seat in seats[:4]:
        await deliver(session, tender, seat, bid, 42)
    clerks = await clerks_of(session, tender)
    await service.enter_paper_sheet(session, clerks[0], tender.id, "J5", bid.id, marks_for(42), None)
    await service.confirm_sheet(session, clerks[1], tender.id, "J5", bid.id, marks_for(42), None)
    return tender, bid, seats, clerks


async def versions(session: AsyncSession, member: PanelMember) -> list[tuple[int, Decimal, int | None, int | None]]:
    query = sa.select(SheetVersion).where(SheetVersion.member_id == member.id).order_by(SheetVersion.number)
    return [(each.number, each.total, each.entered_by, each.confirmed_by) for each in await session.scalars(query)]


@pytest.mark.parametrize("name", ["venture", "procurement"])
def test_each_ground_has_words_in_both_languages_and_a_rule(name: str) -> None:
    grounds = profile(name).reopening
    assert len({ground.code for ground in grounds}) == len(grounds) == 5
    assert all(ground.zh and ground.en and ground.source for ground in grounds)


def test_a_purchase_reopens_on_the_four_grounds_of_article_64_or_an_interest() -> None:
    articles = {ground.code: ground.source for ground in profile("procurement").reopening}
    assert [code for code, source in articles.items() if "第六十四条" in source] == [
        "sum_wrong",
        "out_of_range",
        "objective_differs",
        "extreme",
    ]
    assert "interest" in articles


@pytest.mark.parametrize(("first", "second"), [(1, 1), (None, 1), (1, None), (None, None), (1, 7)])
def test_two_persons_are_two_accounts_and_the_second_is_no_judge(first: int | None, second: int | None) -> None:
    assert not is_second_person(first, second, [7, None])
    assert is_second_person(1, 2, [7, None])


async def test_a_judge_asks_a_second_person_approves_and_both_versions_are_kept(session: AsyncSession) -> None:
    tender, bid, (own, *_), (clerk, _) = await delivered(session)
    asked = await ask_reopening(session, judge(own), tender.id, bid.id, GROUND, "C2 误填")
    sheet = await find_sheet(session, own.id, bid.id)
    assert sheet is not None
    with pytest.raises(MoveRefused):
        await service.save_sheet(session, judge(own), tender.id, bid.id, marks_for(43), sheet.version)
    await approve_reopening(session, clerk, tender.id, asked.id)
    assert (sheet.status, sheet.total, sheet.delivered_at) == (SheetStatus.draft, Decimal(42), None)
    await service.save_sheet(session, judge(own), tender.id, bid.id, marks_for(43), sheet.version)
    await service.deliver_sheet(session, judge(own), tender.id, bid.id)
    assert await versions(session, own) == [(1, 42, own.account_id, None), (2, 43, own.account_id, None)]
    (told,) = await reopened_of(session, tender.id)
    assert (told.before.total, told.after and told.after.total, told.reopening.asked_by, told.reopening.decided_by) == (
        42,
        43,
        own.account_id,
        clerk.account_id,
    )


async def test_refused_the_sheet_stays_and_may_be_asked_for_again(session: AsyncSession) -> None:
    tender, bid, (own, *_), (clerk, other) = await delivered(session)
    asked = await ask_reopening(session, clerk, tender.id, bid.id, GROUND, "评分畸高", "J1")
    await refuse_reopening(session, other, tender.id, asked.id)
    sheet = await find_sheet(session, own.id, bid.id)
    assert sheet and (sheet.status, asked.status) == (SheetStatus.delivered, ReopeningStatus.refused)
    with pytest.raises(MoveRefused):
        await approve_reopening(session, other, tender.id, asked.id)
    again = await ask_reopening(session, clerk, tender.id, bid.id, GROUND, "评分畸高", "J1")
    assert again.status is ReopeningStatus.asked


async def test_nobody_approves_what_they_asked_for_and_no_judge_of_the_panel_does(session: AsyncSession) -> None:
    tender, bid, (own, other, *_), (clerk, _) = await delivered(session)
    asked = await ask_reopening(session, clerk, tender.id, bid.id, GROUND, "评分畸高", "J1")
    seats_of_others = [
        clerk,
        Actor(clerk.account_id, Role.auditor),
        Actor(own.account_id, Role.auditor),
        Actor(other.account_id, Role.purchaser, tender.party_id, "530114"),
    ]
    for actor in seats_of_others:
        with pytest.raises(SecondPersonNeeded):
            await approve_reopening(session, actor, tender.id, asked.id)
    with pytest.raises(SecondPersonNeeded):
        await ask_reopening(session, purchaser_of(tender), tender.id, bid.id, GROUND, "没有账号", "J2")


async def test_where_the_purchaser_has_one_account_an_auditor_is_the_second_person(session: AsyncSession) -> None:
    tender, bid, *_, (clerk, _) = await delivered(session)
    auditor = await actor_of(session, Role.auditor)
    asked = await ask_reopening(session, clerk, tender.id, bid.id, GROUND, "评分畸高", "J1")
    assert [each.verb for each in await waiting(session, auditor, await now(session))] == ["approve"]
    assert [each.verb for each in await waiting(session, clerk, await now(session))] == ["close"]
    await approve_reopening(session, auditor, tender.id, asked.id)
    assert (asked.decided_role, asked.decided_by) == ("auditor", auditor.account_id)


async def test_a_ground_that_the_profile_does_not_name_is_refused(session: AsyncSession) -> None:
    tender, bid, (own, *_), _ = await delivered(session)
    with pytest.raises(GroundUnknown):
        await ask_reopening(session, judge(own), tender.id, bid.id, "typing error", "打错了")


async def test_nobody_enters_paper_or_interests_for_a_judge_who_has_an_account(session: AsyncSession) -> None:
    tender, bid, _, (clerk, other) = await delivered(session)
    with pytest.raises(JudgeHasAccount):
        await service.enter_paper_sheet(session, clerk, tender.id, "J1", bid.id, marks_for(100), None)
    with pytest.raises(JudgeHasAccount):
        await service.confirm_sheet(session, other, tender.id, "J1", bid.id, marks_for(100), None)
    with pytest.raises(JudgeHasAccount):
        await service.declare_interests(session, clerk, tender.id, [Interest(bid.party_id)], "J1")


async def test_paper_is_reopened_by_two_and_keyed_again_by_two(session: AsyncSession) -> None:
    tender, bid, (*_, paper), (clerk, other) = await delivered(session)
    with pytest.raises(MoveRefused):
        await service.enter_paper_sheet(session, clerk, tender.id, "J5", bid.id, marks_for(100), None)
    asked = await ask_reopening(session, clerk, tender.id, bid.id, "keyed_wrong", "原件为 43 分", "J5")
    await approve_reopening(session, other, tender.id, asked.id)
    with pytest.raises(SecondPersonNeeded):
        await service.confirm_sheet(session, other, tender.id, "J5", bid.id, marks_for(42), None)
    await service.enter_paper_sheet(session, other, tender.id, "J5", bid.id, marks_for(43), None)
    assert [each.verb for each in await waiting(session, clerk, await now(session))] == ["close", "confirm"]
    with pytest.raises(EntriesDiffer) as refused:
        await service.confirm_sheet(session, clerk, tender.id, "J5", bid.id, marks_for(44), Decimal(44))
    assert refused.value.facts["criteria"] == "C2, written_total"
    await service.confirm_sheet(session, clerk, tender.id, "J5", bid.id, marks_for(43), None)
    assert await versions(session, paper) == [
        (1, 42, clerk.account_id, other.account_id),
        (2, 43, other.account_id, clerk.account_id),
    ]


async def test_an_interest_found_late_voids_a_delivered_sheet_only_by_two_persons(session: AsyncSession) -> None:
    tender, bid, (own, *_), (clerk, _) = await delivered(session)
    with pytest.raises(SheetDelivered):
        await service.declare_interests(session, judge(own), tender.id, [Interest(bid.party_id)])
    asked = await ask_reopening(session, judge(own), tender.id, bid.id, "interest", "曾任该单位理事")
    await approve_reopening(session, clerk, tender.id, asked.id)
    await service.declare_interests(session, judge(own), tender.id, [Interest(bid.party_id)])
    assert await find_sheet(session, own.id, bid.id) is None
    (told,) = await reopened_of(session, tender.id)
    assert (told.before.total, told.after) == (42, None)


async def test_a_judge_who_joins_an_applicant_after_delivering_can_have_the_sheet_voided(session: AsyncSession) -> None:
    tender, bid, (own, *_), (clerk, _) = await delivered(session)
    session.add(Membership(account_id=own.account_id, party_id=bid.party_id, role=Role.organization))
    await session.flush()
    asked = await ask_reopening(session, judge(own), tender.id, bid.id, "interest", "新任理事")
    await approve_reopening(session, clerk, tender.id, asked.id)
    await service.declare_interests(session, judge(own), tender.id, [])
    assert await find_sheet(session, own.id, bid.id) is None


async def test_the_audit_keeps_the_marks_of_both_versions_and_who_let_the_first_one_go(session: AsyncSession) -> None:
    tender, bid, (own, *_), (clerk, _) = await delivered(session)
    asked = await ask_reopening(session, judge(own), tender.id, bid.id, GROUND, "C2 误填")
    await approve_reopening(session, clerk, tender.id, asked.id)
    await service.save_sheet(session, judge(own), tender.id, bid.id, marks_for(43), 3)
    await service.deliver_sheet(session, judge(own), tender.id, bid.id)
    await session.commit()
    query = sa.select(AuditEvent).where(AuditEvent.stream == f"tenders:{tender.id}").order_by(AuditEvent.seq)
    events = [
        each for each in await session.scalars(query) if own.account_id == each.account_id or "reop" in each.event
    ]
    assert [(each.event, each.account_id, each.facts.get("number")) for each in events] == [
        ("sheet.saved", own.account_id, None),
        ("sheet.delivered", own.account_id, 1),
        ("reopening.asked", own.account_id, 1),
        ("reopening.approved", clerk.account_id, 1),
        ("sheet.saved", own.account_id, None),
        ("sheet.delivered", own.account_id, 2),
    ]
    assert [each.facts["marks"]["C2"] for each in events if each.event == "sheet.delivered"] == ["22.00", "23.00"]


# the database alone


CHANGES = (
    "UPDATE marks SET value = 0 WHERE sheet_id = :sheet",
    "DELETE FROM marks WHERE sheet_id = :sheet",
    "UPDATE marks SET sheet_id = :other WHERE sheet_id = :sheet",
    "INSERT INTO marks (sheet_id, criterion_id, value) SELECT :sheet, criterion_id, 0 FROM marks LIMIT 1",
    "UPDATE score_sheets SET total = 99 WHERE id = :sheet",
    "UPDATE score_sheets SET written_total = 99 WHERE id = :sheet",
    "UPDATE score_sheets SET status = 'draft', delivered_at = NULL WHERE id = :sheet",
    "DELETE FROM score_sheets WHERE id = :sheet",
    "UPDATE sheet_versions SET total = 99",
    "DELETE FROM sheet_versions",
    "TRUNCATE sheet_versions CASCADE",
    "UPDATE sheet_reopenings SET decided_by = asked_by, decided_role = 'purchaser', decided_at = now(), "
    "status = 'approved'",
    "UPDATE sheet_reopenings SET decided_by = :judge, decided_role = 'auditor', decided_at = now(), "
    "status = 'approved'",
    "UPDATE sheet_reopenings SET ground = 'other'",
    "DELETE FROM sheet_reopenings",
)
FORGED = (
    "INSERT INTO sheet_versions (tender_id, member_id, bid_id, number, marks, total, delivered_at) "
    "SELECT tender_id, member_id, bid_id, 9, marks, 99, delivered_at FROM sheet_versions LIMIT 1"
)


@pytest.mark.parametrize("role", ["shuangxuan_app", "owner"])
@pytest.mark.parametrize("change", CHANGES)
async def test_the_database_itself_lets_nothing_delivered_be_changed(
    session: AsyncSession, change: str, role: str
) -> None:
    _, bid, (own, other, *_), (clerk, _) = await delivered(session)
    await ask_reopening(session, clerk, bid.tender_id, bid.id, GROUND, "评分畸高", "J1")
    sheets = {each.member_id: each.id for each in await session.scalars(sa.select(ScoreSheet))}
    numbers = {"sheet": sheets[own.id], "other": sheets[other.id], "judge": own.account_id}
    used = {name: value for name, value in numbers.items() if f":{name}" in change}
    if role == "owner":
        await session.execute(sa.text("RESET ROLE"))
    with pytest.raises(DBAPIError, match=r"ck_|stays|not changed|permission denied|decided once|no judge"):
        async with session.begin_nested():
            await session.execute(sa.text(change), used)


async def test_versions_are_written_by_the_database_alone(session: AsyncSession) -> None:
    await delivered(session)
    with pytest.raises(DBAPIError, match="permission denied"):
        async with session.begin_nested():
            await session.execute(sa.text(FORGED))


@pytest.mark.parametrize("keyed", [(), ("entered_by",), ("confirmed_by",)])
async def test_the_database_itself_takes_no_paper_that_two_people_did_not_key(
    session: AsyncSession, keyed: tuple[str, ...]
) -> None:
    """Outside a replay: there the clock is simulated, as it is in these tests, and nobody keys."""
    tender, bid, (*_, paper), (clerk, other) = await delivered(session)
    asked = await ask_reopening(session, clerk, tender.id, bid.id, GROUND, "评分畸高", "J5")
    await approve_reopening(session, other, tender.id, asked.id)
    await session.flush()
    await session.execute(sa.text("SELECT set_config('shuangxuan.now', '', true)"))
    change = sa.update(ScoreSheet).where(ScoreSheet.member_id == paper.id)
    people = dict.fromkeys(keyed, clerk.account_id)
    with pytest.raises(IntegrityError, match="ck_score_sheets_paper_keyed_by_two"):
        await session.execute(change.values(status="delivered", delivered_at=sa.func.now(), **people))


# what is told, and to whom


async def test_before_closing_no_page_tells_the_purchaser_or_an_auditor_a_mark(
    session: AsyncSession, client_of: ClientOf
) -> None:
    """Every page that can be read of the tender, and what asking and approving answers; 41.50 and 19.50 are nowhere."""
    tender, bid, (own, *_), (clerk, other) = await delivered(session)
    asked = await ask_reopening(session, judge(own), tender.id, bid.id, GROUND, "误填")
    await approve_reopening(session, clerk, tender.id, asked.id)
    marks = {**marks_for("41.5"), "C1": Decimal("19.5"), "C2": Decimal(22)}
    sheet = await find_sheet(session, own.id, bid.id)
    assert sheet is not None
    await service.save_sheet(session, judge(own), tender.id, bid.id, marks, sheet.version)
    await service.deliver_sheet(session, judge(own), tender.id, bid.id)
    auditor = await actor_of(session, Role.auditor)
    await session.commit()
    told: list[str] = []
    of_the_tender = re.compile(r"[^{]*(\{(tender_id|bid_id)\}[^{]*)+|/desk|/awards")
    readable = [each.path for each in routes() if "GET" in each.methods and of_the_tender.fullmatch(each.path)]
    for actor in (other, auditor):
        async with client_of(actor) as client:
            for path in readable:
                answer = await client.get(path.format(tender_id=tender.id, bid_id=bid.id))
                told += [f"{path}: {mark}" for mark in ("41.5", "19.5") if mark in answer.text]
            if actor is other:
                wanted = {"judge": "J1", "ground": GROUND, "reason": "评分畸高"}
                answer = await client.post(f"/panels/{tender.id}/bids/{bid.id}/reopen", json=wanted)
                assert answer.status_code == 201
                number = answer.json()["id"]
            else:
                answer = await client.post(f"/panels/{tender.id}/reopenings/{number}/approve")
                assert answer.status_code == 200
            told += [f"{answer.url}: {mark}" for mark in ("41.5", "19.5") if mark in answer.text]
    assert told == []


async def test_a_corrected_sheet_is_told_with_the_result_and_in_the_exported_sheets(
    session: AsyncSession, client_of: ClientOf
) -> None:
    tender, bid, (own, *_), (clerk, _) = await delivered(session)
    asked = await ask_reopening(session, judge(own), tender.id, bid.id, GROUND, "误填")
    await approve_reopening(session, clerk, tender.id, asked.id)
    await service.save_sheet(session, judge(own), tender.id, bid.id, marks_for(43), 3)
    await service.deliver_sheet(session, judge(own), tender.id, bid.id)
    await close(session, tender)
    await propose(session, tender)
    await session.commit()
    async with client_of(clerk) as client:
        result = (await client.get(f"/awards/results/{tender.id}")).json()
        (corrected,) = result["corrected_sheets"]
        assert {
            name: corrected[name] for name in ("bid", "judge", "before", "after", "asked_role", "approved_role")
        } == {
            "bid": "B01",
            "judge": "J1",
            "before": "42.00",
            "after": "43.00",
            "asked_role": "judge",
            "approved_role": "purchaser",
        }
        assert ("畸高" in corrected["ground_zh"], "六十四" in corrected["rule"]) == (True, True)
        file = f"/panels/{tender.id}/sheets/export"
        words = (await client.get(file, params={"format": "csv"})).text.splitlines()
        assert words[0].startswith("\ufeff申报编号,评委,状态,")
        assert words[1].startswith("B01,J1,已退回作废,20.00,22.00,")
        assert ",42.00,,1,经评审小组认定评分畸高、畸低,评审专家," in words[1]
        table = await client.get(file, params={"format": "csv", "headings": "columns"})
        first, second = table.text.splitlines()[1:3]
        assert first.startswith("B01,J1,superseded,20.00,22.00,0.00,0.00,0.00,0.00,42.00,,1,extreme,judge,")
        assert second == "B01,J1,delivered,20.00,23.00,0.00,0.00,0.00,0.00,43.00,,,,,,,"
        (told,) = (await client.get(f"/panels/{tender.id}/reopenings")).json()
        assert (told["before"]["marks"]["C2"], told["after"]["marks"]["C2"], told["actions"]) == ("22.00", "23.00", [])


# whatever is tried, in whatever order


class Attack:
    """Everything that can be tried with sheets, one random step after the other, by the given actors."""

    def __init__(self, session: AsyncSession, tender: Tender, bid: Bid, seats: list[PanelMember], seed: int) -> None:
        self.session, self.tender, self.bid, self.seats = session, tender, bid, seats
        self.dice = random.Random(seed)

    async def step(self, actors: list[Actor]) -> None:
        """One try, undone as a whole when it is refused."""
        actor, name = self.dice.choice(actors), self.dice.choice(sorted(TRIES))
        try:
            async with self.session.begin_nested():
                await TRIES[name](self, actor)
                await self.session.flush()
        except (DomainError, IntegrityError):
            self.session.expire_all()
            await self.session.refresh(self.tender)
            await self.session.refresh(self.bid)
            for seat in self.seats:
                await self.session.refresh(seat)

    @property
    def ref(self) -> str:
        return self.dice.choice(["J1", "J2", "J5"])

    @property
    def marks(self) -> dict[str, Decimal]:
        return marks_for(self.dice.choice([42, 43, 100]))

    async def request(self) -> int:
        is_open = SheetReopening.status == ReopeningStatus.asked
        query = sa.select(SheetReopening.id).order_by(is_open.desc(), SheetReopening.id)
        return await self.session.scalar(query.limit(1)) or 0

    async def save(self, actor: Actor) -> None:
        given = await self.session.scalar(
            sa.select(ScoreSheet.version).join(PanelMember).where(PanelMember.account_id == actor.account_id)
        )
        await service.save_sheet(self.session, actor, self.tender.id, self.bid.id, self.marks, given or 0)

    async def deliver(self, actor: Actor) -> None:
        await service.deliver_sheet(self.session, actor, self.tender.id, self.bid.id)

    async def enter(self, actor: Actor) -> None:
        await service.enter_paper_sheet(self.session, actor, self.tender.id, self.ref, self.bid.id, self.marks, None)

    async def confirm(self, actor: Actor) -> None:
        await service.confirm_sheet(self.session, actor, self.tender.id, self.ref, self.bid.id, self.marks, None)

    async def ask(self, actor: Actor) -> None:
        await ask_reopening(self.session, actor, self.tender.id, self.bid.id, GROUND, "再看", self.ref)

    async def approve(self, actor: Actor) -> None:
        await approve_reopening(self.session, actor, self.tender.id, await self.request())

    async def refuse(self, actor: Actor) -> None:
        await refuse_reopening(self.session, actor, self.tender.id, await self.request())

    async def declare(self, actor: Actor) -> None:
        await service.declare_interests(self.session, actor, self.tender.id, [Interest(self.bid.party_id)], self.ref)


TRIES: dict[str, Callable[[Attack, Actor], Awaitable[Any]]] = {
    name: getattr(Attack, name)
    for name in ("save", "deliver", "enter", "confirm", "ask", "approve", "refuse", "declare")
}


async def standing(session: AsyncSession) -> dict[int, tuple[SheetStatus, Decimal, dict[str, Decimal]]]:
    """Seat → what its sheet says now."""
    sheets = list(await session.scalars(sa.select(ScoreSheet).execution_options(populate_existing=True)))
    return {each.member_id: (each.status, each.total, await marks_of(session, each.id)) for each in sheets}


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("who", ["clerk", "judge", "auditor"])
async def test_no_sequence_of_tries_by_one_account_changes_a_delivered_sheet(
    session: AsyncSession, seed: int, who: str
) -> None:
    """Even one that is judge, purchaser and auditor at once."""
    tender, bid, seats, (clerk, _) = await delivered(session)
    account = {"clerk": clerk.account_id, "judge": seats[0].account_id}.get(who)
    account = account or (await actor_of(session, Role.auditor)).account_id
    actors = [replace(clerk, account_id=account), Actor(account, Role.judge), Actor(account, Role.auditor)]
    before, attack = await standing(session), Attack(session, tender, bid, seats, seed)
    for _ in range(40):
        await attack.step(actors)
        assert await standing(session) == before


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_several_do_every_version_is_kept_and_each_change_has_its_two_persons(
    session: AsyncSession, seed: int
) -> None:
    tender, bid, seats, clerks = await delivered(session)
    actors = [*clerks, judge(seats[0]), judge(seats[1]), await actor_of(session, Role.auditor)]
    attack, kept, changed = Attack(session, tender, bid, seats, seed), dict[int, Any](), 0
    for _ in range(60):
        await attack.step(actors)
        rows = {each.id: each for each in await session.scalars(sa.select(SheetVersion))}
        facts = {key: (each.number, each.total, dict(each.marks)) for key, each in rows.items()}
        assert kept.items() <= facts.items()
        kept, now_standing = facts, await standing(session)
        approved = {
            (each.member_id, each.number): each
            for each in await session.scalars(
                sa.select(SheetReopening).where(SheetReopening.status == ReopeningStatus.approved)
            )
        }
        judges = {seat.account_id for seat in seats}
        assert all(each.asked_by != each.decided_by and each.decided_by not in judges for each in approved.values())
        for seat in seats:
            last = max((each for each in rows.values() if each.member_id == seat.id), key=lambda each: each.number)
            assert all((seat.id, number) in approved for number in range(1, last.number))
            status, total, marks = now_standing.get(seat.id, (None, None, {}))
            if status is SheetStatus.delivered:
                assert (total, {code: f"{mark:.2f}" for code, mark in marks.items()}) == (last.total, last.marks)
            else:
                assert (seat.id, last.number) in approved
        changed = len(approved)
    assert changed > 0


async def test_sheets_delivered_before_versions_were_kept_stand_as_the_first_one(own_database: str) -> None:
    """The tables go and come back, as in a database of yesterday that is upgraded in place."""
    engine = make_engine(own_database)
    door = units(engine, clock=SimulatedClock(PUBLISHED))
    async with door() as session:
        tender, _, (own, *_), _ = await delivered(session)
    config = alembic_config(own_database)
    await asyncio.to_thread(command.downgrade, config, "delivered_sheets_stay-1")
    await asyncio.to_thread(command.upgrade, config, "head")
    async with door() as session:
        assert await versions(session, own) == [(1, 42, own.account_id, None)]
        marks = await session.scalar(sa.select(SheetVersion.marks).where(SheetVersion.member_id == own.id))
        assert marks and marks["C2"] == "22.00"
        asked = sa.select(sa.func.count()).select_from(SheetVersion).where(SheetVersion.tender_id == tender.id)
        assert await session.scalar(asked) == 5
    await engine.dispose()


def test_a_criterion_called_like_another_column_of_the_exported_sheets_keeps_its_own() -> None:
    columns = sheet_of([Criterion(code=code, label_zh="方案", label_en="") for code in ("total", "bid")]).columns
    assert [heading for heading in columns.values() if heading == ("方案", "方案")] == [("方案", "方案")] * 2
    assert (columns["total"][0], columns["bid"][0]) == ("总分", "申报编号")
