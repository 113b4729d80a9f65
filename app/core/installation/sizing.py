"""How many processes answer requests, with how many connections and threads: from the machine and its database, unless
a setting names it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum

from app.core.errors import DomainError
from app.core.installation.machine import Machine

# The other core of two works for the database, the worker and readers of files. A web process of a city holds 500 MB;
# as much memory as all of them is left to the rest.
CORES_EACH, MEMORY_MB_EACH, MOST = 2, 1_200, 32
# Connections of a web process: one for each place of its lanes; BESIDE: a third job at once, each telling apart how far
# it is, what the start or the readiness asks, who tells what changed; when PRESSED; the one it listens on.
EACH, LEAST, BESIDE, PRESSED, LISTENING = 40, 21, 6, 4, 1
# Of the worker 22; of a command run meanwhile, 15.
OTHERS = 37
THREADS_BESIDE_CORES, MOST_THREADS = 4, 32


class TooFewConnections(DomainError):
    """The database does not allow as many connections as this installation would have."""


class Why(StrEnum):
    """What decided how many web processes there are."""

    setting = "setting"
    cores = "cores"
    memory = "memory"
    connections = "connections"


@dataclass(frozen=True)
class Size:
    """`web_workers` processes, each with so many `connections` and with `cores` to reckon on."""

    web_workers: int
    connections: int
    cores: int
    why: Why

    @property
    def hashing(self) -> int:
        """Threads for passwords: never all cores, since whoever signs in must not slow down whoever is signed in."""
        return 1 if self.cores <= 2 else 2

    @property
    def places(self) -> int:
        return places_of(self.connections)

    @property
    def in_all(self) -> int:
        """Connections of everything that belongs to the installation."""
        return self.web_workers * self.connections + OTHERS


def threads_of(cores: int) -> ThreadPoolExecutor:
    """For what a loop must not wait for: as many threads as Python has, by the cores that it may really use."""
    return ThreadPoolExecutor(min(MOST_THREADS, cores + THREADS_BESIDE_CORES))


USUAL = Size(1, EACH, CORES_EACH, Why.cores)


def places_of(connections: int) -> int:
    """Requests that a web process with so many connections may run at once."""
    return connections - BESIDE - PRESSED - LISTENING


def sized(machine: Machine, allowed: int | None, web_workers: int | None, connections: int | None) -> Size:
    """`allowed`: connections that the database takes, None while that can still be chosen; the last two are settings.
    Refusal: TooFewConnections."""
    least = connections or LEAST
    most = {Why.cores: machine.cores // CORES_EACH, Why.memory: machine.memory_mb // MEMORY_MB_EACH}
    if allowed is not None:
        most[Why.connections] = (allowed - OTHERS) // least
    why = Why.setting if web_workers else min(most, key=lambda each: most[each])
    workers = web_workers or min(max(1, most[why]), MOST)
    each = connections or EACH
    if allowed is not None:
        each = min(each, max(least, (allowed - OTHERS) // workers))
    found = Size(workers, each, max(1, machine.cores // workers), why)
    if allowed is not None and found.in_all > allowed:
        raise TooFewConnections(allowed=allowed, needed=found.in_all, processes=workers, each=each, others=OTHERS)
    return found
