"""A house of the scenarios without a network: both sandboxes, an API and workers in one process and one loop."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import httpx

from app.api.application import build_app
from app.intake.routes import build_routes
from app.sandbox.partner.application import WEBHOOK_PATH, build_application
from app.sandbox.xero.forms.clock import Clock
from app.sandbox.xero.memory.sandbox import Sandbox
from app.sandbox.xero.server import SandboxXero, describe
from app.sandbox.xero.server import build_app as build_xero_app
from app.settings import Settings
from tests.scenarios.house import MOST_TURNS, House, Json
from tests.scenarios.opening import build_settings
from tests.simulation.processes import Worker, World, build_api_of, build_worker_of
from tests.simulation.scheduler import Actor
from tests.simulation.store import GatedDatabase
from tests.simulation.wire import HOST, Site, build_client

XERO, APP, API = 9001, 9002, 9003
XERO_ROOT, APP_ROOT, API_ROOT = (f"http://{HOST}:{port}" for port in (XERO, APP, API))
APP_WEBHOOKS = APP_ROOT + WEBHOOK_PATH
XERO_WEBHOOKS = f"{API_ROOT}/webhooks/xero"

PLUMBLINE = build_app(build_routes())
"""Every API of every history in turn: what it stands on is laid on its state."""


@dataclass
class SimulatedHouse(House):
    """One partner, one business, one organisation, without a network."""

    browser: httpx.AsyncClient | None = None

    async def drain(self) -> None:
        """Let webhooks go, reconcile and deliver until nothing more is due; nobody is asked who has nothing to say."""
        for _ in range(MOST_TURNS):
            await self.let_webhooks_go()
            await self._json(self.app.post("/flush"))
            await self.parts.xero_webhooks.take_in()
            if await self._is_quiet():
                return
            await self.parts.reconciler.reconcile(UUID(self.connection_id))
            await self.parts.delivery.deliver(UUID(self.connection_id))
        raise AssertionError("the work does not come to an end")

    async def _is_quiet(self) -> bool:
        webhooks = self.sandbox.sandbox.webhooks
        return not webhooks.queue.pending and not webhooks._overdue and await self._is_done()

    async def consent(self, authorise_url: str, **choice: str) -> httpx.Response:
        """A person allows access on Xero's page and is sent back to us; or the answer that leads no further."""
        assert self.browser is not None
        chosen = {"decision": "allow", "tenant_id": self.tenant_id} | choice
        self.browser.cookies.clear()
        asked = await self.browser.get(authorise_url)
        if not asked.has_redirect_location:
            return asked
        allowed = await self.browser.post(asked.headers["location"], data=chosen)
        return (
            await self.browser.get(allowed.headers["location"]) if allowed.has_redirect_location else allowed
        )


def describe_xero(sandbox: Sandbox) -> SandboxXero:
    """The sandbox's secrets and addresses."""
    return describe(sandbox, XERO_ROOT)


def settle_settings(database_url: str, sandbox: Sandbox) -> Settings:
    """Settings by which Plumbline takes the sandbox for Xero."""
    return build_settings(database_url, "redis://nowhere.invalid", describe_xero(sandbox), API)


class FollowingClock(Clock):
    """The sandbox's clock, where the present is the house's: who moves the one need not move the other."""

    def advance(self, span: timedelta) -> datetime:
        """It has moved, or will."""
        return self.now()


class Inhabitants:
    """Who lives in a house: people, both sides, an API and two workers; who died is replaced."""

    def __init__(self, world: World, sandbox: Sandbox) -> None:
        self.world = world
        self.people = Actor("people", is_mortal=False)
        self.xero = Actor("Xero")
        self.app = Actor("app")
        self.sandbox = sandbox
        self.gone: list[Actor] = []
        self.begun = 0
        sandbox.clock.__class__ = FollowingClock
        sandbox.webhooks._client = build_client(world.scheduler, world.sites, self.xero)
        world.sites[XERO] = Site(build_xero_app(sandbox))
        world.sites[APP] = Site(build_application(build_client(world.scheduler, world.sites, self.app)))
        self.api = self.open_api()
        self.workers = [self.open_worker() for _ in range(2)]

    def open_api(self) -> Actor:
        """An API, where none is or one died."""
        actor = Actor(f"API {self._count()}")
        build_api_of(self.world, actor).lay_on(PLUMBLINE.state)
        self.world.sites[API] = Site(PLUMBLINE, actor)
        return actor

    def open_worker(self) -> Worker:
        """A worker that knows nothing but the database."""
        return Worker(self.world, f"worker {self._count()}")

    def kill_api(self) -> None:
        """The API dies, and another is there."""
        self._kill(self.api)
        self.api = self.open_api()

    def kill_worker(self, number: int) -> None:
        """A worker dies, and another is there."""
        self._kill(self.workers[number].actor)
        self.workers[number] = self.open_worker()

    def kill_all(self) -> None:
        """All of them die at once."""
        self.kill_api()
        for number in range(len(self.workers)):
            self.kill_worker(number)

    def replace_worker(self, number: int) -> None:
        """A worker is told to end, as by a newer release: it begins nothing more, and another is there."""
        leaving = self.workers[number]
        leaving.parts.ending.announce()
        self.gone.append(leaving.actor)
        self.workers[number] = self.open_worker()

    def end(self) -> None:
        """The troubles end: what was under way on a worker goes on, and no call is cut any more."""
        self.world.nudges.waiting.clear()

    def list_all(self) -> list[Actor]:
        """Everybody who is, or was."""
        workers = [worker.actor for worker in self.workers]
        return [self.people, self.xero, self.app, self.api, *workers, *self.gone]

    def build_house(self, partner: Json, connection_id: str) -> SimulatedHouse:
        """What the people of this house can call; a worker of its own is at hand."""
        world, sandbox = self.world, self.sandbox

        def client(base_url: str = "", authorization: str = "") -> httpx.AsyncClient:
            return build_client(world.scheduler, world.sites, self.people, base_url, authorization)

        return SimulatedHouse(
            xero=client(f"{XERO_ROOT}/control"),
            app=client(f"{APP_ROOT}/control"),
            api=client(API_ROOT, f"Bearer {partner['api_key']}"),
            parts=build_worker_of(world, self.people),
            database=GatedDatabase(world.shared, world.server_time, world.scheduler, self.people),
            clock=world.clock,
            tenant_id=describe_xero(sandbox).tenant_id,
            partner=partner,
            settings=world.settings,
            xero_root=XERO_ROOT,
            sandbox=describe_xero(sandbox),
            connection_id=connection_id,
            browser=client(),
        )

    def _kill(self, actor: Actor) -> None:
        actor.die()
        self.gone.append(actor)

    def _count(self) -> int:
        self.begun += 1
        return self.begun
