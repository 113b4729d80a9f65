"""Compiled functions never run machine code of other sources than those that stand here."""

import shutil
from pathlib import Path

from app.matching import compiling as machine
from app.matching.allocation import compiled as places_nb
from app.matching.ranking.compiled import kernel
from app.matching.sources import state


def test_a_change_in_any_source_of_the_package_gives_its_machine_code_another_folder(tmp_path: Path) -> None:
    copied = shutil.copytree(machine.FOLDER, tmp_path / "matching", ignore=shutil.ignore_patterns("__pycache__"))
    assert state(copied) == state(machine.FOLDER)
    with (copied / "pair_nb.py").open("a", encoding="utf-8") as source:
        source.write("\n")
    assert state(copied) != state(machine.FOLDER)


def test_machine_code_is_kept_in_the_folder_of_these_sources() -> None:
    for compiled in (kernel.fill, places_nb._in_order):
        assert state(machine.FOLDER) in compiled._cache.cache_path
