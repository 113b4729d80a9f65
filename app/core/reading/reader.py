"""What runs in the process that reads one foreign file: of the platform it imports only the readers beside it, writes
nothing, holds no connection, and may fail in any way it likes. `foreign.py` starts it, says its limits, and hears its
answer.

In: one line of JSON {path, kind, limits}, then the file. Out: lines of JSON, a list each, and at the end the verdict,
an object: `{}` or `{"refused": code, "facts": {…}}`. Where no verdict comes, the process died of the file.
"""

import json
import resource
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from types import SimpleNamespace
from typing import IO, Any

MB = 1024 * 1024
NOT_NEEDED = ("numpy", "lxml")  # openpyxl would load them for nothing
READERS = {
    "table": "app.core.reading.table_reader",
    "xlsform": "app.core.reading.form_reader",
    "json": "app.core.reading.json_reader",
}
Reader = Callable[[bytes, SimpleNamespace], Iterator[list[Any]]]


def main(source: IO[bytes], sink: IO[bytes]) -> None:
    """Reads what `source` holds and tells `sink`; whatever goes wrong is a refusal."""
    asked = json.loads(source.readline())
    sys.path[:] = asked["path"]
    limits = SimpleNamespace(**asked["limits"])
    for module in NOT_NEEDED:
        sys.modules[module] = None  # type: ignore[assignment]
    read, refused = reader_of(asked["kind"]), import_module("app.core.reading.measure").Refused
    _confine(limits)
    verdict: dict[str, Any] = {}
    try:
        for line in read(source.read(), limits):
            sink.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
    except refused as why:
        verdict = {"refused": why.code, "facts": why.facts}
    except MemoryError:
        verdict = {"refused": "FileTooHeavy", "facts": {"limit_mb": limits.memory_mb}}
    except BaseException:  # a panic of the Excel reader is no Exception
        verdict = {"refused": "FileUnreadable", "facts": {}}
    sink.write(json.dumps(verdict).encode() + b"\n")
    sink.flush()


def reader_of(kind: str) -> Reader:
    """`read` of the module that knows this kind of file."""
    read: Reader = import_module(READERS[kind]).read
    return read


def _confine(limits: SimpleNamespace) -> None:
    """From here on: so much memory, so much time, not a byte into any file, no child, no dump."""
    if sys.platform == "linux":  # elsewhere the system does not bound it
        with open("/proc/self/statm") as kept:
            used = int(kept.read().split()[0]) * resource.getpagesize()
        _bound(resource.RLIMIT_AS, used + limits.memory_mb * MB)
    _bound(resource.RLIMIT_CPU, limits.seconds, limits.seconds + 1)  # first the signal that says why
    for what in (resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC, resource.RLIMIT_CORE):
        _bound(what, 0)


def _bound(what: int, soft: int, hard: int | None = None) -> None:
    """As far as the process is not bound more narrowly already."""
    allowed = resource.getrlimit(what)[1]
    wanted = soft if hard is None else hard
    most = wanted if allowed == resource.RLIM_INFINITY else min(wanted, allowed)
    resource.setrlimit(what, (min(soft, most), most))


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
