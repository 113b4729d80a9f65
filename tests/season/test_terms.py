"""Where a record does not fit the profile, its notice states its own numbers; where it fits, none."""

from pathlib import Path
from typing import Any

from app.season.files import read_season
from app.season.schedule import schedule_of
from app.season.terms import SOURCE, overspend_rule_of, settings_of, terms_of
from app.tenders.profiles.rules import OverspendRule, profile
from tests.factories.season import make_season


def test_the_shipped_season_states_nothing_of_its_own() -> None:
    assert settings_of(read_season("kunming2018").competition) == {}


def test_a_panel_of_three_and_payments_of_its_own_are_stated_with_the_record_as_source(tmp_path: Path) -> None:
    competition = read_season(str(make_season(tmp_path / "gulou"))).competition
    settings = settings_of(competition)
    assert settings["panel"] == {"source": SOURCE, "size": 3, "odd": True}
    assert settings["sheets"] == {"source": SOURCE, "value": 2}
    shares = [(each["zh"], each["share"], each["gates"]) for each in settings["instalments"]]
    assert shares == [
        ("首款", "0.6", ["signing"]),
        ("尾款", "0.4", ["final_evaluation", "resident_acceptance"]),
    ]
    assert set(settings) == {"panel", "sheets", "instalments"}


def test_what_the_file_states_itself_goes_before_what_its_record_shows(tmp_path: Path) -> None:
    def competed(document: dict[str, Any]) -> None:
        document["rules"] = {"panel": {"size": 2}, "overspend": {"trim_limit": "0.5"}}

    terms = terms_of(read_season(str(make_season(tmp_path / "gulou", competed=competed))).competition)
    assert (terms.panel.size, str(terms.overspend.trim_limit), terms.overspend.source) == (2, "0.5", SOURCE)


def test_finer_marks_and_shorter_periods_are_taken_from_the_record(tmp_path: Path) -> None:
    def competed(document: dict[str, Any]) -> None:
        document["scores"][0]["scores"]["K1"] = 35.25
        document["timeline"] |= {"call": "2021-10-19", "public_notice": ["2021-11-15", "2021-11-17"]}
        document["timeline"] |= {"contract": "2022-01-31"}

    terms = terms_of(read_season(str(make_season(tmp_path / "gulou", competed=competed))).competition)
    lengths = (terms.call.length, terms.public_notice.length, terms.contract.length)
    assert (str(terms.scoring.mark_step), lengths) == ("0.01", (10, 2, 75))


def test_no_step_comes_before_the_one_in_front(tmp_path: Path) -> None:
    """A pitch on the day of the pre-qualification and a notice on the day of the pitch."""

    def competed(document: dict[str, Any]) -> None:
        document["timeline"] |= {"pitch_day": "2021-11-02", "public_notice": ["2021-11-02T12:00", "2021-11-21"]}

    competition = read_season(str(make_season(tmp_path / "gulou", competed=competed))).competition
    when = schedule_of(competition, terms_of(competition))
    steps = [when.bids_end, when.opened, when.prequalified, when.appointed, when.scored, when.closed, when.proposed]
    steps += [when.accepted, when.noticed, when.confirmed, when.signed, when.paid]
    assert steps == sorted(steps)


def test_without_a_rule_for_overspending_the_profile_says_which(tmp_path: Path) -> None:
    competition = read_season(str(make_season(tmp_path / "gulou"))).competition
    rules = [overspend_rule_of(competition, profile(name)).value for name in ("venture", "procurement")]
    assert rules == ["trim", "skip"]
    named = competition.model_copy(update={"overspend_rule": OverspendRule.optimise})
    assert overspend_rule_of(named, profile("venture")) is OverspendRule.optimise
