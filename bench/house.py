"""`make sizes`: the looks of the house. How long its functions and files are, how full its folders, how far an endpoint
reaches. A thermometer: to split one thing in two for the sake of a figure is worse than the figure.
"""

import ast
import json
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from bench.reach import Function, Sources

PROJECT = Path(__file__).parents[1]
PACKAGES = ("app", "bench")
FRONTEND = PROJECT / "frontend"


class Spread(NamedTuple):
    """Median, 90th percentile and the largest."""

    median: int
    p90: int
    max: int

    @classmethod
    def of(cls, values: Iterable[int]) -> "Spread":
        found = sorted(values)
        return cls(found[len(found) // 2], found[int(len(found) * 0.9)], found[-1])


def files(packages: Sequence[str] = PACKAGES) -> dict[Path, int]:
    """Every source file that holds something, with its lines."""
    paths = (path for package in packages for path in sorted((PROJECT / package).rglob("*.py")))
    lines = {path: path.read_text(encoding="utf-8").count("\n") for path in paths}
    return {path: count for path, count in lines.items() if count}


def functions(packages: Sequence[str] = PACKAGES) -> dict[str, int]:
    """`file:line function` → its lines."""
    return {
        f"{path.relative_to(PROJECT)}:{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for path, node in _definitions(packages)
    }


def documented(packages: Sequence[str] = PACKAGES) -> float:
    """The share of functions that have a doc-string."""
    found = [ast.get_docstring(node) is not None for _, node in _definitions(packages)]
    return sum(found) / len(found)


def folders(paths: Iterable[Path]) -> Counter[str]:
    """Folder → how many files that hold something it has."""
    return Counter(str(path.parent.relative_to(PROJECT)) for path in paths)


def front_end() -> tuple[dict[str, int], dict[str, int]]:
    """Lines by file and by function of the front end, as `npm run lines` tells them."""
    told = subprocess.run(["npm", "run", "--silent", "lines"], cwd=FRONTEND, capture_output=True, check=True)
    found = json.loads(told.stdout)
    return found["files"], found["functions"]


def lines() -> Iterator[str]:
    """The figures, a line each."""
    sizes, long = files(), functions()
    yield f"files       {Spread.of(sizes.values())}, {len(sizes)} of them, {sum(sizes.values())} lines"
    yield f"functions   {Spread.of(long.values())}, {len(long)} of them, doc-strings {documented():.0%}"
    yield f"folders     {folders(sizes).most_common(3)}"
    reaches = Sources(PROJECT).reaches()
    for name, values in {
        "files": [len(reach.files) for reach in reaches],
        "folders": [reach.folders for reach in reaches],
        "lines": [reach.lines for reach in reaches],
    }.items():
        yield f"endpoint    {Spread.of(values)} {name}"
    near = sum(len(reach.files) <= 7 and reach.folders == 1 for reach in reaches)
    yield f"            {near} of {len(reaches)} in one folder and no more than seven files"
    pages, parts = front_end()
    yield f"front end   {Spread.of(pages.values())} files, {len(pages)} of them, {sum(pages.values())} lines"
    yield f"            {Spread.of(parts.values())} functions, {len(parts)} of them"
    yield "circles and arrows upward: the import contracts (`make house`)"


def _definitions(packages: Sequence[str]) -> Iterator[tuple[Path, Function]]:
    for path in files(packages):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, Function):
                yield path, node


if __name__ == "__main__":
    print("\n".join(lines()))  # noqa: T201
