"""Chance and time of a whole process in a seed's hands: ids, secrets, drawn delays, and every clock.

`seeded` replaces what the standard library draws from the machine, for as long as its block runs: `os.urandom`, from
which UUIDs and secrets are made, the module `random`, and `datetime.now` of every module of ours, of the sandboxes and
of the library that signs webhooks. The product's code has no word of it.
"""

import os
import random
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, tzinfo
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch

from app.clock import Clock

WATCHED = ("app.", "standardwebhooks.")
"""Packages whose modules read the time by `datetime.now`."""


class Chance:
    """What is drawn instead of the machine's own chance; `draw_again` begins anew, from another seed."""

    def __init__(self) -> None:
        self._random = random.Random(0)
        self._aside = random.Random(0)

    def draw_again(self, seed: str) -> None:
        """Begin a history: all that is drawn from here on follows from this seed."""
        self._random.seed(f"bytes {seed}")
        random.seed(f"module {seed}")

    def urandom(self, size: int) -> bytes:
        """So many bytes; stands for `os.urandom`.

        What SQLAlchemy draws is for names in a statement, which it builds once in a process: no part of a history.
        """
        is_aside = str(sys._getframe(1).f_globals.get("__name__")).startswith("sqlalchemy.")
        return (self._aside if is_aside else self._random).randbytes(size)


class _LikeInstants(type):
    """What passes for a `datetime` in a watched module: any."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, datetime)


@contextmanager
def seeded(chance: Chance, clock: Clock) -> Iterator[None]:
    """Have everything in this process draw from `chance` and read the time from `clock`."""
    watched = _build_datetime(clock)
    state = random.getstate()
    with ExitStack() as stack:
        stack.callback(random.setstate, state)
        stack.enter_context(patch.object(os, "urandom", chance.urandom))
        stack.enter_context(patch.object(random, "_urandom", chance.urandom))
        for module in _list_watched():
            stack.enter_context(patch.object(module, "datetime", watched))
        yield


def _build_datetime(clock: Clock) -> type:
    class Simulated(datetime, metaclass=_LikeInstants):
        """`datetime`, but for what it takes for the present."""

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            now = clock.now()
            return now.astimezone(tz) if tz else now.replace(tzinfo=None)

    return Simulated


@cache
def _list_watched() -> tuple[ModuleType, ...]:
    return tuple(
        module
        for name, module in sorted(sys.modules.items())
        if name.startswith(WATCHED) and vars(module).get("datetime") is datetime and _reads_time(module)
    )


def _reads_time(module: ModuleType) -> bool:
    """Only these: elsewhere the name is a type, of columns and of models."""
    source = getattr(module, "__file__", None)
    if source is None:
        return False
    return "datetime.now(" in Path(source).read_text(encoding="utf-8")
