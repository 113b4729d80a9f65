"""A season as files: finding the folder, reading what stands in it. docs/season-format.md describes the layout."""

import hashlib
import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from app.core.errors import DomainError, RowRefused, RowsRefused
from app.core.reading.cells import RowDoubled, Table
from app.core.reading.files import read_table, require_columns
from app.core.reading.foreign import FileUnreadable, check_json, content_of
from app.season.competition import Competition
from app.surveys.questionnaires.definition import SurveyDefinition, from_season
from app.surveys.questionnaires.definition_checks import check_definition
from app.surveys.responses.tables.tabular import ReadResponse, read_own_layout

SHIPPED = Path(__file__).parent / "seasons"
TABLES = ("areas", "taxonomy", "populations", "organizations", "needs", "offers", "responses")
SURVEY, COMPETITION = "survey.json", "competition.json"
DOCUMENTS = (SURVEY, COMPETITION)
# What happened under the contracts: a season brings any of these, or none.
DELIVERED = (
    "engagements",
    "evaluations",
    "budgets",
    "budget_changes",
    "statements",
    "audits",
    "acceptance",
    "payments",
    "endings",
    "sessions",
    "call_backs",
    "findings",
    "finding_answers",
    "spot_draws",
    "ratings",
)
FILES = (*(f"{name}.csv" for name in TABLES), *DOCUMENTS)
DEMONSTRATION = "demonstration"  # a folder inside: lists of what a demonstration shows after the season, if any
# What each list is known by; the rooms know the rest of their columns.
KEYS = {"areas": "code", "taxonomy": "code", "populations": "code", "organizations": "id", "needs": "id"}
T = TypeVar("T")
Tables = dict[str, Table]


class SeasonUnknown(DomainError):
    """Neither the name of a season that is shipped nor a folder."""

    status = 404


class SeasonRefused(RowsRefused):
    """A season with faults: all of them are listed, and nothing is taken from it."""


class SeasonFileMissing(DomainError):
    status = 422


class JsonUnreadable(DomainError):
    status = 422


class EntryInvalid(DomainError):
    """An entry of a JSON file that is missing or not of the form described."""

    status = 422


@dataclass(frozen=True)
class Season:
    """`digest` tells whether a season of this name is still the same; `responses` are those of the survey;
    `afterwards` holds the lists of its demonstration, `is_shown`: one contract of it stays under way there."""

    name: str
    digest: str
    tables: Tables
    survey: dict[str, Any]
    definition: SurveyDefinition
    responses: list[ReadResponse]
    competition: Competition
    afterwards: Tables
    is_shown: bool = False

    def records(self, table: str) -> list[dict[str, str]]:
        return records_of(self.tables, table)


def records_of(tables: Tables, name: str) -> list[dict[str, str]]:
    return [record for _, record in tables[name].records()]


class Faults:
    """Everything that is found wrong, named by file, row and column; row 0 where a file has no rows."""

    def __init__(self) -> None:
        self.rows: list[RowRefused] = []

    def note(self, file: str, row: int, column: str, error: DomainError) -> None:
        self.rows.append(RowRefused(row, f"{file} {column}".strip(), error))

    def take(self, file: str, read: Callable[..., T], *given: Any) -> T | None:
        """What `read` makes of the file; None where it refuses, its refusals noted."""
        try:
            return read(*given)
        except RowsRefused as refused:
            for row in refused.rows:
                self.note(file, row.row, row.column, row.error)
        except DomainError as refused:
            self.note(file, 0, "", refused)
        return None

    def note_doubles(self, file: str, where: str, ids: Iterable[str]) -> None:
        """Every entry that has the name of an earlier one, by its place in the file's list."""
        first: dict[str, int] = {}
        for number, id in enumerate(ids, 1):
            if first.setdefault(id, number) != number:
                self.note(file, number, where, RowDoubled(first=first[id]))

    def refuse(self) -> None:
        if self.rows:
            raise SeasonRefused(self.rows)


def unchecked(_tables: Tables, _faults: Faults) -> None:
    """For readers who need no further checks."""


def find_season(name_or_folder: str) -> Path:
    """The folder of a shipped season, or the folder itself. Refusal: SeasonUnknown."""
    shipped = {folder.name: folder for folder in sorted(SHIPPED.iterdir()) if folder.is_dir()}
    if name_or_folder in shipped:
        return shipped[name_or_folder]
    with suppress(OSError):  # no name that a file system takes
        if name_or_folder and Path(name_or_folder).is_dir():
            return Path(name_or_folder)
    raise SeasonUnknown(season=name_or_folder, shipped=", ".join(shipped))


def read_season(name_or_folder: str, check_tables: Callable[[Tables, Faults], None] = unchecked) -> Season:
    """The season in a folder, its forms checked; `checks` says whether it fits together. `check_tables` notes its
    faults beside those of the forms, so that all are told at once.

    Refusals: SeasonUnknown, SeasonRefused with every fault of every file.
    """
    folder, faults = find_season(name_or_folder), Faults()
    contents = _contents(folder, faults)
    faults.refuse()
    brought = [*TABLES, *(name for name in DELIVERED if f"{name}.csv" in contents)]
    tables = {name: faults.take(f"{name}.csv", read_table, f"{name}.csv", contents[f"{name}.csv"]) for name in brought}
    for name, key in KEYS.items():
        faults.take(f"{name}.csv", _require_key, tables[name], key)
    survey = faults.take(SURVEY, read_json, contents[SURVEY])
    competition = faults.take(COMPETITION, _competition, contents[COMPETITION], faults)
    definition = faults.take(SURVEY, read_definition, survey) if survey is not None else None
    responses = _responses(definition, tables["responses"], competition, faults)
    found = {name: table for name, table in tables.items() if table is not None}
    if found.keys() == tables.keys() and not any(fault.row == 0 and ".csv" in fault.column for fault in faults.rows):
        check_tables(found, faults)
    faults.refuse()
    assert survey is not None and definition is not None and competition is not None
    name, digest = folder.resolve().name, _digest(contents)
    return Season(name, digest, found, survey, definition, responses, competition, _afterwards(folder))


def _afterwards(folder: Path) -> Tables:
    """The lists for a demonstration, by name; they are no part of the season, nor of its digest."""
    return {path.stem: read_table(path.name, content_of(path)) for path in (folder / DEMONSTRATION).glob("*.csv")}


def _contents(folder: Path, faults: Faults) -> dict[str, bytes]:
    contents = {}
    for name in FILES:
        if not (folder / name).is_file():
            faults.note(name, 0, "", SeasonFileMissing(file=name))
        elif (content := faults.take(name, content_of, folder / name)) is not None:
            contents[name] = content
    for name in (f"{list}.csv" for list in DELIVERED):
        if (folder / name).is_file() and (content := faults.take(name, content_of, folder / name)) is not None:
            contents[name] = content
    return contents


def _digest(contents: dict[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name in sorted(contents):
        digest.update(f"{name}:{len(contents[name])}\n".encode() + contents[name])
    return digest.hexdigest()


def _require_key(table: Table | None, key: str) -> None:
    if table is not None:
        require_columns(table, [key], table.header)


def read_json(content: bytes) -> Any:
    """The document, decimals kept exact. Blocks. Refusals: JsonUnreadable, and those of `foreign`."""
    try:
        check_json(content)
    except FileUnreadable as refused:
        raise JsonUnreadable(line=refused.facts.get("line", 1)) from None
    found = json.loads(content.decode("utf-8-sig"), parse_float=Decimal)
    if not isinstance(found, dict):
        raise JsonUnreadable(line=1)
    return found


def _competition(content: bytes, faults: Faults) -> Competition | None:
    document = read_json(content)
    try:
        return Competition.model_validate(document)
    except ValidationError as error:
        for fault in error.errors(include_url=False):
            faults.note(COMPETITION, 0, _path(fault["loc"]), EntryInvalid(what=fault["msg"]))
    return None


def read_definition(survey: dict[str, Any]) -> SurveyDefinition:
    """The questionnaire, sound in itself. Refusals: EntryInvalid, DefinitionRefused."""
    try:
        definition = from_season(survey)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        raise EntryInvalid(what=f"{_path(fault['loc'])}: {fault['msg']}") from None
    except KeyError as error:
        raise EntryInvalid(what=f"{error.args[0]}: missing or unknown") from None
    except (TypeError, ValueError, AttributeError) as error:
        raise EntryInvalid(what=str(error)) from None
    check_definition(definition)
    return definition


def _responses(
    definition: SurveyDefinition | None, table: Table | None, competition: Competition | None, faults: Faults
) -> list[ReadResponse]:
    if definition is None or table is None:
        return []
    day = competition.timeline.needs_survey.last_day if competition else date.max
    return faults.take("responses.csv", read_own_layout, definition, table.header, table.rows, day) or []


def _path(loc: tuple[int | str, ...]) -> str:
    """proposals[3].lot"""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc).removeprefix(".")
