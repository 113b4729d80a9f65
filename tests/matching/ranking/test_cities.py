"""Cities are ranked apart, here or on Ray, with one answer whoever does the work; a worker that dies loses nothing."""

import os
import signal
from pathlib import Path

import pytest

from app.matching.ranking import cities
from app.matching.ranking.arrays.storage import load
from app.matching.ranking.cities import (
    CityRanked,
    EngineMissing,
    digest_of,
    rank_city,
    rank_locally,
    rank_on_ray,
    save_cities,
    saved_cities,
)
from app.matching.ranking.prepared import new_frame, prepare_needs, prepare_offers
from tests.matching.factories import make_need, make_offer
from tests.matching.records import READER

KUNMING, NANJING, SUZHOU = "530111004002", "320102001001", "320505001001"


@pytest.fixture
def saved(tmp_path: Path) -> list[Path]:
    needs = [make_need("N1", area=KUNMING), make_need("N2", area=NANJING), make_need("N3", area=SUZHOU)]
    offers = [
        make_offer("O1", coverage=("530111000000",)),
        make_offer("O2", coverage=("320000000000",)),
        make_offer("O3", coverage=("320102000000",)),
        make_offer("O4", coverage=()),
    ]
    statistics, frame = READER.statistics(tuple(needs), tuple(offers)), new_frame(READER)
    pools = prepare_needs(needs, READER, statistics, frame), prepare_offers(offers, READER, statistics, frame)
    return save_cities(*pools, tmp_path)


def dies_once(folder: Path) -> CityRanked:
    """Kills its worker at the first try, as a machine that fails would."""
    if not (folder / "died").exists():
        (folder / "died").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return rank_city(folder)


def test_every_city_has_its_needs_and_the_offers_that_reach_it(saved: list[Path]) -> None:
    held = {path.name: [load(path / side).table.ids.tolist() for side in ("needs", "offers")] for path in saved}
    assert held == {
        "5301": [["N1"], ["O1", "O4"]],
        "3201": [["N2"], ["O2", "O3", "O4"]],
        "3205": [["N3"], ["O2", "O4"]],
    }


def test_one_process_two_processes_and_ray_give_the_same_answer_and_a_killed_worker_loses_nothing(
    saved: list[Path],
) -> None:
    alone = [rank_city(folder) for folder in saved]
    assert sorted(alone) == sorted(rank_locally(list(reversed(saved)), 2))
    assert digest_of(alone) == digest_of(rank_on_ray(saved, 2, task=dies_once))
    assert all((folder / "died").exists() for folder in saved)


def test_another_answer_has_another_digest(saved: list[Path]) -> None:
    ranked = [rank_city(folder) for folder in saved]
    assert digest_of(ranked[:2]) != digest_of(ranked)
    assert digest_of([ranked[0]._replace(digest="")]) != digest_of(ranked[:1])


def test_cities_already_saved_are_found_again(saved: list[Path]) -> None:
    assert list(saved_cities(saved[0].parent)) == sorted(saved)


def test_without_ray_the_run_says_what_to_install(monkeypatch: pytest.MonkeyPatch, saved: list[Path]) -> None:
    monkeypatch.setattr(cities, "find_spec", lambda name: None)
    with pytest.raises(EngineMissing):
        rank_on_ray(saved, 1)
