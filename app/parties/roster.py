"""The roster of organisations as a table: which columns, which words, and what is wrong with which row."""

import re
from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

from app.core import texts
from app.core.errors import DomainError
from app.core.reading.cells import FieldBlank, Table, text_faults
from app.core.reading.listing import Columns, Row, note_doubles
from app.parties.rules import LEGAL_PERSONS, LegalKind, PartyKind, check_credit_code
from app.records.periods import rectification_period
from app.records.rules import (
    Fact,
    FourLevel,
    Inspection,
    PartyBuilding,
    RatingA,
    RecordKind,
)

CREDIT = ("credit_code", "credit_code_fictional")
OPTIONAL = (
    "legal_kind_zh",  # labels beside their codes, for human readers
    "district",
    *CREDIT,
    "name_en",
    "rating_a",
    "rating_four_level",
    "rating_year",
    "rectification",
    "founded",
    "staff",
    "social_workers",
    "certified_social_workers",
    "qualification",
    "party_building",
    "domain_codes",
    "fictional",
)
COLUMNS = Columns(
    ("社会组织名册", "organizations"),
    {name: (name, name) for name in ("id", "name_zh", "legal_kind", "district_code", *OPTIONAL)},
    OPTIONAL,
)
INSPECTED = re.compile(r"annual_inspection_((19|20)\d\d)")
LIMITS = {"ref": 100, "name_zh": 200, "name_en": 200, "credit_code": 100, "rectification": 1000}
FOUNDED = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
YEAR = re.compile(r"(19|20)\d\d")

LEGAL_KINDS = {kind.value: kind for kind in LegalKind}
RATINGS_A = {rating.value: rating for rating in RatingA} | {"none": None}
FOUR_LEVELS = {level.value: level for level in FourLevel} | {
    "优秀": FourLevel.excellent,
    "良好": FourLevel.good,
    "合格": FourLevel.qualified,
    "不合格": FourLevel.unqualified,
}
INSPECTIONS = {outcome.value: outcome for outcome in Inspection} | {
    "合格": Inspection.qualified,
    "基本合格": Inspection.basically_qualified,
    "不合格": Inspection.unqualified,
}
PARTY_BUILDING = {state.value: state for state in PartyBuilding} | {
    "有独立党支部": PartyBuilding.own_branch,
    "联合党支部": PartyBuilding.joint_branch,
    "派驻党建指导员": PartyBuilding.instructor,
    "暂无党组织": PartyBuilding.none,
}
YES_NO = {"yes": True, "no": False, "是": True, "否": False}


class ChoiceUnknown(DomainError):
    """A cell holds a word that its column does not know."""

    status = 422


class PeopleBelowZero(DomainError):
    status = 422


class DateMalformed(DomainError):
    status = 422


class StaffDoesNotAddUp(DomainError):
    """Certified social workers are among the social workers, and these among the staff."""

    status = 422


class RatingWithoutYear(DomainError):
    """A grade comes with its year, and a year with its grade."""

    status = 422


class ListedOrganization(Row):
    """A row; `values` are columns of `Party`, `register` what is to be recorded, as a `Register` calls it."""

    def __init__(self, number: int, cells: Mapping[str, str], titles: Mapping[str, str] | None = None) -> None:
        super().__init__(number, cells, titles)
        self.register: dict[str, Any] = {}

    @property
    def credit_column(self) -> str:
        """Under which heading this row has its credit code; fictional ones stand under their own."""
        return next((column for column in CREDIT if self.text(column)), CREDIT[0])

    def required(self, column: str) -> str:
        if not self.text(column):
            self.refuse(column, FieldBlank(field=column))
        return self.line(column)

    def choice(self, column: str, words: Mapping[str, Any]) -> Any:
        """What the cell's word stands for; None when it is blank."""
        word = self.code(column)
        if word and word not in words:
            self.refuse(column, ChoiceUnknown(value=word, allowed="、".join(words)))
        return words.get(word)

    def people(self, column: str) -> int | None:
        count = self.whole(column)
        if count is not None and count < 0:
            self.refuse(column, PeopleBelowZero(value=count))
        return count

    def dated(self, column: str, form: re.Pattern[str]) -> str | None:
        text = self.code(column)
        if text and not form.fullmatch(text):
            self.refuse(column, DateMalformed(value=text))
            return None
        return text or None


def read_roster(table: Table) -> list[ListedOrganization]:
    """Every row with its values and faults; areas, categories and earlier parties are not looked up here.

    Refusals: ColumnTwice, WrongColumns.
    """
    inspected = [column for column in table.header if INSPECTED.fullmatch(column)][:1]
    rows = COLUMNS.rows(table, ListedOrganization, also=inspected)
    for row in rows:
        _read_identity(row)
        _read_people(row)
        _read_grades(row)
        for field, fault in text_faults(row.values | row.register, LIMITS):
            row.refuse({"ref": "id", "credit_code": row.credit_column}.get(field, field), fault)
        for column in inspected:
            outcome = row.choice(column, INSPECTIONS)
            row.register["annual_inspection"] = outcome
            row.register["annual_inspection_year"] = int(column[-4:]) if outcome else None
    note_doubles(rows, lambda row: ("id", row.values["ref"]))
    note_doubles(rows, lambda row: (row.credit_column, row.values["credit_code"]))
    return rows


def _read_identity(row: ListedOrganization) -> None:
    is_fictional = bool(row.choice("fictional", YES_NO))
    legal_kind = row.choice("legal_kind", LEGAL_KINDS) if row.required("legal_kind") else None
    credit_code = row.code(row.credit_column) or None
    if credit_code and legal_kind:
        check = partial(check_credit_code, is_legal_person=legal_kind in LEGAL_PERSONS, is_fictional=is_fictional)
        row.check(row.credit_column, check, credit_code)
    row.values |= {
        "kind": PartyKind.organization,
        "ref": texts.folded(row.required("id")),
        "name_zh": row.required("name_zh"),
        "name_en": row.line("name_en"),
        "area_code": texts.folded(row.required("district_code")),
        "legal_kind": legal_kind,
        "credit_code": credit_code,
        "is_fictional": is_fictional,
        "founded": row.dated("founded", FOUNDED),
        "domain_codes": row.codes("domain_codes"),
    }
    row.register |= {
        "qualifications": [part.strip() for part in re.split("[;；]", row.text("qualification")) if part.strip()],
        "party_building": row.choice("party_building", PARTY_BUILDING),
    }


def _read_people(row: ListedOrganization) -> None:
    staff, social, certified = (
        row.people(column) for column in ("staff", "social_workers", "certified_social_workers")
    )
    known = [count for count in (staff, social, certified) if count is not None]
    if known != sorted(known, reverse=True):
        row.refuse("staff", StaffDoesNotAddUp(staff=staff, social_workers=social, certified=certified))
    row.values |= {"staff": staff, "social_workers": social, "certified_social_workers": certified}


def _read_grades(row: ListedOrganization) -> None:
    rating_a, four_level = row.choice("rating_a", RATINGS_A), row.choice("rating_four_level", FOUR_LEVELS)
    year = row.dated("rating_year", YEAR)
    if (rating_a is None and four_level is None) != (year is None):
        row.refuse("rating_year", RatingWithoutYear())
    note = row.text("rectification") or None
    start, until = rectification_period(note or "")
    row.register |= {
        "rating_a": rating_a,
        "rating_four_level": four_level,
        "rating_year": int(year) if year else None,
        "rectification": note,
        "rectification_from": start,
        "rectification_until": until,
    }


def facts_of(register: Mapping[str, Any]) -> tuple[Fact, ...]:
    """What is to be recorded: a grade from the first day of its year and without end, since a roster names the year
    alone; an inspection for its year."""
    facts = []
    if year := register["rating_year"]:
        grades = RecordKind.rating_a, RecordKind.rating_four_level
        facts += [Fact(kind, register[kind], valid_from=date(year, 1, 1)) for kind in grades if register[kind]]
    if note := register["rectification"]:
        start, until = register["rectification_from"], register["rectification_until"]
        facts.append(Fact(RecordKind.rectification, "ordered", words=note, valid_from=start, valid_until=until))
    if year := register.get("annual_inspection_year"):
        start, until, outcome = date(year, 1, 1), date(year, 12, 31), register["annual_inspection"]
        facts.append(Fact(RecordKind.inspection, outcome, valid_from=start, valid_until=until))
    if building := register["party_building"]:
        facts.append(Fact(RecordKind.party_building, building))
    return (*facts, *(Fact(RecordKind.qualification, "", title) for title in dict.fromkeys(register["qualifications"])))
