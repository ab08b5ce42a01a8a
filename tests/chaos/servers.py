"""PostgreSQL and Redis of one run, durable, to be killed and started again under whoever uses them.

A throwaway PostgreSQL answers a commit before it is in its log, and would rightly lose it when it is killed; this one
waits for the disk, as production does. They are at the same addresses whenever they are there.
"""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import redis

from app.embedded import postgres, valkey
from app.embedded.owner import find_owner
from app.settings import Settings

LONGEST_END_SECONDS = 30
MEMORY = Path("/dev/shm")  # noqa: S108 - mkdtemp makes a private folder in it


@dataclass
class OwnServers:
    """Where they are, and how they are ended and begun; `data` is PostgreSQL's folder."""

    data: Path
    folder: Path
    postgres: postgres.Postgres
    valkey: valkey.Valkey

    @property
    def settings(self) -> Settings:
        """As whoever uses them is told."""
        return Settings(_env_file=None, database_url=self.postgres.url, redis_url=self.valkey.url)

    def restart_postgres(self) -> None:
        """An operator restarts PostgreSQL, or starts it where it has ended: every connection is ended."""
        self._end_postgres(signal.SIGINT)
        self.start_postgres()

    def kill_postgres(self) -> None:
        """PostgreSQL dies without a word, and is started again: it recovers from its log."""
        self._end_postgres(signal.SIGKILL)
        self.start_postgres()

    def start_postgres(self) -> None:
        """Begin it anew."""
        self.postgres = postgres.start(self.data, self.folder / "sockets", find_owner(), throwaway=False)

    def kill_redis(self) -> None:
        """Redis dies, and comes back empty."""
        self.valkey.stop()
        self.valkey = valkey.start(self.folder / "valkey", self.folder / "sockets", find_owner())

    def flush_redis(self) -> None:
        """Everything in Redis is forgotten."""
        with redis.Redis.from_url(self.valkey.url) as client:
            client.flushall()

    def stop(self) -> None:
        """End both."""
        self._end_postgres(signal.SIGINT)
        self.valkey.stop()

    def _end_postgres(self, number: signal.Signals) -> None:
        """The backends of a dead server go by themselves, and hold its memory until then."""
        if self.postgres.process.poll() is None:
            backends = psutil.Process(self.postgres.process.pid).children()
            self.postgres.process.send_signal(number)
            self.postgres.process.wait(LONGEST_END_SECONDS)
            _wait_until_gone(backends)


def _wait_until_gone(processes: list[psutil.Process]) -> None:
    until = time.monotonic() + LONGEST_END_SECONDS
    while left := [process for process in processes if _is_there(process)]:
        if time.monotonic() > until:
            raise TimeoutError(f"still there: {left}")
        time.sleep(0.05)


def _is_there(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@contextmanager
def open_durable_servers(disk: Path | None = None) -> Iterator[OwnServers]:
    """PostgreSQL and Redis for one run, which keep what they were told; with PostgreSQL's data on that disk."""
    # Whoever kills a process leaves the memory of the machine as it is: that is as good as a disk, and faster.
    place = MEMORY if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) else None
    folder, owner = Path(tempfile.mkdtemp(prefix="pl-", dir=place)), find_owner()
    (folder / "sockets").mkdir()
    if owner is not None:
        owner.own(folder / "sockets")
    data = (disk or folder) / "postgres"
    began = postgres.start(data, folder / "sockets", owner, throwaway=False)
    servers = OwnServers(data, folder, began, valkey.start(folder / "valkey", folder / "sockets", owner))
    try:
        yield servers
    finally:
        servers.stop()
        shutil.rmtree(folder, ignore_errors=True)
