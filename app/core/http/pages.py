"""Addresses of pages that are told outside the platform: in mails, on paper, in links that are handed over.

Else the application names a thing (`Thing`), and only the front end knows where it is shown. A test holds that each of
these is a page there, and that no other address is written elsewhere.
"""

INBOX = "/inbox"
ACCOUNT = "/account"


def answering(token: str) -> str:
    """The residents' page of a questionnaire."""
    return f"/s/{token}"


def at_the_door(door: str) -> str:
    """The residents' page on which they sign in to a session."""
    return f"/d/{door}"


def password_link(secret: str) -> str:
    """Where a one-time link leads; what follows # no server and no log gets to see."""
    return f"/set-password#{secret}"


def following(code: str) -> str:
    """The residents' page of a receipt; what follows # no server and no log gets to see."""
    return f"/r#{code}"
