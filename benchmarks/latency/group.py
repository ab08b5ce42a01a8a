"""The rounds of latency: each way, Xero answering in 0, 50 and 300 ms, alone and beside busy connections."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from app.demo.introduction import introduce
from app.demo.world import World
from benchmarks.calls.counting import counting
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
LOOK_SECONDS = 0.005
"""Between two looks for a change on the other side, which is in what is measured: longer, and that is most of it."""

INVOICE = "timed"
MILLISECONDS = 1000


@dataclass(frozen=True)
class Spans:
    """The milliseconds of single changes, and of each the time that Xero took for its calls."""

    whole: list[float]
    in_xero: list[float]

    @property
    def own(self) -> list[float]:
        """What is ours, and the sandboxes'."""
        return [whole - xero for whole, xero in zip(self.whole, self.in_xero, strict=True)]


class Bench:
    """One invoice that both sides have, changed on one side and looked at on the other."""

    def __init__(self, world: World, ground: Ground, changes: int) -> None:
        self._world, self._changes, self._count = world, changes, 0
        self.key = open_in_step(world, ground, INVOICE)

    def out(self, delay_ms: int) -> Spans:
        """From the app to Xero."""
        return self._time(
            delay_ms,
            self._edit_app,
            lambda said: await_xero(self._world, self.key, "Reference", said, LOOK_SECONDS),
        )

    def back(self, delay_ms: int) -> Spans:
        """From Xero to the app; the webhook is what sets out."""
        return self._time(
            delay_ms,
            self._edit_xero,
            lambda said: await_app(self._world, INVOICE, "reference", said, LOOK_SECONDS),
        )

    def _edit_app(self, said: str) -> None:
        self._world.partner.edit(INVOICE, {"reference": said})

    def _edit_xero(self, said: str) -> None:
        self._world.xero.edit(self.key, {"Reference": said})

    def _time(self, delay_ms: int, edit: Callable[[str], None], await_it: Callable[[str], None]) -> Spans:
        self._world.xero.remote.put("/latency", {"milliseconds": delay_ms})
        spans = Spans([], [])
        for _ in range(self._changes if delay_ms < SLOW_MS else self._changes // 2):
            self._count += 1
            said = f"change {self._count}"
            with counting(self._world) as counted:
                began = time.monotonic()
                edit(said)
                await_it(said)
                spans.whole.append((time.monotonic() - began) * MILLISECONDS)
            spans.in_xero.append(len(counted.calls) * delay_ms)
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


def _list_own(found: Mapping[int, Sequence[Spans]]) -> list[float]:
    return [span for spans in found.values() for each in spans for span in each.own]


def _p99(spans: list[float]) -> float:
    return quantiles(spans, n=100, method="inclusive")[98]
