"""What lives as long as the process, and the collector of garbage."""

import gc


def out_of_sight() -> None:
    """Whatever is there now is looked through for garbage this once and never again: a city's market in sight of the
    collector cost every request a third of its time, and some of them 20 ms more."""
    gc.collect()
    gc.freeze()
