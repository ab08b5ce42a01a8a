"""The processes of a simulation: an API and workers as `wiring` puts them together, on ground of their own.

Their database, network and queue are the scheduler's; all the rest is the product's own. What differs: calls to Xero
are made at once, and not in threads, and no budget holds them back.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor, Future
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar, cast

from app.db.postgres.timekeeper import Timekeeper
from app.settings import Settings
from app.waker import DELIVER, READ, RECONCILE, TAKE_IN
from app.wiring import ApiParts, WorkerParts, build_api_parts, build_worker_parts
from app.wiring.ground import Ground, build_vault
from app.wiring.xero_side import XeroSide, build_xero
from app.worker.jobs import Jobs
from app.xero.budget import CallMade, NoBudget
from app.xero.shared_budget import SharedBudget
from tests.simulation.loop import LoopClock
from tests.simulation.nudges import NoRedis, Nudge, Nudges, SimulatedWaker
from tests.simulation.scheduler import Actor, Scheduler
from tests.simulation.server_time import ServerTime
from tests.simulation.store import GatedDatabase, SharedDatabase
from tests.simulation.wire import Sites, build_client

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class World:
    """What all processes of a history share."""

    settings: Settings
    shared: SharedDatabase
    server_time: ServerTime
    scheduler: Scheduler
    clock: LoopClock
    nudges: Nudges
    sites: Sites


class Worker:
    """A worker: jobs that were nudged, and the timers."""

    def __init__(self, world: World, name: str) -> None:
        self.actor = Actor(name)
        self.parts = build_worker_of(world, self.actor)
        self._jobs = Jobs(self.parts)

    def begin(self, nudge: Nudge) -> asyncio.Task[None]:
        """Take a nudge up."""
        jobs: dict[str, Callable[..., Any]] = {
            RECONCILE: self._jobs.reconcile,
            DELIVER: self._jobs.deliver,
            READ: self._jobs.read_partner,
        }
        if nudge.job == TAKE_IN:
            return self.actor.spawn(self._jobs.take_in_webhooks({}))
        return self.actor.spawn(jobs[nudge.job]({}, str(nudge.connection_id), None))

    def look(self) -> asyncio.Task[None]:
        """What the timers do, one after the other."""
        return self.actor.spawn(self._look())

    async def _look(self) -> None:
        for timer in (
            self._jobs.take_in_webhooks,
            self._jobs.nudge_behind,
            self._jobs.nudge_due_changes,
            self._jobs.retry_held,
            self._jobs.ask_for_sweeps,
            self._jobs.ask_for_compares,
            self._jobs.watch_webhooks,
        ):
            await timer({})


def build_worker_of(world: World, actor: Actor) -> WorkerParts:
    """The parts of a worker."""
    ground, xero = _build_ground(world, actor)
    return build_worker_parts(world.settings, ground, xero, build_client(world.scheduler, world.sites, actor))


def build_api_of(world: World, actor: Actor) -> ApiParts:
    """The parts of an API."""
    ground, xero = _build_ground(world, actor)
    return build_api_parts(world.settings, ground, xero, build_client(world.scheduler, world.sites, actor))


def _build_ground(world: World, actor: Actor) -> tuple[Ground, XeroSide]:
    database = GatedDatabase(world.shared, world.server_time, world.scheduler, actor)
    ground = Ground(
        database=database,
        vault=build_vault(world.settings),
        clock=world.clock,
        timekeeper=Timekeeper(database, world.clock),
        queue=cast(Any, NoRedis()),
        waker=cast(Any, SimulatedWaker(world.nudges)),
    )
    budget = cast(SharedBudget, GatedCalls(world.scheduler, actor))
    http = build_client(world.scheduler, world.sites, actor)
    xero = build_xero(world.settings, ground, http, lambda _: budget)
    threads = xero.organisations._threads
    threads._executor.shutdown(wait=False)
    threads._executor = cast(Any, AtOnce())
    return ground, xero


class GatedCalls(NoBudget):
    """A budget that holds nobody back, but has every call wait at a gate before it leaves and before it is heard."""

    def __init__(self, scheduler: Scheduler, actor: Actor) -> None:
        self._scheduler = scheduler
        self._actor = actor
        self._heard = ""

    def hear(self, call: CallMade) -> None:
        """What is heard next."""
        self._heard = f"{call.status} of {call.method} {call.path}"

    @asynccontextmanager
    async def slot(self, xero_tenant_id: str, *, is_bulk: bool) -> AsyncIterator[None]:
        """Wait, call, and wait again."""
        await self._scheduler.wait(self._actor, "calls Xero")
        try:
            yield
        except Exception as error:
            await self._scheduler.wait(self._actor, f"hears {self._heard} in Xero: {type(error).__name__}")
            raise
        await self._scheduler.wait(self._actor, f"hears {self._heard} in Xero")


class AtOnce(Executor):
    """Threads that are none: what is given to them is done before they answer."""

    def submit(
        self, work: Callable[Arguments, Answer], /, *args: Arguments.args, **kw: Arguments.kwargs
    ) -> Future[Answer]:
        """Do it here."""
        done: Future[Answer] = Future()
        try:
            done.set_result(work(*args, **kw))
        except Exception as error:  # noqa: BLE001, RUF100 - it is told to who asked, as a thread does
            done.set_exception(error)
        return done
