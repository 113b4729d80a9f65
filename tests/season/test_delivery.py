"""A season goes on after its signatures as its lists say; each wrong row is told; what is written out is the same."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app.contracts.models import Contract, ContractInstalment
from app.core.db import Units, make_engine
from app.core.db import units as make_units
from app.findings.models import FindingAnswer
from app.findings.rules import Severity
from app.findings.service import raise_finding
from app.season.cast import purchaser_of
from app.season.delivery.acting import ContractAbsent
from app.season.export import export_season
from app.season.files import DELIVERED, FILES
from app.season.importing import open_season
from app.season.replay import replay_season
from app.season.summary import readable
from tests.factories.delivery import DELIVERY, make_delivered
from tests.factories.season import make_season, rows_of
from tests.season.test_checks import faults_of

AFTER = ("evaluations", "budgets", "sessions", "findings", "acceptance", "payments", "ended", "spot_checks", "ratings")


@pytest.mark.anyio
async def test_the_season_goes_on_to_its_last_payments(units: Units, tmp_path: Path) -> None:
    """Of 45,000 yuan 44,000 are vouched and 1,000 disallowed: 43,000 are allowed, of which 27,000 are paid."""
    summary = await replay_season(units, open_season(str(make_delivered(tmp_path / "gulou"))))
    assert {key: summary[key] for key in AFTER} == {  # type: ignore[literal-required]
        "evaluations": {"final_evaluation met": 2},
        "budgets": {"approved": 1, "spent": "44000.00", "disallowed": "1000.00", "audits": 1},
        "sessions": {
            "cancelled": 1,
            "concluded": 2,
            "sign_ins": 20,
            "draws": 1,
            "confirmed": 14,
            "denied": 1,
            "not_reached": 2,
        },
        "findings": {"closed": 1, "waived": 1, "holding": 1, "answers": 2, "late_answers": 1},
        "acceptance": {"contracts": 2, "asked": 52, "answers": 33, "accepting": 32},
        "payments": {"number": 6, "amount": "98340.00"},
        "ended": {"completed": 2, "performing": 1, "terminated": 1},
        "spot_checks": {"drawn": 2, "of": 4},
        "ratings": {"good": 1},
    }
    assert "completed 2, performing 1, terminated 1; paid 98340.00, disallowed 1000.00" in readable(summary)[-2]
    assert (summary["contracts"], summary["audit"]["verified"]) == (4, True)


@pytest.mark.anyio
async def test_a_season_without_such_lists_ends_with_its_signatures(units: Units, tmp_path: Path) -> None:
    summary = await replay_season(units, open_season(str(make_season(tmp_path / "gulou"))))
    assert (summary["payments"], summary["ended"]) == ({"number": 4, "amount": "64740.00"}, {"performing": 4})
    assert (summary["budgets"]["approved"], summary["ratings"], summary["evaluations"]) == (0, {}, {})


@pytest.mark.anyio
async def test_answers_are_late_by_the_day_that_held_then(units: Units, tmp_path: Path) -> None:
    await replay_season(units, open_season(str(make_delivered(tmp_path / "gulou"))))
    async with units() as session:
        answers = await session.execute(sa.select(FindingAnswer.round, FindingAnswer.is_late))
    assert sorted((round, is_late) for round, is_late in answers) == [(1, False), (2, True)]


@pytest.mark.anyio
async def test_what_is_written_out_is_what_was_taken_in_and_ends_the_same(
    units: Units, own_database: str, tmp_path: Path
) -> None:
    folder = make_delivered(tmp_path / "gulou")
    first = await replay_season(units, open_season(str(folder)))
    async with units() as session:
        written = await export_season(session, "gulou", tmp_path / "out" / "gulou")
    assert sorted(path.name for path in written) == sorted([*FILES, *(f"{name}.csv" for name in DELIVERED)])
    for name in DELIVERED:
        given, taken_out = rows_of(folder / f"{name}.csv"), rows_of(tmp_path / "out" / "gulou" / f"{name}.csv")
        assert (name, taken_out) == (name, given)
    engine = make_engine(own_database)
    again = await replay_season(make_units(engine), open_season(str(tmp_path / "out" / "gulou")))
    await engine.dispose()
    first["audit"].pop("events"), again["audit"].pop("events")
    assert again == first


@pytest.mark.anyio
async def test_a_demonstration_keeps_one_contract_under_way(units: Units, tmp_path: Path) -> None:
    season = replace(open_season(str(make_delivered(tmp_path / "gulou"))), is_shown=True)
    summary = await replay_season(units, season)
    assert summary["ended"] == {"completed": 1, "performing": 2, "terminated": 1}
    async with units() as session:
        under_way = await session.scalars(sa.select(Contract.number).where(Contract.status == "performing"))
    assert sorted(under_way) == ["gl-2021-P1", "gl-2021-P5"]


# P3, over 9,700 yuan, ended early with 5,820 paid: what it had spent by then is audited after the end.
SETTLED = {
    "engagements": "P3,audit,F2,正信会计师事务所,2022-03-14,合同档案\n",
    "budgets": "P3,1,activity,课后托管,9700,2022-03-15,2022-03-16,,,合同档案\n",
    "statements": "P3,1,记-9,2022-01-01,2022-03-10,{spent},,2022-03-17,,,,合同档案\n",
    "audits": "P3,final,如数认可。,,2022-03-18,王会计,2022-03-19,合同档案\n",
}


@pytest.mark.anyio
@pytest.mark.parametrize(("spent", "part", "amount"), [(7_000, "settlement", 1_180), (5_000, "refund", 820)])
async def test_what_settles_a_contract_that_ended_early_is_taken_in_and_written_out(
    units: Units, tmp_path: Path, spent: int, part: str, amount: int
) -> None:
    tables = {name: DELIVERY[name] + more.format(spent=spent) for name, more in SETTLED.items()}
    tables["payments"] = DELIVERY["payments"] + f"P3,{part},{amount},P3-9,2022-03-21,合同档案\n"
    folder = make_delivered(tmp_path / "gulou", **tables)
    await replay_season(units, open_season(str(folder)))
    async with units() as session:
        await export_season(session, "gulou", tmp_path / "out" / "gulou")
        query = sa.select(sa.func.sum(ContractInstalment.paid)).join(Contract)
        assert await session.scalar(query.where(Contract.status == "terminated")) == spent
    assert rows_of(tmp_path / "out" / "gulou" / "payments.csv") == rows_of(folder / "payments.csv")


@pytest.mark.anyio
async def test_rows_of_a_bid_that_won_nothing_stop_the_replay(units: Units, tmp_path: Path) -> None:
    endings = DELIVERY["endings"].replace("P3,terminated", "P6,terminated")
    with pytest.raises(ContractAbsent) as refused:
        await replay_season(units, open_season(str(make_delivered(tmp_path / "gulou", endings=endings))))
    assert refused.value.facts == {"bid": "P6"}


@pytest.mark.anyio
async def test_what_people_did_here_themselves_is_written_out_with_the_platform_as_its_source(
    units: Units, tmp_path: Path
) -> None:
    season = open_season(str(make_season(tmp_path / "gulou")))
    await replay_season(units, season)
    async with units() as session:
        contract = (await session.scalars(sa.select(Contract).order_by(Contract.number))).first()
        assert contract is not None
        said: Any = {"basis": "", "severity": Severity.minor, "working_days": 5, "is_holding": False}
        bureau = await purchaser_of(session, season)
        await raise_finding(session, bureau, contract.id, requirement="补签到表", **said)
    async with units() as session:
        await export_season(session, "gulou", tmp_path / "out")
    (row,) = rows_of(tmp_path / "out" / "findings.csv")
    assert (row["contract"], row["requirement"], row["source"]) == ("P1", "补签到表", "本平台的记录")
    assert open_season(str(tmp_path / "out")).records("findings") == [row]


Fault = tuple[int, str, str]


@pytest.mark.parametrize(
    ("name", "old", "new", "fault"),
    [
        ("engagements", "engaged,", "since,", (0, "engagements.csv", "WrongColumns")),
        ("engagements", "P1,audit", "P9,audit", (3, "engagements.csv contract", "BidUnknown")),
        ("engagements", "P1,audit", "P1,care", (3, "engagements.csv kind", "ChoiceUnknown")),
        ("engagements", "P1,audit", "P1,evaluation", (3, "engagements.csv kind", "RowDoubled")),
        ("engagements", "2021-12-07", "2021-11-30", (4, "engagements.csv engaged", "DayTooEarly")),
        ("engagements", "2021-12-07", "2021-13-07", (4, "engagements.csv engaged", "DayUnreadable")),
        ("engagements", "2021-12-07,合同档案", "2021-12-07,", (4, "engagements.csv source", "FieldBlank")),
        ("engagements", "P2,evaluation", "P3,evaluation", (3, "evaluations.csv contract", "FirmAbsent")),
        ("evaluations", "final_evaluation,食堂", "signing,食堂", (2, "evaluations.csv gate", "ChoiceUnknown")),
        ("evaluations", "10-25,met,予以通过。", "10-25,met,", (2, "evaluations.csv opinion", "FieldBlank")),
        ("evaluations", "2022-10-26,met", "2022-12-26,met", (3, "evaluations.csv decided", "DayTooEarly")),
        ("budgets", "management", "furniture", (3, "budgets.csv kind", "LineKindUnknown")),
        ("budgets", "6000,2021-12-08", "6000,2021-12-09", (3, "budgets.csv proposed", "BudgetInPieces")),
        ("budgets", ",6000,", ",0,", (3, "budgets.csv approved_cny", "FigureTooSmall")),
        ("budgets", ",6000,", ",six,", (3, "budgets.csv approved_cny", "AmountUnreadable")),
        ("budget_changes", "P1,2,1,", "P1,3,1,", (2, "budget_changes.csv from_line", "LineUnknown")),
        ("budget_changes", "granted,同意,2022-03-04", "granted,同意,", (2, "budget_changes.csv decided", "FieldBlank")),
        ("statements", "P1,2,记-3", "P1,7,记-3", (4, "statements.csv line", "LineUnknown")),
        ("statements", "记-2", "记-1", (3, "statements.csv voucher", "RowDoubled")),
        ("statements", "1000,抬头", "20000,抬头", (3, "statements.csv disallowed_cny", "DisallowedAboveSpent")),
        ("statements", "2022-05-31", "2021-12-31", (2, "statements.csv ends_on", "PeriodBackwards")),
        ("audits", "王会计,2022-11-04", "王会计,", (2, "audits.csv signed", "FieldBlank")),
        ("audits", "P1,final", "P2,final", (2, "audits.csv contract", "FirmAbsent")),
        ("acceptance", "30,20,19", "30,20,21", (2, "acceptance.csv accepting", "AnswersImpossible")),
        ("acceptance", "30,20,19", "19,20,19", (2, "acceptance.csv answers", "AnswersImpossible")),
        ("acceptance", "meeting", "door", (2, "acceptance.csv channel", "ChoiceUnknown")),
        ("acceptance", "30,20,19", "30,20,-1", (2, "acceptance.csv accepting", "FigureTooSmall")),
        ("payments", "P1,2,", "P1,3,", (2, "payments.csv instalment", "InstalmentUnknown")),
        ("payments", "P1,2,", "P1,two,", (2, "payments.csv instalment", "NumberUnreadable")),
        ("endings", "负责人离任，双方协商终止。", "", (4, "endings.csv reason", "FieldBlank")),
        ("sessions", "2022-03-05T13:00", "2022-03-05T10:00", (2, "sessions.csv ends_at", "SessionBackwards")),
        ("sessions", "2022-03-05T11:00", "noon", (2, "sessions.csv starts_at", "HourUnreadable")),
        ("sessions", ",,下雨取消", ",5,下雨取消", (4, "sessions.csv reason", "SessionHeldAndCancelled")),
        ("sessions", "1;2,", "1;x,", (3, "sessions.csv targets", "ChoiceUnknown")),
        ("call_backs", "14,1,2", "13,1,2", (2, "call_backs.csv confirmed", "CallBacksDiffer")),
        ("findings", "P5,1,", "P5,2,", (3, "findings.csv number", "FindingOutOfOrder")),
        ("findings", "P5,1,purchaser", "P5,1,auditor", (3, "findings.csv contract", "FirmAbsent")),
        ("findings", "2022-10-14,2022-10-21", ",2022-10-21", (2, "findings.csv extended", "FieldBlank")),
        ("finding_answers", "P2,1,2,", "P2,2,2,", (3, "finding_answers.csv number", "FindingUnknown")),
        ("ratings", "A1,local", "A4x,local", (2, "ratings.csv organization", "ApplicantUnknown")),
        ("ratings", "A1,local", "A3,local", (2, "ratings.csv organization", "RatedElsewhere")),
        ("ratings", "local_four_level", "national_5a", (2, "ratings.csv scheme", "ChoiceUnknown")),
    ],
)
def test_a_wrong_row_is_told_with_its_file_row_and_column(
    tmp_path: Path, name: str, old: str, new: str, fault: Fault
) -> None:
    assert old in DELIVERY[name]
    tables: dict[str, Any] = {name: DELIVERY[name].replace(old, new)}
    assert fault in faults_of(make_delivered(tmp_path / "gulou", **tables))
