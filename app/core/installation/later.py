"""Large libraries that few requests need: loaded with their first use, so that a process that never needs one stays
small and starts soon. The solvers and the readings of Chinese characters took 200 MB of every web process."""

from importlib import import_module
from typing import Any


class Later:
    """A module by its name; an attribute is one of the module, which is imported then."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(import_module(self._name), attribute)
