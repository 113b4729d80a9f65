"""Patterns of `regex(value, 'pattern')`: a subset that means the same in Python and in the browser.

Allowed: literal characters, `.`, classes such as `[0-9Xx]` and `[^,]`, `\\d`, a backslash before punctuation,
the repeats `? * + {3} {2,4}` behind one character or class, and `|` between whole alternatives. There are no
groups, so repeats cannot nest; with at most three repeats of open length per alternative and values of at most
200 characters a match stays cheap whatever somebody types (catastrophic backtracking needs nesting or length).
A pattern always fits the whole value; `^` in front and `$` behind are accepted and mean nothing more.
`frontend/src/questionnaire/patterns.ts` is its twin; `tests/surveys/questionnaires/expression_cases.json` holds the two
together.
"""

import re
from functools import lru_cache

VALUE_LIMIT = 200
PATTERN_LIMIT = 100
REPEAT_LIMIT = 100
OPEN_REPEATS = 3
PUNCTUATION = frozenset(".^$*+?()[]{}|/\\-")
SPECIAL = frozenset("^$*+?()[]{}|\\")
_COUNT = re.compile(r"\{([0-9]{1,3})(?:(,)([0-9]{1,3})?)?\}")


class _NotAllowed(Exception):
    def __init__(self, found: str) -> None:
        self.found = found


def pattern_fault(pattern: str) -> str | None:
    """The part of `pattern` that lies outside the subset; None when all of it is allowed."""
    try:
        _compiled(pattern)
    except _NotAllowed as fault:
        return fault.found
    return None


def fits(value: str, pattern: str) -> bool:
    """Whether an allowed `pattern` fits the whole of `value`; longer values than VALUE_LIMIT never fit."""
    return len(value) <= VALUE_LIMIT and _compiled(pattern).fullmatch(value) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    if not pattern or len(pattern) > PATTERN_LIMIT:
        raise _NotAllowed(pattern[:20])
    return re.compile(_Reader(pattern).alternatives(), re.DOTALL)


class _Reader:
    """Reads the subset and writes it anew with every character escaped, so no engine sees what was typed."""

    def __init__(self, pattern: str) -> None:
        self.pattern, self.at = pattern, 0

    def peek(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def take(self) -> str:
        taken = self.peek()
        self.at += 1
        return taken

    def alternatives(self) -> str:
        parts = [self.sequence()]
        while self.peek() == "|":
            self.take()
            parts.append(self.sequence())
        if self.peek():
            raise _NotAllowed(self.peek())
        return "|".join(parts)

    def sequence(self) -> str:
        out, open_repeats = "", 0
        if self.peek() == "^":
            self.take()
        while self.peek() not in ("", "|", "$"):
            out += self.atom()
            repeat = self.repeat()
            open_repeats += bool(repeat) and ("," in repeat or repeat in "?*+")
            out += repeat
        if self.peek() == "$":
            self.take()
        if open_repeats > OPEN_REPEATS:
            raise _NotAllowed(self.pattern[:20])
        return out

    def atom(self) -> str:
        char = self.take()
        if char == "[":
            return self.charset()
        if char == "\\":
            return self.escaped()
        if char in SPECIAL:
            raise _NotAllowed(char)
        return "." if char == "." else re.escape(char)

    def escaped(self) -> str:
        char = self.take()
        if char == "d":
            return "[0-9]"
        if char not in PUNCTUATION:
            raise _NotAllowed("\\" + char)
        return re.escape(char)

    def charset(self) -> str:
        negated = self.peek() == "^"
        if negated:
            self.take()
        items = ""
        while self.peek() != "]":
            items += self.span()
        self.take()
        if not items:
            raise _NotAllowed("[]")
        return f"[{'^' if negated else ''}{items}]"

    def span(self) -> str:
        """One character of a class, or a range such as a-z."""
        if self.pattern.startswith("\\d", self.at):
            self.at += 2
            return "0-9"
        low = self.member()
        if self.peek() != "-" or self.pattern[self.at + 1 : self.at + 2] in ("]", ""):
            return re.escape(low)
        self.take()
        high = self.member()
        if high < low:
            raise _NotAllowed(f"{low}-{high}")
        return f"{re.escape(low)}-{re.escape(high)}"

    def member(self) -> str:
        char = self.take()
        if char == "\\":
            char = self.take()
            if char not in PUNCTUATION:
                raise _NotAllowed("\\" + char)
            return char
        if char in ("", "["):
            raise _NotAllowed(char or "[")
        return char

    def repeat(self) -> str:
        if self.peek() in ("?", "*", "+"):
            return self.take()
        if self.peek() != "{":
            return ""
        count = _COUNT.match(self.pattern, self.at)
        if count is None:
            raise _NotAllowed("{")
        self.at = count.end()
        low, high = int(count[1]), int(count[3] or count[1])
        if low > high or high > REPEAT_LIMIT:
            raise _NotAllowed(count[0])
        return count[0]
