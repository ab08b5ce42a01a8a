"""PostgreSQL and Valkey of our own for development and tests, out of two Python packages.

Promises: every process that asks for the servers of one folder shares the same two; they run for as long as any of
those processes lives and stop by themselves when the last is gone, however it went. Nothing listens on a network
port: both are reached by unix sockets in a short private folder. Data in PostgreSQL is durable, unless a `throwaway`
folder trades that for the speed that tests want; Valkey keeps nothing, since no truth lives in Redis.

How: each user holds a shared lock on `users`, which the kernel lets go of even on SIGKILL. A keeper process
(`app.embedded.keeper`) owns the servers and waits for the exclusive lock on the same file; when it gets it,
nobody is left. Starting and stopping both happen under `door`, so nobody comes in while the keeper goes out.
"""

import fcntl
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

START_DEADLINE_SECONDS = 90.0


class ServersUnavailable(Exception):
    """The embedded servers did not start; the message ends with what they said."""


@dataclass(frozen=True)
class Addresses:
    """Where the two servers are reached, as URLs that asyncpg, SQLAlchemy, redis and arq take."""

    database_url: str
    redis_url: str


class Servers:
    """One process's use of a folder's servers; they live at least until it is closed, or forgotten."""

    def __init__(self, folder: Path, addresses: Addresses, lock: IO[str]) -> None:
        self.folder = folder
        self.addresses = addresses
        self._lock = lock

    def close(self, wait: bool = False) -> None:
        """Stop using the servers; with `wait`, return only when the last of their users has, and they have stopped."""
        if self._lock.closed:
            return
        # Opened before leaving: the file of a throwaway folder may be gone after.
        with (self.folder / "keeper").open("a") as keeper:
            self._lock.close()
            if wait:
                fcntl.flock(keeper, fcntl.LOCK_EX)


def open_servers(folder: Path, throwaway: bool = False) -> Servers:
    """Use the servers whose data is in `folder`, starting them if nobody has; raises `ServersUnavailable`.

    Safe to call from many processes at once. With `throwaway`, which whoever starts them decides, a crash of the
    machine may lose data, and the folder is removed when the last user has gone, even one that was killed.
    """
    folder = folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder / "door"):
        users = (folder / "users").open("a")
        fcntl.flock(users, fcntl.LOCK_SH)
        try:
            addresses = _find_running(folder) or _start_keeper(folder, throwaway)
        except BaseException:
            users.close()
            raise
    return Servers(folder, addresses, users)


def _find_running(folder: Path) -> Addresses | None:
    """Return the addresses if a keeper holds its lock; one that died leaves the file but not the lock."""
    with (folder / "keeper").open("a") as keeper:
        try:
            fcntl.flock(keeper, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            try:
                return Addresses(**json.loads((folder / "addresses.json").read_text()))
            except FileNotFoundError:
                # It was told to stop and is about to be gone.
                fcntl.flock(keeper, fcntl.LOCK_EX)
    return None


def _start_keeper(folder: Path, throwaway: bool) -> Addresses:
    """Start the keeper and wait until it says that both servers answer."""
    command = [
        sys.executable,
        "-m",
        "app.embedded.keeper",
        str(folder),
        "throwaway" if throwaway else "durable",
    ]
    log = folder / "keeper.log"
    # From the folder that holds `app`, so that the module is found from wherever the user was started.
    here = Path(__file__).parent.parent.parent
    with log.open("w") as said:
        try:
            started = subprocess.run(  # noqa: S603 - our own module
                command,
                cwd=here,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                timeout=START_DEADLINE_SECONDS,
            )
        except subprocess.TimeoutExpired:
            started = None
    if started is None or started.returncode != 0:
        tail = log.read_text()[-3000:].strip() or "nothing was said"
        raise ServersUnavailable(f"the embedded servers in {folder} did not start: {tail}")
    return Addresses(**json.loads((folder / "addresses.json").read_text()))


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a file's exclusive lock; waits for it."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
