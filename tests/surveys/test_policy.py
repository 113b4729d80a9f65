"""Who sees and runs a survey, and what they read of single answers."""

from itertools import product

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import RESIDENT, Actor, Role
from app.core.errors import Denied, DomainError, NotFound
from app.parties.rules import PartyKind
from app.surveys.questionnaires import policy as surveys
from app.surveys.questionnaires.models import Survey
from app.surveys.questionnaires.rules import SurveyStatus
from app.surveys.responses import policy as responses
from app.surveys.results import policy as results
from app.surveys.waves import policy as waves
from app.surveys.waves.models import Wave
from app.surveys.waves.rules import MOVES, Channel, ResponseStatus, WaveStatus
from tests.factories.parties import actor_of, make_party
from tests.factories.reference import DONGHUALU, LONGJIE
from tests.factories.surveys import make_response, make_survey, make_wave, services_definition

pytestmark = pytest.mark.anyio


async def sees(session: AsyncSession, actor: Actor, survey_id: int) -> bool:
    try:
        await surveys.read_survey(session, actor, survey_id)
    except NotFound:
        return False
    return True


async def test_a_survey_is_its_owners_and_that_of_the_offices_above(session: AsyncSession) -> None:
    survey = await make_survey(session)
    elsewhere = await make_party(session, PartyKind.committee, area_code=LONGJIE)
    other_street = await make_party(session, PartyKind.street_office, area_code=f"{DONGHUALU[:9]}000")
    readers = {
        "own committee": await actor_of(session, Role.committee),
        "own street": await actor_of(session, Role.street),
        "own bureau": await actor_of(session, Role.purchaser),
        "other committee": await actor_of(session, Role.committee, elsewhere),
        "other street": await actor_of(session, Role.street, other_street),
        "organisation": await actor_of(session, Role.organization),
        "administrator": await actor_of(session, Role.admin),
        "resident": RESIDENT,
    }
    seen = [name for name, actor in readers.items() if await sees(session, actor, survey.id)]
    assert seen == ["own committee", "own street", "own bureau"]


async def test_a_committee_does_not_see_what_its_street_office_asks(session: AsyncSession) -> None:
    street = await make_party(session, PartyKind.street_office)
    survey = await make_survey(session, street)
    assert not await sees(session, await actor_of(session, Role.committee), survey.id)


async def test_the_office_above_may_read_and_nothing_else(session: AsyncSession) -> None:
    survey = await make_survey(session)
    wave = await make_wave(session, survey)
    response = await make_response(session, wave)
    street = await actor_of(session, Role.street)
    assert surveys.actions(street, survey, is_answered=False) == []
    assert waves.actions(street, survey, wave) == []
    assert responses.actions(street, survey, ResponseStatus.submitted) == []
    for accessing in (
        surveys.access_survey(session, street, survey.id, "close"),
        waves.access_wave(session, street, wave.id, "enter"),
        responses.access_response(session, street, response.id, "confirm"),
    ):
        with pytest.raises(Denied):
            await accessing


async def test_for_others_a_survey_does_not_exist(session: AsyncSession) -> None:
    wave = await make_wave(session)
    response = await make_response(session, wave)
    stranger = await actor_of(
        session, Role.committee, await make_party(session, PartyKind.committee, area_code=LONGJIE)
    )
    for asking in (
        surveys.access_survey(session, stranger, wave.survey_id, "close"),
        waves.read_wave(session, stranger, wave.id),
        waves.access_wave(session, stranger, wave.id, "enter"),
        responses.read_response(session, stranger, response.id),
        responses.access_response(session, stranger, response.id, "confirm"),
        responses.access_response(session, stranger, response.id + 9, "confirm"),
    ):
        with pytest.raises(NotFound):
            await asking


async def test_personal_and_sensitive_answers_are_the_owners_alone(session: AsyncSession) -> None:
    survey = await make_survey(session)
    answers = {"Q1": "F", "Q4": "老伴卧床多年"}
    definition = services_definition()
    owner, street = await actor_of(session, Role.committee), await actor_of(session, Role.street)
    assert responses.seen_answers(owner, survey, definition, answers) == answers
    assert responses.seen_answers(street, survey, definition, answers) == {"Q1": "F"}


async def test_the_buttons_follow_the_status_and_the_channel(session: AsyncSession) -> None:
    owner = await actor_of(session, Role.committee)
    draft = await make_survey(session, status=SurveyStatus.draft)
    survey = await make_survey(session)
    closed = await make_survey(session, status=SurveyStatus.closed)
    assert surveys.actions(owner, draft, is_answered=False) == ["edit", "publish", "target", "create_wave"]
    assert surveys.actions(owner, survey, is_answered=True) == ["close", "target", "create_wave"]
    assert surveys.actions(owner, closed, is_answered=True) == []
    paper = await make_wave(session, survey)
    link = await make_wave(session, survey, channel=Channel.link, status=WaveStatus.draft)
    open_link = await make_wave(session, survey, channel=Channel.open_link)
    assert waves.actions(owner, survey, paper) == [
        "edit",
        "close",
        "issue",
        "make_sheets",
        "import_issued",
        "enter",
        "import_responses",
        "confirm_unflagged",
        "export_responses",
    ]
    assert waves.actions(owner, survey, link) == [
        "edit",
        "open",
        "discard",
        "issue",
        "make_tokens",
    ]
    assert waves.actions(owner, survey, open_link) == [
        "edit",
        "close",
        "import_responses",
        "confirm_unflagged",
        "export_responses",
    ]
    assert responses.actions(owner, survey, ResponseStatus.submitted) == [
        "confirm",
        "invalidate",
        "mark_duplicate",
    ]
    assert responses.actions(owner, closed, ResponseStatus.submitted) == []


@pytest.mark.parametrize("status", [*SurveyStatus])
async def test_a_wave_offers_what_it_does_and_refuses_the_rest(session: AsyncSession, status: SurveyStatus) -> None:
    owner, survey = await actor_of(session, Role.committee), await make_survey(session, status=status)
    everything = {verb for _, verb in MOVES}
    for channel, standing in product(Channel, WaveStatus):
        wave = Wave(survey_id=survey.id, channel=channel, status=standing)
        offered = set(waves.actions(owner, survey, wave))
        assert {verb for verb in everything if not is_refused(survey, wave, verb)} == offered


def is_refused(survey: Survey, wave: Wave, verb: str) -> bool:
    try:
        waves.check_wave(survey, wave, verb)
    except DomainError:
        return True
    return False


async def test_figures_are_public_once_the_survey_is_closed(session: AsyncSession) -> None:
    running, closed = await make_survey(session), await make_survey(session, status=SurveyStatus.closed)
    found, figures = await results.closed_survey(session, closed.id)
    assert (found, figures.survey_id) == (closed, closed.id)
    with pytest.raises(NotFound):
        await results.closed_survey(session, running.id)
