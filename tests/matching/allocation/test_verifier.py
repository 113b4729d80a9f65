"""An export is checked from its own words; whatever is altered afterwards is found and named."""

import copy
import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import DomainError
from app.matching.allocation.allocate import Allocation, allocate
from app.matching.allocation.certificate import certify
from app.matching.allocation.exported import (
    SelectionFileUnreadable,
    SelectionMalformed,
    digest_of,
    parse_selection,
)
from app.matching.allocation.verifier import FAULTS, in_words, verify_selection
from tests.matching.markets import Market, markets

NEEDS = {"N1": [["O1"], ["O2"]], "N2": [["O1", "O2"]], "N3": [["O1"]], "N4": []}
OFFERS = {"O1": [["N1", "N2"], ["N3"]], "O2": [["N2"], ["N1"]], "O3": []}
PLACES = {"O1": 1, "O2": 1, "O3": 1}
Alter = Callable[[dict[str, Any]], Any]


def export_of(needs: Any, offers: Any, places: dict[str, int], seed: str, proposed: Any = None) -> dict[str, Any]:
    """A round's export in which everything follows from everything else, the digest included."""
    proposed = proposed or allocate(needs, offers, places, seed)

    def row(key: str, groups: Any) -> dict[str, Any]:
        lot = hashlib.sha256(f"{seed}\n{key}".encode()).hexdigest()
        return {"key": key, "lot": lot, "gone": False, "groups": groups, "source": "submitted"}

    exported = {
        "format": "shuangxuan.selection",
        "version": 2,
        "round_id": 1,
        "title_zh": "冬季双选",
        "title_en": "Winter",
        "area_code": "530114000000",
        "proposed_at": "2026-11-27T17:00:00+08:00",
        "seed": seed,
        "needs": [row(key, groups) for key, groups in needs.items()],
        "offers": [row(key, groups) | {"places": places.get(key, 1)} for key, groups in offers.items()],
        "pairs": [list(pair) for pair in proposed.pairs],
        "unmatched": {"needs": dict(proposed.unmatched), "offers": dict(proposed.unused)},
        "certificate": certify(needs, offers, places, proposed.pairs),
    }
    return {**exported, "digest": digest_of(exported)}


@pytest.fixture
def exported() -> dict[str, Any]:
    return json.loads(json.dumps(export_of(NEEDS, OFFERS, PLACES, "2018")))


def test_an_honest_export_has_its_counts_and_no_fault(exported: dict[str, Any]) -> None:
    facts = {"round": 1, "needs": 4, "offers": 3, "mutual": 5, "matched": 2, "at_most": 2, "stable": True}
    assert verify_selection(exported, exported["digest"]) == (facts | {"digest": exported["digest"]}, [])


@settings(max_examples=100, deadline=None)
@given(markets(), st.text(st.characters(codec="utf-8"), max_size=3))
def test_whatever_is_allocated_can_be_verified(market: Market, seed: str) -> None:
    _, faults = verify_selection(json.loads(json.dumps(export_of(*market, seed))))
    assert faults == []


def swapped(exported: dict[str, Any]) -> None:
    (first, second) = exported["pairs"]
    first[1], second[1] = second[1], first[1]


@pytest.mark.parametrize(
    ("alter", "faults"),
    [
        (lambda e: e["needs"][0].update(lot="00"), ["lot_differs"]),
        (lambda e: e.update(seed="2019"), ["lot_differs"] * 7),
        (lambda e: e["certificate"].update(stable=False), ["certificate_differs"]),
        (lambda e: e["certificate"]["size"].update(at_most=4), ["certificate_differs"]),
        (lambda e: e["certificate"]["capacities"].pop(), ["certificate_differs"]),
        (lambda e: e["certificate"]["pairs"].pop(), ["reason_differs"]),
        (lambda e: e["certificate"]["pairs"].append(e["certificate"]["pairs"][0]), ["certificate_differs"]),
        (lambda e: e["certificate"]["pairs"][0].update(reason="provider_indifferent"), ["reason_differs"]),
        (lambda e: e["unmatched"]["needs"].update(N4="places_taken"), ["unmatched_differs"]),
        (lambda e: e["unmatched"]["needs"].pop("N3"), ["unmatched_differs"]),
        (lambda e: e["unmatched"]["offers"].update(O1="chosen_elsewhere"), ["unmatched_differs"]),
    ],
)
def test_an_altered_statement_is_named(exported: dict[str, Any], alter: Alter, faults: list[str]) -> None:
    alter(exported)
    _, found = verify_selection({**exported, "digest": None})
    assert [fault["fault"] for fault in found] == faults


@pytest.mark.parametrize(
    "alter",
    [
        lambda e: e.update(proposed_at="2026-11-27T17:00:01+08:00"),
        lambda e: e.update(round_id=2),
        lambda e: e["certificate"].pop("size"),
        lambda e: e["needs"][0].update(source="derived"),
        lambda e: e["needs"][3].update(source=None),
        lambda e: e.update(title_zh="夏季双选"),
    ],
)
def test_what_nothing_else_rests_on_is_held_by_the_digest(exported: dict[str, Any], alter: Alter) -> None:
    alter(exported)
    _, found = verify_selection(exported)
    assert [fault["fault"] for fault in found] == ["digest_differs"]


@settings(max_examples=100, deadline=None)
@given(markets(), markets(), st.integers(0, 9))
def test_a_remake_in_which_everything_fits_is_not_what_was_published(made: Market, remade: Market, seed: int) -> None:
    published, remake = export_of(*made, "2018")["digest"], export_of(*remade, str(seed))
    assert verify_selection(remake)[1] == []
    assert [fault["fault"] for fault in verify_selection(remake, published)[1]] == ["not_as_published"]


def test_another_stable_allocation_is_told_from_the_one_that_seed_and_lists_give() -> None:
    needs, offers = {"N1": [["O1"], ["O2"]], "N2": [["O2"], ["O1"]]}, {"O1": [["N2"], ["N1"]], "O2": [["N1"], ["N2"]]}
    other = Allocation((("N1", "O2"), ("N2", "O1")), {}, {}, "2018")
    _, found = verify_selection(export_of(needs, offers, {}, "2018", other))
    assert [(fault["fault"], fault["need"], fault["stated"], fault["found"]) for fault in found] == [
        ("partner_differs", "N1", "O2", "O1"),
        ("partner_differs", "N2", "O1", "O2"),
    ]


@pytest.mark.parametrize(
    ("alter", "fault"),
    [
        (swapped, "reason_differs"),
        (lambda e: e["pairs"].append(["N3", "O1"]), "quota_exceeded"),
        (lambda e: e["pairs"].append(["N1", "O3"]), "not_chosen_by_seeker"),
        (lambda e: e["pairs"].append(["N1", "O3"]), "not_chosen_by_provider"),
        (lambda e: e["pairs"].append(["N1", "O2"]), "seated_twice"),
        (lambda e: e["pairs"].clear(), "blocks"),
        (lambda e: e["offers"][0].update(places=2), "blocks"),
    ],
)
def test_an_altered_allocation_is_named(exported: dict[str, Any], alter: Alter, fault: str) -> None:
    alter(exported)
    _, found = verify_selection(exported)
    assert fault in {each["fault"] for each in found}


def test_every_fault_can_be_said_in_both_languages(exported: dict[str, Any]) -> None:
    said = set()
    for alter in (swapped, lambda e: e["pairs"].clear(), lambda e: e["pairs"].extend([["N1", "O3"], ["N3", "O1"]])):
        altered = copy.deepcopy(exported)
        alter(altered)
        altered["needs"][0]["lot"] = ""
        said |= {(fault["fault"], *in_words(fault)) for fault in verify_selection(altered, "published")[1]}
    assert {code for code, _, _ in said} == set(FAULTS)
    assert [each for each in said if "{" in each[1] + each[2]] == []


@pytest.mark.parametrize(
    ("alter", "where"),
    [
        (lambda e: e.pop("seed"), "seed"),
        (lambda e: e.update(format="other"), "format"),
        (lambda e: e.update(version=3), "version"),
        (lambda e: e.update(more=1), "more"),
        (lambda e: e["needs"][1].update(key=5), "needs.1.key"),
        (lambda e: e["needs"][1].update(key="N1"), "needs"),
        (lambda e: e["offers"][1].update(places=-1), "offers.1.places"),
        (lambda e: e["offers"][1].update(places=True), "offers.1.places"),
        (lambda e: e["needs"][1].update(groups=["O1"]), "needs.1.groups.0"),
        (lambda e: e["needs"][1].update(groups=[["O1"], ["O1"]]), "needs.N2.groups"),
        (lambda e: e["offers"][0].update(groups=[["N9"]]), "offers.O1.groups"),
        (lambda e: e["pairs"].append(["N1"]), "pairs.2"),
        (lambda e: e["pairs"].append(["O1", "N1"]), "pairs.2"),
        (lambda e: e["certificate"].pop("stable"), "certificate.stable"),
        (lambda e: e["certificate"]["pairs"][0].pop("seeker"), "certificate.pairs.0.seeker"),
    ],
)
def test_a_file_of_another_form_is_refused_where_it_differs(exported: dict[str, Any], alter: Alter, where: str) -> None:
    alter(exported)
    with pytest.raises(SelectionMalformed) as refused:
        verify_selection(exported)
    assert refused.value.facts == {"where": where}


def test_a_certificate_from_before_bounds_were_stated_still_stands(exported: dict[str, Any]) -> None:
    del exported["certificate"]["size"], exported["digest"]
    facts, faults = verify_selection(exported)
    assert (facts["at_most"], faults) == (2, [])


@pytest.mark.parametrize("exported", [None, [], "text", 5])
def test_anything_but_an_object_is_refused(exported: Any) -> None:
    with pytest.raises(SelectionMalformed) as refused:
        verify_selection(exported)
    assert refused.value.facts == {"where": "$"}


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"{", b"[" * 100_000, b"1" * 10_000, "{".encode("utf-16"), b'{"a": "\\ud800"}']
)
def test_what_is_not_json_is_refused(content: bytes) -> None:
    with pytest.raises(SelectionFileUnreadable):
        parse_selection(content)


def test_a_file_with_a_byte_order_mark_is_read(exported: dict[str, Any]) -> None:
    assert parse_selection(b"\xef\xbb\xbf" + json.dumps(exported).encode()) == exported


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_file_in_which_anything_is_exchanged_is_judged_or_refused(data: st.DataObject) -> None:
    """Whatever stands anywhere in the file: an answer or a refusal, never a crash."""
    altered = json.loads(json.dumps(export_of(NEEDS, OFFERS, PLACES, "2018")))
    at: Any = altered
    while isinstance(at, dict | list) and at:
        key = data.draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
        if not isinstance(at[key], dict | list) or not at[key] or data.draw(st.booleans()):
            at[key] = data.draw(
                st.sampled_from([None, 0, -1, 1.5, True, "", "N1", "O1", [], {}, [[]], ["N1"], [["N1"]]])
            )
            break
        at = at[key]
    try:
        verify_selection(altered)
    except DomainError as refused:
        assert isinstance(refused, SelectionMalformed)
