"""Real processes around a house: APIs and workers as production starts them, to be killed and started again.

They share the house's database, its Redis and both its sandboxes, and have the machine's clock.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random

import httpx

from app.demo.stage import HOST, find_free_port
from app.settings import Settings
from tests.loopback import build_client
from tests.scenarios.house import House
from tests.scenarios.troubles import ask

WORKERS = 3
APIS = 2
LONGEST_START_SECONDS = 240


@dataclass
class Town:
    """A house with processes around it."""

    house: House
    environment: dict[str, str]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    apis: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)
    """By the port at which each listens."""
    killed: int = 0

    def start_worker(self) -> None:
        """One worker more."""
        self.workers.append(self._start("work"))

    def start_api(self, port: int) -> None:
        """An API at that port."""
        self.apis[port] = self._start("serve", "--host", HOST, "--port", str(port))

    def kill_worker(self, random: Random) -> None:
        """One of the workers is gone at once, and another is started."""
        self._kill(self.workers.pop(random.randrange(len(self.workers))))
        self.start_worker()

    def kill_workers(self) -> None:
        """All workers are gone at once, and as many others are started."""
        gone, self.workers = self.workers, []
        for worker in gone:
            self._kill(worker)
        for _ in gone:
            self.start_worker()

    def kill_api(self, random: Random) -> None:
        """One of the APIs is gone at once, and is started again at its port."""
        port = random.choice(list(self.apis))
        self._kill(self.apis.pop(port))
        self.start_api(port)

    def list_ended(self) -> list[str]:
        """Processes that nobody killed, and that have ended."""
        running = [("a worker", each) for each in self.workers]
        running += [(f"the API at {port}", each) for port, each in self.apis.items()]
        return [f"{name} ({each.returncode})" for name, each in running if each.poll() is not None]

    def end(self) -> None:
        """Ask every process to end, and wait for it."""
        running = [*self.workers, *self.apis.values()]
        for process in running:
            process.terminate()
        for process in running:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    async def wait_for_apis(self) -> None:
        """Return when each takes calls."""
        async with build_client() as http, asyncio.timeout(LONGEST_START_SECONDS):
            for port, process in self.apis.items():
                while not await _is_up(http, port):
                    assert process.poll() is None, f"an API ended with {process.returncode}"
                    await asyncio.sleep(0.1)

    async def lead_to(self, port: int) -> None:
        """Have the app and Xero call the API at that port."""
        known = await ask(self.house.app.get("/plumbline"))
        await ask(self.house.app.put("/plumbline", json=known | {"url": f"http://{HOST}:{port}"}))
        self.house.sandbox.sandbox.webhooks.url = f"http://{HOST}:{port}/webhooks/xero"

    async def lead_home(self) -> None:
        """Have both call the house's own API again."""
        await self.lead_to(int(self.house.api.base_url.port or 0))

    def _kill(self, process: subprocess.Popen[bytes]) -> None:
        process.kill()
        process.wait()
        self.killed += 1

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "app", *arguments],
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


async def _is_up(http: httpx.AsyncClient, port: int) -> bool:
    try:
        return (await http.get(f"http://{HOST}:{port}/readyz")).is_success
    except httpx.TransportError:
        return False


@asynccontextmanager
async def open_town(house: House, **limits: str) -> AsyncIterator[Town]:
    """Two APIs and three workers, all up; `limits` are settings that differ from the house's."""
    town = Town(house, tell_environment(house.settings) | limits)
    try:
        for _ in range(WORKERS):
            town.start_worker()
        for _ in range(APIS):
            town.start_api(find_free_port())
        await town.wait_for_apis()
        yield town
    finally:
        town.end()
        await town.lead_home()


def tell_environment(settings: Settings) -> dict[str, str]:
    """The house's settings as a process finds them in its environment."""
    return {
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "PLUMBLINE_PUBLIC_URL": settings.public_url,
        "PLUMBLINE_SECRET_KEYS": ",".join(key.get_secret_value() for key in settings.secret_keys),
        "PLUMBLINE_XERO_CLIENT_ID": settings.xero_client_id,
        "PLUMBLINE_XERO_CLIENT_SECRET": settings.xero_client_secret.get_secret_value(),
        "PLUMBLINE_XERO_WEBHOOK_KEY": settings.xero_webhook_key.get_secret_value(),
        "PLUMBLINE_XERO_API_URL": settings.xero_api_url,
        "PLUMBLINE_XERO_IDENTITY_URL": settings.xero_identity_url,
        "PLUMBLINE_XERO_LOGIN_URL": settings.xero_login_url,
        "PLUMBLINE_API_LIMIT_PER_MINUTE": str(settings.api_limit_per_minute),
        "PLUMBLINE_STRANGER_LIMIT_PER_MINUTE": str(settings.stranger_limit_per_minute),
        "PLUMBLINE_XERO_MINUTE_LIMIT": str(settings.xero_minute_limit),
        "PLUMBLINE_XERO_DAY_LIMIT": str(settings.xero_day_limit),
        "PLUMBLINE_XERO_APP_MINUTE_LIMIT": str(settings.xero_app_minute_limit),
    }
