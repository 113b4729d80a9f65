"""Applications of a season's bids: those of the demonstration, and those that a file states."""

from decimal import Decimal

import pytest

from app.season.importing import open_season
from app.season.rooms.applications import begun, with_applications
from app.season.rooms.bids import BudgetOffAmount, check_application
from app.tenders.forms.rules import BidIncomplete


def test_every_application_of_the_demonstration_is_complete_and_comes_to_the_amount_of_its_bid() -> None:
    shown = with_applications(open_season("kunming2018")).competition
    for bid in shown.proposals:
        check_application(bid, shown)


def test_a_file_states_the_amount_that_its_budget_comes_to() -> None:
    shown = with_applications(open_season("kunming2018")).competition
    bid = shown.proposals[0]
    with pytest.raises(BudgetOffAmount):
        check_application(bid.model_copy(update={"amount_cny": bid.amount_cny + Decimal("0.01")}), shown)
    assert bid.application is not None
    with pytest.raises(BidIncomplete):
        check_application(bid.model_copy(update={"application": begun(bid.application)}), shown)
