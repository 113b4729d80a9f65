"""How functions are compiled by numba, which the modules that import this one need.

Numba keeps machine code between runs and takes it up again while the file of the compiled function is unchanged; it
does not look at the functions called and the constants taken from other files. So the machine code of every state of
this package's sources has a folder of its own.
"""

from pathlib import Path
from typing import Any

import numba

from app.matching.sources import state

FOLDER = Path(__file__).parent
config: Any = numba.config
if not config.CACHE_DIR:
    config.CACHE_DIR = str(FOLDER / "__pycache__" / f"machine-{state(FOLDER)}")

njit: Any = numba.njit  # its annotation leaves out the option below
compiled = njit(cache=True, nogil=True, error_model="numpy")  # a quotient by nought is infinite, not an exception
# For functions that make no arrays of their own: those they are given belong to their caller. Counting references to
# forty columns at each call takes a fifteenth of the time of a ranking.
borrowing = njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
