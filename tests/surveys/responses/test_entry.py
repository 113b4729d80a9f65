"""What staff bring in: questionnaires keyed in, and whole files of them."""

import time
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import Role
from app.core.audit import AuditEvent
from app.core.errors import MoveRefused, RowsRefused
from app.core.reading.files import Table
from app.parties.rules import PartyKind
from app.surveys.questionnaires import service as surveys
from app.surveys.questionnaires.queries import definition_of
from app.surveys.responses import entry
from app.surveys.responses import service as reviewing
from app.surveys.responses.models import Response
from app.surveys.responses.policy import receipt_mark
from app.surveys.responses.queries import export_responses
from app.surveys.responses.rules import Quality, SerialEntered
from app.surveys.responses.tables.spoken import Spoken
from app.surveys.responses.tables.tabular import CommunityMissing
from app.surveys.results import service as closing
from app.surveys.results.models import SurveyResult
from app.surveys.results.queries import results_of
from app.surveys.waves import service as waves
from app.surveys.waves.rules import Channel, ResponseStatus, WaveStatus, secret_hash
from app.surveys.waves.serials import SerialUnknown
from app.surveys.waves.tallies import counted, tallies, total_of
from tests.factories.parties import actor_of, make_party
from tests.factories.reference import DOUNAN, LONGJIE, make_reference, season_table
from tests.factories.surveys import make_survey, make_wave
from tests.surveys.factories import WANTS_MEALS, committee, count, refused_with, row, season_definition, table

pytestmark = pytest.mark.anyio


async def test_the_season_counts_600_issued_494_returned_and_494_valid(session: AsyncSession) -> None:
    await make_reference(session)
    bureau = await actor_of(session, Role.purchaser)
    survey = await surveys.create_survey(session, bureau, season_definition(), is_demonstration=True)
    await surveys.publish_survey(session, bureau, survey.id)
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
    whole, *parts = (await tallies(session, [wave]))[wave.id]
    found = whole.returns
    assert (found.issued, found.returned, found.valid) == (600, 494, 494)
    rates = (found.recovery.rate, found.effective.rate, found.validity.rate)
    assert rates == ("0.8233", "0.8233", "1.0000")
    assert [part.community_code for part in parts] == communities
    assert sum(part.returns.issued or 0 for part in parts) == 600
    assert total_of([whole]) == found

    await closing.close_survey(session, bureau, survey.id)
    overall = await results_of(session, survey.id)
    assert [result.n for result in overall] == [494] * 10
    assert {result.category_code for result in overall} == {f"{number:02}" for number in range(1, 11)}
    assert await count(session, SurveyResult) == 10 + 10 * len(communities)


async def test_an_import_is_one_event_however_many_rows_it_has(session: AsyncSession) -> None:
    actor, wave = await committee(session), await make_wave(session)
    await entry.import_responses(session, actor, wave.id, table(*[row(f"S{n}") for n in range(30)]))
    await session.commit()
    found = await session.execute(sa.select(AuditEvent.event, AuditEvent.facts["added"].as_integer()))
    assert [tuple(event) for event in found if event[0].startswith("response")] == [("responses.imported", 30)]


async def test_a_sheet_is_entered_once(session: AsyncSession) -> None:
    actor, wave = await committee(session), await make_wave(session)
    facts: dict[str, Any] = {"community_code": DOUNAN, "serial": "A1", "answers": WANTS_MEALS}
    _, response, receipt = await entry.enter_response(session, actor, wave.id, **facts)
    assert (response.status, response.suggestions, receipt) == (ResponseStatus.submitted, [], None)
    await refused_with(SerialEntered, entry.enter_response(session, actor, wave.id, **facts))


async def test_only_sheets_that_were_handed_out_here_come_back(session: AsyncSession) -> None:
    party = await make_party(session, PartyKind.bureau)
    actor, survey = await actor_of(session, Role.purchaser, party), await make_survey(session, party)
    wave = await make_wave(session, survey, communities=(DOUNAN, LONGJIE))
    [serial] = await waves.make_sheets(session, actor, wave.id, community_code=DOUNAN, count=1)
    for code, number in ((LONGJIE, serial), (DOUNAN, "B9")):
        entering = entry.enter_response(
            session, actor, wave.id, community_code=code, serial=number, answers=WANTS_MEALS
        )
        await refused_with(SerialUnknown, entering)


async def test_the_number_of_a_sheet_says_where_it_was_handed_out(session: AsyncSession) -> None:
    party = await make_party(session, PartyKind.bureau)
    actor, survey = await actor_of(session, Role.purchaser, party), await make_survey(session, party)
    wave = await make_wave(session, survey, communities=(DOUNAN, LONGJIE))
    unsaid: dict[str, Any] = {"community_code": None, "answers": WANTS_MEALS}
    await refused_with(CommunityMissing, entry.enter_response(session, actor, wave.id, serial="B9", **unsaid))
    [serial] = await waves.make_sheets(session, actor, wave.id, community_code=LONGJIE, count=1)
    _, response, _ = await entry.enter_response(session, actor, wave.id, serial=serial, **unsaid)
    assert response.community_code == LONGJIE


async def test_a_wave_of_one_community_says_where_its_sheets_come_from(session: AsyncSession) -> None:
    actor, wave = await committee(session), await make_wave(session)
    _, response, _ = await entry.enter_response(
        session, actor, wave.id, community_code=None, serial="A1", answers=WANTS_MEALS
    )
    assert response.community_code == DOUNAN


async def test_a_wave_says_how_many_answers_can_be_confirmed_at_once(session: AsyncSession) -> None:
    actor, wave = await committee(session), await make_wave(session)
    for number, answers in enumerate((WANTS_MEALS, {"Q2": ["meals"]})):
        await entry.enter_response(session, actor, wave.id, community_code=DOUNAN, serial=f"A{number}", answers=answers)
    assert [each.unflagged for each in await counted(session, [wave])] == [1]
    assert await reviewing.confirm_unflagged(session, actor, wave.id) == 1
    assert [each.unflagged for each in await counted(session, [wave])] == [0]


async def test_a_blank_required_answer_on_paper_is_left_to_the_review(session: AsyncSession) -> None:
    actor, wave = await committee(session), await make_wave(session)
    _, response, _ = await entry.enter_response(
        session, actor, wave.id, community_code=DOUNAN, serial="1", answers={"Q2": ["meals"]}
    )
    assert response.suggestions == [{"code": "required_missing", "facts": {"questions": ["Q1"]}}]


async def test_a_person_asked_by_phone_gets_a_receipt(session: AsyncSession) -> None:
    actor, wave = await committee(session), await make_wave(session, channel=Channel.phone)
    _, response, receipt = await entry.enter_response(
        session, actor, wave.id, community_code=DOUNAN, serial=None, answers=WANTS_MEALS
    )
    assert receipt is not None
    assert response.receipt_hash == receipt_mark(receipt) != secret_hash(receipt)


async def test_nothing_is_entered_into_a_closed_wave(session: AsyncSession) -> None:
    actor, wave = await committee(session), await make_wave(session, status=WaveStatus.closed)
    entering = entry.enter_response(session, actor, wave.id, community_code=DOUNAN, serial="1", answers=WANTS_MEALS)
    await refused_with(MoveRefused, entering)
    await refused_with(MoveRefused, entry.import_responses(session, actor, wave.id, table(row("S1"))))
    assert await count(session, Response) == 0


async def test_one_bad_row_keeps_the_whole_file_out(session: AsyncSession) -> None:
    actor, wave = await committee(session), await make_wave(session)
    bad = table(row("S1"), row("S2", sex="X"), row("S3", community="530114009999"), row("S3"))
    refusal = await refused_with(RowsRefused, entry.import_responses(session, actor, wave.id, bad))
    assert isinstance(refusal, RowsRefused)
    assert [(fault.row, fault.column, fault.error.code) for fault in refusal.rows] == [
        (3, "Q1", "OptionUnknown"),
        (5, "serial", "SerialTaken"),
    ]
    assert await count(session, Response) == 0
    unknown = table(row("S1"), row("S3", community="530114009999"))
    refusal = await refused_with(RowsRefused, entry.import_responses(session, actor, wave.id, unknown))
    assert isinstance(refusal, RowsRefused)
    assert [(fault.row, fault.error.code) for fault in refusal.rows] == [(3, "AreaUnknown")]
    assert await count(session, Response) == 0


async def test_a_file_that_contradicts_the_record_is_refused(session: AsyncSession) -> None:
    actor, wave = await committee(session), await make_wave(session)
    await entry.import_responses(session, actor, wave.id, table(row("S1"), row("S2")))
    changed = entry.import_responses(session, actor, wave.id, table(row("S1"), row("S2", sex="M"), row("S3")))
    refusal = await refused_with(RowsRefused, changed)
    assert isinstance(refusal, RowsRefused)
    assert [(fault.row, fault.error.code) for fault in refusal.rows] == [(3, "ResponseDiffers")]
    assert await count(session, Response) == 2


async def test_what_a_review_decided_survives_a_second_import(session: AsyncSession) -> None:
    actor, wave = await committee(session), await make_wave(session)
    await entry.import_responses(session, actor, wave.id, table(row("S1")))
    [response] = await session.scalars(sa.select(Response).where(Response.wave_id == wave.id))
    await reviewing.invalidate_response(session, actor, response.id, Quality.other, "代填")
    done = await entry.import_responses(session, actor, wave.id, table(row("S1")))
    assert (done.added, done.unchanged, response.status) == (0, 1, ResponseStatus.invalid)


async def test_an_export_can_be_imported_again(session: AsyncSession) -> None:
    actor, survey = await committee(session), await make_survey(session)
    wave, other = await make_wave(session, survey), await make_wave(session, survey)
    sent = table(row("S1"), row("S2", sex="M"), [*row("S3", status="not_returned")[:3], "", "", "", ""])
    await waves.import_issued(session, actor, wave.id, sent)
    await entry.import_responses(session, actor, wave.id, sent)
    spoken = Spoken(definition_of(survey), "columns")
    header = spoken.header()
    rows = [spoken.row(*each) async for piece in export_responses(session, wave) for each in piece]
    assert (header, rows) == (sent.header, sent.rows)
    done = await entry.import_responses(session, actor, other.id, Table(header, rows))
    assert done == entry.ResponsesImported(added=2, unchanged=0, not_returned=1)


async def test_an_export_of_wenjuanxing_is_imported_once(session: AsyncSession) -> None:
    actor, wave = await committee(session), await make_wave(session, channel=Channel.open_link)
    header = ["序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP"]
    header += ["1、您的性别？", "2、最需要哪些服务？", "3、请排序", "4、家里有什么难处？"]
    line = [
        "1",
        "2026/11/20 09:30:00",
        "3秒",
        "微信",
        "张三",
        "1.2.3.4",
        "男",
        "老年助餐┋课后托管",
        "课后托管→老年助餐",
    ]
    sent = Table(header, [[*line, "无"]])
    assert (await entry.import_responses(session, actor, wave.id, sent)).added == 1
    assert (await entry.import_responses(session, actor, wave.id, sent)).unchanged == 1
    [response] = await session.scalars(sa.select(Response).where(Response.wave_id == wave.id))
    assert response.serial == f"wjx-{DOUNAN}-1"
    assert response.answers == {"Q1": "M", "Q2": ["meals", "homework"], "Q3": ["homework", "meals"], "Q4": "无"}
    assert (response.status, response.seconds) == (ResponseStatus.submitted, 3)
    assert [each["code"] for each in response.suggestions] == ["too_fast"]
    assert response.submitted_at.isoformat() == "2026-11-20T09:30:00+08:00"
