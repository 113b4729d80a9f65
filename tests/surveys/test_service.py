"""Surveys run by those who ask: questionnaires, waves, the ledger, entry, import, review, results."""

import time
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.actors import CLOCK, Actor, Role
from app.core.audit import AuditEvent
from app.core.errors import Denied, DomainError, MoveRefused, NotFound, RowsRefused, StaleVersion
from app.core.reading.files import Table
from app.needs.models import Need
from app.parties.rules import PartyKind
from app.surveys import queries, rules, service
from app.surveys.models import Issue, Response, ResponseReview, Sheet, Survey, SurveyFigures, SurveyResult, Wave
from app.surveys.policy import receipt_mark
from app.surveys.questionnaires.definition_checks import DefinitionRefused
from app.surveys.responses import entry, reviewing
from app.surveys.results import publishing, results
from app.surveys.rules import Channel, Quality, ResponseState, SurveyStatus, WaveState
from app.surveys.waves import service as waves
from tests.factories.needs import make_need
from tests.factories.parties import actor_of, make_area, make_party
from tests.factories.reference import DONGHUALU, DOUNAN, LONGJIE, make_reference, season_table
from tests.factories.surveys import (
    make_issue,
    make_response,
    make_survey,
    make_survey_result,
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
    assert queries.total_of([whole]) == found

    await service.close_survey(session, bureau, survey.id)
    overall = await queries.results_of(session, survey.id)
    assert [result.n for result in overall] == [494] * 10
    assert {result.category_code for result in overall} == {f"{number:02}" for number in range(1, 11)}
    assert await count(session, SurveyResult) == 10 + 10 * len(communities)


async def test_an_import_is_one_event_however_many_rows_it_has(session: AsyncSession) -> None:
    actor, wave = await committee(session), await make_wave(session)
    await entry.import_responses(session, actor, wave.id, table(*[row(f"S{n}") for n in range(30)]))
    await session.commit()
    found = await session.execute(sa.select(AuditEvent.event, AuditEvent.facts["added"].as_integer()))
    assert [tuple(event) for event in found if event[0].startswith("response")] == [("responses.imported", 30)]


async def test_a_survey_is_drafted_reworded_published_and_closed(session: AsyncSession) -> None:
    actor = await committee(session)
    await make_survey(session)  # brings the categories
    survey = await service.create_survey(session, actor, services_definition())
    assert (survey.status, survey.version, survey.party_id) == (SurveyStatus.draft, 1, actor.party_id)
    await service.edit_survey(session, actor, survey.id, 1, services_definition())
    await service.publish_survey(session, actor, survey.id)
    await service.close_survey(session, actor, survey.id)
    assert (survey.status, survey.version) == (SurveyStatus.closed, 4)
    assert await refused_with(MoveRefused, service.publish_survey(session, actor, survey.id))


async def test_a_questionnaire_that_votes_for_no_known_category_names_its_question(session: AsyncSession) -> None:
    refusal = await refused_with(
        DefinitionRefused, service.create_survey(session, await committee(session), services_definition())
    )
    assert isinstance(refusal, DefinitionRefused)
    assert [(fault.row, fault.error.facts) for fault in refusal.rows] == [(2, {"code": "0101"}), (2, {"code": "0201"})]


async def test_an_answered_questionnaire_is_frozen(session: AsyncSession) -> None:
    actor, survey = await committee(session), await make_survey(session)
    await make_response(session, await make_wave(session, survey))
    await refused_with(rules.SurveyFrozen, service.edit_survey(session, actor, survey.id, 1, services_definition()))


async def test_an_edit_of_a_stale_reading_is_refused(session: AsyncSession) -> None:
    actor, survey = await committee(session), await make_survey(session, status=SurveyStatus.draft)
    await refused_with(StaleVersion, service.edit_survey(session, actor, survey.id, 4, services_definition()))


async def test_a_wave_opens_only_for_a_published_survey(session: AsyncSession) -> None:
    actor, survey = await committee(session), await make_survey(session, status=SurveyStatus.draft)
    wave = await waves.create_wave(session, actor, survey.id, channel=Channel.paper, communities=[DOUNAN])
    await refused_with(rules.SurveyNotPublished, waves.open_wave(session, actor, wave.id))


async def test_a_committee_asks_in_its_own_community_only(session: AsyncSession) -> None:
    actor, survey = await committee(session), await make_survey(session)
    await make_area(session, LONGJIE)
    creating = waves.create_wave(session, actor, survey.id, channel=Channel.paper, communities=[DOUNAN, LONGJIE])
    assert (await refused_with(rules.SurveyedElsewhere, creating)).facts == {"code": LONGJIE}


async def test_an_open_link_goes_to_one_community_and_has_no_issued_count(session: AsyncSession) -> None:
    party = await make_party(session, PartyKind.bureau)
    actor, survey = await actor_of(session, Role.purchaser, party), await make_survey(session, party)
    await make_area(session, DOUNAN)
    await make_area(session, LONGJIE)
    both = waves.create_wave(session, actor, survey.id, channel=Channel.open_link, communities=[DOUNAN, LONGJIE])
    await refused_with(rules.OpenLinkForOne, both)
    wave = await waves.create_wave(session, actor, survey.id, channel=Channel.open_link, communities=[DOUNAN])
    issuing = waves.record_issued(session, actor, wave.id, community_code=DOUNAN, count=100)
    await refused_with(rules.IssuedUnknowable, issuing)
    await make_response(session, wave)
    returns = (await queries.tallies(session, [wave]))[wave.id][0].returns
    assert (returns.issued, returns.returned, returns.recovery.rate, returns.validity.rate) == (None, 1, None, "1.0000")


async def test_the_ledger_is_corrected_by_a_further_entry_with_its_reason(session: AsyncSession) -> None:
    actor, wave = await committee(session), await make_wave(session)
    await waves.record_issued(session, actor, wave.id, community_code=DOUNAN, count=60)
    unexplained = waves.record_issued(session, actor, wave.id, community_code=DOUNAN, count=-5, reason=" ")
    await refused_with(rules.CorrectionUnexplained, unexplained)
    await waves.record_issued(session, actor, wave.id, community_code=DOUNAN, count=-5, reason="五份印坏")
    assert [entry.count for entry in await queries.ledger_of(session, wave.id)] == [60, -5]
    assert await queries.issued_of(session, [wave.id]) == {(wave.id, DOUNAN): 55}


async def test_an_empty_entry_of_the_ledger_is_refused(session: AsyncSession) -> None:
    actor, wave = await committee(session), await make_wave(session)
    issuing = waves.record_issued(session, actor, wave.id, community_code=DOUNAN, count=0)
    await refused_with(rules.NothingIssued, issuing)


async def test_the_ledger_cannot_fall_below_what_came_back(session: AsyncSession) -> None:
    actor, wave = await committee(session), await make_wave(session)
    await make_issue(session, wave, 2)
    await make_response(session, wave, serial="1")
    await make_response(session, wave, serial="2")
    taking_back = waves.record_issued(session, actor, wave.id, community_code=DOUNAN, count=-1, reason="更正")
    assert (await refused_with(rules.MoreReturnedThanIssued, taking_back)).facts == {"issued": 1, "returned": 2}


async def test_a_wave_with_more_answers_than_issued_does_not_close(session: AsyncSession) -> None:
    actor, wave = await committee(session), await make_wave(session)
    await make_issue(session, wave, 1)
    await make_response(session, wave, serial="1")
    await make_response(session, wave, serial="2")
    await refused_with(rules.MoreReturnedThanIssued, waves.close_wave(session, actor, wave.id))


async def test_nothing_is_issued_outside_the_wave(session: AsyncSession) -> None:
    actor, wave = await committee(session), await make_wave(session)
    issuing = waves.record_issued(session, actor, wave.id, community_code=LONGJIE, count=3)
    await refused_with(rules.CommunityNotInWave, issuing)


async def test_a_wave_whose_issued_count_nobody_recorded_has_no_recovery_rate(session: AsyncSession) -> None:
    wave = await make_wave(session)
    await make_response(session, wave, serial="1")
    returns = (await queries.tallies(session, [wave]))[wave.id][0].returns
    assert (returns.issued, returns.recovery.rate) == (None, None)


async def test_one_wave_of_unknown_issue_makes_the_total_unknown(session: AsyncSession) -> None:
    survey = await make_survey(session)
    counted, open_link = await make_wave(session, survey), await make_wave(session, survey, channel=Channel.open_link)
    await make_issue(session, counted, 10)
    await make_response(session, counted, serial="1")
    await make_response(session, open_link)
    tallies = await queries.tallies(session, [counted, open_link])
    total = queries.total_of([tallies[counted.id][0], tallies[open_link.id][0]])
    assert (total.issued, total.returned, total.recovery.rate) == (None, 2, None)


async def test_tokens_are_kept_as_hashes_only_and_for_links_only(session: AsyncSession) -> None:
    actor, survey = await committee(session), await make_survey(session)
    links, paper = await make_wave(session, survey, channel=Channel.link), await make_wave(session, survey)
    tokens = await waves.make_tokens(session, actor, links.id, community_code=DOUNAN, count=3)
    kept = set(await session.scalars(sa.text("SELECT token_hash FROM tokens")))
    assert (len(set(tokens)), kept) == (3, {rules.secret_hash(token) for token in tokens})
    await refused_with(rules.ChannelUnfit, waves.make_tokens(session, actor, paper.id, community_code=DOUNAN, count=1))


async def test_sheets_are_numbered_on_and_on(session: AsyncSession) -> None:
    actor, wave = await committee(session), await make_wave(session)
    first = await waves.make_sheets(session, actor, wave.id, community_code=DOUNAN, count=2)
    then = await waves.make_sheets(session, actor, wave.id, community_code=DOUNAN, count=1)
    assert (first, then) == ([f"{wave.id}-0001", f"{wave.id}-0002"], [f"{wave.id}-0003"])


async def test_a_sheet_is_entered_once(session: AsyncSession) -> None:
    actor, wave = await committee(session), await make_wave(session)
    facts: dict[str, Any] = {"community_code": DOUNAN, "serial": "A1", "answers": WANTS_MEALS}
    _, response, receipt = await entry.enter_response(session, actor, wave.id, **facts)
    assert (response.status, response.suggestions, receipt) == (ResponseState.submitted, [], None)
    await refused_with(rules.SerialEntered, entry.enter_response(session, actor, wave.id, **facts))


async def test_only_sheets_that_were_handed_out_here_come_back(session: AsyncSession) -> None:
    party = await make_party(session, PartyKind.bureau)
    actor, survey = await actor_of(session, Role.purchaser, party), await make_survey(session, party)
    wave = await make_wave(session, survey, communities=(DOUNAN, LONGJIE))
    [serial] = await waves.make_sheets(session, actor, wave.id, community_code=DOUNAN, count=1)
    for code, number in ((LONGJIE, serial), (DOUNAN, "B9")):
        entering = entry.enter_response(
            session, actor, wave.id, community_code=code, serial=number, answers=WANTS_MEALS
        )
        await refused_with(rules.SerialUnknown, entering)


async def test_a_blank_required_answer_on_paper_is_left_to_the_review(session: AsyncSession) -> None:
    actor, wave = await committee(session), await make_wave(session)
    _, response, _ = await entry.enter_response(
        session, actor, wave.id, community_code=DOUNAN, serial="1", answers={"Q2": ["meals"]}
    )
    assert response.suggestions == [{"code": "required_missing", "facts": {"questions": ["Q1"]}}]


async def test_who_is_asked_by_phone_gets_a_receipt(session: AsyncSession) -> None:
    actor, wave = await committee(session), await make_wave(session, channel=Channel.phone)
    _, response, receipt = await entry.enter_response(
        session, actor, wave.id, community_code=DOUNAN, serial=None, answers=WANTS_MEALS
    )
    assert receipt is not None
    assert response.receipt_hash == receipt_mark(receipt) != rules.secret_hash(receipt)


async def test_nothing_is_entered_into_a_closed_wave(session: AsyncSession) -> None:
    actor, wave = await committee(session), await make_wave(session, state=WaveState.closed)
    entering = entry.enter_response(session, actor, wave.id, community_code=DOUNAN, serial="1", answers=WANTS_MEALS)
    await refused_with(rules.WaveClosed, entering)
    await refused_with(rules.WaveClosed, entry.import_responses(session, actor, wave.id, table(row("S1"))))
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


async def test_a_file_that_tells_another_story_is_refused(session: AsyncSession) -> None:
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
    [response] = await queries.all_responses(session, wave.id)
    await reviewing.invalidate_response(session, actor, response.id, Quality.other, "代填")
    done = await entry.import_responses(session, actor, wave.id, table(row("S1")))
    assert (done.added, done.unchanged, response.status) == (0, 1, ResponseState.invalid)


async def test_a_file_of_issued_sheets_counts_each_sheet_once(session: AsyncSession) -> None:
    actor, wave = await committee(session), await make_wave(session)
    assert await waves.import_issued(session, actor, wave.id, table(row("S1"), row("S2"))) == 2
    assert await waves.import_issued(session, actor, wave.id, table(row("S2"), row("S3"))) == 1
    assert await queries.issued_of(session, [wave.id]) == {(wave.id, DOUNAN): 3}
    elsewhere = table(row("S4"), row("S5", community=LONGJIE))
    refusal = await refused_with(RowsRefused, waves.import_issued(session, actor, wave.id, elsewhere))
    assert isinstance(refusal, RowsRefused)
    assert [(fault.row, fault.error.code) for fault in refusal.rows] == [(3, "CommunityNotInWave")]
    assert (await count(session, Sheet), await count(session, Issue)) == (3, 2)


async def test_the_export_is_the_import_again(session: AsyncSession) -> None:
    actor, survey = await committee(session), await make_survey(session)
    wave, other = await make_wave(session, survey), await make_wave(session, survey)
    sent = table(row("S1"), row("S2", sex="M"), [*row("S3", status="not_returned")[:3], "", "", "", ""])
    await waves.import_issued(session, actor, wave.id, sent)
    await entry.import_responses(session, actor, wave.id, sent)
    header, rows = await queries.export_rows(session, survey, wave)
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
    [response] = await queries.all_responses(session, wave.id)
    assert response.serial == f"wjx-{DOUNAN}-1"
    assert response.answers == {"Q1": "M", "Q2": ["meals", "homework"], "Q3": ["homework", "meals"], "Q4": "无"}
    assert (response.status, response.seconds) == (ResponseState.submitted, 3)
    assert [each["code"] for each in response.suggestions] == ["too_fast"]
    assert response.submitted_at.isoformat() == "2026-11-20T09:30:00+08:00"


async def test_every_decision_and_its_reversal_is_kept(session: AsyncSession) -> None:
    actor, wave = await committee(session), await make_wave(session)
    response = await make_response(session, wave, status=ResponseState.submitted)
    await session.commit()
    await reviewing.invalidate_response(session, actor, response.id, Quality.straight_lining, "全选同一项")
    await reviewing.restore_response(session, actor, response.id, "电话核实为真实填写")
    await reviewing.confirm_response(session, actor, response.id)
    assert (response.status, response.reason, response.version) == (ResponseState.valid, None, 4)
    assert [
        (each.verb, each.before, each.after, each.reason, each.note, each.account_id)
        for each in await queries.reviews_of(session, response.id)
    ] == [
        ("invalidate", "submitted", "invalid", "straight_lining", "全选同一项", actor.account_id),
        ("restore", "invalid", "submitted", None, "电话核实为真实填写", actor.account_id),
        ("confirm", "submitted", "valid", None, "", actor.account_id),
    ]


async def test_a_response_is_not_confirmed_twice(session: AsyncSession) -> None:
    actor, response = await committee(session), await make_response(session, await make_wave(session))
    await refused_with(MoveRefused, reviewing.confirm_response(session, actor, response.id))


async def test_only_what_no_rule_doubts_is_confirmed_together(session: AsyncSession) -> None:
    actor, wave = await committee(session), await make_wave(session)
    plain = await make_response(session, wave, status=ResponseState.submitted)
    doubtful = [{"code": "too_fast", "facts": {}}]
    fast = await make_response(session, wave, status=ResponseState.submitted, suggestions=doubtful)
    assert await reviewing.confirm_unflagged(session, actor, wave.id) == 1
    assert (plain.status, fast.status) == (ResponseState.valid, ResponseState.submitted)
    assert await count(session, ResponseReview) == 1


async def test_a_survey_closes_when_its_waves_have_ended_and_all_is_reviewed(session: AsyncSession) -> None:
    actor, survey = await committee(session), await make_survey(session)
    wave = await make_wave(session, survey)
    response = await make_response(session, wave, status=ResponseState.submitted)
    await refused_with(rules.WavesStillOpen, service.close_survey(session, actor, survey.id))
    await waves.close_wave(session, actor, wave.id)
    refusal = await refused_with(rules.ReviewsPending, service.close_survey(session, actor, survey.id))
    assert refusal.facts == {"count": 1}
    await reviewing.mark_duplicate_response(session, actor, response.id)
    await service.close_survey(session, actor, survey.id)
    assert survey.status is SurveyStatus.closed
    await refused_with(rules.SurveyClosed, reviewing.restore_response(session, actor, response.id))


async def closed_with(session: AsyncSession, sexes: str, targets: list[dict[str, Any]]) -> tuple[Survey, Wave]:
    """A closed survey: of every two answers the first wants meals and the second homework."""
    actor, survey = await committee(session), await make_survey(session, targets=targets)
    wave = await make_wave(session, survey)
    for number, sex in enumerate(sexes):
        wanted = "homework" if number % 2 else "meals"
        await make_response(session, wave, {"Q1": sex, "Q2": [wanted], "Q3": [wanted]}, serial=str(number))
    await waves.close_wave(session, actor, wave.id)
    await service.close_survey(session, actor, survey.id)
    return survey, wave


async def test_closing_draws_a_result_per_category_and_community(session: AsyncSession) -> None:
    survey, _ = await closed_with(session, "FM" * 6, [])
    drawn = {code: await queries.results_of(session, survey.id, code) for code in (None, DOUNAN)}
    assert [(r.category_code, r.n, r.votes) for r in drawn[None]] == [("0101", 12, 6), ("0201", 12, 6)]
    assert [(str(r.share), str(r.low), str(r.high)) for r in drawn[DOUNAN]] == [("0.5000", "0.2538", "0.7462")] * 2
    assert {(r.weighted_share, r.intensity, r.is_withheld) for r in drawn[None]} == {(None, Decimal(1), False)}


async def test_targets_weight_the_results_beside_the_plain_ones(session: AsyncSession) -> None:
    """Every woman wants meals and every man homework; in truth there are three women to one man."""
    survey, _ = await closed_with(session, "FM" * 6, [{"margin": "Q1", "counts": {"F": 300, "M": 100}}])
    meals, homework = await queries.results_of(session, survey.id)
    assert [(r.category_code, str(r.share), str(r.weighted_share)) for r in (meals, homework)] == [
        ("0101", "0.5000", "0.7500"),
        ("0201", "0.5000", "0.2500"),
    ]
    assert meals.effective_n < 12


async def test_targets_must_fit_the_questionnaire(session: AsyncSession) -> None:
    actor, survey = await committee(session), await make_survey(session)
    for margin, counts in (("Q2", {"meals": 3}), ("Q1", {"X": 3}), ("Q1", {"F": 0}), ("Q1", {}), ("Q9", {"a": 1})):
        setting = service.set_targets(session, actor, survey.id, 1, [{"margin": margin, "counts": counts}])
        await refused_with(rules.TargetUnfit, setting)
        await session.refresh(survey)
    await service.set_targets(session, actor, survey.id, 1, [{"margin": "community_code", "counts": {DOUNAN: 900}}])
    assert survey.targets == [{"margin": "community_code", "counts": {DOUNAN: 900}}]


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
    await service.close_survey(session, actor, survey.id)
    strata = (await published(session, survey))[0]["strata"]
    assert [count for tables in strata.values() for _, count in counts(tables)] == [None] * 4


async def test_published_figures_stay_whoever_writes(session: AsyncSession) -> None:
    survey, _ = await closed_with(session, "FM" * 6, [])
    for statement in ("UPDATE survey_figures SET answers = '[]'", "DELETE FROM survey_figures"):
        with pytest.raises(sa.exc.ProgrammingError, match=r"permission denied|published figures are not changed"):
            async with session.begin_nested():
                await session.execute(sa.text(statement))
    assert await published(session, survey) != []


async def closed_before(session: AsyncSession) -> tuple[Survey, list[SurveyResult], Need]:
    """A survey closed before figures were frozen, its results, and a need that cites one that three asked for."""
    survey = await make_survey(session, status=SurveyStatus.closed, figures=False)
    wave = await make_wave(session, survey, state=WaveState.closed)
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
    await publishing.freeze_figures(session, CLOCK, survey.id)
    await publishing.freeze_figures(session, CLOCK, survey.id)  # a job may run twice
    for row in (*results, need):
        await session.refresh(row)
    assert [result.is_withheld for result in results] == [True, True]  # three wanted homework, so seventeen meals
    assert (need.survey_result_id, need.evidence_n, need.evidence_share) == (results[1].id, None, None)
    shown = {answer["name"]: counts(answer["tables"]) for answer in await published(session, survey)}
    assert shown["Q1"] == [("M", 10), ("F", 10)]


async def test_findings_split_by_a_question_or_by_community(session: AsyncSession) -> None:
    survey, _ = await closed_with(session, "FM" * 3, [])
    valid, definition = await queries.valid_answers(session, survey.id), queries.definition_of(survey)
    found = results.findings(definition, [], valid, "Q1")
    [wanted] = [a for a in found.answers if a.question.name == "Q2"]
    assert {sex: tables[0].lines[0].count for sex, tables in wanted.strata.items()} == {"F": 3, "M": 0}
    with pytest.raises(rules.TargetUnfit):
        results.findings(definition, [], valid, "Q2")


async def test_the_desk_tells_of_drafts_waves_to_close_and_answers_to_review(session: AsyncSession) -> None:
    actor = await committee(session)
    draft = await make_survey(session, status=SurveyStatus.draft)
    survey = await make_survey(session)
    at = survey.created_at
    wave = await make_wave(session, survey, opens_at=at.replace(hour=1), closes_at=at.replace(hour=2))
    await make_response(session, wave, status=ResponseState.submitted)
    items = [(item.verb, item.subject_id) for item in await queries.waiting(session, actor, at)]
    assert items == [("publish", draft.id), ("close", wave.id), ("confirm", survey.id)]


async def test_an_office_above_looks_on_and_does_nothing(session: AsyncSession) -> None:
    street, survey = await actor_of(session, Role.street), await make_survey(session)
    await refused_with(Denied, service.close_survey(session, street, survey.id))
    elsewhere = await actor_of(
        session, Role.committee, await make_party(session, PartyKind.committee, area_code=LONGJIE)
    )
    await refused_with(NotFound, service.close_survey(session, elsewhere, survey.id))
