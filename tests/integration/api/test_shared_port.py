"""`serve --workers 2`: two processes share a port, and a scrape of either shows what both have counted."""

import asyncio
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from cryptography.fernet import Fernet

from tests.house import house
from tests.loopback import NO_CERTIFICATES

PATIENCE_SECONDS = 120
CALLS = 40


@pytest.mark.proof
@pytest.mark.timeout(400)
async def test_a_scrape_of_any_process_shows_what_all_have_counted(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    """Each call is on a connection of its own, so both answer; every scrape, whoever answers it, tells the same sum."""
    async with serving(database_url, redis_url, tmp_path) as url:
        for _ in range(CALLS):
            assert (await get(f"{url}/healthz")).status_code == 200
        before = count_calls((await get(f"{url}/metrics")).text)
        assert before >= CALLS
        seen = {count_calls((await get(f"{url}/metrics")).text) for _ in range(10)}
        assert seen == {before}
        assert count_processes(tmp_path) == 2
        text = (await get(f"{url}/metrics")).text
        assert "plumbline_database_up 1.0" in text
    assert count_processes(tmp_path) == 0


@asynccontextmanager
async def serving(database_url: str, redis_url: str, folder: Path) -> AsyncIterator[str]:
    """The address of two processes, as an operator starts them; told to end, both do."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = os.environ | {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "PLUMBLINE_SECRET_KEYS": Fernet.generate_key().decode(),
        "TMPDIR": str(folder),
    }
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "app", "serve", "--workers", "2", "--port", str(port)),
        cwd=house.ROOT,
        env=environment,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await answers(url) or count_processes(folder) < 2:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.05)
        yield url
        child.send_signal(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE_SECONDS):
            await child.wait()
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()


def count_processes(folder: Path) -> int:
    """How many have begun to count."""
    files = folder.glob("plumbline-counts-*/*.db")
    return len({file.stem.rpartition("_")[2] for file in files})


async def answers(url: str) -> bool:
    """Whether anybody answers there."""
    try:
        return (await get(f"{url}/healthz")).is_success
    except httpx.TransportError:
        return False


async def get(url: str) -> httpx.Response:
    """A call on a connection of its own."""
    async with httpx.AsyncClient(verify=NO_CERTIFICATES, timeout=30) as http:
        return await http.get(url)


def count_calls(text: str) -> int:
    """How many calls of one route were counted."""
    lines = re.findall(r'^plumbline_request_seconds_count\{[^}]*route="/healthz"[^}]*\} (\S+)$', text, re.M)
    return int(sum(float(line) for line in lines))
