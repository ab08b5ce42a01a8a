"""Waiting for a condition, with a deadline and never for a fixed time."""

import time
from collections.abc import Callable
from typing import TypeVar

from app.demo.failures import StepFailed

T = TypeVar("T")

DEADLINE_SECONDS = 20.0
PAUSE_SECONDS = 0.02


def wait_for(
    read: Callable[[], T],
    is_right: Callable[[T], bool],
    say: Callable[[T], str],
    *,
    seconds: float = DEADLINE_SECONDS,
    pause: float = PAUSE_SECONDS,
) -> T:
    """Return what `read` gives as soon as it is right; after the deadline raise StepFailed, with `say` of the last."""
    deadline = time.monotonic() + seconds
    while not is_right(seen := read()):
        if time.monotonic() > deadline:
            raise StepFailed(f"{say(seen)} (waited {seconds:.0f} s)")
        time.sleep(pause)
    return seen
