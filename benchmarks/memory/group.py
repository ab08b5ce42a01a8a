"""What a worker keeps in memory: with one connection, and with many at rest beside it."""

import time
from collections.abc import Iterator

from app.demo.introduction import introduce
from benchmarks.calls.singles import open_in_step
from benchmarks.figure import Figure
from benchmarks.ground import open_ground, run, start_world
from benchmarks.machine import list_children, resident
from benchmarks.rest.fill import fill
from benchmarks.size import Size

SETTLE_SECONDS = 15.0
"""In which every timer of a worker has run at least once, and those of five seconds thrice."""


def measure(size: Size) -> Iterator[Figure]:
    """A worker that has worked and then only kept watch."""
    with open_ground() as ground:
        world = start_world(ground)
        introduce(world)
        open_in_step(world, ground, "kept")
        worker = list_children("work")[0]
        alone_mib = resident(worker)
        run(fill(ground.database_url, size.connections, 1))
        time.sleep(SETTLE_SECONDS)
        against = f"one connection: {alone_mib:.0f} MiB"
        many = resident(worker)
        note = f"{size.connections:,} connections at rest, timers running; no target"
        yield Figure("worker.memory", many, "MiB", against, many / alone_mib, 1, note)
