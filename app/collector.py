"""Python's garbage collector in a process that runs for long: it does not look again at what was loaded at the start.

A process loads some hundred megabytes of modules, models and statements. The collector goes through all of that
whenever much has been made and dropped, which under load is many times a second and costs a fifth of the processor.
"""

import gc

_YOUNG, _MIDDLE, _OLD = 10_000, 20, 20
"""Objects made since the last look, and looks of one generation to one of the next."""


def pause() -> None:
    """Collect nothing while a process loads: nothing is garbage yet, and looking takes a fifth of its start."""
    gc.disable()


def resume() -> None:
    """Collect from now on, but never what has been loaded so far; once, when a process has started."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
    gc.enable()
