"""The timers of a worker, run by themselves with nothing due, on a worker's own parts."""

import os
import time
from collections.abc import Awaitable, Callable
from statistics import median
from unittest.mock import patch

from app.settings import Settings
from app.wiring import WorkerParts, open_worker

TICKS = 15
MILLISECONDS = 1000

Job = Callable[[], Awaitable[object]]


def list_timers(parts: WorkerParts) -> dict[str, Job]:
    """By name, what the cron table of `app.worker.jobs` calls at least once a minute."""
    return {
        "nudge_behind": parts.sweep.nudge_behind,
        "nudge_due_changes": parts.delivery.nudge_due,
        "close_in_xero": parts.closings.close_due,
        "run_trials": parts.trials.run_due,
        "begin_runs": parts.sweep.begin_runs,
        "ask_for_sweeps": parts.sweep.ask_for_sweeps,
        "ask_for_compares": parts.sweep.ask_for_compares,
        "retry_held": parts.retries.retry_held,
        "nudge_exports": parts.exports.nudge_due,
        "prune_deliveries": parts.pruning.prune,
        "nudge_reads": parts.reading.nudge_due,
        "nudge_put_off_reads": parts.reading.nudge_put_off,
        "watch_webhooks": parts.watch.look,
        "prune_claims": parts.claims.prune,
    }


async def time_timers(environment: dict[str, str]) -> dict[str, float]:
    """The median milliseconds of each, over some ticks after a first one."""
    async with open_worker(_load_settings(environment)) as parts:
        return {name: await _time(job) for name, job in list_timers(parts).items()}


async def list_names(environment: dict[str, str]) -> list[str]:
    """The names of all."""
    async with open_worker(_load_settings(environment)) as parts:
        return list(list_timers(parts))


async def tick_once(environment: dict[str, str], name: str) -> None:
    """One tick of one of them, on parts of its own, whose connections have ended when this returns."""
    async with open_worker(_load_settings(environment)) as parts:
        await list_timers(parts)[name]()


def _load_settings(environment: dict[str, str]) -> Settings:
    with patch.dict(os.environ, environment):
        return Settings(_env_file=None)


async def _time(job: Job) -> float:
    spans = []
    for _ in range(TICKS + 1):
        began = time.perf_counter()
        await job()
        spans.append((time.perf_counter() - began) * MILLISECONDS)
    return median(spans[1:])
