"""The rounds at rest: single changes in a small and in a large database in turn, and the timers of both."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from statistics import median

from app.demo.introduction import introduce
from app.demo.world import World
from benchmarks.calls.singles import await_xero, open_in_step
from benchmarks.figure import Figure, alone, compare
from benchmarks.ground import Ground, open_ground, run, start_world, without_worker
from benchmarks.rest.fill import fill
from benchmarks.rest.rows import Asked, count_changes, count_timers, without_timers
from benchmarks.rest.timers import time_timers
from benchmarks.rounds import interleave
from benchmarks.size import Size

INVOICE = "moving"
CHANGES = 8
"""A round."""
SMALLER = 100
LINKS_EACH = 100
"""Of a connection."""
MOST_MS = 5.0
NOTE = "without timers; goal: ratio at most 1.1"


class Database:
    """One of the two, with everything running on it."""

    def __init__(self, ground: Ground, links: int) -> None:
        self.ground, self.links, self._count = ground, links, 0
        self.world: World = start_world(ground)
        introduce(self.world)
        self._key = open_in_step(self.world, ground, INVOICE)
        began = time.monotonic()
        with without_worker(self.ground):
            run(fill(ground.database_url, links // LINKS_EACH, LINKS_EACH))
        self.fill_seconds = time.monotonic() - began

    def change(self) -> float:
        """The median milliseconds of a round of single changes, from the app's edit until Xero shows it."""
        spans = []
        for _ in range(CHANGES):
            self._count += 1
            began = time.monotonic()
            self.world.partner.edit(INVOICE, {"reference": f"rest {self._count}"})
            await_xero(self.world, self._key, "Reference", f"rest {self._count}")
            spans.append((time.monotonic() - began) * 1000)
            self.world.settle_quietly(INVOICE)
        return median(spans)

    def count_changes(self, rounds: int) -> list[Asked]:
        """What a change comes to in the database, in each of some rounds."""
        named = (INVOICE, self._key)
        with without_timers(self.ground) as counter:
            return list(count_changes(self.ground, self.world, counter, named, [CHANGES] * rounds))

    def tick(self) -> dict[str, float]:
        """The milliseconds of each timer."""
        return run(time_timers(self.ground.environment))

    def count_timers(self) -> dict[str, int]:
        """The rows that each timer reads."""
        with without_worker(self.ground):
            return count_timers(self.ground)


def measure(size: Size) -> Iterator[Figure]:
    """Every figure of this group."""
    with ExitStack() as stack:
        grounds = [stack.enter_context(open_ground()) for _ in range(2)]
        with ThreadPoolExecutor() as both:
            small, large = both.map(Database, grounds, (size.links // SMALLER, size.links))
        yield from measure_changes(small, large, size.rounds)
        yield from measure_rows(small, large, size.rounds)
        yield from measure_ticks(small, large, size.rounds)


def measure_changes(small: Database, large: Database, rounds: int) -> Iterator[Figure]:
    """What a change costs."""
    found = interleave({"small": lambda _: small.change(), "large": lambda _: large.change()}, rounds)
    against = f"{small.links:,} links, {small.links // LINKS_EACH} connections"
    note = f"{large.links:,} links of {large.links // LINKS_EACH:,} connections, filled in {large.fill_seconds:.0f} s"
    yield compare("rest.cost", "ms/change", found["large"], against, found["small"], note)
    size = large.ground.execute("SELECT pg_total_relation_size('invoice_links')")[0][0] / large.links
    yield alone(
        "rest.bytes", "bytes/link", [size], "the table of links with its indexes, right after the fill"
    )


def measure_rows(small: Database, large: Database, rounds: int) -> Iterator[Figure]:
    """What the database is asked and reads for a change, and reads for the timers when nothing is due."""
    against = f"{small.links:,} links"
    with ThreadPoolExecutor() as both:  # rows are no fewer for company, and each count waits for its database
        theirs, ours = both.map(lambda each: each.count_changes(min(2, rounds)), (small, large))
    rows, their_rows = ([each.rows for each in found] for found in (ours, theirs))
    yield compare("rest.rows", "rows/change", rows, against, their_rows, NOTE)
    queries, their_queries = ([each.queries for each in found] for found in (ours, theirs))
    yield compare("rest.queries", "queries/change", queries, against, their_queries, NOTE)
    of_small, of_large = small.count_timers(), large.count_timers()
    listed = ", ".join(f"{name} {rows}" for name, rows in of_large.items())
    ticks = [float(sum(of_large.values()))], [float(sum(of_small.values()))]
    yield compare("rest.timer_rows", "rows/tick", ticks[0], against, ticks[1], f"each timer once: {listed}")


def measure_ticks(small: Database, large: Database, rounds: int) -> Iterator[Figure]:
    """What the timers cost when nothing is due: the slowest of those that run every minute or more often."""
    found = interleave({"small": lambda _: small.tick(), "large": lambda _: large.tick()}, min(3, rounds))
    names = list(found["large"][0])
    medians = {name: median(tick[name] for tick in found["large"]) for name in names}
    slowest = max(medians, key=lambda name: medians[name])
    against = f"{small.links:,} links"
    ours, theirs = ([tick["nudge_behind"] for tick in found[who]] for who in ("large", "small"))
    note = f"nudge_behind; goal: under {MOST_MS:.0f} ms"
    yield compare("rest.idle_tick", "ms", ours, against, theirs, note)
    ours, theirs = ([tick[slowest] for tick in found[who]] for who in ("large", "small"))
    listed = ", ".join(f"{name} {medians[name]:.1f}" for name in names)
    yield compare("rest.idle_tick.slowest", "ms", ours, against, theirs, f"{slowest}; all: {listed}")
