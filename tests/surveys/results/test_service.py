"""What closing a survey draws and publishes."""

from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import CLOCK
from app.desk import queries as desk
from app.needs.models import Need
from app.surveys.questionnaires.models import Survey
from app.surveys.questionnaires.queries import definition_of
from app.surveys.questionnaires.rules import SurveyClosed, SurveyStatus
from app.surveys.questionnaires.targets import TargetUnfit
from app.surveys.responses import queries as responses
from app.surveys.responses import service as reviewing
from app.surveys.results import service as closing
from app.surveys.results.findings import findings
from app.surveys.results.models import SurveyFigures, SurveyResult
from app.surveys.results.queries import results_of, said_in
from app.surveys.results.rules import ReviewsPending, WavesStillOpen
from app.surveys.waves import service as waves
from app.surveys.waves.models import Wave
from app.surveys.waves.rules import ResponseStatus, WaveStatus
from tests.factories.needs import make_need
from tests.factories.reference import DONGHUALU, DOUNAN
from tests.factories.surveys import make_response, make_survey, make_survey_result, make_wave
from tests.surveys.factories import committee, refused_with

pytestmark = pytest.mark.anyio


async def test_a_survey_closes_when_its_waves_have_ended_and_all_is_reviewed(session: AsyncSession) -> None:
    actor, survey = await committee(session), await make_survey(session)
    wave = await make_wave(session, survey)
    response = await make_response(session, wave, status=ResponseStatus.submitted)
    await refused_with(WavesStillOpen, closing.close_survey(session, actor, survey.id))
    await waves.close_wave(session, actor, wave.id)
    refusal = await refused_with(ReviewsPending, closing.close_survey(session, actor, survey.id))
    assert refusal.facts == {"count": 1}
    assert [item.verb for item in await desk.waiting(session, actor, survey.created_at)] == ["confirm"]
    await reviewing.mark_duplicate_response(session, actor, response.id)
    assert [item.verb for item in await desk.waiting(session, actor, survey.created_at)] == ["close"]
    await closing.close_survey(session, actor, survey.id)
    assert survey.status is SurveyStatus.closed
    await refused_with(SurveyClosed, reviewing.restore_response(session, actor, response.id))


async def closed_with(session: AsyncSession, sexes: str, targets: list[dict[str, Any]]) -> tuple[Survey, Wave]:
    """A closed survey: of every two answers the first wants meals and the second homework."""
    actor, survey = await committee(session), await make_survey(session, targets=targets)
    wave = await make_wave(session, survey)
    for number, sex in enumerate(sexes):
        wanted = "homework" if number % 2 else "meals"
        await make_response(session, wave, {"Q1": sex, "Q2": [wanted], "Q3": [wanted]}, serial=str(number))
    await waves.close_wave(session, actor, wave.id)
    await closing.close_survey(session, actor, survey.id)
    return survey, wave


async def test_closing_draws_a_result_per_category_and_community(session: AsyncSession) -> None:
    survey, _ = await closed_with(session, "FM" * 6, [])
    drawn = {code: await results_of(session, survey.id, code) for code in (None, DOUNAN)}
    assert [(r.category_code, r.n, r.votes) for r in drawn[None]] == [("0101", 12, 6), ("0201", 12, 6)]
    assert [(str(r.share), str(r.low), str(r.high)) for r in drawn[DOUNAN]] == [("0.5000", "0.2538", "0.7462")] * 2
    assert {(r.weighted_share, r.intensity, r.is_withheld) for r in drawn[None]} == {(None, Decimal(1), False)}


async def test_targets_add_weighted_results_beside_the_plain_ones(session: AsyncSession) -> None:
    """Every woman wants meals and every man homework; in truth there are three women to one man."""
    survey, _ = await closed_with(session, "FM" * 6, [{"margin": "Q1", "counts": {"F": 300, "M": 100}}])
    meals, homework = await results_of(session, survey.id)
    assert [(r.category_code, str(r.share), str(r.weighted_share)) for r in (meals, homework)] == [
        ("0101", "0.5000", "0.7500"),
        ("0201", "0.5000", "0.2500"),
    ]
    assert meals.effective_n < 12


async def published(session: AsyncSession, survey: Survey) -> list[dict[str, Any]]:
    return (await session.get_one(SurveyFigures, survey.id)).answers


def counts(tables: list[dict[str, Any]]) -> list[tuple[str, int | None]]:
    return [(line["option"], line["count"]) for line in tables[0]["lines"]]


async def test_published_figures_hide_small_cells_and_what_is_not_public(session: AsyncSession) -> None:
    survey, _ = await closed_with(session, "F" * 18 + "MM", [])
    answers = {answer["name"]: answer for answer in await published(session, survey)}
    shown = {name: counts(answer["tables"]) for name, answer in answers.items()}
    assert shown == {
        "Q1": [("M", None), ("F", None)],
        "Q2": [("meals", 10), ("homework", 10)],
        "Q3": [("meals", 10), ("homework", 10)],
    }
    assert counts(answers["Q1"]["strata"][DOUNAN]) == [("M", None), ("F", None)]


async def test_communities_do_not_add_up_to_what_is_hidden_overall(session: AsyncSession) -> None:
    actor = await committee(session)
    survey = await make_survey(session)
    wave = await make_wave(session, survey, communities=(DOUNAN, DONGHUALU))
    for number in range(40):
        place = DOUNAN if number % 2 else DONGHUALU
        sex = "M" if number in (0, 1, 2) else "F"
        await make_response(session, wave, {"Q1": sex}, serial=str(number), community_code=place)
    await waves.close_wave(session, actor, wave.id)
    await closing.close_survey(session, actor, survey.id)
    strata = (await published(session, survey))[0]["strata"]
    assert [count for tables in strata.values() for _, count in counts(tables)] == [None] * 4


async def test_published_figures_cannot_be_changed_by_anybody(session: AsyncSession) -> None:
    survey, _ = await closed_with(session, "FM" * 6, [])
    for statement in ("UPDATE survey_figures SET answers = '[]'", "DELETE FROM survey_figures"):
        with pytest.raises(sa.exc.ProgrammingError, match=r"permission denied|published figures are not changed"):
            async with session.begin_nested():
                await session.execute(sa.text(statement))
    assert await published(session, survey) != []


async def closed_before(session: AsyncSession) -> tuple[Survey, list[SurveyResult], Need]:
    """A survey closed before figures were frozen, its results, and a need that cites one that three asked for."""
    survey = await make_survey(session, status=SurveyStatus.closed, figures=False)
    wave = await make_wave(session, survey, status=WaveStatus.closed)
    for number in range(20):
        wanted = ["homework"] if number < 3 else ["meals"]
        await make_response(session, wave, {"Q1": "FM"[number % 2], "Q2": wanted}, serial=str(number))
    results = [
        await make_survey_result(session, survey, category_code=code, n=20, votes=votes, is_withheld=True)
        for code, votes in (("0101", 17), ("0201", 3))
    ]
    need = await make_need(
        session,
        survey_result_id=results[1].id,
        evidence_n=20,
        evidence_share=Decimal("0.15"),
        evidence_low=Decimal("0.05"),
        evidence_high=Decimal("0.36"),
    )
    return survey, results, need


async def test_a_survey_closed_before_is_frozen_later_and_needs_lose_figures_that_are_withheld(
    session: AsyncSession,
) -> None:
    survey, results, need = await closed_before(session)
    await closing.freeze_figures(session, CLOCK, survey.id)
    await closing.freeze_figures(session, CLOCK, survey.id)  # a job may run twice
    for row in (*results, need):
        await session.refresh(row)
    assert [result.is_withheld for result in results] == [True, True]  # three wanted homework, so seventeen meals
    assert (need.survey_result_id, need.evidence_n, need.evidence_share) == (results[1].id, None, None)
    shown = {answer["name"]: counts(answer["tables"]) for answer in await published(session, survey)}
    assert shown["Q1"] == [("M", 10), ("F", 10)]


async def test_findings_split_by_a_question_or_by_community(session: AsyncSession) -> None:
    survey, _ = await closed_with(session, "FM" * 3, [])
    said, definition = await said_in(session, survey.id), definition_of(survey)
    found = findings(definition, [], said, "Q1")
    [wanted] = [a for a in found.answers if a.question.name == "Q2"]
    assert {sex: tables[0].lines[0].count for sex, tables in wanted.strata.items()} == {"F": 3, "M": 0}
    with pytest.raises(TargetUnfit):
        findings(definition, [], said, "Q2")


@pytest.mark.parametrize("piece", [1, 3, 500])
async def test_answers_are_counted_in_the_order_in_which_they_came_in(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch, piece: int
) -> None:
    monkeypatch.setattr(responses, "PIECE", piece)
    survey = await make_survey(session)
    wave = await make_wave(session, survey, communities=(DOUNAN, DONGHUALU))
    for number, sex in enumerate("FMMFFMF"):
        place = DOUNAN if number % 3 else DONGHUALU
        await make_response(session, wave, {"Q1": sex}, serial=str(number), community_code=place)
    said = await said_in(session, survey.id)
    sexes, places = said.to("Q1"), said.communities
    assert "".join(sexes.values[code] for code in sexes.codes) == "FMMFFMF"
    assert [at for at, code in enumerate(places.codes) if places.values[code] == DONGHUALU] == [0, 3, 6]


async def test_the_desk_tells_of_drafts_waves_to_close_and_answers_to_review(session: AsyncSession) -> None:
    actor = await committee(session)
    draft = await make_survey(session, status=SurveyStatus.draft)
    survey = await make_survey(session)
    at = survey.created_at
    wave = await make_wave(session, survey, opens_at=at.replace(hour=1), closes_at=at.replace(hour=2))
    await make_response(session, wave, status=ResponseStatus.submitted)
    items = [(item.verb, item.subject_id) for item in await desk.waiting(session, actor, at)]
    assert items == [("close", wave.id), ("confirm", wave.id), ("publish", draft.id)]
