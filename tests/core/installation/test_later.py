"""What few requests need is loaded with its first use."""

import subprocess
import sys

LARGE = ("ortools", "pypinyin", "scipy.optimize")


def test_a_web_process_that_has_just_started_holds_no_solver_and_no_dictionary_of_characters() -> None:
    asked = f"import sys, app.main; print([name for name in {LARGE!r} if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
