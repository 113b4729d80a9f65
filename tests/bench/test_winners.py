from fractions import Fraction
from pathlib import Path

import pytest
from ortools.sat.python import cp_model

from app.matching.winners.equal_shares import Bought
from bench.engine import winners
from bench.engine.matching import Inputs
from bench.engine.pabulib import (
    OWN_ELECTIONS,
    Election,
    ElectionUnreadable,
    award_by_shares,
    own_elections,
    read_election,
)
from bench.engine.winners import NoElections, PeerDisagrees, award, call_for_bids, measure
from bench.measures import release

SMALL = """\
META
key;value
budget;100,50
vote_type;approval
PROJECTS
project_id;cost;name
2;50.25;"A park; with benches"
1;50;A path
VOTES
voter_id;age;vote
7;33;1,2
8;;2

9;40;
"""


def written(folder: Path, text: str, name: str = "small.pb") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_an_election_is_read_with_all_its_sums_in_one_whole_unit(tmp_path: Path) -> None:
    assert read_election(written(tmp_path, SMALL + "10;20;2,1\n")) == Election(
        kind="approval",
        budget=402,
        costs={"2": 201, "1": 200},
        ballots=[("1", "2"), ("2",), ()],
        voters=[2, 1, 1],
    )


def test_of_equal_prices_the_lower_project_number_is_bought(tmp_path: Path) -> None:
    even = SMALL.replace("50.25", "50").replace("8;;2", "8;;1,2")
    assert award_by_shares(read_election(written(tmp_path, even))) == (Bought("1", Fraction(1, 2)),)


@pytest.mark.parametrize(
    ("part", "instead"),
    [("budget;100,50\n", ""), ("100,50", "much"), ("VOTES\n", ""), ("project_id", "name"), ("PROJECTS\n", "")],
    ids=["no budget", "no number", "no votes", "no key", "no projects"],
)
def test_a_file_with_a_part_missing_is_refused(tmp_path: Path, part: str, instead: str) -> None:
    with pytest.raises(ElectionUnreadable) as refusal:
        read_election(written(tmp_path, SMALL.replace(part, instead)))
    assert refusal.value.facts["file"] == "small.pb"


def test_the_shipped_elections_are_those_of_the_generator() -> None:
    assert {path.name: path.read_text(encoding="utf-8") for path in OWN_ELECTIONS.glob("*.pb")} == dict(own_elections())


def test_small_calls_have_the_same_optimum_by_both_solvers() -> None:
    for seed in range(3):
        call = call_for_bids(seed, bids=150)
        assert award(call).score == winners._best_by_cp_sat(call, cp_model)


def test_equal_shares_are_measured_on_the_elections_of_the_project_unless_others_are_given() -> None:
    (found,) = measure(Inputs(), ["M9"])
    assert (found["id"], found["unit"], found["target"]) == ("M9", "ms", 15)
    assert "own synthetic approval elections" in found["against"]


def test_given_elections_are_measured_and_other_kinds_left_out(tmp_path: Path) -> None:
    written(tmp_path, SMALL)
    written(tmp_path, SMALL.replace("approval", "ordinal"), "ranks.pb")
    (found,) = measure(Inputs(elections=tmp_path), ["M9"])
    assert f"{release('pabutools')} on 1 public approval elections" in found["against"]


def test_both_sides_of_equal_shares_count_equal_ballots_together() -> None:
    for path in OWN_ELECTIONS.glob("*.pb"):
        ours, (_, theirs) = read_election(path), winners.read_by_peer(path)
        counted = {tuple(sorted(project.name for project in ballot)): theirs.multiplicity(ballot) for ballot in theirs}
        assert counted == dict(zip(ours.ballots, ours.voters, strict=True))


def test_a_folder_without_elections_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoElections) as refusal:
        list(measure(Inputs(elections=tmp_path), ["M9"]))
    assert refusal.value.facts == {"folder": str(tmp_path)}


def test_no_figure_is_given_when_the_peer_finds_other_winners(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, SMALL)
    monkeypatch.setattr(winners, "award_by_shares", lambda election: (Bought("1", Fraction(1)),))
    with pytest.raises(PeerDisagrees) as refusal:
        list(measure(Inputs(elections=tmp_path), ["M9"]))
    assert refusal.value.facts == {"on": "small.pb", "ours": "1", "peer": "2"}
