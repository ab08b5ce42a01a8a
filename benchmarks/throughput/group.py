"""The rounds of throughput: one, two and four workers in turn, then one that tells its stages, then one through the
counting proxy.
"""

import json
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.demo.introduction import introduce
from app.demo.processes import Child
from app.demo.waiting import wait_for
from app.demo.world import World
from benchmarks.figure import Figure, alone, compare
from benchmarks.ground import Ground, open_ground, settle, start_world, watch_postgres
from benchmarks.joined import Joined, join
from benchmarks.machine import cpu_seconds, list_children
from benchmarks.rounds import interleave
from benchmarks.size import Size
from benchmarks.throughput.proxy import Counter, counting_proxy
from benchmarks.throughput.staged import STAGES, STAGES_FILE

CONNECTIONS = 4
WORKERS = (1, 2, 4)
SINGLES = 10
MOST_ROUNDS = 2
COUNTED_BULKS = 3
"""How the webhooks of its own writes fall between a bulk's rounds differs from one bulk to the next."""

STARTED = "worker_started"
"""What a worker logs when it takes jobs."""
MILLISECONDS = 1000


@dataclass(frozen=True)
class Spent:
    """What so many changes took: seconds by the wall, and of CPU by process."""

    changes: int
    seconds: float
    cpu: dict[str, float]

    @property
    def rate(self) -> float:
        return self.changes / self.seconds

    def per_change(self, *stages: str) -> float:
        """CPU milliseconds of these processes."""
        return sum(self.cpu[stage] for stage in stages) / self.changes * MILLISECONDS


class Bench:
    """Connections with invoices that both sides have, and the next version of all of them."""

    def __init__(self, ground: Ground, world: World, joined: Sequence[Joined], each: int) -> None:
        self._ground, self._world, self._joined, self._each, self._version = ground, world, joined, each, 0
        self._extra: list[Child] = []
        self._postgres = watch_postgres(ground)
        self.spend()

    def with_workers(self, count: int) -> Spent:
        """A round with so many workers; those beyond the first end with it."""
        names = [f"work-extra-{n}" for n in range(1, count)]
        self._world.children.tell(PLUMBLINE_LOG_LEVEL="info")
        self._extra = [self._world.children.start(name, "work") for name in names]
        for worker, name in zip(self._extra, names, strict=True):
            log = self._ground.folder / f"{name}.log"
            worker.wait_until(lambda log=log: STARTED in log.read_text())  # type: ignore[misc]
        try:
            return self.spend()
        finally:
            for worker in self._extra:
                worker.ask_to_end()
            for worker in self._extra:
                worker.end()

    def enlarge(self, each: int) -> None:
        """From now on so many invoices of each connection; both sides have them."""
        self._each = each
        self.spend()

    def spend(self) -> Spent:
        """Put the next version of every invoice, and let all go at once.

        Connections are held back by hand: pausing them would be told to the app, and what that costs is not a change's.
        The last document of each comes once they may go, and calls a worker as any does.
        """
        self._version += 1
        last = self._each - 1
        self._ground.execute("UPDATE connections SET state = 'paused' WHERE state = 'active'")
        for each in self._joined:
            each.put(last, self._version)

        def let_go() -> None:
            self._ground.execute("UPDATE connections SET state = 'active' WHERE state = 'paused'")
            for each in self._joined:
                each.put(1, self._version, first=last)

        return self._timed(let_go, self._each * len(self._joined))

    def spend_singly(self) -> Spent:
        """A few, one after the other."""
        self._version += 1

        def edit() -> None:
            for _ in range(SINGLES):
                self._version += 1
                self._joined[0].put(1, self._version)
                settle(self._ground)

        return self._timed(edit, SINGLES)

    def _timed(self, act: Callable[[], object], changes: int) -> Spent:
        before, began = self._read(), time.monotonic()
        act()
        settle(self._ground)
        seconds, after = time.monotonic() - began, self._read()
        return Spent(changes, seconds, {name: after[name] - before[name] for name in after})

    def _read(self) -> dict[str, float]:
        stages = {"api": "serve", "worker": "work", "sandboxes": "sandbox"}
        found = {name: cpu_seconds(list_children(word)) for name, word in stages.items()}
        return found | {"postgres": cpu_seconds(self._postgres())}


def measure(size: Size) -> Iterator[Figure]:
    """Every figure of this group."""
    with open_ground() as ground:
        world = start_world(ground)
        introduce(world)
        joined = join(world, ground, CONNECTIONS, world.introduction["api_key"])
        bench = Bench(ground, world, joined, max(20, size.volume // (2 * CONNECTIONS)))
        yield from measure_rates(bench, min(size.rounds, MOST_ROUNDS))
        yield from measure_stages(ground, world, bench)
        yield from measure_round_trips(ground, world, bench, max(20, size.volume // CONNECTIONS))


def measure_rates(bench: Bench, rounds: int) -> Iterator[Figure]:
    """Rates by number of workers, and CPU by process."""
    turns = {str(count): lambda _, count=count: bench.with_workers(count) for count in WORKERS}
    found = interleave(turns | {"singly": lambda _: bench.spend_singly()}, rounds)
    rates = {who: [spent.rate for spent in each] for who, each in found.items()}
    yield compare("throughput.changes", "changes/s", rates["1"], "one at a time", rates["singly"])
    for count in WORKERS[1:]:
        yield compare(f"throughput.changes.{count}", "changes/s", rates[str(count)], "one worker", rates["1"])
    ours = [spent.per_change("worker", "postgres") for spent in found["1"]]
    singly = [spent.per_change("worker", "postgres") for spent in found["singly"]]
    stages = ", ".join(f"{name} {found['1'][0].per_change(name):.1f}" for name in found["1"][0].cpu)
    note = f"worker and PostgreSQL; by process, first round: {stages}"
    yield compare("throughput.cpu", "CPU ms/change", ours, "one at a time", singly, note)


def measure_stages(ground: Ground, world: World, bench: Bench) -> Iterator[Figure]:
    """CPU of one worker by the stages of its work, the largest first."""
    end_workers()
    file = ground.folder / "stages.json"
    world.children.tell(**{STAGES_FILE: str(file)})
    worker = world.children.start("work-by-stage", "work", module="benchmarks.throughput.staged")
    # The first has everything prepared.
    bench.spend()
    before, changes = _ask_for_stages(file), bench.spend().changes
    after = _ask_for_stages(file)
    worker.ask_to_end()
    worker.end()
    spent = {stage: (after[stage] - before.get(stage, 0.0)) / changes * MILLISECONDS for stage in after}
    whole = sum(spent.values())
    for stage in sorted(spent, key=lambda each: -spent[each]):
        against = f"the whole worker: {whole:.2f} CPU ms/change"
        yield Figure(
            f"throughput.cpu.{stage}",
            spent[stage],
            "CPU ms/change",
            against,
            spent[stage] / whole,
            1,
            STAGES[stage].words,
        )


def _ask_for_stages(file: Path) -> dict[str, float]:
    """Seconds by stage so far, as the worker writes them down when it is asked."""
    file.unlink(missing_ok=True)
    list_children("work")[0].send_signal(signal.SIGUSR1)
    wait_for(file.exists, bool, lambda _: "the worker did not tell its stages", seconds=10)
    told: dict[str, float] = json.loads(file.read_text())
    return told


def end_workers() -> None:
    """As a deployment ends them."""
    for running in list_children("work"):
        running.terminate()
        running.wait(30)


def measure_round_trips(ground: Ground, world: World, bench: Bench, bulk_of_each: int) -> Iterator[Figure]:
    """The round trips of a worker that reaches the database through the counter alone."""
    end_workers()
    with counting_proxy(ground.addresses.database_url) as (url, counter):
        world.children.tell(DATABASE_URL=url)
        worker = world.children.start("work-counted", "work")
        bench.enlarge(bulk_of_each)
        bulks = [_count(counter, bench.spend) for _ in range(COUNTED_BULKS)]
        singly = _count(counter, bench.spend_singly)
        worker.ask_to_end()
        worker.end()
    changes = bulk_of_each * CONNECTIONS
    note = f"{changes} changes of {CONNECTIONS} connections, timers included; counted by a proxy"
    many = [singly] * len(bulks)
    yield compare("throughput.round_trips", "round trips/change", bulks, "one at a time", many, note)
    yield alone(
        "throughput.round_trips.single", "round trips/change", [singly], "a single change, timers included"
    )


def _count(counter: Counter, spend: Callable[[], Spent]) -> float:
    """Round trips for each change."""
    before = counter.round_trips
    spent = spend()
    return (counter.round_trips - before) / spent.changes
