"""A worker that tells what each stage of its work takes: `python -m benchmarks.throughput.staged work`.

A stage is some of our functions that are awaited. It is charged with what its own steps take of the event loop's
thread, and what it awaits of another stage is that one's. What no stage is charged with is the loop's: the database
driver, jobs, timers. Calls to Xero wait and are read in threads, which are the rest of the process.

On SIGUSR1 it writes what each has taken so far, in seconds, to the file that `STAGES_FILE` names.
"""

import json
import os
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Generator, Mapping
from functools import wraps
from pathlib import Path
from typing import Any, NamedTuple

import app.worker  # noqa: F401 - loads every module that has one of these functions under a name of its own
from app.__main__ import cli
from app.db.invoices import invoice_links
from app.delivery import delivery as deliveries
from app.intake import xero_webhooks
from app.reconcile import apply_payments, lease, precedence, triggers
from app.reconcile.contacts import ensure, stage
from app.reconcile.credits import apply_credits
from app.reconcile.invoices import apply, observe
from app.reconcile.recording import record

STAGES_FILE = "STAGES_FILE"
LOOP, CALLS = "loop", "calls"


class Stage(NamedTuple):
    """What it does, in words, and its functions where they are defined."""

    words: str
    functions: tuple[tuple[Any, str], ...] = ()


STAGES: Mapping[str, Stage] = {
    "webhooks": Stage("reading Xero's webhooks", ((xero_webhooks.XeroWebhooks, "take_in"),)),
    "lease": Stage(
        "the lease, taken on, renewed and given back",
        tuple((lease.Lease, name) for name in ("begin_round", "renew", "release", "drop")),
    ),
    "choose": Stage(
        "what waits, and the links that are taken up",
        ((precedence, "find_portion"), (invoice_links, "list_behind")),
    ),
    "events": Stage("what Xero's events point to", ((triggers, "collect_events"),)),
    "contacts": Stage(
        "customers, before their invoices", ((stage, "reconcile_contacts"), (ensure, "ensure_contacts"))
    ),
    "observe": Stage("both sides taken in and merged", ((observe, "observe"),)),
    "apply": Stage(
        "plans carried out: what is written, and what came of it",
        (
            (apply, "apply_invoices"),
            (apply_credits, "apply_credits"),
            (apply_payments, "apply_payments"),
        ),
    ),
    "record": Stage("what was found, put on disk", ((record, "record"),)),
    "deliver": Stage("changes to the app", ((deliveries.Delivery, "deliver"),)),
    LOOP: Stage("what is no stage's: the event loop, the database driver, jobs, timers"),
    CALLS: Stage("calls to Xero, in threads"),
}


class Ledger:
    """Seconds of the loop's thread by stage; one stage at a time is under way there."""

    def __init__(self) -> None:
        self.spent: defaultdict[str, float] = defaultdict(float)
        self._inside: list[str] = []
        self._since = time.thread_time()

    def enter(self, stage: str) -> None:
        """From now on it is this one's time."""
        self._charge()
        self._inside.append(stage)

    def leave(self) -> None:
        """From now on it is that of whoever called it."""
        self._charge()
        self._inside.pop()

    def _charge(self) -> None:
        now = time.thread_time()
        self.spent[self._inside[-1] if self._inside else LOOP] += now - self._since
        self._since = now

    def write(self, path: Path) -> None:
        """All of it, whole or not at all."""
        self._charge()
        found = {**self.spent, CALLS: time.process_time() - time.thread_time()}
        beside = path.with_suffix(".new")
        beside.write_text(json.dumps(found))
        beside.rename(path)


LEDGER = Ledger()


class Steps:
    """An awaitable whose every step is charged to a stage."""

    def __init__(self, stage: str, awaited: Awaitable[Any]) -> None:
        self._stage, self._awaited = stage, awaited

    def __await__(self) -> Generator[Any, Any, Any]:
        steps: Any = self._awaited.__await__()
        given: Any = None
        step = steps.send
        while True:
            LEDGER.enter(self._stage)
            try:
                waits_for = step(given)
            except StopIteration as end:
                return end.value
            finally:
                LEDGER.leave()
            try:
                given, step = (yield waits_for), steps.send
            except BaseException as error:  # what is thrown in goes on to whoever waits inside
                given, step = error, steps.throw


def charge(stage: str, function: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """The same function, charged to a stage."""

    @wraps(function)
    async def charged(*given: Any, **named: Any) -> Any:
        return await Steps(stage, function(*given, **named))

    return charged


def charge_all() -> None:
    """Charge every stage, under whatever name a module of ours has its function."""
    modules = [module for name, module in list(sys.modules.items()) if name.startswith("app.")]
    for stage_name, each in STAGES.items():
        for home, name in each.functions:
            function = getattr(home, name)
            charged = charge(stage_name, function)
            setattr(home, name, charged)
            for module in modules:
                if vars(module).get(name) is function:
                    setattr(module, name, charged)


def tell_when_asked() -> None:
    """Write it on SIGUSR1, from the loop's own thread."""
    signal.signal(signal.SIGUSR1, lambda *_: LEDGER.write(Path(os.environ[STAGES_FILE])))


if __name__ == "__main__":
    charge_all()
    tell_when_asked()
    cli(prog_name="python -m app")
