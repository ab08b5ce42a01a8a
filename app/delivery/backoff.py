"""When a change that failed is tried again: soon at first, then rarely, never given up."""

from datetime import timedelta
from random import SystemRandom

DELAYS = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
)
"""After the first failure, the second and so on; the last one from then on."""

_LEAST_SHARE = 0.8
_random = SystemRandom()


def draw_delay(failures_before: int) -> timedelta:
    """How long to wait after one more failure: what the table says or up to a fifth less.

    Drawn, so that changes that failed together do not all come back together.
    """
    return DELAYS[min(failures_before, len(DELAYS) - 1)] * _random.uniform(_LEAST_SHARE, 1)
