"""Memory of a process that runs for long: what is loaded at its start stays, and is not looked through again.

A process loads some hundred megabytes of modules, models and statements. Python's collector goes through all of that
whenever much has been made and dropped, which under load is many times a second and costs a fifth of the processor.
"""

import gc

_YOUNG, _MIDDLE, _OLD = 10_000, 20, 20
"""Objects made since the last look, and looks of one generation to one of the next."""


def hold() -> None:
    """Collect nothing while a process loads: there is nothing to be found yet, and looking is a fifth of its start."""
    gc.disable()


def settle() -> None:
    """Keep what is there out of the collector's sight, and collect from now on; once, when a process has started."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
    gc.enable()
