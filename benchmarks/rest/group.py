"""The rounds at rest: single changes in a small and in a large database in turn, and the timers of both."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median

from app.demo.introduction import introduce
from app.demo.world import World
from benchmarks.calls.singles import await_xero, open_in_step
from benchmarks.figure import Figure, alone, compare
from benchmarks.ground import Ground, open_ground, run, start_world, without_worker
from benchmarks.rest.fill import fill
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
STATISTICS_SECONDS = 1.5
"""PostgreSQL tells what was read up to a second later."""

READ = """
SELECT tup_returned + tup_fetched AS rows, xact_commit AS commits FROM pg_stat_database
WHERE datname = current_database()
"""


@dataclass(frozen=True)
class Cost:
    """A change, as the median of a round, and the rows that the database read for one, timers included."""

    milliseconds: float
    rows: float


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

    def change(self) -> Cost:
        """A round of single changes, from the app's edit until Xero shows it."""
        before, spans = self._read(), []
        for _ in range(CHANGES):
            self._count += 1
            began = time.monotonic()
            self.world.partner.edit(INVOICE, {"reference": f"rest {self._count}"})
            await_xero(self.world, self._key, "Reference", f"rest {self._count}")
            spans.append((time.monotonic() - began) * 1000)
            self.world.settle_quietly(INVOICE)
        return Cost(median(spans), (self._read() - before) / CHANGES)

    def tick(self) -> dict[str, float]:
        """What the timers cost."""
        return run(time_timers(self.ground, self.ground.environment))

    def _read(self) -> int:
        time.sleep(STATISTICS_SECONDS)
        return int(self.ground.execute(READ)[0]["rows"])


def measure(size: Size) -> Iterator[Figure]:
    """Every figure of this group."""
    with ExitStack() as stack:
        small = Database(stack.enter_context(open_ground()), size.links // SMALLER)
        large = Database(stack.enter_context(open_ground()), size.links)
        yield from measure_changes(small, large, size.rounds)
        yield from measure_ticks(small, large, size.rounds)


def measure_changes(small: Database, large: Database, rounds: int) -> Iterator[Figure]:
    """What a change costs."""
    found = interleave({"small": lambda _: small.change(), "large": lambda _: large.change()}, rounds)
    against = f"{small.links:,} links, {small.links // LINKS_EACH} connections"
    note = f"{large.links:,} links of {large.links // LINKS_EACH:,} connections, filled in {large.fill_seconds:.0f} s"
    spans = {who: [cost.milliseconds for cost in costs] for who, costs in found.items()}
    rows = {who: [cost.rows for cost in costs] for who, costs in found.items()}
    yield compare("rest.cost", "ms/change", spans["large"], against, spans["small"], note)
    note = "by pg_stat_database, timers included"
    yield compare("rest.rows", "rows/change", rows["large"], against, rows["small"], note)
    size = large.ground.execute("SELECT pg_total_relation_size('invoice_links')")[0][0] / large.links
    yield alone(
        "rest.bytes", "bytes/link", [size], "the table of links with its indexes, right after the fill"
    )


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
