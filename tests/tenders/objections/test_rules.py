from datetime import date, datetime, timedelta

import pytest

from app.core.days.calendar import SHANGHAI, end_of_day, from_holidays
from app.core.moves import verbs_from
from app.tenders.objections.rules import (
    MOVES,
    AnswerWithoutReason,
    ChallengeNotForeseen,
    ObjectionStatus,
    ObjectionTooEarly,
    ObjectionTooLate,
    ObjectionWithoutGrounds,
    StepNotEnded,
    Window,
    answer_deadline,
    check_answer,
    check_challenged,
    check_grounds,
    complaint_deadline,
    documents_known_on,
    untimely,
    window,
)
from app.tenders.profiles.rules import Challenged, profile

S = ObjectionStatus
CALENDAR = from_holidays(range(2018, 2028))
NOTICED = datetime(2018, 7, 30, 9, tzinfo=SHANGHAI)
VENTURE, PROCUREMENT = profile("venture"), profile("procurement")


def test_a_filed_objection_ends_in_one_of_three_ways() -> None:
    assert verbs_from(MOVES, S.filed) == ["accept", "reject", "withdraw"]
    assert [s for s in S if not verbs_from(MOVES, s)] == [S.accepted, S.rejected, S.withdrawn]


def test_the_window_opens_with_the_notice_and_closes_with_its_last_day() -> None:
    end = end_of_day(date(2018, 8, 6))
    span = Window(NOTICED, end, False, "rule")
    assert untimely(span, NOTICED) is None
    assert untimely(span, end - timedelta(microseconds=1)) is None
    assert isinstance(untimely(span, NOTICED - timedelta(seconds=1)), ObjectionTooEarly)
    late = untimely(span, end)
    assert isinstance(late, ObjectionTooLate)
    assert late.facts == {"objections_end": end, "received": end}


def test_an_objection_has_grounds_and_its_answer_a_reason() -> None:
    check_grounds("评分有误")
    check_answer("经核查，评分无误")
    with pytest.raises(ObjectionWithoutGrounds):
        check_grounds("  ")
    with pytest.raises(AnswerWithoutReason):
        check_answer("\n")


def test_answers_and_complaints_have_their_own_time() -> None:
    filed = datetime(2018, 9, 28, 18, tzinfo=SHANGHAI)
    due = answer_deadline(filed, PROCUREMENT, CALENDAR)
    assert due.on == date(2018, 10, 12)
    complaint = complaint_deadline(due.on, PROCUREMENT, CALENDAR)
    assert complaint is not None and complaint.on == date(2018, 11, 2)
    assert complaint_deadline(due.on, VENTURE, CALENDAR) is None


def test_documents_are_challenged_from_the_end_of_their_notice_or_from_their_amendment() -> None:
    """条例 art. 53 (1): five working days of notice, then seven to challenge."""
    known = documents_known_on(date(2026, 11, 2), None, PROCUREMENT, CALENDAR)
    assert known == date(2026, 11, 9)
    published = datetime(2026, 11, 2, 9, tzinfo=SHANGHAI)
    assert window(published, known, PROCUREMENT, CALENDAR).ends == end_of_day(date(2026, 11, 18))
    assert documents_known_on(date(2026, 11, 2), date(2026, 11, 12), PROCUREMENT, CALENDAR) == date(2026, 11, 12)


def test_only_what_the_procedure_names_and_what_has_ended_is_challenged() -> None:
    span = Window(NOTICED, end_of_day(date(2018, 8, 6)), False, "rule")
    assert check_challenged(Challenged.opening, {Challenged.opening: span}, PROCUREMENT) == span
    with pytest.raises(StepNotEnded):
        check_challenged(Challenged.scoring, {Challenged.opening: span}, PROCUREMENT)
    with pytest.raises(ChallengeNotForeseen):
        check_challenged(Challenged.documents, {Challenged.documents: span}, VENTURE)
