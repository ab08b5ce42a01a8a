"""The rounds of intake: for each kind of request, Plumbline and both opponents in turn, and a count after each turn."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from app.demo.failures import StepFailed
from benchmarks.figure import Figure, compare
from benchmarks.ground import WEBHOOK_KEY, Ground, open_ground, run, serving, start_api, watch_postgres
from benchmarks.intake.opponents import TABLES
from benchmarks.intake.prepared import build_minimal_put, build_partner, build_put, build_xero
from benchmarks.intake.seed import Seed, seed
from benchmarks.load import CONNECTIONS, name_player, play, requests
from benchmarks.load.played import Played
from benchmarks.machine import cpu_seconds, list_children
from benchmarks.rounds import interleave
from benchmarks.size import Size

FIRST_GUESS = 10_000
"""Requests a second that are prepared before anything is known; from then on by what was answered last."""

MOST = 24_000
ENDLESSLY = 2_000
"""Requests that go round and round where nothing is stored."""

REST_SECONDS = 0.1
AT_HAND = 3
"""Requests that are made for a round, to those of the last one in that time: where others leave the machine, the next
answers more than twice as many.
"""

WARM_UP = 0.5
"""Seconds before the first round: everything is prepared then, and it is known about how many are answered."""

LONGEST = 10.0
"""Seconds of one turn."""

MILLISECONDS = 1000
ONE_EACH, NOTHING = "one insert per request", "verified, nothing stored"
COST = "its process and PostgreSQL"
BARE, NAIVE = "benchmarks.intake.opponents:build_bare", "benchmarks.intake.opponents:build_naive"


@dataclass(frozen=True)
class Kind:
    """One kind of request, and where each contender keeps what it was sent."""

    figure: str
    build: Callable[[Seed, int, int], Iterator[bytes]]
    ours: str
    naive: str
    has_numbers: bool = False
    """Xero's, which must follow on one another, whatever the events are about."""

    beside: "Kind | None" = None
    """Another form of the same request, played in the same rounds against the same opponents."""


PUTS, MINIMAL_PUTS = (f"invoice_links WHERE partner_invoice_id LIKE '{each}\\_%'" for each in ("put", "min"))
MINIMAL = Kind("put.invoice.minimal", build_minimal_put, MINIMAL_PUTS, "naive.documents")
KINDS = (
    Kind("intake.xero", build_xero, "xero_webhooks", "naive.events", has_numbers=True),
    Kind("intake.partner", build_partner, "partner_events", "naive.documents"),
    Kind("put.invoice", build_put, PUTS, "naive.documents", beside=MINIMAL),
)


@dataclass(frozen=True)
class Turn:
    """What one round came to, and what each answer cost its server's process and PostgreSQL."""

    played: Played
    cpu_ms: float


@dataclass(frozen=True)
class Server:
    """What answers, and what its process is called to do."""

    url: str
    word: str


class Contender:
    """One server under load with one kind of request."""

    def __init__(self, ground: Ground, seeded: Seed, kind: Kind, server: Server, kept_in: str | None) -> None:
        self._ground, self._seed, self._kind, self._server, self._kept_in = (
            ground,
            seeded,
            kind,
            server,
            kept_in,
        )
        self._postgres = watch_postgres(ground)
        self._next, self._rate = 1, float(FIRST_GUESS)

    def play(self, seconds: float) -> Turn:
        """One round. Raises StepFailed where an answer was not good, or what was answered is not what is stored."""
        file = self._ground.folder / "playback"
        # An answer to each connection at least, also from one that is slow.
        seconds = min(LONGEST, max(seconds, 3 * CONNECTIONS / max(self._rate, 1)))
        count = (
            int(min(MOST, self._rate * AT_HAND) * seconds) + 4 * CONNECTIONS if self._kept_in else ENDLESSLY
        )
        requests.write(file, self._kind.build(self._seed, count, self._next))
        before, spent = self._count(), self._spent()
        played = play(self._server.url, file, seconds, is_endless=self._kept_in is None)
        spent = self._spent() - spent
        self._check(played, count, before)
        # Numbers of Xero's that never came would mean a loss; things that were sent already would not be inserted.
        sent = 0 if self._kind.has_numbers else CONNECTIONS
        self._next, self._rate = self._next + played.answered + sent, played.rate
        return Turn(played, spent / played.answered * MILLISECONDS)

    def _spent(self) -> float:
        """CPU seconds until now."""
        return cpu_seconds([*list_children(self._server.word), *self._postgres()])

    def _count(self) -> int:
        """What is stored once nothing more is on its way."""
        if self._kept_in is None:
            return 0
        seen, now = -1, self._count_now()
        while seen != now:
            time.sleep(REST_SECONDS)
            seen, now = now, self._count_now()
        return now

    def _count_now(self) -> int:
        return int(self._ground.execute(f"SELECT count(*) FROM {self._kept_in}")[0][0])

    def _check(self, played: Played, count: int, before: int) -> None:
        if played.refused or played.broken:
            raise StepFailed(f"{self._kind.figure}: {played.refused} refused, {played.broken} broken")
        if self._kept_in is None:
            return
        if played.answered >= count:
            raise StepFailed(f"{self._kind.figure}: all {count} requests were used up")
        stored = self._count() - before
        if not played.answered <= stored <= played.answered + CONNECTIONS:
            raise StepFailed(f"{self._kind.figure}: {played.answered} answered, {stored} stored")


def measure(size: Size) -> Iterator[Figure]:
    """Every figure of this group."""
    with open_ground() as ground:
        seeded = seed(ground)
        run(_make_tables(ground))
        plumbline = Server(start_api(ground).url, "serve")
        told = {"XERO_KEY": WEBHOOK_KEY, "PARTNER_SECRET": seeded.secret, "API_KEY": seeded.api_key}
        told["NAIVE_DATABASE_URL"] = ground.database_url
        with (
            serving(BARE, **told) as bare,
            serving(NAIVE, **told) as naive,
        ):
            for kind in KINDS:
                forms = [each for each in (kind, kind.beside) if each is not None]
                ours = {each.figure: Contender(ground, seeded, each, plumbline, each.ours) for each in forms}
                others = {
                    ONE_EACH: Contender(ground, seeded, kind, Server(naive, NAIVE), kind.naive),
                    NOTHING: Contender(ground, seeded, kind, Server(bare, BARE), None),
                }
                yield from measure_kind(ours, others, size)
                ground.execute("TRUNCATE naive.events, naive.documents")


def measure_kind(
    ours: Mapping[str, Contender], others: Mapping[str, Contender], size: Size
) -> Iterator[Figure]:
    """For each form of a request, by its figure: the rate beside both opponents, the slowest in a hundred, and what one
    costs.
    """
    contenders = {**ours, **others}
    for contender in contenders.values():
        contender.play(WARM_UP)
    turns = {who: lambda _, each=each: each.play(size.seconds) for who, each in contenders.items()}
    found = interleave(turns, size.rounds)
    rates = {who: [turn.played.rate for turn in each] for who, each in found.items()}
    slowest = {who: [turn.played.p99_ms for turn in each] for who, each in found.items()}
    costs = {who: [turn.cpu_ms for turn in each] for who, each in found.items()}
    note = f"{CONNECTIONS} connections, one process, fsync; {name_player()}"
    for name in ours:
        yield compare(name, "requests/s", rates[name], ONE_EACH, rates[ONE_EACH], note)
        yield compare(f"{name}.bare", "requests/s", rates[name], NOTHING, rates[NOTHING])
        yield compare(f"{name}.p99", "ms", slowest[name], ONE_EACH, slowest[ONE_EACH])
        yield compare(f"{name}.cost", "ms CPU", costs[name], ONE_EACH, costs[ONE_EACH], COST)


async def _make_tables(ground: Ground) -> None:
    import asyncpg

    connection = await asyncpg.connect(ground.database_url)
    await connection.execute(TABLES)
    await connection.close()
