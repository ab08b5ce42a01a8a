"""The process that owns the embedded servers of one folder, from their start to the leaving of their last user.

Started by `app.embedded` as `python -m app.embedded.keeper FOLDER durable|throwaway`. It goes into the background
once both servers answer (exit code 0), or exits 1 having said why on stderr. It stops by itself; SIGTERM stops it at
once. A keeper that was killed leaves servers behind: the next one of that folder ends them before it starts its own.
"""

import fcntl
import json
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import IO

from app.embedded import Addresses, postgres, valkey
from app.embedded.owner import Owner, find_owner

# A socket's whole path must fit 104 bytes on macOS and 108 on Linux, and deep folders are common: neither the data
# folder nor TMPDIR can be trusted to be short.
_SOCKET_PATH_LIMIT = 100
_SOCKET_FOLDER = "plumbline-"
_LONGEST_SOCKET = ".s.PGSQL.5432"


def main(folder: Path, throwaway: bool) -> None:
    """Start both servers, tell the parent, keep them while the folder has users, stop them."""
    keeper_lock = (folder / "keeper").open("a")
    fcntl.flock(keeper_lock, fcntl.LOCK_EX)
    told = _go_into_background()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    owner = find_owner()
    _remove_left_sockets(folder)
    sockets = _make_socket_folder(owner)
    (folder / "sockets").write_text(str(sockets))
    running: list[postgres.Postgres | valkey.Valkey] = []
    try:
        running.append(postgres.start(folder / "postgres", sockets, owner, throwaway))
        running.append(valkey.start(folder / "valkey", sockets, owner))
        addresses = Addresses(database_url=running[0].url, redis_url=running[1].url)
        (folder / "addresses.json").write_text(json.dumps(vars(addresses)))
        os.write(told, b"1")
        os.close(told)
        _wait_until_unused(folder)
    finally:
        # The door is still closed here when the last user left, so nobody is given servers that are going.
        for server in running:
            server.stop()
        (folder / "addresses.json").unlink(missing_ok=True)
        shutil.rmtree(sockets, ignore_errors=True)
        if throwaway:
            shutil.rmtree(folder, ignore_errors=True)


def _go_into_background() -> int:
    """Fork; the parent waits for a byte on the returned descriptor and exits by whether it came.

    The child leads a session of its own, so that Ctrl-C at a terminal reaches the users and not the servers. The
    keeper's lock is shared by both, and stays with the child.
    """
    hears, told = os.pipe()
    if os.fork() == 0:
        os.close(hears)
        os.setsid()
        return told
    os.close(told)
    os._exit(0 if os.read(hears, 1) == b"1" else 1)


def _wait_until_unused(folder: Path) -> None:
    """Return with the door closed once nobody holds `users`.

    Taking `users` first would deadlock with a newcomer, who closes the door and then takes it: so it is only waited
    for, let go, and tried again behind the door.
    """
    users = (folder / "users").open("a")
    door = (folder / "door").open("a")
    while True:
        fcntl.flock(users, fcntl.LOCK_EX)
        fcntl.flock(users, fcntl.LOCK_UN)
        fcntl.flock(door, fcntl.LOCK_EX)
        if _is_unused(users):
            _kept_open.extend((users, door))
            return
        fcntl.flock(door, fcntl.LOCK_UN)


# Locks that must last until the process ends; a file object that is dropped would let go of its own.
_kept_open: list[IO[str]] = []


def _is_unused(users: IO[str]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _remove_left_sockets(folder: Path) -> None:
    """Remove the folder of sockets that a killed keeper left, if it is one of ours."""
    try:
        left = Path((folder / "sockets").read_text())
    except FileNotFoundError:
        return
    if left.name.startswith(_SOCKET_FOLDER):
        shutil.rmtree(left, ignore_errors=True)


def _make_socket_folder(owner: Owner | None) -> Path:
    """Make a private folder for the sockets, in the first place whose path is short enough."""
    for place in (tempfile.gettempdir(), "/tmp", "/var/tmp", "/dev/shm"):  # noqa: S108 - mkdtemp makes it private
        if not os.access(place, os.W_OK | os.X_OK):
            continue
        sockets = Path(tempfile.mkdtemp(prefix=_SOCKET_FOLDER, dir=place))
        if len(os.fsencode(sockets / _LONGEST_SOCKET)) <= _SOCKET_PATH_LIMIT:
            if owner is not None:
                owner.own(sockets)
            return sockets
        sockets.rmdir()
    raise SystemExit(
        "no temporary folder has a path short enough for a unix socket; set TMPDIR to a short one"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), throwaway=sys.argv[2] == "throwaway")
