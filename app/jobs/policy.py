"""Everybody who signs in reads of the long work that they, or their bureau, asked for: each room says which."""

from app.core.actors import STAFF

WHO = {"list": STAFF}
