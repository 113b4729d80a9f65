"""What is loaded now stays until the tests end: the collector, which would look through it all again and again, waits
until everything is collected (`conftest.py`). That is half of what the collection takes."""

import gc

gc.disable()
