"""The groups of figures. What is timed has the machine to itself; those that count share it, a process each."""

import importlib
import multiprocessing
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from benchmarks.console import console
from benchmarks.figure import Figure
from benchmarks.size import Size


class Group(StrEnum):
    """What can be measured by itself; in the order in which all are shown."""

    INTAKE = "intake"
    CALLS = "calls"
    THROUGHPUT = "throughput"
    REST = "rest"
    LATENCY = "latency"
    COMPARE = "compare"
    START = "start"
    MEMORY = "memory"
    INSTALL = "install"


COUNTED = (Group.COMPARE, Group.CALLS, Group.INSTALL, Group.MEMORY)
"""Calls, bytes and memory are the same beside another group; the longest comes first. What is installed is fetched for
the most part, and timed beside a copy of the same files.
"""

SIDE_BY_SIDE = 2
"""Groups that share the machine."""


@dataclass(frozen=True)
class Outcome:
    """What came of a group; one that failed has the figures that it came to before."""

    group: Group
    figures: Sequence[Figure]
    has_failed: bool


def measure_all(groups: Sequence[Group], size: Size) -> Iterator[Outcome]:
    """Each group, told as it goes; those that only count side by side, unless they would share one database."""
    measured = partial(measure_one, size=size)
    counted = [] if os.environ.get("DATABASE_URL") else [group for group in COUNTED if group in groups]
    if counted:
        # Spawned, as threads and loops of this process do not live on in a copy.
        with ProcessPoolExecutor(SIDE_BY_SIDE, multiprocessing.get_context("spawn")) as side_by_side:
            yield from side_by_side.map(measured, counted)
    yield from map(measured, (group for group in groups if group not in counted))


def measure_one(group: Group, size: Size) -> Outcome:
    """One group, in this process."""
    began, figures, has_failed = time.monotonic(), [], False
    try:
        for figure in importlib.import_module(f"benchmarks.{group}.group").measure(size):
            console.print(f"  {figure.figure}: {figure.value:,.4g} {figure.unit}")
            figures.append(figure)
    except Exception as failure:
        has_failed = True
        console.print_exception(max_frames=4)
        console.print(f"[red]{group} failed: {type(failure).__name__}: {failure}")
    console.print(f"{group} took {time.monotonic() - began:.0f} s")
    return Outcome(group, figures, has_failed)
