"""The rounds of latency: each way, Xero answering in 0, 50 and 300 ms, alone and beside busy connections."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median, quantiles
from typing import Any, NamedTuple

from app.demo.introduction import introduce
from app.demo.organisation import list_writes
from app.demo.waiting import wait_for
from app.demo.world import World
from benchmarks.calls.counting import list_calls
from benchmarks.calls.singles import await_app, await_xero, open_in_step
from benchmarks.figure import Figure, alone
from benchmarks.ground import Ground, open_ground, start_world
from benchmarks.joined import join
from benchmarks.latency.bulks import measure_beside_bulks
from benchmarks.latency.busy import busy
from benchmarks.latency.slow_xero import measure_slow_xero
from benchmarks.rounds import interleave
from benchmarks.size import Size

DELAYS_MS = (0, 50, 300)
SLOW_MS = 300
"""Where each change takes that long and more, half as many are timed."""

CONNECTIONS = 200
ROUNDS = 3
INVOICE = "timed"
MILLISECOND = timedelta(milliseconds=1)

Json = dict[str, Any]


@dataclass(frozen=True)
class Spans:
    """The milliseconds of single changes, and of each the time that Xero took for its calls."""

    whole: list[float]
    in_xero: list[float]

    @property
    def own(self) -> list[float]:
        """What is ours, and the sandboxes'."""
        return [whole - xero for whole, xero in zip(self.whole, self.in_xero, strict=True)]


class Marks(NamedTuple):
    """The newest entries of both sides' logs before a change."""

    xero: int
    app: int


class Bench:
    """One invoice that both sides have, changed on one side and looked at on the other."""

    def __init__(self, world: World, ground: Ground, changes: int) -> None:
        self._world, self._changes, self._count = world, changes, 0
        self.key = open_in_step(world, ground, INVOICE)

    def out(self, delay_ms: int) -> Spans:
        """From the app to Xero."""
        return self._time(delay_ms, self._edit_app, self._find_write)

    def back(self, delay_ms: int) -> Spans:
        """From Xero to the app; the webhook is what sets out."""
        return self._time(delay_ms, self._edit_xero, self._find_delivery)

    def _edit_app(self, said: str) -> None:
        self._world.partner.edit(INVOICE, {"reference": said})

    def _edit_xero(self, said: str) -> None:
        self._world.xero.edit(self.key, {"Reference": said})

    def _find_write(self, said: str, marks: Marks) -> Json:
        await_xero(self._world, self.key, "Reference", said)
        return _await_last(lambda: list_writes(list_calls(self._world, marks.xero)))

    def _find_delivery(self, said: str, marks: Marks) -> Json:
        await_app(self._world, INVOICE, "reference", said)
        return _await_last(lambda: self._world.partner.list_received(marks.app, INVOICE))

    def _time(
        self, delay_ms: int, edit: Callable[[str], None], find_landed: Callable[[str, Marks], Json]
    ) -> Spans:
        """Until the other side's own log says that the change landed: whoever looks for it often is in its way."""
        self._world.xero.remote.put("/latency", {"milliseconds": delay_ms})
        spans = Spans([], [])
        for _ in range(self._changes if delay_ms < SLOW_MS else self._changes // 2):
            self._count += 1
            said = f"change {self._count}"
            marks = Marks(self._world.xero.mark(), self._world.partner.mark())
            began = datetime.now(UTC)
            edit(said)
            landed = find_landed(said, marks)["at"]
            calls = [call for call in list_calls(self._world, marks.xero) if call["at"] <= landed]
            spans.whole.append((datetime.fromisoformat(landed) - began) / MILLISECOND)
            spans.in_xero.append(len(calls) * delay_ms)
            self._world.settle_quietly(INVOICE)
        self._world.xero.remote.put("/latency", {"milliseconds": 0})
        return spans


def measure(size: Size) -> Iterator[Figure]:
    """Every figure of this group."""
    rounds = min(ROUNDS, size.rounds)
    with open_ground() as ground:
        world = start_world(ground)
        introduce(world)
        bench = Bench(world, ground, max(3, size.changes // (2 * rounds)))
        idle = measure_ways(bench, rounds)
        joined = join(world, ground, min(CONNECTIONS, size.connections // 50), world.introduction["api_key"])
        with busy(joined) as taken:
            loaded = measure_ways(bench, rounds)
        beside_bulks = measure_beside_bulks(world, ground, joined, INVOICE, bench.key)
        slow_xero = measure_slow_xero(world, ground, joined, size)
    own, own_loaded = _list_own(idle), _list_own(loaded)
    note = f"our own share, {len(own)} changes both ways, Xero at {', '.join(map(str, DELAYS_MS))} ms"
    yield alone("latency.idle.p50", "ms", [median(own)], note)
    yield Figure("latency.idle.p99", _p99(own), "ms", rounds=rounds, note=note)
    for delay_ms, spans in idle.items():
        yield tell_whole(delay_ms, spans, rounds)
    busily = f"{len(joined)} connections, {taken[0]} documents meanwhile"
    against, ratio = f"idle: {_p99(own):,.0f} ms", _p99(own_loaded) / _p99(own)
    yield Figure("latency.busy.p99", _p99(own_loaded), "ms", against, ratio, rounds, busily)
    yield beside_bulks
    yield slow_xero


def measure_ways(bench: Bench, rounds: int) -> dict[int, list[Spans]]:
    """Every change, both ways in turn, by Xero's milliseconds for a call."""
    turns = {f"out {delay}": lambda _, delay=delay: bench.out(delay) for delay in DELAYS_MS}
    turns |= {f"back {delay}": lambda _, delay=delay: bench.back(delay) for delay in DELAYS_MS}
    found = interleave(turns, rounds)
    return {delay: found[f"out {delay}"] + found[f"back {delay}"] for delay in DELAYS_MS}


def tell_whole(delay_ms: int, spans: Sequence[Spans], rounds: int) -> Figure:
    """From the edit to the other side, Xero's time in it; beside it the slowest in a hundred."""
    whole = [span for each in spans for span in each.whole]
    note = f"{len(whole)} changes both ways, each of Xero's calls {delay_ms} ms"
    against = f"99th percentile: {_p99(whole):,.0f} ms"
    return Figure(f"latency.whole.{delay_ms}", median(whole), "ms", against, None, rounds, note)


def _await_last(read: Callable[[], list[Json]]) -> Json:
    """The newest entry, once there is one: a side shows a change a moment before it notes it."""
    return wait_for(read, bool, lambda _: "The change is not in the log")[-1]


def _list_own(found: Mapping[int, Sequence[Spans]]) -> list[float]:
    return [span for spans in found.values() for each in spans for span in each.own]


def _p99(spans: list[float]) -> float:
    return quantiles(spans, n=100, method="inclusive")[98]
