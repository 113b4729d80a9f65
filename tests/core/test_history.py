"""What an edit changes."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

from app.core.history import differences, revise


def test_only_what_differs_is_told_in_a_form_that_json_can_hold() -> None:
    thing = SimpleNamespace(budget=Decimal("5.00"), day=date(2018, 7, 1), codes=("a",), title="t", number=None)
    values = {"budget": Decimal("5"), "day": date(2018, 7, 2), "codes": ["a", "b"], "title": "t", "number": 3}
    assert differences(thing, values) == {
        "day": {"before": "2018-07-01", "after": "2018-07-02"},
        "codes": {"before": ["a"], "after": ["a", "b"]},
        "number": {"before": None, "after": 3},
    }


def test_a_revised_thing_holds_the_values_and_differs_no_more() -> None:
    thing = SimpleNamespace(title="t", budget=Decimal("5.00"))
    values = {"title": "u", "budget": Decimal("6.50")}
    assert revise(thing, values) == {
        "title": {"before": "t", "after": "u"},
        "budget": {"before": "5.00", "after": "6.50"},
    }
    assert (thing.title, thing.budget, differences(thing, values)) == ("u", Decimal("6.50"), {})
