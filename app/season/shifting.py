"""A competition and its needs moved to other dates: what the demonstration keeps alive around today."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta

from app.core.reading.cells import Cells, Table
from app.season.competition import Timeline
from app.season.dates import Span
from app.season.files import Season
from app.surveys.questionnaires.definition import Label

DATED = ("published", "preferred_start", "expires_on")


def shifted(season: Season, by: timedelta, *, ending: str, title: Label, lots: Collection[str]) -> Season:
    """The season with its competition moved by whole days, for these lots alone; `ending` makes its number a
    new one."""
    own = season.competition
    bids = {bid.id: bid for bid in own.proposals if bid.lot in lots}
    applicants = {bid.applicant for bid in bids.values()}
    moved = own.model_copy(
        update={
            "id": f"{own.id}-{ending}",
            "title_zh": f"{own.title_zh}·{title.zh}",
            "title_en": f"{own.title_en} · {title.en}" if own.title_en else title.en,
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


def shifted_needs(season: Season, refs: Collection[str], by: timedelta, latest: date) -> Table:
    """The rows of these needs with their days moved; none published after `latest`."""
    table = season.tables["needs"]
    rows = []
    for number, cells in table.records():
        if cells["id"] not in refs:
            continue
        row = dict(cells)
        for column in DATED:
            if day := Cells(number, cells).day(column):
                row[column] = (min(day + by, latest) if column == "published" else day + by).isoformat()
        rows.append(list(row.values()))
    return Table(table.header, rows)
