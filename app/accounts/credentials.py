"""Names and passwords of accounts: which may be taken, and how they are compared.

Length counts and composition rules do not (NIST SP 800-63B §3.1.1); what is refused is what a guesser tries first.
"""

import re
import unicodedata
from functools import cache
from math import log10
from pathlib import Path

from app.core.errors import DomainError

# The commonest first: the password lists and English words of zxcvbn (MIT), with pinyin words of this field added.
COMMON_WORDS = Path(__file__).with_name("common_words.txt")
PASSWORD_LENGTH, PASSWORD_LIMIT = 12, 128
# Below ten million guesses a password falls to somebody who keeps trying at the allowed pace (between grades 2 and 3
# of zxcvbn).
LEAST_STRENGTH = 7.0
ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890", "1qaz2wsx3edc4rfv5tgb6yhn")
DISGUISES = str.maketrans("@4301$57!", "aaeolssti")
DAY = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|(?:19|20)\d\d")
DAY_STRENGTH = {4: 2.0, 8: 4.5}
USERNAME = re.compile(r"[a-z0-9_.@-]{2,64}|[\u3400-\u9fff\U00020000-\U000323af0-9_.@-]{2,64}")
# Alphabets whose letters look like each other's; Chinese characters look like none of them.
ALPHABETS = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU", "GEORGIAN"})
INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})


class UsernameMalformed(DomainError):
    """A user name is of Latin letters or of Chinese characters, never of both."""

    status = 422


class NameMisleading(DomainError):
    """A name of letters of several alphabets, or with invisible signs, passes for another one."""

    status = 422


class PasswordWeak(DomainError):
    """Too short, too long, or among the first that a guesser tries."""

    status = 422


def folded_username(username: str) -> str:
    """How names of accounts are compared: half width, lower case, no spaces around."""
    return unicodedata.normalize("NFKC", username).strip().casefold()


def normalised(password: str) -> str:
    """The same password however a keyboard composes it (full width, accents)."""
    return unicodedata.normalize("NFKC", password)


def check_username(username: str) -> None:
    """Refuse a folded name that may not be an account's (UsernameMalformed)."""
    if not USERNAME.fullmatch(username):
        raise UsernameMalformed(username=username)


def check_name(name: str) -> None:
    """Refuse a name that could be read as another one (NameMisleading)."""
    alphabets = {unicodedata.name(sign, "").partition(" ")[0] for sign in name if sign.isalpha()} & ALPHABETS
    if len(alphabets) > 1 or any(unicodedata.category(sign) in INVISIBLE for sign in name):
        raise NameMisleading(name=name)


def check_password(username: str, password: str) -> None:
    """Refuse a password that is too short, too long, unreadable or easily guessed (PasswordWeak)."""
    words = normalised(password)
    is_readable = not any(unicodedata.category(sign) in INVISIBLE for sign in words)
    if not (
        PASSWORD_LENGTH <= len(words) <= PASSWORD_LIMIT and is_readable and strength(words, username) >= LEAST_STRENGTH
    ):
        raise PasswordWeak(least=PASSWORD_LENGTH, most=PASSWORD_LIMIT)


def strength(password: str, username: str = "") -> float:
    """Roughly log10 of the guesses needed: the cheapest way to put the password together out of words, days, runs
    of neighbouring signs and single signs. `username` is known to whoever guesses."""
    plain = password.casefold()
    piece = _repeated(plain)
    if piece != plain:
        return strength(piece, username) + log10(len(plain) / len(piece))
    cheapest = [0.0]
    for end in range(1, len(plain) + 1):
        cheapest.append(min(cheapest[start] + _cost(plain[start:end], username) for start in range(end)))
    return cheapest[-1]


def _repeated(words: str) -> str:
    """The shortest piece that `words` repeats; `words` itself if it repeats none."""
    return words[: (words + words).find(words, 1)]


def _cost(piece: str, username: str) -> float:
    if piece == username:
        return 0.0
    costs = [float(len(piece)) if piece.strip() else 1.0]
    for word in (piece, piece.translate(DISGUISES)):
        if word in _ranks():
            costs.append(log10(_ranks()[word] + 1) + (word != piece))
    if DAY.fullmatch(piece):
        costs.append(DAY_STRENGTH[len(piece)])
    if len(piece) > 2 and _is_run(piece):
        costs.append(1 + log10(len(piece)))
    return min(costs)


def _is_run(piece: str) -> bool:
    """Signs that follow each other: aaaa, 4567, dcba, or along a row of the keyboard."""
    steps = {ord(one) - ord(other) for one, other in zip(piece[1:], piece, strict=False)}
    along = any(piece in row or piece[::-1] in row for row in ROWS)
    return along or (len(steps) == 1 and steps <= {-1, 0, 1})


@cache
def _ranks() -> dict[str, int]:
    words = COMMON_WORDS.read_text(encoding="utf-8").split()
    return {word: place for place, word in enumerate(words, 1)}
