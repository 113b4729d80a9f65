import json
import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

import app
from app.core.days.calendar import Term, Unit
from app.tenders.profiles.rules import (
    Gate,
    OverspendRule,
    Profile,
    ProfileUnknown,
    SettingUnknown,
    TieStep,
    parse_profile,
    profile,
    profile_document,
    profile_names,
    varied,
)


def every_source(document: object) -> list[str]:
    if isinstance(document, dict):
        own = [document["source"]] if "source" in document else []
        return own + [source for value in document.values() for source in every_source(value)]
    if isinstance(document, list):
        return [source for value in document for source in every_source(value)]
    return []


def numbered_tables(document: dict[str, object]) -> list[str]:
    return [key for key, value in document.items() if isinstance(value, dict) and "source" not in value]


def test_there_are_three_families() -> None:
    assert profile_names() == ["consultation", "procurement", "venture"]


@pytest.mark.parametrize("name", profile_names())
def test_every_number_has_its_source(name: str) -> None:
    document = profile_document(name)
    assert numbered_tables(document) == []
    assert all(len(source) > 10 for source in every_source(document))


@pytest.mark.parametrize("name", profile_names())
def test_a_stored_document_reads_back_as_the_same_profile(name: str) -> None:
    assert parse_profile(json.loads(json.dumps(profile_document(name)))) == profile(name)


@pytest.mark.parametrize("name", profile_names())
def test_a_document_pinned_before_there_was_a_setting_has_that_of_its_profile(name: str) -> None:
    later = {"reopening", "awards", "final_offers", "to_confirm"}
    pinned = {key: value for key, value in profile_document(name).items() if key not in later}
    pinned["contract"] = {key: value for key, value in pinned["contract"].items() if key != "counted_from"}
    assert parse_profile(pinned) == profile(name)


@pytest.mark.parametrize("name", profile_names())
def test_instalments_add_up_and_the_last_waits_for_the_residents(name: str) -> None:
    shares = [term.share for term in profile(name).instalments]
    assert shares == [Decimal("0.50"), Decimal("0.30"), Decimal("0.20")]
    assert profile(name).instalments[-1].gates == (Gate.final_evaluation, Gate.resident_acceptance)


def lengths(rules: Profile) -> dict[str, tuple[int, str]]:
    terms = {key: value for key, value in vars(rules).items() if isinstance(value, Term)}
    return {key: (term.length, term.unit.value) for key, term in terms.items()}


def test_the_terms_of_an_open_tender() -> None:
    assert lengths(profile("procurement")) == {
        "call": (20, "days"),
        "amendment": (15, "days"),
        "enquiry_answer": (3, "working_days"),
        "tender_notice": (5, "working_days"),
        "public_notice": (1, "working_days"),
        "objection": (7, "working_days"),
        "objection_answer": (7, "working_days"),
        "complaint": (15, "working_days"),
        "result": (2, "working_days"),
        "contract": (30, "days"),
        "contract_notice": (2, "working_days"),
    }


def test_an_open_tender_needs_three_bidders_and_scores_the_price_without_dropping_sheets() -> None:
    rules = profile("procurement")
    assert rules.bidders.value == 3
    assert (rules.panel.size, rules.panel.large_size, rules.panel.expert_share) == (5, 7, Fraction(2, 3))
    assert rules.panel.large_from == Decimal(10_000_000)
    assert (rules.scoring.trim_from, rules.scoring.price_weight_minimum) == (0, Decimal(10))
    assert rules.overspend.rules == (OverspendRule.skip,)
    assert not rules.applicants.unregistered


def test_a_consultation_has_ten_days_a_panel_of_three_and_a_price_weight_within_bounds() -> None:
    rules = profile("consultation")
    terms = ("call", "amendment", "tender_notice", "public_notice", "contract")
    assert [lengths(rules)[term][0] for term in terms] == [10, 5, 3, 1, 30]
    assert (rules.panel.size, rules.panel.odd, rules.panel.expert_share) == (3, True, Fraction(2, 3))
    assert (rules.bidders.value, rules.bidders.left, rules.final_offers.asked) == (3, 2, True)
    assert (rules.scoring.price_weight_minimum, rules.scoring.price_weight_maximum) == (Decimal(10), Decimal(30))


def test_a_competition_admits_unregistered_groups_and_offers_three_rules_for_overspending() -> None:
    rules = profile("venture")
    assert rules.applicants.unregistered
    assert rules.scoring.trim_from == 5
    assert rules.scoring.ties[:2] == (TieStep.tie_criterion, TieStep.lower_amount)
    assert rules.overspend.rules == tuple(OverspendRule)
    assert (rules.overspend.trim_limit, rules.overspend.trim_unit) == (Decimal("0.05"), Decimal(100))
    assert (rules.public_notice.length, rules.public_notice.unit) == (5, Unit.days)
    assert rules.complaint is None


def settings(document: dict[str, object]) -> list[tuple[str, str]]:
    """Section and setting, of tables and of lists of tables alike, without words and sources."""
    tables = [(key, rows if isinstance(rows, list) else [rows]) for key, rows in document.items()]
    pairs = [(key, name) for key, rows in tables for row in rows if isinstance(row, dict) for name in row]
    return [(key, name) for key, name in dict.fromkeys(pairs) if name not in {"source", "zh", "en"}]


# How a setting is called where it is read, when not by its own name.
READ_AS = {
    ("objection", "against"): "challenged",
    ("contract", "counted_from"): "contract_start",
    ("receipt", "closes"): "receipt",
    ("panel", "large_from"): "is_large",
    ("reopening", "code"): "reopening",
}
TERM = {"length", "unit"}
CODE = "\n".join(
    path.read_text(encoding="utf-8")
    for path in Path(app.__file__).parent.rglob("*.py")
    if path.parent.name != "profiles"
)


@pytest.mark.parametrize("name", profile_names())
def test_every_setting_of_a_profile_is_read_by_something(name: str) -> None:
    """A number that nothing reads binds nobody. Terms are read whole, by the name of their section."""
    unread = []
    for section, setting in settings(profile_document(name)):
        wanted = READ_AS.get((section, setting)) or (section if setting in TERM else setting)
        if not re.search(rf"\.{wanted}\b", CODE):
            unread.append(f"{section}.{setting}")
    assert unread == []


@pytest.mark.parametrize("name", profile_names())
def test_a_profile_says_what_a_lawyer_must_confirm(name: str) -> None:
    assert all(each.zh and each.en for each in profile(name).to_confirm)
    assert profile(name).to_confirm


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(ProfileUnknown) as refusal:
        profile("../venture")
    assert refusal.value.facts == {"profile": "../venture", "known": "consultation, procurement, venture"}


def test_a_notice_may_state_single_settings_otherwise() -> None:
    document = profile_document("venture")
    own = parse_profile(varied(document, {"panel": {"size": 3, "source": "本次公告"}, "open_lots": False}))
    assert (own.panel.size, own.panel.odd, own.panel.source, own.open_lots) == (3, True, "本次公告", False)
    assert varied(document, {}) == document == profile_document("venture")


@pytest.mark.parametrize(
    ("changes", "facts"),
    [
        ({"raffle": {"size": 3}}, ("raffle", "-")),
        ({"panel": {"colour": "red"}}, ("panel", "colour")),
        ({"panel": 3}, ("panel", "-")),
        ({"call": {"unit": "moons"}}, ("call", "-")),
        ({"scoring": {"mark_step": "half"}}, ("scoring", "-")),
    ],
)
def test_a_setting_that_the_profile_does_not_have_is_refused(
    changes: dict[str, object], facts: tuple[str, str]
) -> None:
    with pytest.raises(SettingUnknown) as refusal:
        varied(profile_document("venture"), changes)
    assert (refusal.value.facts["section"], refusal.value.facts["setting"]) == facts
