"""Whom the embedded servers run as, and how their processes start and go.

As anyone but root, they run as that person and nothing here acts. PostgreSQL refuses to run as root, which is who one
is in many containers and CI machines: there the servers run as `nobody`, who is given the data folder and leave to
pass through the folders above it and above the programs (and nothing more: no leave to list or read them).
"""

import os
import pwd
import stat
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

_PASS = stat.S_IXOTH
_READ_AND_PASS = stat.S_IROTH | stat.S_IXOTH


@dataclass(frozen=True)
class Owner:
    """The user and group ids that the servers run as."""

    uid: int
    gid: int

    def own(self, folder: Path) -> None:
        """Give a folder, made if it is missing, to the owner alone, and leave to reach it."""
        folder.mkdir(parents=True, exist_ok=True)
        os.chown(folder, self.uid, self.gid)
        folder.chmod(0o700)
        _let_pass(folder.parent)

    def let_run(self, program: Path) -> None:
        """Give leave to run a program out of an environment that was installed for root alone."""
        _let_pass(program.parent)
        root = program.parent.parent
        for path in (root, *root.rglob("*")):
            _add_mode(
                path, _READ_AND_PASS if path.is_dir() or path.parent == program.parent else stat.S_IROTH
            )


def find_owner() -> Owner | None:
    """Return whom to run as instead of root, or None when we are not root."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return Owner(nobody.pw_uid, nobody.pw_gid)


def spawn(command: list[str], owner: Owner | None) -> subprocess.Popen[bytes]:
    """Start a program as the owner, with nothing of this process's environment, folder or groups."""
    return subprocess.Popen(  # noqa: S603 - a program out of our own environment
        command,
        cwd="/",
        env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
        stdin=subprocess.DEVNULL,
        user=None if owner is None else owner.uid,
        group=None if owner is None else owner.gid,
        extra_groups=None if owner is None else [],
    )


def wait_until_gone(process: psutil.Process, seconds: float) -> None:
    """Wait for a process that is not our child; one that nobody collects, as in many containers, counts as gone."""
    deadline = time.monotonic() + seconds
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > deadline:
            raise SystemExit(f"process {process.pid} did not end within {seconds:.0f} seconds")
        time.sleep(0.01)


def _let_pass(folder: Path) -> None:
    for above in (folder, *folder.parents):
        _add_mode(above, _PASS)


def _add_mode(path: Path, bits: int) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & bits != bits:
        path.chmod(mode | bits)
