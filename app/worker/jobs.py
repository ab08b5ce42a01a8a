"""The jobs, all thin, and the cron table.

No job is retried by arq and no result is kept: a job that fails or dies leaves its work behind in the database, where
the sweeps find it. The sweeps themselves run on one worker at a time, whichever takes them up first.
"""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial, wraps
from typing import Any, cast
from uuid import UUID

from arq import cron, func
from arq.connections import ArqRedis
from arq.cron import CronJob
from arq.typing import WorkerCoroutine
from arq.worker import Worker

from app import telemetry, tracing
from app.db.postgres.timekeeper import Timekeeper
from app.waker import CALLS, DELIVER, QUEUE, READ, RECONCILE, TAKE_IN
from app.wiring import WorkerParts
from app.worker.life_sign import HEALTH_INTERVAL, HEALTH_KEY

MOST_JOBS = 60
"""At a time in one process; they wait for networks, and share its pool of database connections.

Well over what there is room for of what takes long (`app.room`): bulks, deliveries and looks at partners' sides. The
rest is for single changes, which so wait for none of them.
"""

EVERY_FIVE_SECONDS = set(range(0, 60, 5))
EVERY_QUARTER_OF_A_MINUTE = set(range(0, 60, 15))
EVERY_MINUTE = {0}
EVERY_HOUR = {17}
LONGEST_JOB = timedelta(minutes=10)
LONGEST_SWEEP = timedelta(minutes=1)

Context = dict[Any, Any]


class Jobs:
    """What a worker can be asked to run; the arguments come out of Redis as JSON."""

    def __init__(self, parts: WorkerParts) -> None:
        self._parts = parts

    async def reconcile(
        self, _: Context, connection_id: str, correlation_id: str | None, trace: str | None = None
    ) -> None:
        """Look at a connection; ends at once when another worker holds its lease."""
        with _going_on("reconcile", connection_id, correlation_id, trace):
            await self._parts.waker.begin(RECONCILE, UUID(connection_id))
            await self._parts.reconciler.reconcile(UUID(connection_id))

    async def deliver(
        self, _: Context, connection_id: str, correlation_id: str | None, trace: str | None = None
    ) -> None:
        """Send what is due for a connection's partner."""
        with _going_on("deliver", connection_id, correlation_id, trace):
            await self._parts.waker.begin(DELIVER, UUID(connection_id))
            await self._parts.delivery.deliver(UUID(connection_id))

    async def read_partner(
        self, _: Context, connection_id: str, correlation_id: str | None, trace: str | None = None
    ) -> None:
        """Look at what a connection's partner holds, where it lets us ask."""
        with _going_on("read partner", connection_id, correlation_id, trace):
            await self._parts.waker.begin(READ, UUID(connection_id))
            await self._parts.reading.read(UUID(connection_id))

    async def take_in_webhooks(self, _: Context) -> None:
        """Read the events out of what Xero sent."""
        await self._parts.waker.begin(TAKE_IN)
        await self._parts.xero_webhooks.take_in()

    async def nudge_reads(self, _: Context) -> None:
        """Find the connections whose partner's side is to be looked at."""
        await self._parts.reading.nudge_due()

    async def nudge_put_off_reads(self, _: Context) -> None:
        """Find those of which a look was put off for a moment, or until a time."""
        await self._parts.reading.nudge_put_off()

    async def nudge_behind(self, _: Context) -> None:
        """Find the connections that are behind and that nobody works on."""
        await self._parts.sweep.nudge_behind()

    async def begin_runs(self, _: Context) -> None:
        """Begin what waited for its time."""
        await self._parts.sweep.begin_runs()

    async def nudge_due_changes(self, _: Context) -> None:
        """Find the connections with changes to send or to try again."""
        await self._parts.delivery.nudge_due()

    async def ask_for_sweeps(self, _: Context) -> None:
        """Have organisations looked through that were not for a while, for webhooks that never came."""
        await self._parts.sweep.ask_for_sweeps()

    async def ask_for_compares(self, _: Context) -> None:
        """Have every linked invoice read where that was not done for a day, for what no timestamp tells."""
        await self._parts.sweep.ask_for_compares()

    async def watch_webhooks(self, _: Context) -> None:
        """Act on numbers of Xero's events that never came, and tell the operator of a silence."""
        await self._parts.watch.look()

    async def retry_held(self, _: Context) -> None:
        """Look again at what is held, and at what could not be read, where the cause may have lifted without anybody
        telling.
        """
        await self._parts.retries.retry_held()
        await self._parts.xero_webhooks.retry_failed()

    async def nudge_exports(self, _: Context) -> None:
        """Look again at exports that stand still, and end those whose connection is gone."""
        await self._parts.exports.nudge_due()

    async def prune_deliveries(self, _: Context) -> None:
        """Forget what was sent a month ago, and give up copies that nobody took."""
        await self._parts.pruning.prune()

    async def close_in_xero(self, _: Context) -> None:
        """Disconnect in Xero what was removed here."""
        await self._parts.closings.close_due()

    async def erase_data(self, _: Context) -> None:
        """Delete what is kept of a business, where somebody asked."""
        await self._parts.erasures.erase_due()

    async def forget(self, _: Context) -> None:
        """Forget what is too old to be of use."""
        await self._parts.forgetting.forget()

    async def run_trials(self, _: Context) -> None:
        """Run test transactions, and clean up after those that were cut off."""
        await self._parts.trials.run_due()

    async def keep_consents_alive(self, _: Context) -> None:
        """Refresh the token sets that nobody used for a month."""
        await self._parts.keep_alive.keep_alive()

    async def call_roll(self, _: Context) -> None:
        """Ask whether Xero still lists the connections that ask it for nothing."""
        await self._parts.roll_call.call_roll()

    async def prune_claims(self, _: Context) -> None:
        """Forget the answers that were kept for repeats of calls, after a day."""
        await self._parts.claims.prune()


@contextmanager
def _going_on(name: str, connection_id: str, correlation_id: str | None, trace: str | None) -> Iterator[None]:
    """A job goes on under the correlation id, and in the trace, of what nudged it."""
    with (
        telemetry.correlate(correlation_id, connection_id=connection_id),
        tracing.span(name, trace, connection_id=connection_id),
    ):
        yield


def build_worker(parts: WorkerParts, redis: ArqRedis, poll_seconds: float) -> Worker:
    """One arq worker with every job; `redis` is its own. Signals are left to the process."""
    jobs, timed = Jobs(parts), partial(_on_timer, parts.timekeeper)
    return _Worker(
        functions=[
            func(_in_time(parts.timekeeper, jobs.reconcile), name=RECONCILE),
            func(_in_time(parts.timekeeper, jobs.deliver), name=DELIVER),
            func(_in_time(parts.timekeeper, jobs.read_partner), name=READ),
            func(_in_time(parts.timekeeper, jobs.take_in_webhooks), name=TAKE_IN),
        ],
        cron_jobs=[
            timed(jobs.take_in_webhooks, EVERY_FIVE_SECONDS),
            timed(jobs.nudge_behind, EVERY_FIVE_SECONDS),
            timed(jobs.nudge_due_changes, EVERY_FIVE_SECONDS),
            timed(jobs.nudge_put_off_reads, EVERY_FIVE_SECONDS),
            timed(jobs.close_in_xero, EVERY_FIVE_SECONDS),
            timed(jobs.run_trials, EVERY_FIVE_SECONDS),
            timed(jobs.keep_consents_alive, EVERY_MINUTE, minutes=EVERY_HOUR),
            timed(jobs.forget, EVERY_MINUTE, minutes=EVERY_HOUR),
            timed(jobs.begin_runs, EVERY_MINUTE),
            timed(jobs.call_roll, EVERY_MINUTE),
            timed(jobs.erase_data, EVERY_MINUTE),
            timed(jobs.prune_claims, EVERY_MINUTE),
            timed(jobs.ask_for_sweeps, EVERY_FIVE_SECONDS),
            timed(jobs.ask_for_compares, EVERY_QUARTER_OF_A_MINUTE),
            timed(jobs.retry_held, EVERY_MINUTE),
            timed(jobs.nudge_exports, EVERY_MINUTE),
            timed(jobs.prune_deliveries, EVERY_MINUTE),
            timed(jobs.nudge_reads, EVERY_MINUTE),
            timed(jobs.watch_webhooks, EVERY_MINUTE),
        ],
        queue_name=QUEUE,
        redis_pool=redis,
        poll_delay=poll_seconds,
        max_jobs=MOST_JOBS,
        job_timeout=LONGEST_JOB,
        max_tries=1,
        retry_jobs=False,
        keep_result=0,
        log_results=False,
        handle_signals=False,
        health_check_key=HEALTH_KEY,
        health_check_interval=HEALTH_INTERVAL,
        job_serializer=redis.job_serializer,
        job_deserializer=redis.job_deserializer,
    )


class _Worker(Worker):
    """arq looks at its queue from time to time; this one also does at once when it is called (`app.waker`).

    arq keeps a job in its queue until it ends, and asks Redis at each look who has each job there. Of those that this
    process runs it knows the answer; with twenty under way that is most of what it asks.
    """

    async def _poll_iteration(self) -> None:
        await super()._poll_iteration()
        # In burst mode it is about to end. redis-py types seconds as whole ones; Redis takes parts of them.
        while not self.burst and await cast(Any, self.pool).blpop([CALLS], timeout=self.poll_delay_s):
            await super()._poll_iteration()

    async def start_jobs(self, job_ids: list[bytes]) -> None:
        """As arq does, of the jobs that are not under way here."""
        await super().start_jobs([job_id for job_id in job_ids if job_id.decode() not in self.tasks])


def _on_timer(
    timekeeper: Timekeeper,
    job: Callable[[Context], Awaitable[None]],
    seconds: set[int],
    minutes: set[int] | None = None,
) -> CronJob:
    """A sweep at those seconds of every minute, or of those minutes, and when a worker starts; each time on one worker
    alone.
    """
    return cron(
        _in_time(timekeeper, job),
        minute=minutes,
        second=seconds,
        run_at_startup=True,
        unique=True,
        timeout=LONGEST_SWEEP,
    )


def _in_time(timekeeper: Timekeeper, job: Callable[..., Awaitable[None]]) -> WorkerCoroutine:
    """The job, once the time is PostgreSQL's: one that cannot be asked yet fails it, as it would fail what follows."""

    @wraps(job)
    async def run(context: Context, *given: Any) -> None:
        await timekeeper.be_sure()
        await job(context, *given)

    # arq types a job as taking any arguments whatever.
    return cast(WorkerCoroutine, run)
