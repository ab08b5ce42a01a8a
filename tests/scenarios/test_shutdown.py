"""Processes that are told to end: within the time that docs/operations/deploying.md states, and nothing is lost."""

import asyncio
import json
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.scenarios.house import House
from tests.scenarios.troubles import ask, assert_in_step, held_up, numbers_in_xero, rows, until

STATED_SECONDS = {"work": 20, "serve": 30}
SLACK_SECONDS = 10
"""A busy machine takes its time to end a process too."""


@asynccontextmanager
async def started(house: House, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process of ours on the house's servers; killed if the block leaves it alive."""
    settings = house.settings
    environment = os.environ | {
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "PLUMBLINE_SECRET_KEYS": settings.secret_keys[0].get_secret_value(),
        "PLUMBLINE_PUBLIC_URL": settings.public_url,
        "PLUMBLINE_XERO_CLIENT_ID": settings.xero_client_id,
        "PLUMBLINE_XERO_CLIENT_SECRET": settings.xero_client_secret.get_secret_value(),
        "PLUMBLINE_XERO_WEBHOOK_KEY": settings.xero_webhook_key.get_secret_value(),
        **dict.fromkeys(
            ("PLUMBLINE_XERO_API_URL", "PLUMBLINE_XERO_IDENTITY_URL", "PLUMBLINE_XERO_LOGIN_URL"),
            settings.xero_api_url,
        ),
    }
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "app", *arguments, env=environment, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield child
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()


async def end(child: asyncio.subprocess.Process, name: str) -> int:
    """Send SIGTERM; the code with which it ended within the stated time."""
    began = time.monotonic()
    child.send_signal(signal.SIGTERM)
    async with asyncio.timeout(STATED_SECONDS[name] + SLACK_SECONDS):
        code = await child.wait()
    assert time.monotonic() - began < STATED_SECONDS[name] + SLACK_SECONDS
    return code


@pytest.mark.proof
async def test_a_worker_that_hangs_in_a_call_hands_its_connection_to_the_next(house: House) -> None:
    """Xero made the invoice and does not answer: the lease is given back, and the next worker adopts what it finds."""
    await house.write()
    await ask(house.app.post("/flush"))
    async with held_up(house, "PUT", "/Invoices") as arrival:
        async with started(house, "work") as child:
            await arrival()
            assert await end(child, "work") == 0
        [row] = await rows(
            house, "SELECT lease_owner, retry_at <= now() AS is_due, retry_reason FROM connections"
        )
        assert (row["lease_owner"], row["is_due"]) == (None, True)
        assert row["retry_reason"].startswith("interrupted")
        async with started(house, "work") as second:

            async def is_settled() -> bool:
                return bool((await house.resource())["state"] == "settled")

            await until(is_settled)
            assert await end(second, "work") == 0
    assert await numbers_in_xero(house) == ["N-inv_1"]
    await house.drain()
    await assert_in_step(house)


@pytest.mark.proof
async def test_an_api_answers_the_request_under_way_and_takes_no_other(house: House) -> None:
    """Half of a document has come when it is told to end: the other half is taken, stored and answered."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    body = json.dumps({"id": "cus_9", "version": 1, "name": "Kim Tran", "email": "kim@example.com"}).encode()
    head = (
        f"PUT {house.path}/contacts/cus_9 HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
        f"authorization: Bearer {house.partner['api_key']}\r\ncontent-length: {len(body)}\r\n"
        "expect: 100-continue\r\n\r\n"
    )
    async with started(house, "serve", "--port", str(port)) as child:
        reader, writer = await until_open(port)
        writer.write(head.encode())
        # It says so once it waits for the body: the request is under way then, however busy the machine is.
        assert b" 100 " in await reader.readuntil(b"\r\n\r\n")
        writer.write(body[:10])
        await writer.drain()
        child.send_signal(signal.SIGTERM)
        await until(lambda: is_closed(port))
        writer.write(body[10:])
        answer = await reader.read()
        writer.close()
        async with asyncio.timeout(STATED_SECONDS["serve"] + SLACK_SECONDS):
            await child.wait()
    assert answer.startswith(b"HTTP/1.1 201"), answer
    [row] = await rows(house, "SELECT document FROM contact_links WHERE partner_contact_id = 'cus_9'")
    assert row["document"]["name"] == "Kim Tran"


async def until_open(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection, as soon as somebody listens."""
    async with asyncio.timeout(60):
        while True:
            try:
                return await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)


async def is_closed(port: int) -> bool:
    """Whether nobody listens any more."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return True
    writer.close()
    return False
