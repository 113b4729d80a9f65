"""Pages that the application names are pages of the front end."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from app.core.http import pages
from app.core.settings import PROJECT

SCREENS = (PROJECT / "frontend/src/app/pages.ts").read_text(encoding="utf-8")
RESIDENTS = (PROJECT / "frontend/src/survey.tsx").read_text(encoding="utf-8")
# A page under a path that the API has as well: its addresses are written in routers, without being pages' there.
SHARED = {"/desk", "/needs", "/offers", "/surveys", "/tenders", "/bids", "/contracts", "/registrations", "/accounts"}


def paths() -> set[str]:
    return set(re.findall(r'path: "(/[^"$]+)"', SCREENS))


def test_every_address_told_outside_is_a_page() -> None:
    assert {pages.INBOX, pages.ACCOUNT, pages.password_link("").rstrip("#")} <= paths()
    assert pages.answering("token") == "/s/token"
    assert "/s/<token>" in RESIDENTS
    assert (pages.at_the_door("door"), "/d/<door>" in RESIDENTS) == ("/d/door", True)
    assert (pages.following("code"), " /r " in RESIDENTS) == ("/r#code", True)


def texts(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def written(text: str, known: set[str]) -> bool:
    """Whether an address of a page stands in a text, or the residents' page does."""
    found = re.findall(r"(?:^|[}\s])(/[a-z-]+)(?:[#/\s]|$)", text)
    return any(each in known or each in {"/s", "/r", "/d"} for each in found)


def test_no_address_of_a_page_is_written_elsewhere() -> None:
    known = paths() - SHARED
    found = {
        str(path.relative_to(PROJECT)): text
        for path in (PROJECT / "app").rglob("*.py")
        if not path.name.endswith(("api.py", "pages.py", "main.py"))
        for text in texts(path)
        if written(text, known)
    }
    assert found == {}


def test_a_planted_address_is_found() -> None:
    assert written("See more: /inbox", {"/inbox"})
    assert written("/s/", set())
