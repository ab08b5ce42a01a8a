"""The life of an API of its own, which both sides call until they are through or it is dead.

What it answered with 2xx before must be there; what it did not answer is sent again by whoever had no answer.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx

from app.demo.stage import find_free_port
from tests.chaos.story import Story
from tests.chaos.worker import Death, Order, Process, serve
from tests.loopback import build_client
from tests.scenarios.house import House
from tests.scenarios.troubles import ask, until

Calls = Callable[[Story, httpx.AsyncClient], Awaitable[None]]


@dataclass(frozen=True)
class Serve:
    """An API that is called so, by a client of its own and by both sandboxes."""

    calls: Calls

    async def live(self, story: Story, kill_at: int | None) -> Death:
        """Call it until all is called, or until it is dead."""
        house, port = story.house, find_free_port()
        order = Order(house.settings, house.connection_id, house.clock.now(), kill_at, port=port)
        process = Process(serve, order)
        async with build_client(f"http://127.0.0.1:{port}", f"Bearer {house.partner['api_key']}") as api:
            await _wait_for(process, api)
            home = str(house.api.base_url).rstrip("/")
            await _lead_to(house, str(api.base_url).rstrip("/"))
            await self.calls(story, api)
            await _lead_to(house, home)
            process.stop()
            return await process.end()


async def _wait_for(process: Process, api: httpx.AsyncClient) -> None:
    async def is_up() -> bool:
        try:
            return not process.is_alive or (await api.get("/healthz")).is_success
        except httpx.TransportError:
            return False

    await until(is_up)


async def _lead_to(house: House, url: str) -> None:
    """Have both sides call the API at that address."""
    known = await ask(house.app.get("/plumbline"))
    await ask(house.app.put("/plumbline", json=known | {"url": url}))
    # Not by the control address, which would ask for the intent to receive, and a dead API gives none.
    house.sandbox.sandbox.webhooks.url = f"{url}/webhooks/xero"


async def call(api: httpx.AsyncClient, method: str, path: str, body: Any = None, **more: Any) -> Any:
    """What a call answers, None from an API that is dead; one that is refused has a fault of the stage's own."""
    try:
        answer = await api.request(method, path, json=body, **more)
    except httpx.TransportError:
        return None
    assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
    return answer.json() if answer.content else {}
