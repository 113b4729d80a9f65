from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app.contracts.models import Contract, Payment
from app.core.audit import AuditEvent
from app.core.days.calendar import shanghai_date
from app.core.db import Units
from app.needs.models import Need
from app.offers.models import Offer
from app.season.cast import district_of
from app.season.importing import import_season, import_steps, open_season
from app.season.replay import replay_season
from app.season.steps import SeasonChanged
from app.selection.models import PreferenceList, RoundNeed
from app.surveys.responses.models import Response
from tests.factories.season import NEEDS, OFFERS, RESPONSES, make_season

pytestmark = pytest.mark.anyio


async def test_a_season_of_another_city_with_three_judges_and_two_lots_is_carried_out(
    units: Units, tmp_path: Path
) -> None:
    summary = await replay_season(units, open_season(str(make_season(tmp_path / "gulou"))))
    assert summary["survey"] == {
        "issued": 9,
        "returned": 7,
        "valid": 5,
        "recovery_rate": "0.7778",
        "effective_rate": "0.5556",
        "validity_rate": "0.7143",
    }
    counts = (summary["areas"], summary["categories"], summary["populations"], summary["organizations"])
    assert (*counts, summary["applicants"], summary["needs"], summary["offers"]) == (8, 4, 2, 5, 1, 4, 3)
    assert summary["tender"] == {
        "bids": 6,
        "ineligible": ["P4", "P6"],
        "recusals": 1,
        "missing_sheets": [["P5", "Y"]],
        "sheets_counted": 10,
        "corrected_totals": [["P2", "X", "82", "72"]],
        "rule": "trim",
    }
    won = {code: (lot["awards"], lot["amount"]) for code, lot in summary["lots"].items()}
    assert won == {"A": (["P1", "P2"], "89000.00"), "B": (["P3", "P5"], "18900.00")}
    assert (summary["awards"], summary["different_applicants"], summary["contracts"]) == (4, 4, 4)
    assert (summary["audit"]["verified"], summary["audit"]["faults"]) == (True, [])


async def test_replayed_again_nothing_is_doubled_and_the_summary_is_the_same(units: Units, tmp_path: Path) -> None:
    season = open_season(str(make_season(tmp_path / "gulou")))
    first = await replay_season(units, season)
    assert await replay_season(units, season) == first


async def test_answers_that_nobody_reviewed_are_confirmed_unless_a_rule_finds_them_doubtful(
    units: Units, tmp_path: Path
) -> None:
    """T09 leaves a question blank that must be answered."""
    await replay_season(units, open_season(str(make_season(tmp_path / "gulou"))))
    async with units() as session:
        found = await session.execute(sa.select(Response.serial, Response.status, Response.reason))
        states = {serial: (status.value, reason.value if reason else None) for serial, status, reason in found}
    assert (states["T08"], states["T09"]) == (("valid", None), ("invalid", "required_missing"))


async def test_other_dates_budgets_and_rules_are_followed(units: Units, tmp_path: Path) -> None:
    """Cuts are limited to 5 per cent, so with half the budget the best bid that fits takes lot B alone."""

    def competed(document: dict[str, Any]) -> None:
        document["overspend_rule"] = "trim"
        document["lots"][1]["budget_cny"] = 10000
        document["criteria"][0]["max"], document["criteria"][3]["max"] = 35, 15
        document["rules"] = {"panel": {"odd": False}, "scoring": {"trim_from": 0}}
        document["judges"] = document["judges"][:2]
        document["scores"] = [row for row in document["scores"] if row["judge"] != "Z"]
        for row in document["scores"]:
            row["scores"]["K1"] = min(row["scores"]["K1"], 35)
            row["total"] = sum(row["scores"].values())
            row.pop("total_written_on_sheet", None)
        document["timeline"] |= {"public_notice": ["2021-11-15", "2021-11-18"], "call": "2021-10-18"}

    season = open_season(str(make_season(tmp_path / "two-judges", competed=competed)))
    summary = await replay_season(units, season)
    lot = summary["lots"]["B"]
    assert (lot["awards"], lot["amount"], lot["rule"]) == (["P3"], "10000.00", "skip")
    assert (summary["tender"]["ineligible"], summary["tender"]["corrected_totals"]) == (["P4", "P6"], [])


async def test_a_season_of_the_same_name_from_other_files_is_refused(units: Units, tmp_path: Path) -> None:
    await replay_season(units, open_season(str(make_season(tmp_path / "one" / "gulou"))))
    other = make_season(tmp_path / "two" / "gulou", competed=lambda document: document.update(title_zh="另一届"))
    with pytest.raises(SeasonChanged) as refused:
        await replay_season(units, open_season(str(other)))
    assert refused.value.facts == {"season": "gulou"}


async def test_progress_names_each_step_and_ends_full(units: Units, tmp_path: Path) -> None:
    seen: list[tuple[int, int, str]] = []
    season = open_season(str(make_season(tmp_path / "gulou")))
    await import_season(units, season, lambda *step: seen.append(step))
    count = len(import_steps(season))
    assert [done for done, _, _ in seen] == list(range(count + 1))
    assert (seen[0], seen[-1]) == ((0, count, "reference"), (count, count, ""))


async def test_needs_are_published_on_their_dates(units: Units, tmp_path: Path) -> None:
    season = open_season(str(make_season(tmp_path / "gulou")))
    await import_season(units, season)
    async with units() as session:
        needs = await session.execute(sa.select(Need.ref, Need.published_at).order_by(Need.ref))
        dates = {ref: str(shanghai_date(at)) for ref, at in needs}
        offers = await session.scalars(sa.select(Offer.status))
        assert dates == {"N1": "2021-09-06", "N2": "2021-09-13", "N3": "2021-09-13", "N4": "2021-09-20"}
        assert [status.value for status in offers] == ["published"] * 3


async def test_every_event_of_a_replay_says_that_its_clock_was_simulated(units: Units, tmp_path: Path) -> None:
    await replay_season(units, open_season(str(make_season(tmp_path / "gulou"))))
    async with units() as session:
        years = await session.execute(sa.select(AuditEvent.simulated, sa.extract("year", AuditEvent.at)).distinct())
        assert sorted((simulated, int(year)) for simulated, year in years) == [(True, 2021)]


async def test_the_round_says_that_its_lists_were_derived_and_takes_no_need_of_a_lot(
    units: Units, tmp_path: Path
) -> None:
    summary = await replay_season(units, open_season(str(make_season(tmp_path / "gulou"))))
    assert (summary["selection"]["preferences"], summary["selection"]["stable"]) == ("derived", True)
    async with units() as session:
        taking_part = await session.scalars(
            sa.select(Need.ref).join(RoundNeed, RoundNeed.need_id == Need.id).order_by(Need.ref)
        )
        sources = await session.scalars(sa.select(PreferenceList.source).distinct())
        assert (list(taking_part), [source.value for source in sources]) == (["N3", "N4"], ["derived"])


async def test_the_contracts_are_signed_by_both_started_and_their_first_instalment_paid(
    units: Units, tmp_path: Path
) -> None:
    await replay_season(units, open_season(str(make_season(tmp_path / "gulou"))))
    async with units() as session:
        contracts = list(await session.scalars(sa.select(Contract).order_by(Contract.number)))
        paid = await session.execute(sa.select(Payment.amount, Payment.paid_at).order_by(Payment.amount))
        assert [(each.number, each.status.value) for each in contracts] == [
            (f"gl-2021-{bid}", "performing") for bid in ("P1", "P2", "P3", "P5")
        ]
        assert {str(shanghai_date(each.signed_at)) for each in contracts if each.signed_at} == {"2021-12-01"}
        assert [(str(amount), str(shanghai_date(at))) for amount, at in paid] == [
            ("5520.00", "2021-12-02"),
            ("5820.00", "2021-12-02"),
            ("26400.00", "2021-12-02"),
            ("27000.00", "2021-12-02"),
        ]
        needs = dict((await session.execute(sa.select(Need.ref, Need.held_as))).all())
        assert {ref: needs[ref] for ref in ("N1", "N2")} == {"N1": "contracted", "N2": "contracted"}


def nothing_returned() -> str:
    rows = [line.split(",") for line in RESPONSES.splitlines()[1:]]
    return "\n".join([RESPONSES.splitlines()[0], *(f"{row[0]},{row[1]},not_returned,,," for row in rows)]) + "\n"


@pytest.mark.parametrize(
    ("tables", "issued", "rate", "rounds"),
    [
        ({"responses": RESPONSES.splitlines()[0] + "\n"}, None, None, 2),
        ({"responses": nothing_returned()}, 9, "0.0000", 2),
        ({"offers": OFFERS.splitlines()[0] + "\n"}, 9, "0.7778", 0),
    ],
)
async def test_a_season_without_answers_or_without_offers_still_ends_in_contracts(
    units: Units, tmp_path: Path, tables: dict[str, str], issued: int | None, rate: str | None, rounds: int
) -> None:
    summary = await replay_season(units, open_season(str(make_season(tmp_path / "gulou", **tables))))
    assert (summary["survey"]["issued"], summary["survey"]["recovery_rate"]) == (issued, rate)
    assert (summary["selection"]["rounds"], summary["contracts"]) == (rounds, 4)


async def test_lots_may_ask_for_needs_as_a_whole_and_nobody_need_need_anything(units: Units, tmp_path: Path) -> None:
    def with_needs(document: dict[str, Any]) -> None:
        document["lots"][0] |= {"items": [], "need_ids": ["N1", "N2"]}
        document["proposals"][0]["item"] = document["proposals"][1]["item"] = None

    def without_needs(document: dict[str, Any]) -> None:
        with_needs(document)
        document["lots"][0]["need_ids"] = []
        document["id"] = "gl-2021-b"

    asking = await replay_season(units, open_season(str(make_season(tmp_path / "asking", competed=with_needs))))
    assert (asking["lots"]["A"]["awards"], asking["contracts"]) == (["P1", "P2"], 4)
    empty = make_season(tmp_path / "empty", competed=without_needs, needs=NEEDS.split("N1,")[0])
    assert district_of(open_season(str(empty))) == "320106000000"
