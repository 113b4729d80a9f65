"""A city taken in by the platform's own import, with people who may sign in and a survey that has been answered."""

import asyncio
import json
import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.memberships import new_membership
from app.accounts.passwords import hashed
from app.accounts.rules import DEMONSTRATION_PASSWORD
from app.accounts.service import draft_account
from app.core.actors import Actor, Role
from app.core.db import Units, make_engine, units
from app.core.installation.postgres import database
from app.core.installation.upgrade import upgrade
from app.core.reading.cells import Table
from app.core.settings import settings_given
from app.needs.models import Need
from app.offers.models import Offer
from app.parties.models import Party
from app.parties.rules import PartyKind
from app.season.cast import purchaser_of
from app.season.files import Season
from app.season.importing import import_season, open_season
from app.surveys.questionnaires.service import create_survey, publish_survey
from app.surveys.responses.entry import import_responses
from app.surveys.waves.rules import Channel
from app.surveys.waves.service import create_wave, open_wave
from bench.city.folder import SEED, Size, write_city

AT_A_TIME = 10_000  # answers of one file, as many as a file may hold


@dataclass(frozen=True)
class City:
    """What is asked for: the needs of the bureau's district and the busiest organisation's offers, to be ranked;
    `empty` and `full` are the links of two waves of one survey, `answers` what may be answered there."""

    needs: list[int]
    offers: list[int]
    survey: int
    empty: str
    full: str
    answers: dict[str, Any]


def load_city(data: Path, size: Size) -> City:
    """The city in a data folder; what was loaded before is taken as it stands."""
    told = data / "city.json"
    if not told.exists():
        folder = data / "season"
        write_city(folder, size)
        season = open_season(str(folder))
        configured = settings_given(data_dir=str(data), demonstration="false")
        with database(configured) as url:
            upgrade(url)
            told.write_text(json.dumps(asdict(asyncio.run(_load(url, season, size)))))
    return City(**json.loads(told.read_text()))


async def _load(url: str, season: Season, size: Size) -> City:
    engine = make_engine(url)
    door = units(engine)
    try:
        await import_season(door, season)
        async with door() as session:
            bureau = await purchaser_of(session, season)
            people = await _people(session, bureau)
            needs = list(await session.scalars(_some(Need, Need.community_code.startswith(bureau.area))))
            offers = list(await session.scalars(_some(Offer, Offer.party_id == people["organization"].id)))
        return City(needs, offers, **await _survey(door, season, bureau, size.answers))
    finally:
        await engine.dispose()


def _some(kind: type[Need] | type[Offer], *where: sa.ColumnElement[bool]) -> sa.Select[int]:
    return sa.select(kind.id).where(kind.published_at.is_not(None), *where).order_by(kind.id)


async def _people(session: AsyncSession, bureau: Actor) -> dict[str, Party]:
    """One account for each role, of the party of its kind that has the most to look after; named like its role."""
    asking = sa.select(Need.party_id).group_by(Need.party_id).order_by(sa.func.count().desc()).limit(1)
    offering = sa.select(Offer.party_id).group_by(Offer.party_id).order_by(sa.func.count().desc()).limit(1)
    street = sa.func.substr(Need.community_code, 1, 9)
    busiest = sa.select(street).group_by(street).order_by(sa.func.count().desc()).limit(1).scalar_subquery()
    office = sa.select(Party.id).where(Party.kind == PartyKind.street_office, Party.area_code.startswith(busiest))
    parties = {
        Role.committee: await session.scalar(asking),
        Role.organization: await session.scalar(offering),
        Role.street: await session.scalar(office),
        Role.purchaser: bureau.party_id,
    }
    password = await hashed(DEMONSTRATION_PASSWORD)
    people = {}
    for role, party_id in parties.items():
        account = await draft_account(session, role.value, role.value)
        account.password_hash = password
        people[role.value] = await session.get_one(Party, party_id)
        session.add(await new_membership(session, account, role, people[role.value]))
    return people


async def _survey(door: Units, season: Season, bureau: Actor, answers: int) -> dict[str, Any]:
    """The season's survey by two open links, and so many answers that came in by one of them."""
    community = season.responses[0].community_code
    async with door() as session:
        survey = await create_survey(session, bureau, season.definition, is_demonstration=True)
        await publish_survey(session, bureau, survey.id)
        waves = [
            await create_wave(session, bureau, survey.id, channel=Channel.open_link, communities=[community])
            for _ in range(2)
        ]
        for wave in waves:
            await open_wave(session, bureau, wave.id)
    for part in _files(season, answers):
        async with door() as session:
            await import_responses(session, bureau, waves[1].id, part)
    sample = next(row for row in season.responses if row.status == "valid")
    return {
        "survey": survey.id,
        "empty": waves[0].open_token,
        "full": waves[1].open_token,
        "answers": dict(sample.answers),
    }


def _files(season: Season, answers: int) -> Iterator[Table]:
    """The season's valid answers over and over, each with a number in its free text, so that no two are alike."""
    table, draw = season.tables["responses"], random.Random(SEED)
    valid = [row for row in table.rows if row[table.header.index("status")] == "valid"]
    serial, text = table.header.index("serial"), table.header.index("Q18")
    for begin in range(0, answers, AT_A_TIME):
        rows = []
        for number in range(begin, min(begin + AT_A_TIME, answers)):
            row = [*draw.choice(valid)]
            row[serial], row[text] = f"C{number:06d}", f"{row[text]}（{number}）"
            rows.append(row)
        yield Table(table.header, rows)
