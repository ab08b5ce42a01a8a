"""What a group of figures stands on: a folder, durable servers with an empty database, processes of the application.

The servers are those of development, with fsync on: what is measured is what is safe on disk. Everything that is
started ends with the block.
"""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import httpx
import psutil

from app.demo.organisation import Organisation
from app.demo.partner_app import PartnerApp
from app.demo.plumbline import Plumbline
from app.demo.processes import Child, Children
from app.demo.servers import claim_folder, open_database
from app.demo.stage import HOST, build_environment, find_free_port, name_xero
from app.demo.waiting import wait_for
from app.demo.world import World
from app.embedded import Addresses
from benchmarks.machine import find_postgres
from benchmarks.watch import Watch

DATA_FOLDER = Path(".plumbline/benchmarks")
START_SECONDS = 60
WEBHOOK_KEY = "benchmark-webhook-key"

T = TypeVar("T")


@dataclass(frozen=True)
class Ground:
    """An empty database of the newest schema, and what starts processes on it."""

    folder: Path
    addresses: Addresses
    children: Children
    environment: dict[str, str]
    """What every process is told."""
    watch: Watch
    """For what is asked while something is measured."""
    workers: list[Child] = field(default_factory=list)

    @property
    def database_url(self) -> str:
        """As asyncpg takes it."""
        return _for_asyncpg(self.addresses)

    def execute(self, statement: str, *values: Any) -> list[Any]:
        """Run one statement, committed by itself; its rows."""
        return list(run(self._execute(statement, values)))

    async def _execute(self, statement: str, values: tuple[Any, ...]) -> list[Any]:
        connection = await asyncpg.connect(self.database_url)
        try:
            return list(await connection.fetch(statement, *values, timeout=600))
        finally:
            await connection.close()


@contextmanager
def open_ground() -> Iterator[Ground]:
    """Servers, an empty database with the newest schema, and no process of the application yet."""
    with ExitStack() as stack:
        folder = stack.enter_context(claim_folder(DATA_FOLDER))
        addresses = stack.enter_context(open_database(folder))
        environment = build_environment(folder, addresses) | {"PLUMBLINE_LOG_LEVEL": "warning"}
        children = stack.enter_context(Children(folder, environment))
        children.start("migrate", "migrate").finish()
        watch = Watch(_for_asyncpg(addresses))
        stack.callback(watch.close)
        yield Ground(folder, addresses, children, environment, watch)


def _for_asyncpg(addresses: Addresses) -> str:
    return urlunsplit(urlsplit(addresses.database_url)._replace(scheme="postgresql"))


def start_api(ground: Ground) -> Plumbline:
    """One process of the API, ready; it takes Xero's webhooks that are signed with `WEBHOOK_KEY`."""
    port = find_free_port()
    ground.children.tell(PLUMBLINE_XERO_WEBHOOK_KEY=WEBHOOK_KEY, PLUMBLINE_XERO_CLIENT_ID="benchmark")
    api = ground.children.start("serve", "serve", "--host", HOST, "--port", str(port))
    plumbline = Plumbline(f"http://{HOST}:{port}")
    api.wait_until(plumbline.is_ready)
    return plumbline


def start_world(ground: Ground, workers: int = 1, xero: dict[str, Any] | None = None) -> World:
    """Both sandboxes, the API and workers, with nobody introduced and no limit of calls.

    `xero` is the line of a sandbox of Xero that runs already.
    """
    partner = ground.children.start("partner", "sandbox", "--side", "partner", "--port", "0")
    organisation = Organisation(xero or ground.children.start("xero", "sandbox", "--port", "0").read_line())
    app = PartnerApp(partner.read_line())
    port = find_free_port()
    # Two hundred businesses that connect at once come from one address here.
    ground.children.tell(**name_xero(organisation, port), PLUMBLINE_STRANGER_LIMIT_PER_MINUTE="100000")
    api = ground.children.start("serve", "serve", "--host", HOST, "--port", str(port))
    for number in range(1, workers + 1):
        ground.workers.append(ground.children.start(f"work-{number}", "work"))
    plumbline = Plumbline(f"http://{HOST}:{port}")
    api.wait_until(plumbline.is_ready)
    organisation.subscribe(f"{plumbline.url}/webhooks/xero")
    organisation.lift_limits()
    return World(plumbline, organisation, app, ground.children)


def watch_postgres(ground: Ground) -> Callable[[], list[psutil.Process]]:
    """The processes of its server, as they are at the time; the server itself counts those that ended."""
    row = ground.execute("SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'")
    return lambda: find_postgres(row[0][0])


@contextmanager
def without_worker(ground: Ground) -> Iterator[None]:
    """Its workers end, as a deployment ends them, and as many others start when the block is over."""
    for worker in ground.workers:
        worker.ask_to_end()
    for worker in ground.workers:
        worker.end()
    count = len(ground.workers)
    ground.workers.clear()
    yield
    for _ in range(count):
        ground.workers.append(ground.children.start(f"work-after-{time.monotonic_ns()}", "work"))


@contextmanager
def serving(factory: str, **environment: str) -> Iterator[str]:
    """An application of one process under uvicorn, as `serve` runs ours; its address, once it answers."""
    port = find_free_port()
    command = [sys.executable, "-m", "uvicorn", factory, "--factory", "--host", HOST, "--port", str(port)]
    command += ["--no-access-log", "--log-level", "warning"]
    with subprocess.Popen(command, env=os.environ | environment) as process:
        try:
            _await_port(f"http://{HOST}:{port}", process)
            yield f"http://{HOST}:{port}"
        finally:
            process.terminate()


def _await_port(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(url, trust_env=False)
            return
        except httpx.TransportError:
            time.sleep(0.05)
    raise RuntimeError(f"nothing answers at {url}")


COUNT_BEHIND = """
SELECT CASE WHEN of_connections.behind > 0 THEN of_connections.behind
       ELSE (SELECT count(*) FROM invoice_links WHERE generation > settled_generation OR state = 'behind') END
FROM (SELECT count(*) AS behind FROM connections WHERE state = 'active' AND is_behind)
  AS of_connections
"""
"""Asked many times while the work goes on, on the same PostgreSQL: links are counted once no connection is behind."""


def settle(ground: Ground, seconds: float = 300.0) -> None:
    """Wait until no active connection and no link is behind; raises StepFailed. It asks the database alone."""
    wait_for(
        lambda: ground.watch.count(COUNT_BEHIND),
        lambda behind: behind == 0,
        lambda behind: f"{behind} are still behind",
        seconds=seconds,
        pause=0.1,
    )


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """The outcome of a coroutine."""
    return asyncio.run(coroutine)
