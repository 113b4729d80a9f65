"""A path says what everybody may read, whoever asks: each room is asked as somebody without an account would ask it."""

from app.core.actors import EVERYONE, RESIDENT

WHO = {"read": EVERYONE}
PUBLIC = RESIDENT
