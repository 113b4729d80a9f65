"""The taxonomy is public; what a text seems to be about is told to those who write needs and offers."""

from collections.abc import Collection, Mapping

from app.core.actors import Role

WHO: Mapping[str, Collection[Role]] = {"suggest": frozenset({Role.committee, Role.organization})}
