"""What is found by one box, and the words around what was found."""

import re
from enum import StrEnum

BEFORE, AROUND = 12, 72  # characters of an excerpt: before what was found, and in all


class Kind(StrEnum):
    """What is looked through, each as its room is called on the screen."""

    needs = "needs"
    offers = "offers"
    organizations = "organizations"
    tenders = "tenders"


def excerpt(text: str, wanted: str) -> str:
    """The words around the first place that matches the pattern; blank where nothing does."""
    found = re.search(wanted, text, re.IGNORECASE)
    if not found:
        return ""
    start = max(0, found.start() - BEFORE)
    shown = " ".join(text[start : start + AROUND].split())
    return f"{'…' if start else ''}{shown}{'…' if start + AROUND < len(text) else ''}"
