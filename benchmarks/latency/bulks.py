"""A single change while a worker has more businesses' bulks to do than it does at a time."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from statistics import median

from app.demo.world import World
from benchmarks.calls.singles import await_xero
from benchmarks.figure import Figure
from benchmarks.ground import COUNT_BEHIND, Ground, settle
from benchmarks.joined import Joined

BULKS = 30
"""Connections with one: three times what a worker does at a time."""

EACH = 100
"""Invoices of each, all new: two writes of Xero's."""

DELAY_MS = 1000
"""Of each call of Xero's."""

ALONE = 3
LOOK_SECONDS = 0.02
MILLISECONDS = 1000


class Bench:
    """One invoice that both sides have, edited in the app and looked for in Xero."""

    def __init__(self, world: World, ground: Ground, invoice_id: str, key: str) -> None:
        self._world, self._ground, self._invoice_id, self._key, self._count = (
            world,
            ground,
            invoice_id,
            key,
            0,
        )

    def time_one(self) -> float:
        """Milliseconds from an edit until Xero has it."""
        self._count += 1
        said = f"beside bulks {self._count}"
        began = time.monotonic()
        self._world.partner.edit(self._invoice_id, {"reference": said})
        await_xero(self._world, self._key, "Reference", said, LOOK_SECONDS)
        return (time.monotonic() - began) * MILLISECONDS

    def time_beside(self, joined: Sequence[Joined]) -> list[float]:
        """The same, one after the other, for as long as the others' invoices go to Xero."""
        with ThreadPoolExecutor(len(joined)) as senders:
            for _ in senders.map(lambda each: each.put(EACH, 1, prefix="bulk"), joined):
                pass
            return list(self._time_while_behind())

    def _time_while_behind(self) -> Iterator[float]:
        while int(self._ground.execute(COUNT_BEHIND)[0][0]):
            yield self.time_one()


def measure_beside_bulks(
    world: World, ground: Ground, joined: Sequence[Joined], invoice_id: str, key: str
) -> Figure:
    """The slowest of them, since whoever waits behind others' bulks waits long, and seldom."""
    bench, others = Bench(world, ground, invoice_id, key), joined[:BULKS]
    world.xero.remote.put("/latency", {"milliseconds": DELAY_MS})
    alone = [bench.time_one() for _ in range(ALONE)]
    beside = bench.time_beside(others)
    world.xero.remote.put("/latency", {"milliseconds": 0})
    settle(ground)
    note = f"{len(others)} businesses send {EACH} invoices each; Xero at {DELAY_MS} ms; the slowest of {len(beside)}"
    worst, usual = max(beside), median(alone)
    return Figure("latency.beside_bulks", worst, "ms", f"alone: {usual:,.0f} ms", worst / usual, 1, note)
