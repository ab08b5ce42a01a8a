"""Every crash point of an API: it takes documents, webhooks, answers and calls, and is killed at each step of that.

What it answered with 2xx before must be there; what it did not answer is sent again by whoever had no answer. Both are
then held to what holds after every story.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from app.demo.stage import find_free_port
from tests.chaos.crash_stage import settle_beginning
from tests.chaos.crashes import Crash, judge_after
from tests.chaos.ground import Ground
from tests.chaos.story import Story
from tests.chaos.worker import Death, Order, Process, serve
from tests.loopback import build_client
from tests.scenarios.house import House
from tests.scenarios.troubles import ask, until

LISTED = Path(__file__).with_name("points_of_an_api.txt")


async def list_points(ground: Ground) -> list[str]:
    """The points that an API passes from its start to its end, in order."""
    async with _open_stage(ground) as story:
        death = await _call_until(story, None)
    assert death.exit_code == 0, f"the API ended with {death.exit_code} after {death.points[-3:]}"
    return death.points


async def crash_at(ground: Ground, number: int) -> Crash:
    """Kill the API at that point, from 1, have another go on, and judge."""
    async with _open_stage(ground) as story:
        death = await _call_until(story, number)
        return await judge_after(story, death)


@asynccontextmanager
async def _open_stage(ground: Ground) -> AsyncIterator[Story]:
    async with ground.open_house() as house:
        await settle_beginning(house)
        yield Story(house, calls_before=await house.last_call())


async def _call_until(story: Story, kill_at: int | None) -> Death:
    """Both sides call an API of their own until they are through, or until it is dead."""
    house, port = story.house, find_free_port()
    order = Order(house.settings, house.connection_id, house.clock.now(), kill_at, port)
    process = Process(serve, order)
    async with build_client(f"http://127.0.0.1:{port}", f"Bearer {house.partner['api_key']}") as api:
        await _wait_for(process, api)
        home = str(house.api.base_url).rstrip("/")
        await _lead_to(house, str(api.base_url).rstrip("/"))
        await _call(story, api)
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


async def _call(story: Story, api: httpx.AsyncClient) -> None:
    """Everything that comes in, by each of its ways."""
    house, note = story.house, story.ledger.note
    await house.edit("inv_1", reference="R11")
    note("partner", "inv_1", "reference", "R1", "R11")
    await house.write("inv_6", reference="R6", contact={"id": "cus_3", "name": "Customer cus_3"})
    note("partner", "inv_6", "reference", None, "R6")
    await ask(house.app.patch("/contacts/cus_1", json={"email": "a1@example.com"}))
    note("partner", "cus_1", "email", None, "a1@example.com")
    await ask(house.app.post("/invoices/inv_1/payments/alone", json={"id": "p1", "amount": "1.01"}))
    note("partner", "inv_1", "payments", None, "1.01")
    known = await ask(house.app.get("/plumbline"))
    await ask(house.app.put("/plumbline", json=known | {"send": "webhook"}))
    await house.edit("inv_2", reference="R21")
    note("partner", "inv_2", "reference", "R2", "R21")
    await ask(house.app.put("/plumbline", json=known))
    await house.edit_xero("N-inv_1", DueDate="2027-03-03")
    note("xero", "inv_1", "due_on", None, "2027-03-03")
    await house.xero.post("/webhooks/flush")
    for method, path, body in _list_calls():
        await _call_once(api, method, f"{house.path}{path}", body)


def _list_calls() -> list[tuple[str, str, Any]]:
    return [
        ("POST", "/manifest", {"invoices": [{"id": "inv_1", "version": 1}]}),
        ("PATCH", "/settings", {"conflict_policy": "newest_wins"}),
        ("POST", "/invoices/inv_3/skip", {"note": "later"}),
        ("POST", "/invoices/inv_3/resume", None),
        ("POST", "/sweep", None),
        ("POST", "/pause", None),
        ("POST", "/resume", None),
    ]


async def _call_once(api: httpx.AsyncClient, method: str, path: str, body: Any) -> None:
    try:
        answer = await api.request(method, path, json=body)
    except httpx.TransportError:
        return
    assert answer.status_code < 500, f"{method} {path}: {answer.status_code} {answer.text}"
