from collections.abc import Iterator, Sequence
from importlib import import_module

import pytest
from typer.testing import CliRunner

from bench.commands import bench
from bench.engine import panels
from bench.engine.matching import FIGURES, Inputs
from bench.measures import Measure, at_most


def test_every_figure_has_a_module_that_measures_it() -> None:
    for module in sorted(set(FIGURES.values())):
        assert callable(import_module(f"bench.engine.{module}").measure)


def test_the_command_measures_the_figure_that_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def measure(inputs: Inputs, ids: Sequence[str]) -> Iterator[Measure]:
        for id in ids:
            yield at_most(id, "nothing", 1, "ms", against="nothing", ratio=1, target=2)

    monkeypatch.setattr(panels, "measure", measure)
    run = CliRunner().invoke(bench, ["matching", "--only", "M10"])
    assert run.exit_code == 0
    assert run.stdout.startswith("M10")
