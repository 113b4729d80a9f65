"""A competition moved to other dates: what the demonstration keeps alive around today."""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

from app.season.competition import Timeline
from app.season.dates import Span
from app.season.files import Season
from app.surveys.questionnaires.definition import Label


def shifted(season: Season, by: timedelta, *, ending: str, title: Label, lots: Collection[str]) -> Season:
    """The season with its competition moved by whole days, for these lots alone, under `title`; `ending` makes its
    number a new one."""
    own = season.competition
    bids = {bid.id: bid for bid in own.proposals if bid.lot in lots}
    applicants = {bid.applicant for bid in bids.values()}
    moved = own.model_copy(
        update={
            "id": f"{own.id}-{ending}",
            "title_zh": title.zh,
            "title_en": title.en,
            "timeline": _shifted_timeline(own.timeline, by),
            "lots": [lot for lot in own.lots if lot.id in lots],
            "proposals": [bid.model_copy(update={"submitted_at": bid.submitted_at + by}) for bid in bids.values()],
            "recusals": [row for row in own.recusals if row.applicant in applicants],
            "pitch_order": {lot: order for lot, order in own.pitch_order.items() if lot in lots},
            "scores": [row for row in own.scores if row.proposal in bids],
        }
    )
    return replace(season, competition=moved)


def _shifted_timeline(timeline: Timeline, by: timedelta) -> Timeline:
    spans = {name: value for name, value in timeline if isinstance(value, Span)}
    moved = {name: replace(span, start=span.start + by, end=span.end + by) for name, span in spans.items()}
    return timeline.model_copy(update=moved)
