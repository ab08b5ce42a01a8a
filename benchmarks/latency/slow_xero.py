"""Xero's webhooks while Xero itself takes five seconds for each call, and workers wait for it."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from uuid import uuid4

from app.demo.failures import StepFailed
from app.demo.world import World
from benchmarks.figure import Figure, compare
from benchmarks.ground import COUNT_BEHIND, Ground, settle
from benchmarks.intake.prepared import sign_as_xero
from benchmarks.joined import Joined
from benchmarks.load import CONNECTIONS, name_player, play, requests
from benchmarks.size import Size

SLOW_MS = 5000
AT_WORK = 20
"""Connections that have something to write meanwhile: as many as calls to Xero are under way in a worker."""

WEBHOOKS = 2_000
"""They go round and round; what is told is the time until an answer."""


class Bench:
    """A load of webhooks about organisations that nobody has, beside connections at work."""

    def __init__(self, world: World, ground: Ground, joined: Sequence[Joined], seconds: float) -> None:
        self._world, self._ground, self._seconds, self._version = world, ground, seconds, 0
        self._at_work = joined[:AT_WORK]
        self._file = ground.folder / "webhooks"
        requests.write(self._file, build_webhooks(world.xero.addresses["webhook_key"]))

    def play(self, delay_ms: int) -> float:
        """The 99th percentile of the answers, in milliseconds, while each of Xero's takes so long."""
        self._world.xero.remote.put("/latency", {"milliseconds": delay_ms})
        self._version += 1
        for each in self._at_work:
            each.put(1, self._version, prefix="slow")
        played = play(self._world.plumbline.url, self._file, self._seconds, is_endless=True)
        waiting = int(self._ground.execute(COUNT_BEHIND)[0][0])
        self._world.xero.remote.put("/latency", {"milliseconds": 0})
        settle(self._ground)
        if played.refused or played.broken or (delay_ms and not waiting):
            raise StepFailed(f"{played.refused} refused, {played.broken} broken, {waiting} wait for Xero")
        return played.p99_ms


def build_webhooks(key: str) -> Iterator[bytes]:
    """Webhooks of one event each, as Xero signs them, without numbers: nothing is made of those."""
    for _ in range(WEBHOOKS):
        at = datetime.now(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00")
        event = {"resourceId": str(uuid4()), "eventDateUtc": at, "tenantId": str(uuid4())}
        yield sign_as_xero(key, {"events": [event | {"eventType": "UPDATE", "eventCategory": "INVOICE"}]})


def measure_slow_xero(world: World, ground: Ground, joined: Sequence[Joined], size: Size) -> Figure:
    """What becomes of the slowest in a hundred; in one round, since every call that is under way takes its time."""
    bench = Bench(world, ground, joined, size.seconds)
    bench.play(0)
    at_once, slow = bench.play(0), bench.play(SLOW_MS)
    note = (
        f"{CONNECTIONS} connections of load, {min(AT_WORK, len(joined))} businesses at work; {name_player()}"
    )
    return compare("intake.xero.slow_xero", "ms", [slow], "Xero answering at once", [at_once], note)
