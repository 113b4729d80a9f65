"""What a process may use of a machine: the smallest of all that limits it."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from app.core.installation.machine import MB, usable

EVERYTHING = usable(Path("/nowhere"), Path("/nowhere"))


@pytest.fixture
def groups(tmp_path: Path) -> Path:
    return tmp_path / "groups"


def limited(groups: Path, membership: str, files: Mapping[str, str]) -> tuple[int, int]:
    """Cores and memory of a process with this membership, where the groups' folder has these files."""
    for name, content in files.items():
        file = groups / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    member = groups / "membership"
    member.write_text(membership)
    found = usable(groups, member)
    return found.cores, found.memory_mb


def test_without_control_groups_it_is_what_the_system_says() -> None:
    assert EVERYTHING.cores == len(os.sched_getaffinity(0))
    assert EVERYTHING.memory_mb == os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // MB


def test_a_process_pinned_to_one_core_has_one() -> None:
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(before)})
        assert usable().cores == 1
    finally:
        os.sched_setaffinity(0, before)


def test_a_container_has_what_its_group_has(groups: Path) -> None:
    found = limited(groups, "0::/\n", {"cpu.max": "100000 100000\n", "memory.max": f"{512 * MB}\n"})
    assert found == (1, 512)


def test_no_limit_is_no_limit(groups: Path) -> None:
    found = limited(groups, "0::/\n", {"cpu.max": "max 100000\n", "memory.max": "max\n"})
    assert found == (EVERYTHING.cores, EVERYTHING.memory_mb)


def test_the_group_above_limits_its_members(groups: Path) -> None:
    files = {"of/memory.max": f"{300 * MB}", "of/a/memory.max": f"{400 * MB}"}
    assert limited(groups, "0::/of/a\n", files) == (EVERYTHING.cores, 300)


def test_the_first_version_of_groups_is_read_as_well(groups: Path) -> None:
    files = {
        "cpu/cpu.cfs_quota_us": "100000\n",
        "cpu/cpu.cfs_period_us": "100000\n",
        "memory/one/memory.limit_in_bytes": f"{256 * MB}\n",
    }
    assert limited(groups, "4:memory:/one\n1:cpu:/elsewhere\n0::/\n", files) == (1, 256)


def test_less_than_a_core_counts_as_one(groups: Path) -> None:
    assert limited(groups, "0::/\n", {"cpu.max": "50000 100000\n"})[0] == 1
