"""What the records of an organisation come to on a day: grades, the last inspection, what keeps it from bidding."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from app.core.bounds import FIRST_DAY, LAST_DAY
from app.records.rules import ADVERSE, DAY, Dated, FourLevel, Inspection, PartyBuilding, RatingA, RecordKind, holds_on
from app.records.terms import last_day, terms

K = RecordKind
# What keeps an organisation from bidding while it holds, and by which term after it has ended.
BARRING: dict[RecordKind, frozenset[str]] = {
    K.serious: ADVERSE[K.serious],
    K.abnormal: ADVERSE[K.abnormal],
    K.penalty: frozenset({"stop_order"}),
}
BARS_AFTER = {K.serious: "bars_after_serious", K.abnormal: "bars_after_abnormal"}


@dataclass(frozen=True)
class Bar:
    """A record because of which its organisation may not bid up to `until` (None: until a rectification is passed).
    `is_given`: papers say until when; otherwise the time after its end is to be set by the district."""

    kind: RecordKind
    value: str
    until: date | None
    is_given: bool = True


@dataclass(frozen=True)
class Register:
    """What an organisation's records come to on a day: its grades then, its last inspection, whether it is in
    rectification, and until when one is open that was not passed, whatever its days."""

    rating_a: RatingA | None = None
    rating_four_level: FourLevel | None = None
    rating_year: int | None = None
    rectification: str | None = None
    rectification_from: date | None = None
    rectification_until: date | None = None
    in_rectification: bool = False
    open_rectification: str | None = None
    annual_inspection: Inspection | None = None
    annual_inspection_year: int | None = None
    party_building: PartyBuilding | None = None
    qualifications: tuple[str, ...] = ()
    bars: tuple[Bar, ...] = ()

    @property
    def debarred_until(self) -> date | None:
        """The last day of what keeps it from bidding, whatever becomes of a rectification."""
        return max((bar.until for bar in self.bars if bar.until), default=None)


def bar_of(record: Dated, day: date) -> Bar | None:
    """What the record bars on `day`; what is no longer shown bars nobody. Removed on 2023-03-01 with a term of a year,
    one may bid from 2024-03-01 on."""
    if record.kind is K.rectification and record.value == "ordered":
        return Bar(record.kind, record.value, None)
    if record.value not in BARRING.get(record.kind, ()):
        return None
    ends, term = record.valid_until or LAST_DAY, BARS_AFTER.get(record.kind)
    barred = max(ends, last_day(ends + DAY, term)) if term else ends
    until = min(barred, record.shown_until or LAST_DAY)
    is_given = until <= ends or term is None or terms()[term].is_given
    is_barred = (record.valid_from or FIRST_DAY) <= day <= until
    return Bar(record.kind, record.value, until, is_given) if is_barred else None


def register_of(standing: Iterable[Dated], day: date) -> Register:
    """`standing`: the records of one organisation that none supersedes, the first entered first."""
    shown = (record for record in standing if day <= (record.shown_until or LAST_DAY))
    records = sorted(shown, key=lambda record: record.valid_from or FIRST_DAY)
    now = {record.kind: record for record in records if holds_on(record, day)}
    last = {record.kind: record for record in records if (record.valid_from or FIRST_DAY) <= day}
    a, four, building = now.get(K.rating_a), now.get(K.rating_four_level), now.get(K.party_building)
    ordered, inspected = last.get(K.rectification), last.get(K.inspection)
    years = [grade.valid_from.year for grade in (a, four) if grade and grade.valid_from]
    unpassed = [record for record in records if record.kind is K.rectification and record.value == "ordered"]
    return Register(
        rating_a=RatingA(a.value) if a else None,
        rating_four_level=FourLevel(four.value) if four else None,
        rating_year=max(years, default=None),
        rectification=ordered.words if ordered else None,
        rectification_from=ordered.valid_from if ordered else None,
        rectification_until=ordered.valid_until if ordered else None,
        in_rectification=K.rectification in now,
        open_rectification=str(unpassed[-1].valid_until or unpassed[-1].words) if unpassed else None,
        annual_inspection=Inspection(inspected.value) if inspected else None,
        annual_inspection_year=inspected.valid_from.year if inspected and inspected.valid_from else None,
        party_building=PartyBuilding(building.value) if building else None,
        qualifications=tuple(each.title for each in records if each.kind is K.qualification and holds_on(each, day)),
        bars=tuple(filter(None, (bar_of(record, day) for record in records))),
    )
