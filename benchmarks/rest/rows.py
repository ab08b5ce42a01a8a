"""Rows that PostgreSQL read, by its own statistics of our tables, for changes and timers apart; and what it was asked.

Timers run by the clock, so beside them a change comes to more or fewer rows as its round happens to fall. Changes are
counted with a worker whose timers never run, timers with no other worker there.

A row counts once for each time that it was fetched, and once for each entry of an index that led to it; PostgreSQL's
own catalogues do not count, since what reads them is each new connection and its own upkeep.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from app.db.postgres.present import WORKER
from app.demo.waiting import wait_for
from app.demo.world import World
from benchmarks.calls.singles import await_xero
from benchmarks.ground import Ground, run, without_worker
from benchmarks.rest.timers import list_names, tick_once
from benchmarks.throughput.proxy import Counter, counting_proxy

READ = """
SELECT (SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_user_tables)
     + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes)
"""
WORKERS = "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1"

TOLD_SECONDS = 11.0
"""A connection that has nothing to do tells what it read ten seconds later."""
ECHO_SECONDS = 0.7
"""For what a change does after Xero shows it. Nobody asks how far it is: that would be read from the database too."""


@dataclass(frozen=True)
class Asked:
    """What a change comes to in the database: rows that were read, and questions of the worker's that were answered."""

    rows: float
    queries: float


@contextmanager
def without_timers(ground: Ground) -> Iterator[Counter]:
    """A worker whose timers never run is there in place of the others until the block ends; what it asks is counted."""
    with without_worker(ground), counting_proxy(ground.addresses.database_url) as (url, counter):
        ground.children.tell(DATABASE_URL=url)
        worker = ground.children.start("work-untimed", module="benchmarks.rest.untimed")
        try:
            yield counter
        finally:
            ground.children.tell(DATABASE_URL=ground.addresses.database_url)
            worker.ask_to_end()
            worker.end()


def count_changes(
    ground: Ground, world: World, counter: Counter, named: tuple[str, str], changes: Sequence[int]
) -> Iterator[Asked]:
    """What one of so many changes comes to, in each round; one before them that does not count wakes everything.

    `named` is the invoice, by the app's id and by Xero's.
    """
    invoice_id, key = named
    # Else the planner goes through the small tables or does not, as the server's own upkeep happens to come.
    ground.execute("ANALYZE")
    _change(world, invoice_id, key, "first")
    before, asked_before = _count_all(ground), counter.round_trips
    for number, several in enumerate(changes, start=1):
        for n in range(several):
            _change(world, invoice_id, key, f"counted {number}.{n}")
        after, asked = _count_all(ground), counter.round_trips
        yield Asked((after - before) / several, (asked - asked_before) / several)
        before, asked_before = after, asked
    world.settle_quietly(invoice_id)


def _change(world: World, invoice_id: str, key: str, reference: str) -> None:
    world.partner.edit(invoice_id, {"reference": reference})
    await_xero(world, key, "Reference", reference)
    time.sleep(ECHO_SECONDS)


def _count_all(ground: Ground) -> int:
    """Once every connection has told what it read."""
    time.sleep(TOLD_SECONDS)
    return count_rows(ground)


def count_rows(ground: Ground) -> int:
    """Rows read so far, as far as connections have told of them."""
    return int(ground.execute(READ)[0][0])


def count_timers(ground: Ground) -> dict[str, int]:
    """The rows that each timer reads when nothing is due, by its name; no worker may run."""
    names = run(list_names(ground.environment))
    return {name: _count_timer(ground, name) for name in names}


def _count_timer(ground: Ground, name: str) -> int:
    before = count_rows(ground)
    run(tick_once(ground.environment, name))
    # A connection tells what it read when it ends, if not before.
    wait_for(
        lambda: int(ground.execute(WORKERS, WORKER)[0][0]),
        lambda left: left == 0,
        lambda left: f"{left} connections of a worker are still there",
    )
    return count_rows(ground) - before
