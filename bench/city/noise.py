"""What else the machine did while a figure was taken: a row beside which others worked says so."""

import contextlib
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from bench.measures import Measure
from tests.attack.server import family

QUIET = 0.1  # of the machine; what others take beyond it is told
LONG = 1.0  # seconds of processor time, idle or not: in less nothing was measured
TICKS = os.sysconf("SC_CLK_TCK")
# Columns of /proc/stat (proc_stat(5)): user nice system idle iowait irq softirq steal; guests are in user as well.
TOLD, IDLE = 8, (3, 4)
# Of /proc/PID/stat behind the name: utime stime cutime cstime, those of children that were waited for among them.
OWN = slice(11, 15)


@dataclass(frozen=True)
class Spent:
    """Seconds of processor time since the machine and the measurement began: in all, idle or not; `busy`, stolen by
    the host included; and `own`, of this process and all that it started: the server, and its database."""

    all: float
    busy: float
    own: float

    @classmethod
    def now(cls) -> "Spent":
        times = [int(word) / TICKS for word in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1 : 1 + TOLD]]
        idle = sum(times[at] for at in IDLE)
        return cls(sum(times), sum(times) - idle, sum(map(_seconds, family(os.getpid()))))

    def others_since(self, before: "Spent") -> float:
        """The share of the machine that others took, between 0 and 1."""
        spent = (self.busy - before.busy) - (self.own - before.own)
        return min(max(spent / (self.all - before.all), 0.0), 1.0) if self.all > before.all else 0.0


async def noted(measures: AsyncIterator[Measure]) -> AsyncIterator[Measure]:
    """Each row with what others took meanwhile; of several that were measured together all say the same."""
    before, others = Spent.now(), 0.0
    async for measure in measures:
        spent = Spent.now()
        if spent.all - before.all > LONG:
            others = spent.others_since(before)
        measure["what"] = told(measure["what"], others)
        yield measure
        before = Spent.now()


def told(what: str, others: float) -> str:
    return f"{what}, noisy: others took {others:.0%} of the machine" if others > QUIET else what


def _seconds(pid: int) -> float:
    with contextlib.suppress(OSError):
        return sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[OWN])) / TICKS
    return 0.0
