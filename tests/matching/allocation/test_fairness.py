from decimal import Decimal

from app.matching.allocation.certificate import certify
from app.matching.allocation.fairness import Provider, Tally, fairness

AREAS = {
    "N1": "530114003004",
    "N2": "530114003005",
    "N3": "530114001003",
    "N4": "530111004002",
}
OFFERS = {"O1": Provider("big", 2), "O2": Provider("big", 1), "O3": Provider("tiny", 1), "O4": Provider("mid", 2)}
NEEDS_LISTS = {"N1": [["O1"]], "N2": [["O2"], ["O1"]], "N3": [["O3"], ["O1", "O2"]], "N4": [["O4"]]}
OFFER_LISTS = {"O1": [["N1"], ["N2"]], "O2": [["N3"]], "O3": [["N4"], ["N3"]], "O4": []}
PLACES = {key: offer.places for key, offer in OFFERS.items()}
PAIRS = [("N1", "O1"), ("N2", "O1"), ("N3", "O3")]
REPORT = fairness(AREAS, OFFERS, certify(NEEDS_LISTS, OFFER_LISTS, PLACES, PAIRS)["pairs"])


def test_both_sides_have_their_share_and_the_mean_rank_they_gave() -> None:
    assert REPORT.needs == Tally("", 4, 3, 3, 4, 3, Decimal("0.750"), Decimal("1.33"), True)
    assert REPORT.offers == Tally("", 4, 3, 2, 6, 3, Decimal("0.500"), Decimal("1.67"), True)


def test_districts_and_streets_are_told_apart_by_the_digits_of_the_area() -> None:
    assert [(each.group, each.members, each.matched, each.share) for each in REPORT.by_district] == [
        ("530111", 1, 0, Decimal("0.000")),
        ("530114", 3, 3, Decimal("1.000")),
    ]
    assert [(each.group, each.members, each.mean_rank) for each in REPORT.by_street] == [
        ("530111004", 1, None),
        ("530114001", 1, Decimal("1.00")),
        ("530114003", 2, Decimal("1.50")),
    ]


def test_small_is_whoever_put_in_no_more_places_than_the_median_organisation() -> None:
    assert REPORT.small_up_to == 2
    assert [(each.group, each.members, each.places, each.taken) for each in REPORT.by_size] == [
        ("large", 2, 3, 2),
        ("small", 2, 3, 1),
    ]


def test_groups_of_fewer_than_five_are_shown_and_flagged() -> None:
    areas = {f"N{number}": "530114003004" for number in range(5)} | {"M": "530111004002"}
    report = fairness(areas, {}, [])
    assert [(each.group, each.members, each.few) for each in report.by_district] == [
        ("530111", 1, True),
        ("530114", 5, False),
    ]


def test_a_round_of_nobody_divides_by_nothing() -> None:
    report = fairness({}, {}, [])
    nobody = Tally("", 0, 0, 0, 0, 0, None, None, True)
    assert (report.needs, report.offers, report.by_size, report.by_street) == (nobody, nobody, (), ())


def test_the_order_of_the_members_changes_nothing() -> None:
    rows = certify(NEEDS_LISTS, OFFER_LISTS, PLACES, PAIRS)["pairs"]
    turned = fairness(dict(reversed(AREAS.items())), dict(reversed(OFFERS.items())), rows[::-1])
    assert turned == REPORT
