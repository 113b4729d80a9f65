"""Where the `shuangxuan` command begins. The worker processes of a ranking load the module their parent began with
once more, so this one loads nothing before it is called."""

import gc
import os
import sys
from importlib import import_module
from importlib.metadata import version

# Matrices are small here, and the threads of the numerical library wait for each other in a busy loop: with two of them
# and another process at work, reading a text took ten times the processor time. Must be said before it is loaded.
ONE_THREAD_A_PRODUCT = ("OPENBLAS_NUM_THREADS", "1")


def main() -> None:
    """Runs the command line. What is loaded stays: the collector, which would look through it all again and again,
    waits meanwhile and leaves it alone afterwards; that is a third of a start."""
    if sys.argv[1:] == ["--version"]:  # asked by scripts; two seconds sooner
        print(f"shuangxuan {version('shuangxuan')}")
        return
    os.environ.setdefault(*ONE_THREAD_A_PRODUCT)
    if sys.argv[1:2] == ["serve"] and "--help" not in sys.argv:
        print("双选正在启动…… / Shuangxuan is starting …", file=sys.stderr, flush=True)
    gc.disable()
    command_line = import_module("app.cli")
    gc.freeze()
    gc.enable()
    command_line.main()


if __name__ == "__main__":
    main()
