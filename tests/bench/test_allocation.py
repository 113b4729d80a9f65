"""The markets that are measured, in small: what is drawn is what is solved, in numbers and in names."""

from importlib import import_module

import numpy as np
import pytest

from app.matching.allocation.certificate import certify
from app.matching.allocation.market import flatten, settle
from bench.engine import allocation
from bench.engine.allocation import check_pairs, draw_city
from bench.engine.winners import PeerDisagrees


def test_a_drawn_city_is_the_same_in_numbers_and_in_names() -> None:
    city = draw_city(3, 40, 12, 4, seats=0.9, ties=0.5)
    named, market = city.lists(), city.market()
    renamed = flatten(*named, "2018")
    assert len(market.provider) == len(renamed.provider) == 160
    assert sorted(market.wish.tolist()) == sorted(renamed.wish.tolist())
    assert sorted(market.regard.tolist()) == sorted(renamed.regard.tolist())
    pairs = [(f"s{s}", f"p{market.provider[e]}") for s, e in enumerate(settle(market)) if e >= 0]
    assert certify(*named, pairs)["stable"] is True


def test_without_ties_every_rank_is_given_once() -> None:
    city = draw_city(1, 30, 10, 5, seats=1.0)
    assert city.wish.reshape(30, 5).tolist() == [[0, 1, 2, 3, 4]] * 30
    for provider in range(10):
        regard = city.regard[city.provider == provider]
        assert sorted(regard.tolist()) == list(range(len(regard)))


def test_ties_come_about_as_often_as_asked_and_the_draw_can_be_repeated() -> None:
    city = draw_city(5, 400, 50, 10, seats=1.0, ties=0.6)
    tied = np.mean(np.diff(city.wish.reshape(400, 10), axis=1) == 0)
    assert 0.55 < tied < 0.65
    again = draw_city(5, 400, 50, 10, seats=1.0, ties=0.6)
    assert (city.regard == again.regard).all()
    assert (city.quota.sum(), city.quota.min(), city.quota.max()) == (400, 8, 8)


def test_what_the_peer_built_is_solved_again_and_again_from_the_beginning_to_our_pairs() -> None:
    city = draw_city(7, 60, 20, 4, seats=0.9)
    market = city.market()
    edges = {
        "plain": settle(market),
        "numba": import_module("app.matching.allocation.compiled").settle(market).tolist(),
    }
    _, problem = allocation._built_by_peer(city.lists())
    (_, pairs), (_, again) = allocation._solved_by_peer(problem), allocation._solved_by_peer(problem)
    assert pairs == again
    assert len(pairs) > 30
    assert not any(problem.M[id]["assigned"] for id in problem.residents)
    check_pairs(market, edges, pairs)
    with pytest.raises(PeerDisagrees):
        check_pairs(market, {"plain": [-1, *edges["plain"][1:]]}, pairs)
