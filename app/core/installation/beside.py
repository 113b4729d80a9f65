"""Processes beside the first one: started by it, started again when they die, ended with it whatever ends it.

Each gets one end of a pair of sockets as its standard input. On it the first process says what the other is to work
with, and the other says when it works; who hears the end of it knows that the other side is gone, killed or not.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

import structlog

PROGRAM = (sys.executable, "-m", "app.processes")
FIRST_PAUSE, LONGEST_PAUSE, LONG_ENOUGH = 0.5, 5.0, 60.0
WORKS = b"works\n"
LIMIT = 65_536  # bytes of what is told
log = structlog.get_logger()


class Pauses:
    """How long to wait before something that ended is started again: longer each time, until it has lasted a while."""

    def __init__(self) -> None:
        self._next = FIRST_PAUSE

    def after(self, lasted: float) -> float:
        """Seconds, after it has lasted so many."""
        pause = FIRST_PAUSE if lasted > LONG_ENOUGH else self._next
        self._next = min(2 * pause, LONGEST_PAUSE)
        return pause


class Beside:
    """One process, which runs `kind` (see `app.processes`) with what it is `told`, between `start` and `end`. It
    inherits the sockets in `doors`, under the same numbers."""

    def __init__(self, kind: str, told: Mapping[str, Any], doors: Sequence[int] = ()) -> None:
        self.kind, self.told, self.doors = kind, told, doors
        self.is_working = False
        self._leaving, self._ear = threading.Event(), threading.Lock()
        self._line: socket.socket | None = None
        self._keeper = threading.Thread(target=self._keep, name=f"{kind} beside", daemon=True)

    def start(self) -> None:
        self._keeper.start()

    def leave(self) -> None:
        """Tell it to end what it is doing."""
        with self._ear:
            self._leaving.set()
            if self._line:
                self._line.shutdown(socket.SHUT_RDWR)

    def end(self, within: float) -> None:
        """Until it has ended; after so many seconds it is not waited for, and ends by itself."""
        self.leave()
        if self._keeper.ident:
            self._keeper.join(within)

    def _keep(self) -> None:
        pauses = Pauses()
        while not self._leaving.is_set():
            began = time.monotonic()
            try:
                code = self._run()
            except OSError as fault:  # no memory for another process, say
                code = fault.errno or -1
            if not self._leaving.is_set():
                pause = pauses.after(time.monotonic() - began)
                log.warning("starts_again", process=self.kind, ended_with=code, seconds=pause)
                self._leaving.wait(pause)

    def _run(self) -> int:
        """One life of it: its exit code. A session of its own keeps Ctrl-C from it, which the first process hears."""
        own, its = socket.socketpair()
        with own:
            with its:
                command = [*PROGRAM, self.kind]
                process = subprocess.Popen(command, stdin=its.fileno(), pass_fds=self.doors, start_new_session=True)
            own.sendall(json.dumps(self.told).encode() + b"\n")
            with self._ear:
                self._line = own
                if self._leaving.is_set():
                    own.shutdown(socket.SHUT_RDWR)
            with contextlib.suppress(OSError):
                self.is_working = own.recv(len(WORKS), socket.MSG_WAITALL) == WORKS
            code = process.wait()
            self.is_working = False
            with self._ear:
                self._line = None
        return code


class FirstProcess:
    """The first process, as one beside it hears it."""

    def __init__(self) -> None:
        self._line = socket.socket(fileno=0)

    def hear(self) -> dict[str, Any]:
        """What it says at the start."""
        with self._line.makefile("rb") as lines:
            told: dict[str, Any] = json.loads(lines.readline(LIMIT))
        return told

    def say_works(self) -> None:
        with contextlib.suppress(OSError):
            self._line.sendall(WORKS)

    def end_with_it(self, within: float) -> None:
        """From now on this process is asked to end (SIGTERM) when that one ends, or says so; and made to, after so
        many seconds."""

        def wait() -> None:
            with contextlib.suppress(OSError):
                self._line.recv(1)
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(within)
            os._exit(1)

        threading.Thread(target=wait, name="first process", daemon=True).start()
