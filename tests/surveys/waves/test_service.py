"""Waves: where they go, and what is handed out there."""

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Role
from app.core.errors import Denied, NotFound, RowsRefused
from app.parties.rules import PartyKind
from app.surveys.questionnaires.rules import SurveyNotPublished, SurveyStatus
from app.surveys.results import service as closing
from app.surveys.waves import service as waves
from app.surveys.waves.models import Issue, Sheet
from app.surveys.waves.queries import issued_of, ledger_of
from app.surveys.waves.rules import (
    Channel,
    ChannelUnfit,
    CommunityNotInWave,
    CorrectionUnexplained,
    IssuedUnknowable,
    MoreReturnedThanIssued,
    NothingIssued,
    OpenLinkForOne,
    SurveyedElsewhere,
    secret_hash,
)
from app.surveys.waves.tallies import tallies, total_of
from tests.factories.parties import actor_of, make_area, make_party
from tests.factories.reference import DOUNAN, LONGJIE
from tests.factories.surveys import make_issue, make_response, make_survey, make_wave
from tests.surveys.factories import committee, count, refused_with, row, table

pytestmark = pytest.mark.anyio


async def test_a_wave_opens_only_for_a_published_survey(session: AsyncSession) -> None:
    actor, survey = await committee(session), await make_survey(session, status=SurveyStatus.draft)
    wave = await waves.create_wave(session, actor, survey.id, channel=Channel.paper, communities=[DOUNAN])
    await refused_with(SurveyNotPublished, waves.open_wave(session, actor, wave.id))


async def test_a_committee_asks_in_its_own_community_only(session: AsyncSession) -> None:
    actor, survey = await committee(session), await make_survey(session)
    await make_area(session, LONGJIE)
    creating = waves.create_wave(session, actor, survey.id, channel=Channel.paper, communities=[DOUNAN, LONGJIE])
    assert (await refused_with(SurveyedElsewhere, creating)).facts == {"code": LONGJIE}


async def test_an_open_link_goes_to_one_community_and_has_no_issued_count(session: AsyncSession) -> None:
    party = await make_party(session, PartyKind.bureau)
    actor, survey = await actor_of(session, Role.purchaser, party), await make_survey(session, party)
    await make_area(session, DOUNAN)
    await make_area(session, LONGJIE)
    both = waves.create_wave(session, actor, survey.id, channel=Channel.open_link, communities=[DOUNAN, LONGJIE])
    await refused_with(OpenLinkForOne, both)
    wave = await waves.create_wave(session, actor, survey.id, channel=Channel.open_link, communities=[DOUNAN])
    issuing = waves.issue_questionnaires(session, actor, wave.id, community_code=DOUNAN, count=100)
    await refused_with(IssuedUnknowable, issuing)
    await make_response(session, wave)
    returns = (await tallies(session, [wave]))[wave.id][0].returns
    assert (returns.issued, returns.returned, returns.recovery.rate, returns.validity.rate) == (None, 1, None, "1.0000")


async def test_the_ledger_is_corrected_by_a_further_entry_with_its_reason(session: AsyncSession) -> None:
    actor, wave = await committee(session), await make_wave(session)
    await waves.issue_questionnaires(session, actor, wave.id, community_code=DOUNAN, count=60)
    unexplained = waves.issue_questionnaires(session, actor, wave.id, community_code=DOUNAN, count=-5, reason=" ")
    await refused_with(CorrectionUnexplained, unexplained)
    await waves.issue_questionnaires(session, actor, wave.id, community_code=DOUNAN, count=-5, reason="五份印坏")
    assert [entry.count for entry in await ledger_of(session, wave.id)] == [60, -5]
    assert await issued_of(session, [wave.id]) == {(wave.id, DOUNAN): 55}


async def test_an_empty_entry_of_the_ledger_is_refused(session: AsyncSession) -> None:
    actor, wave = await committee(session), await make_wave(session)
    issuing = waves.issue_questionnaires(session, actor, wave.id, community_code=DOUNAN, count=0)
    await refused_with(NothingIssued, issuing)


async def test_the_ledger_cannot_fall_below_what_came_back(session: AsyncSession) -> None:
    actor, wave = await committee(session), await make_wave(session)
    await make_issue(session, wave, 2)
    await make_response(session, wave, serial="1")
    await make_response(session, wave, serial="2")
    taking_back = waves.issue_questionnaires(session, actor, wave.id, community_code=DOUNAN, count=-1, reason="更正")
    assert (await refused_with(MoreReturnedThanIssued, taking_back)).facts == {"issued": 1, "returned": 2}


async def test_a_wave_with_more_answers_than_issued_does_not_close(session: AsyncSession) -> None:
    actor, wave = await committee(session), await make_wave(session)
    await make_issue(session, wave, 1)
    await make_response(session, wave, serial="1")
    await make_response(session, wave, serial="2")
    await refused_with(MoreReturnedThanIssued, waves.close_wave(session, actor, wave.id))


async def test_nothing_is_issued_outside_the_wave(session: AsyncSession) -> None:
    actor, wave = await committee(session), await make_wave(session)
    issuing = waves.issue_questionnaires(session, actor, wave.id, community_code=LONGJIE, count=3)
    await refused_with(CommunityNotInWave, issuing)


async def test_a_wave_whose_issued_count_nobody_recorded_has_no_recovery_rate(session: AsyncSession) -> None:
    wave = await make_wave(session)
    await make_response(session, wave, serial="1")
    returns = (await tallies(session, [wave]))[wave.id][0].returns
    assert (returns.issued, returns.recovery.rate) == (None, None)


async def test_one_wave_of_unknown_issue_makes_the_total_unknown(session: AsyncSession) -> None:
    survey = await make_survey(session)
    counted, open_link = await make_wave(session, survey), await make_wave(session, survey, channel=Channel.open_link)
    await make_issue(session, counted, 10)
    await make_response(session, counted, serial="1")
    await make_response(session, open_link)
    found = await tallies(session, [counted, open_link])
    total = total_of([found[counted.id][0], found[open_link.id][0]])
    assert (total.issued, total.returned, total.recovery.rate) == (None, 2, None)


async def test_tokens_are_kept_as_hashes_only_and_for_links_only(session: AsyncSession) -> None:
    actor, survey = await committee(session), await make_survey(session)
    links, paper = await make_wave(session, survey, channel=Channel.link), await make_wave(session, survey)
    tokens = await waves.make_tokens(session, actor, links.id, community_code=DOUNAN, count=3)
    kept = set(await session.scalars(sa.text("SELECT token_hash FROM tokens")))
    assert (len(set(tokens)), kept) == (3, {secret_hash(token) for token in tokens})
    await refused_with(ChannelUnfit, waves.make_tokens(session, actor, paper.id, community_code=DOUNAN, count=1))


async def test_further_sheets_continue_the_numbering(session: AsyncSession) -> None:
    actor, wave = await committee(session), await make_wave(session)
    first = await waves.make_sheets(session, actor, wave.id, community_code=DOUNAN, count=2)
    then = await waves.make_sheets(session, actor, wave.id, community_code=DOUNAN, count=1)
    assert (first, then) == ([f"{wave.id}-0001", f"{wave.id}-0002"], [f"{wave.id}-0003"])


async def test_numbered_sheets_count_as_issued_and_what_stays_behind_is_taken_back(session: AsyncSession) -> None:
    actor, wave = await committee(session), await make_wave(session)
    serials = await waves.make_sheets(session, actor, wave.id, community_code=DOUNAN, count=30)
    assert await issued_of(session, [wave.id]) == {(wave.id, DOUNAN): 30}
    listed = table(*(row(serial) for serial in serials))
    assert await waves.import_issued(session, actor, wave.id, listed) == 0
    await waves.issue_questionnaires(session, actor, wave.id, community_code=DOUNAN, count=-2, reason="两份未发出")
    assert await issued_of(session, [wave.id]) == {(wave.id, DOUNAN): 28}


async def test_a_file_of_issued_sheets_counts_each_sheet_once(session: AsyncSession) -> None:
    actor, wave = await committee(session), await make_wave(session)
    assert await waves.import_issued(session, actor, wave.id, table(row("S1"), row("S2"))) == 2
    assert await waves.import_issued(session, actor, wave.id, table(row("S2"), row("S3"))) == 1
    assert await issued_of(session, [wave.id]) == {(wave.id, DOUNAN): 3}
    elsewhere = table(row("S4"), row("S5", community=LONGJIE))
    refusal = await refused_with(RowsRefused, waves.import_issued(session, actor, wave.id, elsewhere))
    assert isinstance(refusal, RowsRefused)
    assert [(fault.row, fault.error.code) for fault in refusal.rows] == [(3, "CommunityNotInWave")]
    assert (await count(session, Sheet), await count(session, Issue)) == (3, 2)


async def test_an_office_above_may_look_but_not_act(session: AsyncSession) -> None:
    street, survey = await actor_of(session, Role.street), await make_survey(session)
    await refused_with(Denied, closing.close_survey(session, street, survey.id))
    elsewhere = await actor_of(
        session, Role.committee, await make_party(session, PartyKind.committee, area_code=LONGJIE)
    )
    await refused_with(NotFound, closing.close_survey(session, elsewhere, survey.id))
