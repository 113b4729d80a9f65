"""What is wrong with a season's files is listed whole, each fault with its file, row, column and code."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app.areas.models import Area
from app.core.db import Units
from app.core.problems import problem_of
from app.season.files import SeasonRefused, SeasonUnknown, read_season
from app.season.importing import import_season, open_season
from app.season.models import SeasonRecord
from tests.factories.season import NEEDS, OFFERS, ORGANIZATIONS, RESPONSES, make_season, proposal

Document = dict[str, Any]


def faults_of(folder: Path) -> list[tuple[int, str, str]]:
    """(row, file and column, code) of every fault, in the order they are told."""
    with pytest.raises(SeasonRefused) as refused:
        open_season(str(folder))
    problem = problem_of(refused.value)
    assert all(row.messages["zh"] and row.messages["en"] for row in problem.rows)
    assert (problem.code, problem.facts["count"]) == ("SeasonRefused", sum(len(row.rows) for row in problem.rows))
    return [(number, row.column, row.code) for row in problem.rows for number in row.rows]


def test_the_small_season_is_sound(tmp_path: Path) -> None:
    assert open_season(str(make_season(tmp_path / "gulou"))).name == "gulou"


def test_the_shipped_season_is_sound_and_found_by_its_name() -> None:
    assert open_season("kunming2018").competition.id == "cg-2018-01"


@pytest.mark.parametrize("given", ["nowhere", "", "../seasons", "a\0b", "长" * 5000])
def test_a_name_that_is_neither_shipped_nor_a_folder_is_refused(given: str) -> None:
    with pytest.raises(SeasonUnknown) as refused:
        read_season(given)
    assert refused.value.facts == {"season": given, "shipped": "kunming2018"}


def test_missing_files_are_all_named(tmp_path: Path) -> None:
    folder = make_season(tmp_path / "gulou")
    (folder / "needs.csv").unlink()
    (folder / "survey.json").unlink()
    assert faults_of(folder) == [(0, "needs.csv", "SeasonFileMissing"), (0, "survey.json", "SeasonFileMissing")]


@pytest.mark.parametrize(
    ("file", "content", "code"),
    [
        ("needs.csv", "id,title\nN1,缺列\n".encode(), "WrongColumns"),
        ("needs.csv", b"id,title\nN1,\xff\n", "FileNotUtf8"),
        ("offers.csv", b"", "FileEmpty"),
        ("areas.csv", b"name\nx\n", "WrongColumns"),
        ("competition.json", b"{", "JsonUnreadable"),
        ("competition.json", b"[]", "JsonUnreadable"),
        ("survey.json", b'{"title_zh": "x", "questions": [{"id": "Q1"}]}', "EntryInvalid"),
        ("survey.json", b'{"title_zh": "x", "questions": []}', "EntryInvalid"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_with_its_name(tmp_path: Path, file: str, content: bytes, code: str) -> None:
    folder = make_season(tmp_path / "gulou")
    (folder / file).write_bytes(content)
    assert (0, file, code) in faults_of(folder)


def test_faults_of_several_lists_are_told_together_and_nothing_else(tmp_path: Path) -> None:
    folder = make_season(
        tmp_path / "gulou",
        organizations=ORGANIZATIONS.replace("01;0101", "99").replace("9,5,2", "9,5,7"),
        needs=NEEDS.replace(",25,20000,", ",25,-1,").replace("320105002001,康福", "320105002009,康福"),
        offers=OFFERS.replace("O2,A2", "O2,A9").replace(",10,元/次", ",x,元/次"),
        responses=RESPONSES.replace("T03,", "T02,").replace("valid,01,4", "valid,07,4"),
    )
    assert sorted(faults_of(folder)) == [
        (2, "organizations.csv domain_codes", "CategoryUnknown"),
        (2, "organizations.csv staff", "StaffDoesNotAddUp"),
        (2, "responses.csv Q1", "OptionUnknown"),
        (3, "offers.csv org_id", "OrganizationUnknown"),
        (4, "needs.csv budget_cny", "BudgetNotPositive"),
        (4, "offers.csv price", "AmountUnreadable"),
        (4, "responses.csv serial", "SerialTaken"),
        (5, "needs.csv community_code", "AreaUnknown"),
    ]


def edit(*path: str | int, to: Any) -> Callable[[Document], None]:
    """Set one entry of the document."""

    def change(document: Document) -> None:
        *parents, last = path
        place: Any = document
        for key in parents:
            place = place[key]
        place[last] = to

    return change


def grow(*path: str, by: Any) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        place: Any = document
        for key in path:
            place = place[key]
        place.append(by)

    return change


@pytest.mark.parametrize(
    ("change", "where", "code"),
    [
        (edit("lots", 0, "items", 0, "need_id", to="N9"), "lots A A-1", "NeedUnknown"),
        (edit("timeline", "call", to="2021-09-10"), "lots A A-2", "NeedUnpublished"),
        (edit("lots", 1, "ceiling_per_award", to=20000), "", "CeilingAboveBudget"),
        (edit("lots", 0, "awards", to=3), "", "LotPlacesImpossible"),
        (edit("lots", 1, "id", to="A"), "lots", "RowDoubled"),
        (edit("criteria", 0, "max", to=50), "", "CriteriaNotHundred"),
        (edit("tie_criterion", to="K9"), "", "TieCriterionUnknown"),
        (edit("profile", to="raffle"), "", "ProfileUnknown"),
        (edit("rules", to={"panel": {"colour": "red"}}), "", "SettingUnknown"),
        (edit("overspend_rule", to="lottery"), "overspend_rule", "EntryInvalid"),
        (edit("timeline", "prequalification", to="2021-10-20"), "", "DatesOutOfOrder"),
        (edit("timeline", "end", to="2021-11-30"), "timeline.end", "PeriodBackwards"),
        (edit("timeline", "deadline", to="soon"), "timeline.deadline", "EntryInvalid"),
        (edit("timeline", "deadline", to="9999-12-31T23:59:59-14:00"), "timeline.deadline", "EntryInvalid"),
        (edit("title_zh", to="社区\u202e大赛"), "title_zh", "EntryInvalid"),
        (edit("proposals", 0, "plan", to="\x01"), "proposals[0].plan", "EntryInvalid"),
        (edit("facts_from_sources", to={"total_fund_cny": "NaN"}), "facts_from_sources.total_fund_cny", "EntryInvalid"),
        (edit("timeline", "payments", 1, "after", to="the party"), "", "PaymentGateUnknown"),
        (edit("district_code", to="320199000000"), "district_code", "AreaUnknown"),
        (edit("judges", to=[]), "judges", "EntryInvalid"),
        (edit("recusals", 0, "judge", to="W"), "recusals", "JudgeUnknown"),
        (edit("recusals", 0, "applicant", to="A9"), "recusals", "ApplicantUnknown"),
        (edit("pitch_order", to={"B": ["P1"]}), "pitch_order B", "BidUnknown"),
        (edit("pitch_order", to={"C": []}), "pitch_order", "LotUnknown"),
        (edit("proposals", 2, "lot", to="C"), "proposals P3", "LotUnknown"),
        (edit("proposals", 0, "item", to="A-9"), "proposals P1", "ItemUnknown"),
        (edit("proposals", 0, "item", to=None), "proposals P1", "ItemMissing"),
        (edit("proposals", 2, "applicant", to="A9"), "proposals P3", "ApplicantUnknown"),
        (edit("proposals", 2, "submitted_at", to="2021-10-01T08:00"), "proposals P3", "BidBeforeCall"),
        (edit("proposals", 2, "amount_cny", to=-5), "proposals[2].amount_cny", "EntryInvalid"),
        (edit("proposals", 2, "amount_cny", to=0), "proposals P3", "AmountNotPositive"),
        (grow("proposals", by=proposal("P7", "B", "A2", 900, "2021-10-22T11:00")), "proposals", "RowDoubled"),
        (edit("scores", 0, "proposal", to="P9"), "scores P9 X", "BidUnknown"),
        (edit("scores", 0, "judge", to="W"), "scores P1 W", "JudgeUnknown"),
        (edit("scores", 0, "judge", to="Y"), "scores P1 Y", "SheetOfRecused"),
        (edit("scores", 0, "scores", "K1", to=41), "scores P1 X", "MarkOutOfRange"),
        (edit("scores", 0, "scores", "K9", to=1), "scores P1 X", "MarkUnknown"),
        (edit("scores", 0, "scores", to={"K1": 1}), "scores P1 X", "MarkMissing"),
        (lambda document: document["scores"].pop(-1) and document["scores"].pop(-1), "scores", "TooFewSheets"),
    ],
)
def test_a_competition_that_does_not_fit_together_is_refused_with_its_place(
    tmp_path: Path, change: Callable[[Document], None], where: str, code: str
) -> None:
    folder = make_season(tmp_path / "gulou", competed=change)
    column = f"competition.json {where}".strip()
    assert (column, code) in [(column, code) for _, column, code in faults_of(folder)]


def test_issued_questionnaires_must_be_those_that_are_listed(tmp_path: Path) -> None:
    folder = make_season(tmp_path / "gulou", surveyed=lambda document: document.update(issued=10))
    assert faults_of(folder) == [(0, "survey.json issued", "IssuedDiffers")]


@pytest.mark.anyio
async def test_a_season_that_the_platform_cannot_take_leaves_nothing_behind(units: Units, tmp_path: Path) -> None:
    """The same credit codes, from a season of another name: found only in the database, at the second step."""
    coded = ORGANIZATIONS.replace("01;0101,,yes", "01;0101,52320106FIC1234567,yes")
    await import_season(units, open_season(str(make_season(tmp_path / "gulou", organizations=coded))))
    second = make_season(tmp_path / "gulou2", organizations=coded, areas=renamed_areas())
    with pytest.raises(Exception, match="RowsRefused"):
        await import_season(units, open_season(str(second)))
    async with units() as session:
        names = await session.scalars(sa.select(Area.name).where(Area.code == "320106001001"))
        steps = await session.scalar(sa.select(SeasonRecord.name).where(SeasonRecord.name == "gulou2"))
        assert (list(names), steps) == (["北东瓜市社区居民委员会"], None)


def renamed_areas() -> str:
    text = make_season.__globals__["AREAS"]
    return str(text).replace("南京市,,city", "金陵市,,city")


def test_the_documents_may_say_more_than_is_computed_from(tmp_path: Path) -> None:
    folder = make_season(tmp_path / "gulou", competed=lambda document: document.update(assumed=["all"], note="x"))
    document = json.loads((folder / "competition.json").read_text(encoding="utf-8"))
    assert (document["assumed"], open_season(str(folder)).competition.budget) == (["all"], 109000)
