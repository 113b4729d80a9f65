import json
import time

from app.matching.allocation.certificate import certify

SEEKERS = {"ann": [["elm"], ["oak"]], "bob": [["elm", "oak"]], "cid": [["oak"], ["elm"]]}
PROVIDERS = {"elm": [["ann", "bob"], ["cid"]], "oak": [["cid"], ["bob"], ["ann"]]}
QUOTAS = {"elm": 1, "oak": 2}
STABLE = [("ann", "elm"), ("bob", "oak"), ("cid", "oak")]


def reasons(pairs: list[tuple[str, str]]) -> dict[tuple[str, str], str]:
    rows = certify(SEEKERS, PROVIDERS, QUOTAS, pairs)["pairs"]
    return {(row["seeker"], row["provider"]): row["reason"] for row in rows}


def test_a_stable_proposal_gets_a_reason_for_every_pair_that_chose_each_other() -> None:
    assert certify(SEEKERS, PROVIDERS, QUOTAS, STABLE)["stable"] is True
    assert reasons(STABLE) == {
        ("ann", "elm"): "together",
        ("ann", "oak"): "seeker_prefers_own",
        ("bob", "elm"): "seeker_indifferent",
        ("bob", "oak"): "together",
        ("cid", "oak"): "together",
        ("cid", "elm"): "seeker_prefers_own",
    }


def test_a_planted_blocking_pair_turns_the_certificate_red() -> None:
    certificate = certify(SEEKERS, PROVIDERS, QUOTAS, [("ann", "oak"), ("bob", "oak"), ("cid", "elm")])
    assert certificate["stable"] is False
    assert certificate["blocking"] == [
        {
            "seeker": "ann",
            "provider": "elm",
            "seeker_rank": 1,
            "provider_rank": 1,
            "reason": "blocks",
            "because": "preferred_to",
            "instead_of": "cid",
            "last_rank": 2,
        },
        {
            "seeker": "cid",
            "provider": "oak",
            "seeker_rank": 1,
            "provider_rank": 1,
            "reason": "blocks",
            "because": "preferred_to",
            "instead_of": "ann",
            "last_rank": 3,
        },
    ]


def test_a_free_place_for_someone_left_out_blocks() -> None:
    certificate = certify(SEEKERS, PROVIDERS, QUOTAS, [("ann", "elm"), ("cid", "oak")])
    assert [(row["seeker"], row["provider"], row["because"]) for row in certificate["blocking"]] == [
        ("bob", "oak", "free_place")
    ]


def test_a_tie_on_the_provider_s_side_does_not_block() -> None:
    found = certify({"a": [["p"]], "b": [["p"]]}, {"p": [["a", "b"]]}, {}, [("a", "p")])
    assert found["stable"] is True
    assert [row["reason"] for row in found["pairs"]] == ["together", "provider_indifferent"]


def test_a_provider_that_prefers_whom_it_has_does_not_block() -> None:
    found = certify({"a": [["p"]], "b": [["p"]]}, {"p": [["a"], ["b"]]}, {}, [("a", "p")])
    assert [row["reason"] for row in found["pairs"]] == ["together", "provider_prefers_seated"]


def test_a_provider_without_places_does_not_block() -> None:
    found = certify({"a": [["p"]]}, {"p": [["a"]]}, {"p": 0}, [])
    assert (found["stable"], found["pairs"][0]["reason"]) == (True, "provider_without_places")


def test_an_overfilled_provider_and_a_seeker_seated_twice_are_faults() -> None:
    pairs = [("ann", "elm"), ("ann", "oak"), ("bob", "elm"), ("cid", "oak")]
    assert certify(SEEKERS, PROVIDERS, QUOTAS, pairs)["faults"] == [
        {"fault": "seated_twice", "seeker": "ann", "seats": 2},
        {"fault": "quota_exceeded", "provider": "elm", "taken": 2},
    ]


def test_joining_two_who_did_not_choose_each_other_is_a_fault() -> None:
    found = certify({"a": [["p"]], "b": []}, {"p": [["b"]]}, {"p": 2}, [("a", "p"), ("b", "p")])
    assert found["stable"] is False
    assert found["faults"] == [
        {"fault": "not_chosen_by_provider", "seeker": "a", "provider": "p"},
        {"fault": "not_chosen_by_seeker", "seeker": "b", "provider": "p"},
    ]


def test_strangers_in_a_proposal_are_faults_not_crashes() -> None:
    assert certify({}, {}, {}, [("ghost", "nowhere")])["stable"] is False


def test_it_says_how_many_could_be_matched_at_most() -> None:
    """Two want the same single place: one pair, and no allocation has two."""
    found = certify({"a": [["p"]], "b": [["p"]]}, {"p": [["a", "b"]]}, {}, [("a", "p")])
    assert found["size"] == {"matched": 1, "at_most": 1}
    assert certify(SEEKERS, PROVIDERS, QUOTAS, [("ann", "elm")])["size"] == {"matched": 1, "at_most": 3}


def test_a_city_of_a_hundred_thousand_declared_pairs_is_certified_at_once() -> None:
    providers = [f"p{number}" for number in range(10)]
    seekers = {f"s{k}": [[f"p{(k + step) % 10}"] for step in range(10)] for k in range(10_000)}
    everybody = {id: [[f"s{k}" for k in range(10_000)]] for id in providers}
    pairs = [(f"s{k}", f"p{k % 10}") for k in range(10_000)]
    begun = time.perf_counter()
    found = certify(seekers, everybody, dict.fromkeys(providers, 1_000), pairs)
    assert (found["stable"], len(found["pairs"]), found["size"]["at_most"]) == (True, 100_000, 10_000)
    assert time.perf_counter() - begun < 5  # one second when nothing else runs


def test_the_certificate_can_be_stored_as_json() -> None:
    certificate = certify(SEEKERS, PROVIDERS, QUOTAS, STABLE)
    assert json.loads(json.dumps(certificate)) == certificate
    assert certificate["capacities"] == [
        {"provider": "elm", "quota": 1, "taken": 1},
        {"provider": "oak", "quota": 2, "taken": 2},
    ]
