"""A row that is already wrong (a version before the bounds wrote it, or another program) takes down no page.

The constraints that refuse such rows are dropped within the test's transaction, every date is set to the wrong value in
every row, and every page is read by those who may.
"""

from datetime import date, datetime

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import RESIDENT, Actor, Role
from app.core.bounds import FIRST_DAY, FIRST_INSTANT, LAST_DAY, LAST_INSTANT
from app.core.days.calendar import SHANGHAI
from app.core.db import RUNTIME_ROLE
from app.core.installation.postgres import EmbeddedPostgres
from app.core.installation.upgrade import alembic_config
from app.models import TABLES
from app.needs.rules import NeedStatus
from app.offers.rules import OfferStatus
from app.parties.models import Party
from app.parties.rules import PartyKind
from app.selection.models import Round
from app.selection.rules import RoundStatus
from tests.conftest import TODAY, ClientOf, copied
from tests.factories.contracts import contractor, make_performing, purchaser
from tests.factories.needs import make_need
from tests.factories.offers import make_offer
from tests.factories.parties import make_party
from tests.factories.surveys import make_response, make_survey, make_wave

WRONG = ["infinity", "-infinity", "0044-03-15 BC", "9999-12-31", "20000-01-01", "0001-01-01"]
WORDS = {
    "parties": ["name_zh", "name_en", "address", "introduction"],
    "contracts": ["title", "places_zh"],
    "tenders": ["title_zh", "title_en", "requirements"],
    "needs": ["title", "description", "requirements"],
    "offers": ["title", "description", "price_unit", "capacity", "schedule"],
    "bid_versions": ["title", "plan"],
}
pytestmark = pytest.mark.anyio


def dated() -> dict[str, list[str]]:
    """Table → the columns that its bounds name."""
    bounds = {
        table: str(constraint.sqltext)
        for table in TABLES.sorted_tables
        for constraint in table.constraints
        if isinstance(constraint, sa.CheckConstraint) and str(constraint.name).endswith("years_1900_to_2200")
    }
    return {table.name: [c.name for c in table.columns if f"{c.name} >=" in text] for table, text in bounds.items()}


async def without_bounds(session: AsyncSession, *statements: str) -> None:
    """Run these as the tables' owner, with their checks and triggers out of the way."""
    checks = (
        "SELECT conrelid::regclass::text, conname FROM pg_constraint"
        " WHERE contype = 'c' AND conrelid::regclass::text = ANY(:tables)"
    )
    found = (await session.execute(sa.text(checks), {"tables": list(dated())})).all()
    await session.execute(sa.text("SET CONSTRAINTS ALL IMMEDIATE"))  # a table with checks yet to come is not altered
    await session.execute(sa.text("SET ROLE NONE"))
    for table, name in found:
        await session.execute(sa.text(f"ALTER TABLE {table} DROP CONSTRAINT {name}"))
    for table in dated():
        await session.execute(sa.text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
    for statement in statements:
        await session.execute(sa.text(statement))
    await session.execute(sa.text(f"SET ROLE {RUNTIME_ROLE}"))
    await session.commit()


def updates(columns: dict[str, list[str]], value: str) -> list[str]:
    """Statements that set each of these columns in every row."""
    return [
        f"UPDATE {table} SET {', '.join(f'{column} = {value}' for column in names)}"  # noqa: S608 (names from here)
        for table, names in columns.items()
    ]


async def pages(session: AsyncSession) -> list[tuple[Actor, list[str]]]:
    """A world with one of everything that has a date, and who reads what of it."""
    contract = await make_performing(session)
    committee = await make_party(session, PartyKind.committee, area_code="530114003004")
    provider = await session.get_one(Party, contract.contractor_id)
    need = await make_need(session, committee)
    await make_need(session, committee, status=NeedStatus.draft, published_at=None)
    offer = await make_offer(session, provider)
    await make_offer(session, provider, status=OfferStatus.draft, published_at=None)
    survey = await make_survey(session, committee)
    wave = await make_wave(session, survey)
    response = await make_response(session, wave)
    session.add(
        Round(
            **{"party_id": contract.purchaser_id, "area_code": "530114000000", "title_zh": "双选", "seed": "1"},
            **{"opens_at": TODAY, "closes_at": contract.drafted_at, "created_at": TODAY},
            **{"status": RoundStatus.open, "opened_at": TODAY},
        )
    )
    await session.commit()
    tender, own = f"/tenders/{contract.tender_id}", f"/contracts/{contract.id}"
    everybody = [
        *("/needs", "/needs?sort=starts_on&limit=1", f"/needs/{need.id}", "/needs/export?format=csv"),
        *("/needs?starts_from=2026-01-01", "/offers", f"/offers/{offer.id}", "/offers/export?format=xlsx"),
        *("/parties", f"/parties/{provider.id}", "/tenders", tender, "/tenders/export"),
        *(f"/awards/results/{contract.tender_id}", f"/awards/results/{contract.tender_id}/paper?format=docx"),
        "/selection/rounds",
    ]
    papers = ["/contracts", own, f"{own}/paper?format=pdf", f"{own}/paper?format=docx", "/contracts/export"]
    procured = [f"{tender}/bids", f"{tender}/bids/export", f"/objections?tender_id={contract.tender_id}"]
    waves = [f"/surveys/{survey.id}/waves", f"/surveys/waves/{wave.id}", f"/surveys/waves/{wave.id}/responses"]
    return [
        (RESIDENT, everybody),
        (
            purchaser(contract),
            ["/desk", *everybody, *papers, *procured],
        ),
        (contractor(contract), ["/desk", *papers, "/bids", f"POST /selection/offers/{offer.id}/ranking"]),
        (
            Actor(None, Role.committee, committee.id, "530114003004"),
            ["/desk", *waves, f"/surveys/responses/{response.id}", f"POST /selection/needs/{need.id}/ranking"],
        ),
    ]


async def unread(client_of: ClientOf, readers: list[tuple[Actor, list[str]]]) -> list[tuple[str, str, int, str]]:
    """(role, address, status, answer) of every page that did not answer 200."""
    found = []
    for actor, addresses in readers:
        async with client_of(actor) as client:
            for address in addresses:
                method, _, path = address.rpartition(" ")
                answer = await client.request(method or "GET", path)
                if answer.status_code != 200:
                    found.append((actor.role.value, address, answer.status_code, answer.text[:200]))
    return found


async def test_every_page_is_read_before_anything_is_wrong(session: AsyncSession, client_of: ClientOf) -> None:
    assert await unread(client_of, await pages(session)) == []


@pytest.mark.parametrize("wrong", WRONG)
async def test_no_page_falls_over_a_wrong_date(session: AsyncSession, client_of: ClientOf, wrong: str) -> None:
    readers = await pages(session)
    await without_bounds(session, *updates(dated(), f"'{wrong}'"))
    assert await unread(client_of, readers) == []


async def test_no_page_and_no_paper_falls_over_a_wrong_character(session: AsyncSession, client_of: ClientOf) -> None:
    readers = await pages(session)
    await without_bounds(session, *updates(WORDS, "E'乱\\x01\\x0b\\u202e\\uffff'"))
    assert await unread(client_of, readers) == []


@pytest.mark.parametrize(
    ("written", "day", "instant"),
    [
        ("infinity", LAST_DAY, LAST_INSTANT),
        ("-infinity", FIRST_DAY, FIRST_INSTANT),
        ("9999-12-31 00:00:00+08", LAST_DAY, LAST_INSTANT),
        ("20000-01-01 00:00:00+08", LAST_DAY, LAST_INSTANT),
        ("1899-12-31 00:00:00+08", FIRST_DAY, FIRST_INSTANT),
        ("0044-03-15 BC", FIRST_DAY, FIRST_INSTANT),
        ("1900-01-01 12:00:00+08", FIRST_DAY, datetime(1900, 1, 1, 12, 5, 43, tzinfo=SHANGHAI)),
        ("2026-11-20 10:00:00.5+08", date(2026, 11, 20), datetime(2026, 11, 20, 10, 0, 0, 500_000, SHANGHAI)),
        ("2200-12-31 23:59:59+08", LAST_DAY, datetime(2200, 12, 31, 23, 59, 59, tzinfo=SHANGHAI)),
    ],
)
async def test_what_the_database_holds_is_read_as_the_nearest_day(
    session: AsyncSession, written: str, day: date, instant: datetime
) -> None:
    row = (await session.execute(sa.text(f"SELECT date '{written}', timestamptz '{written}', NULL::date"))).one()
    assert tuple(row) == (day, instant, None)


def test_a_database_with_wrong_rows_is_upgraded_and_keeps_them_as_the_nearest(server: EmbeddedPostgres) -> None:
    row = "(1, '530114000000', '双选', '1', :opens, :closes, now(), 'draft')"
    insert = "INSERT INTO rounds (party_id, area_code, title_zh, seed, opens_at, closes_at, created_at, status) VALUES "
    with copied(server, "template1") as url:
        command.upgrade(alembic_config(url), "years_have_bounds-1")
        engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
        with engine.begin() as connection:
            connection.execute(sa.text("SET session_replication_role = replica"))  # parties and areas are not asked for
            connection.execute(sa.text(insert + row), {"opens": "2026-11-20Z", "closes": "9999-12-31Z"})
            connection.execute(sa.text(insert + row), {"opens": "9999-01-01Z", "closes": "9999-12-31Z"})
        command.upgrade(alembic_config(url), "years_have_bounds")
        with engine.begin() as connection:
            connection.execute(sa.text("SET session_replication_role = replica"))
            kept = connection.execute(sa.text("SELECT closes_at::text FROM rounds ORDER BY id")).scalars().all()
            with pytest.raises(sa.exc.IntegrityError, match="years_1900_to_2200"), connection.begin_nested():
                connection.execute(sa.text(insert + row), {"opens": "2026-11-20Z", "closes": "2201-01-01Z"})
        engine.dispose()
    assert [closes[:4] for closes in kept] == ["2200", "9999"]  # both bounds at once would close before opening
