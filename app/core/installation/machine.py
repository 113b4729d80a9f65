"""What of this machine the process may use: a container or a service often has less than the machine shows."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

GROUPS, MEMBERSHIP = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")
MB = 1024 * 1024


@dataclass(frozen=True)
class Machine:
    cores: int
    memory_mb: int


def usable(groups: Path = GROUPS, membership: Path = MEMBERSHIP) -> Machine:
    """Cores and memory that this process may use."""
    cores, memory = float(_cores()), os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    for folder in _groups_of(groups, membership):
        cores = min(cores, _quota(folder) or cores)
        memory = min(memory, _memory(folder) or memory)
    return Machine(max(1, int(cores)), memory // MB)


def _cores() -> int:
    """Those that this process may run on, where the system says so."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _groups_of(groups: Path, membership: Path) -> Iterator[Path]:
    """The folders of the control groups this process is in, each with all above it: every one of them is a limit."""
    try:
        lines = membership.read_text().splitlines()
    except OSError:  # no Linux
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        top = groups / controllers
        folder = top / path.strip("/")
        yield folder
        while folder != top:
            folder = folder.parent
            yield folder


def _quota(folder: Path) -> float | None:
    """Cores, as version 2 says it ("200000 100000", "max 100000"), or version 1; None without a limit."""
    said = _words(folder / "cpu.max") or [*_words(folder / "cpu.cfs_quota_us"), *_words(folder / "cpu.cfs_period_us")]
    quota = [int(word) for word in said if word.isdigit()]
    return quota[0] / quota[1] if len(quota) == 2 and quota[1] else None


def _memory(folder: Path) -> int | None:
    """Bytes; None without a limit."""
    said = _words(folder / "memory.max") or _words(folder / "memory.limit_in_bytes")
    return int(said[0]) if said and said[0].isdigit() else None


def _words(file: Path) -> list[str]:
    try:
        return file.read_text().split()
    except OSError:
        return []
