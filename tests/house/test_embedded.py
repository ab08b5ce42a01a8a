"""The embedded servers: shared by all who ask, gone when the last has left, whatever happened to whom."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest
import redis.asyncio

from app.embedded import Addresses, open_servers
from app.embedded.owner import wait_until_gone
from tests.house import house

OPEN_AND_WAIT = """
import sys
from pathlib import Path
from app.embedded import open_servers
servers = open_servers(Path(sys.argv[1]))
print(servers.addresses.database_url, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder as people have them: with spaces, and too deep for a socket."""
    path = tmp_path / "My Projects" / ("deep" * 25)
    yield path
    for process in list_servers(path):
        process.kill()


def list_servers(folder: Path) -> list[psutil.Process]:
    """Return the keeper of a folder and its servers, as the process table shows them."""
    return [each for each in psutil.process_iter(["cmdline"]) if str(folder) in (each.info["cmdline"] or [])]


def all_are_gone(folder: Path) -> bool:
    """Say whether the keeper and its servers end within a time in which nothing but a fault could keep them."""
    deadline = time.monotonic() + 20
    while list_servers(folder):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def start_user(folder: Path) -> subprocess.Popen[str]:
    """Start another process that uses a folder's servers until its input ends."""
    command = [sys.executable, "-c", OPEN_AND_WAIT, str(folder)]
    return subprocess.Popen(command, cwd=house.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def read_address(user: subprocess.Popen[str]) -> str:
    """The address that such a process tells once it has the servers."""
    assert user.stdout is not None
    return user.stdout.readline()


async def ask(addresses: Addresses, question: str) -> object:
    """Ask PostgreSQL for one value."""
    connection = await asyncpg.connect(addresses.database_url)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


async def test_both_servers_answer_and_listen_on_no_port(folder: Path) -> None:
    """They are real, PostgreSQL forgets nothing in a crash, and nobody else on the network can reach them."""
    opened = open_servers(folder)
    assert str(await ask(opened.addresses, "SHOW server_version")).startswith("18")
    assert await ask(opened.addresses, "SHOW fsync") == "on"
    assert await ask(opened.addresses, "SHOW listen_addresses") == ""
    async with redis.asyncio.Redis.from_url(opened.addresses.redis_url) as client:
        assert await client.ping()
        assert (await client.config_get("port")) == {"port": "0"}
    opened.close(wait=True)
    assert all_are_gone(folder)


async def test_data_is_there_at_the_next_start(folder: Path) -> None:
    """Development goes on where it stopped."""
    opened = open_servers(folder)
    await ask(opened.addresses, "CREATE TABLE kept (id int)")
    opened.close(wait=True)
    opened = open_servers(folder)
    assert await ask(opened.addresses, "SELECT count(*) FROM kept") == 0
    opened.close(wait=True)


def test_processes_that_start_at_once_share_the_servers(folder: Path) -> None:
    """Of many that find nothing running, one starts the servers and all use them."""
    folder.mkdir(parents=True)
    users = [start_user(folder) for _ in range(3)]
    addresses = {read_address(user) for user in users}
    for user in users:
        user.communicate()
    assert len(addresses) == 1
    assert addresses != {""}
    assert all_are_gone(folder)


async def test_servers_outlive_the_one_who_started_them_and_go_with_the_last(folder: Path) -> None:
    """Leaving takes nothing from the others, and a user that is killed has left too."""
    first = start_user(folder)
    read_address(first)
    opened = open_servers(folder)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    assert await ask(opened.addresses, "SELECT 1") == 1
    opened.close(wait=True)
    assert all_are_gone(folder)


async def test_what_a_killed_keeper_left_is_ended_by_the_next(folder: Path) -> None:
    """Two PostgreSQLs on one folder would destroy it, so the one left alone is stopped before another starts."""
    opened = open_servers(folder)
    for process in list_servers(folder):
        if "app.embedded.keeper" in process.cmdline():
            process.kill()
            wait_until_gone(process, 20)
    again = open_servers(folder)
    assert again.addresses != opened.addresses
    assert await ask(again.addresses, "SELECT 1") == 1
    opened.close()
    again.close(wait=True)
    assert all_are_gone(folder)


def test_a_throwaway_folder_goes_with_its_last_user(folder: Path) -> None:
    """Tests that are killed leave nothing behind."""
    open_servers(folder, throwaway=True).close(wait=True)
    assert all_are_gone(folder)
    assert not folder.exists()
