"""When each step of a competition happens: at the hours that its file names, and never before the step in front."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.days.calendar import from_holidays
from app.season.competition import Competition
from app.season.terms import OPENS, closing_of, dates_of, published_at
from app.tenders.profiles.rules import Profile

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ROUND_LASTS = timedelta(days=7)


@dataclass(frozen=True)
class Schedule:
    """`round_*` and `answered` are those of the double-selection round."""

    published: datetime
    round_opens: datetime
    round_closes: datetime
    answered: datetime
    bids_end: datetime
    opened: datetime
    prequalified: datetime
    appointed: datetime
    scored: datetime
    closed: datetime
    proposed: datetime
    accepted: datetime
    noticed: datetime
    confirmed: datetime
    signed: datetime
    paid: datetime


def schedule_of(competition: Competition, terms: Profile) -> Schedule:
    line, called, closing = competition.timeline, published_at(competition), closing_of(competition, terms)
    opens, closes = _round(competition, called)
    opened = max(closing, line.prequalification.at(OPENS))
    prequalified = opened + HOUR
    appointed = max(prequalified + HOUR, line.pitch_day.at(OPENS) - HOUR)
    scored = max(appointed + HOUR, line.pitch_day.at(OPENS) + 8 * HOUR)
    proposed = scored + 2 * HOUR
    noticed = max(proposed + 2 * HOUR, line.public_notice.at(OPENS))
    confirmed = max(_objections_over(competition, terms), noticed) + OPENS * HOUR
    signed = max(confirmed + HOUR, line.contract.at(OPENS))
    return Schedule(
        published=called,
        round_opens=opens,
        round_closes=closes,
        answered=closes + DAY,
        bids_end=closing,
        opened=opened,
        prequalified=prequalified,
        appointed=appointed,
        scored=scored,
        closed=scored + HOUR,
        proposed=proposed,
        accepted=min(proposed + DAY, noticed - HOUR),
        noticed=noticed,
        confirmed=confirmed,
        signed=signed,
        paid=signed + DAY,
    )


def _round(competition: Competition, called: datetime) -> tuple[datetime, datetime]:
    """The round's own dates, else a week from the call on; a round takes lists for an hour at the least."""
    given, deadline = competition.timeline.selection, competition.timeline.deadline.at(OPENS)
    if given:
        return given.at(OPENS), max(given.until(17), given.at(OPENS) + HOUR)
    opens = called + HOUR
    return opens, max(min(opens + ROUND_LASTS, deadline - DAY), opens + HOUR)


def _objections_over(competition: Competition, terms: Profile) -> datetime:
    last = competition.timeline.public_notice.last_day
    calendar = from_holidays(range(last.year, last.year + 2))
    return max(calendar.after(last, terms.objection).at, dates_of(competition)["objections_end"])
