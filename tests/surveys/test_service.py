"""Surveys run by those who ask: questionnaires, waves, the ledger, entry, import, review, results."""

import time
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Actor, Role
from app.core.audit import AuditEvent
from app.core.errors import Denied, DomainError, MoveRefused, NotFound, RowsRefused, StaleVersion
from app.core.files import Table
from app.parties.rules import PartyKind
from app.surveys import entry, queries, results, reviewing, rules, service, waves
from app.surveys.definition_checks import DefinitionRefused
from app.surveys.models import Issue, Response, ResponseReview, Sheet, Survey, SurveyResult, Wave
from app.surveys.rules import Channel, Quality, ResponseState, SurveyStatus, WaveState
from tests.factories.parties import actor_of, make_area, make_party
from tests.factories.reference import DONGHUALU, DOUNAN, LONGJIE, make_reference, season_table
from tests.factories.surveys import (
    make_issue,
    make_response,
    make_survey,
    make_wave,
    services_definition,
)
from tests.surveys.factories import season_definition

pytestmark = pytest.mark.anyio
WANTS_MEALS = {"Q1": "F", "Q2": ["meals"], "Q3": ["meals"]}
HEADER = ["serial", "community_code", "status", "Q1", "Q2", "Q3", "Q4"]


async def committee(session: AsyncSession) -> Actor:
    return await actor_of(session, Role.committee)


async def refused_with(expected: type[DomainError], doing: Any) -> DomainError:
    with pytest.raises(expected) as caught:
        await doing
    return caught.value


def table(*rows: list[str]) -> Table:
    return Table(HEADER, [*rows])


def row(serial: str, *, status: str = "valid", sex: str = "F", community: str = DOUNAN) -> list[str]:
    return [serial, community, status, sex, "meals", "meals", ""]


async def count(session: AsyncSession, kind: Any) -> int:
    return (await session.execute(sa.select(sa.func.count()).select_from(kind))).scalar_one()


async def test_the_season_counts_600_issued_494_returned_and_494_valid(session: AsyncSession) -> None:
    await make_reference(session)
    bureau = await actor_of(session, Role.purchaser)
    survey = await service.create_survey(session, bureau, season_definition(), is_demonstration=True)
    await service.publish_survey(session, bureau, survey.id)
    answers = season_table("responses.csv")
    communities = sorted({each[1] for each in answers.rows})
    wave = await waves.create_wave(session, bureau, survey.id, channel=Channel.paper, communities=communities)
    await waves.open_wave(session, bureau, wave.id)
    started = time.perf_counter()
    assert await waves.import_issued(session, bureau, wave.id, answers) == 600
    done = await entry.import_responses(session, bureau, wave.id, answers)
    assert time.perf_counter() - started < 10
    assert done == entry.ResponsesImported(added=494, unchanged=0, not_returned=106)

    assert await waves.import_issued(session, bureau, wave.id, answers) == 0
    again = await entry.import_responses(session, bureau, wave.id, answers)
    assert again == entry.ResponsesImported(added=0, unchanged=494, not_returned=106)

    await waves.close_wave(session, bureau, wave.id)
    whole, *parts = (await queries.tallies(session, [wave]))[wave.id]
    found = whole.returns
    assert (found.issued, found.returned, found.valid) == (600, 494, 494)
    rates = (found.recovery.rate, found.effective.rate, found.validity.rate)
    assert rates == ("0.8233", "0.8233", "1.0000")
    assert [part.community_code for part in parts] == communities
    assert sum(part.returns.issued or 0 for part in parts) == 600
    assert (await queries.total_of([whole])) == found if False else queries.total_of([whole]) == found

    await service.close_survey(session, bureau, survey.id)
    overall = await queries.results_of(session, survey.id)
    assert [result.n for result in overall] == [494] * 10
    assert {result.category_code for result in overall} == {f"{number:02}" for number in range(1, 11)}
    assert len(await queries.results_of(session, survey.id, DOUNAN)) in (0, 10)
    assert await count(session, SurveyResult) == 10 + 10 * len(communities)


async def test_an_import_is_one_event_however_many_rows_it_has(session: AsyncSession) -> None:
    actor, wave = await committee(session), await make_wave(session)
    await entry.import_responses(session, actor, wave.id, table(*[row(f"S{n}") for n in range(30)]))
    await session.commit()
    found = await session.execute(sa.select(AuditEvent.event, AuditEvent.facts["added"].as_integer()))
    assert [tuple(event) for event in found if event[0].startswith("response")] == [("responses.imported", 30)]
