"""The demonstration competition as facts for the rules; nothing of its `eligible` flags or totals is read."""

import csv
import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import app.season
from app.core.days.calendar import SHANGHAI
from app.core.errors import DomainError
from app.tenders.bids.rules import Applicant, BidTerms, Conditions, prequalify
from app.tenders.notices.rules import CriterionTerms, ItemTerms, LotTerms, closing
from app.tenders.panels.rules import Recusal, Sheet, counted_sheets, due_sheets
from app.tenders.profiles.rules import profile
from app.tenders.standings.rules import Candidate, Placed, rank, score

FOLDER = Path(app.season.__file__).parent / "seasons" / "kunming2018"
VENTURE = profile("venture")


@dataclass(frozen=True)
class Competition:
    lots: dict[str, LotTerms]
    criteria: tuple[CriterionTerms, ...]
    bids: dict[str, BidTerms]
    applicants: dict[str, str]
    reasons: dict[str, list[DomainError]]
    judges: list[str]
    recusals: set[Recusal]
    sheets: list[Sheet]
    deadline: datetime

    @property
    def ineligible(self) -> list[str]:
        return sorted(bid for bid, reasons in self.reasons.items() if reasons)

    @property
    def eligible(self) -> dict[str, str]:
        return {bid: who for bid, who in self.applicants.items() if not self.reasons[bid]}

    @property
    def due(self) -> list[tuple[str, str]]:
        return due_sheets(self.eligible, self.judges, self.recusals)

    def placed(self, lot: str) -> list[Placed]:
        by_bid: defaultdict[str, list[Sheet]] = defaultdict(list)
        for sheet in counted_sheets(self.due, self.sheets):
            by_bid[sheet.bid].append(sheet)
        mine = [bid for bid in self.eligible if self.bids[bid].lot == lot]
        return rank([self.candidate(bid, by_bid[bid]) for bid in mine], VENTURE.scoring.ties)

    def candidate(self, bid: str, sheets: list[Sheet]) -> Candidate:
        own, points = self.bids[bid], score(sheets, VENTURE.scoring, "C2")
        return Candidate(bid, self.applicants[bid], own.amount, points.total, points.tie, own.received_at, own.item)


@cache
def competition() -> Competition:
    document = json.loads((FOLDER / "competition.json").read_text(encoding="utf-8"), parse_float=Decimal)
    lots = {row["id"]: lot_of(row) for row in document["lots"]}
    bids = {row["id"]: bid_of(row) for row in document["proposals"]}
    applicants = {row["id"]: row["applicant"] for row in document["proposals"]}
    deadline = instant(document["timeline"]["deadline"])
    known = registered_applicants()
    reasons = {
        bid: prequalify(
            facts,
            known.get(applicants[bid], Applicant(registered=False)),
            Conditions(lots.get(facts.lot), VENTURE, closing(deadline, VENTURE)),
        )
        for bid, facts in bids.items()
    }
    return Competition(
        lots=lots,
        criteria=tuple(CriterionTerms(row["id"], Decimal(row["max"])) for row in document["criteria"]),
        bids=bids,
        applicants=applicants,
        reasons=reasons,
        judges=[row["id"] for row in document["judges"]],
        recusals={Recusal(row["judge"], row["applicant"]) for row in document["recusals"]},
        sheets=[sheet_of(row) for row in document["scores"] if row["scores"]],
        deadline=deadline,
    )


def registered_applicants() -> dict[str, Applicant]:
    with (FOLDER / "organizations.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["id"]: Applicant(
                registered=row["legal_kind"] != "community_group_filed",
                rectification_until=row["rectification"] or None,
            )
            for row in csv.DictReader(file)
        }


def lot_of(row: dict[str, Any]) -> LotTerms:
    items = tuple(ItemTerms(item["id"], item["need_id"]) for item in row.get("items", []))
    return LotTerms(row["id"], Decimal(row["budget_cny"]), Decimal(row["ceiling_per_award"]), row["awards"], items)


def bid_of(row: dict[str, Any]) -> BidTerms:
    return BidTerms(row["lot"], row.get("item"), Decimal(row["amount_cny"]), instant(row["submitted_at"]))


def sheet_of(row: dict[str, Any]) -> Sheet:
    written = row.get("total_written_on_sheet", row["total"])
    marks = {criterion: Decimal(mark) for criterion, mark in row["scores"].items()}
    return Sheet(row["proposal"], row["judge"], marks, Decimal(written))


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
