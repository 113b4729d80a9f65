"""Whether a competition fits together: lots and items, criteria, judges, bids, recusals, sheets, and its dates."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from app.areas.queries import AreaUnknown
from app.areas.rules import AreaLevel
from app.contracts.rules import PeriodBackwards
from app.core.days.calendar import from_holidays
from app.core.errors import DomainError
from app.core.reading.cells import RowDoubled
from app.needs.rules import NeedUnknown
from app.parties.rules import LEGAL_PERSONS
from app.season.competition import Competition, Proposal, ScoreRow
from app.season.files import Faults, Season
from app.season.terms import closing_of, notice_of, published_at, terms_of
from app.tenders.bids.rules import Applicant, BidTerms, Conditions, LotUnknown, check_amount, check_item, prequalify
from app.tenders.notices.publishing import (
    check_publishable,
)
from app.tenders.panels.rules import check_enough_sheets, check_marks, check_panel
from app.tenders.profiles.rules import Profile

FILE = "competition.json"
Rows = Mapping[str, Mapping[str, str]]
# Organisation → its facts as columns of a party.
Roster = Mapping[str, Mapping[str, Any]]


class BidUnknown(DomainError):
    status = 422


class JudgeUnknown(DomainError):
    status = 422


class ApplicantUnknown(DomainError):
    """Neither an organisation of the season nor somebody who bids in it."""

    status = 422


class BidBeforeCall(DomainError):
    """Nobody can have bid before the call was published."""

    status = 422


class NeedUnpublished(DomainError):
    """A lot asks for a need that residents and organisations had not seen by the day of the call."""

    status = 422


class SheetOfRecused(DomainError):
    """A judge scored an applicant in whom that judge has an interest."""

    status = 422


def check_competition(season: Season, areas: Rows, needs: Rows, roster: Roster, faults: Faults) -> None:
    """Note every fault of competition.json against the other files."""
    competition = season.competition
    terms = faults.take(FILE, terms_of, competition)
    if terms is None:
        return
    _check_notice(competition, terms, faults)
    _check_district(competition, areas, faults)
    _check_needs(competition, needs, faults)
    _check_bids(competition, terms, set(roster), faults)
    _check_interests(competition, faults)
    _check_sheets(competition, terms, faults)
    if not faults.rows:
        _check_scored(competition, terms, roster, faults)


def _check_notice(competition: Competition, terms: Profile, faults: Faults) -> None:
    """What publication would refuse, and the panel and the contracts."""
    line, opened = competition.timeline, published_at(competition)
    for name, rows in (("judges", competition.judges), ("criteria", competition.criteria), ("lots", competition.lots)):
        _note_doubles(name, [row.id for row in rows], faults)
    for lot in competition.lots:
        _note_doubles(f"lots {lot.id} items", [item.id for item in lot.items], faults)
    years = range(opened.year, line.contract.end.year + 2)
    notice = notice_of(competition, terms)
    faults.take(FILE, check_publishable, notice, terms, from_holidays(years), opened)
    experts = sum(judge.expert for judge in competition.judges)
    faults.take(FILE, check_panel, len(competition.judges), experts, competition.budget, terms)
    if line.end.last_day < line.contract.first_day:
        facts = {"starts_on": line.contract.first_day, "ends_on": line.end.last_day}
        faults.note(FILE, 0, "timeline.end", PeriodBackwards(**facts))


def _check_district(competition: Competition, areas: Rows, faults: Faults) -> None:
    code = competition.district_code
    if code and areas.get(code, {}).get("level") != AreaLevel.district:
        faults.note(FILE, 0, "district_code", AreaUnknown(code=code))


def _check_needs(competition: Competition, needs: Rows, faults: Faults) -> None:
    """The needs that lots and items answer: known, of the item's community, and published by the day of the call."""
    called = competition.timeline.call.first_day
    for lot in competition.lots:
        for item in lot.items:
            _check_need(f"lots {lot.id} {item.id}", item.need_id, needs, called, faults)
            place = needs.get(item.need_id, {}).get("community_code")
            if place and item.community_code not in (None, place):
                faults.note(FILE, 0, f"lots {lot.id} {item.id}", AreaUnknown(code=item.community_code))
        for need in lot.need_ids:
            _check_need(f"lots {lot.id}", need, needs, called, faults)


def _check_need(where: str, ref: str, needs: Rows, called: date, faults: Faults) -> None:
    if ref not in needs:
        return faults.note(FILE, 0, where, NeedUnknown(need=ref))
    published = needs[ref].get("published", "")
    if not published or published > called.isoformat():
        faults.note(FILE, 0, where, NeedUnpublished(need=ref, called=called))


def _check_bids(competition: Competition, terms: Profile, organizations: set[str], faults: Faults) -> None:
    _note_doubles("proposals", [bid.id for bid in competition.proposals], faults)
    _note_doubles("proposals", [f"{b.lot} {b.item} {b.applicant}" for b in competition.proposals], faults)
    for bid in competition.proposals:
        for error in _faults_of_bid(bid, competition, terms, organizations):
            faults.note(FILE, 0, f"proposals {bid.id}", error)


def _faults_of_bid(
    bid: Proposal, competition: Competition, terms: Profile, organizations: set[str]
) -> Iterable[DomainError]:
    lots = {lot.code: lot for lot in notice_of(competition, terms).lots}
    if bid.applicant_kind == "org" and bid.applicant not in organizations:
        yield ApplicantUnknown(applicant=bid.applicant)
    if bid.submitted_at < published_at(competition):
        yield BidBeforeCall(bid=bid.id, at=bid.submitted_at.isoformat(), called=published_at(competition).isoformat())
    if bid.lot not in lots:
        yield LotUnknown(lot=bid.lot)
        return
    try:
        check_item(bid.item, lots[bid.lot])
        check_amount(bid.amount_cny)
    except DomainError as error:
        yield error


def _check_interests(competition: Competition, faults: Faults) -> None:
    judges, applicants = {judge.id for judge in competition.judges}, competition.applicants
    for row in competition.recusals:
        if row.judge not in judges:
            faults.note(FILE, 0, "recusals", JudgeUnknown(judge=row.judge))
        if row.applicant not in applicants:
            faults.note(FILE, 0, "recusals", ApplicantUnknown(applicant=row.applicant))
    lots, bids = {lot.id for lot in competition.lots}, {bid.id: bid.lot for bid in competition.proposals}
    for lot, order in competition.pitch_order.items():
        if lot not in lots:
            faults.note(FILE, 0, "pitch_order", LotUnknown(lot=lot))
        for bid in order:
            if bids.get(bid) != lot:
                faults.note(FILE, 0, f"pitch_order {lot}", BidUnknown(bid=bid))


def _check_sheets(competition: Competition, terms: Profile, faults: Faults) -> None:
    _note_doubles("scores", [f"{row.proposal} {row.judge}" for row in competition.scores], faults)
    bids = {bid.id: bid.applicant for bid in competition.proposals}
    judges = {judge.id for judge in competition.judges}
    recused = {(row.judge, row.applicant) for row in competition.recusals}
    criteria = notice_of(competition, terms).criteria
    for row in competition.scores:
        where = f"scores {row.proposal} {row.judge}"
        if row.proposal not in bids:
            faults.note(FILE, 0, where, BidUnknown(bid=row.proposal))
        elif row.judge not in judges:
            faults.note(FILE, 0, where, JudgeUnknown(judge=row.judge))
        elif row.scores is not None:
            faults.take(f"{FILE} {where}", check_marks, row.scores, criteria, terms.scoring.mark_step)
            _check_unbiased(row, (row.judge, bids[row.proposal]) in recused, where, faults)


def _check_unbiased(row: ScoreRow, is_recused: bool, where: str, faults: Faults) -> None:
    if is_recused:
        faults.note(FILE, 0, where, SheetOfRecused(judge=row.judge, bid=row.proposal))


def _check_scored(competition: Competition, terms: Profile, roster: Roster, faults: Faults) -> None:
    """Every bid that the rules of pre-qualification admit has the sheets that a result needs."""
    lots = {lot.code: lot for lot in notice_of(competition, terms).lots}
    counts = Counter(row.proposal for row in competition.scores if row.scores is not None)
    for bid in competition.proposals:
        said = BidTerms(bid.lot, bid.item, bid.amount_cny, bid.submitted_at)
        applicant = _applicant(roster.get(bid.applicant) if bid.applicant_kind == "org" else None)
        admitted = not prequalify(said, applicant, Conditions(lots[bid.lot], terms, closing_of(competition, terms)))
        if admitted:
            faults.take(f"{FILE} scores", check_enough_sheets, bid.id, counts[bid.id], competition.budget, terms)


def _applicant(facts: Mapping[str, Any] | None) -> Applicant:
    if facts is None:
        return Applicant(registered=False)
    return Applicant(registered=facts["legal_kind"] in LEGAL_PERSONS, rectification_until=facts["rectification"])


def _note_doubles(where: str, ids: list[str], faults: Faults) -> None:
    first: dict[str, int] = {}
    for number, id in enumerate(ids, 1):
        if first.setdefault(id, number) != number:
            faults.note(FILE, number, where, RowDoubled(first=first[id]))
