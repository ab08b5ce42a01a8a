"""A disk that can be full: a small file system in memory, which only one process and what it is shown to can see.

It is mounted in a mount namespace of its own, and reached from outside through that process's `/proc/PID/root`; it is
gone with the process, so nothing is left behind however a run ends. Linux alone has this, and it takes the right to
mount: root has it, others where user namespaces are allowed.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.embedded.owner import Owner, find_owner

MOUNT_AND_WAIT = 'mount -t tmpfs -o "size=$1,mode=755" tmpfs "$2" && echo mounted && shift 2 && exec "$@" cat'
"""It ends with its input, which ends with us; and it goes on as whoever is to look into it."""

CHUNK = 64 * 1024


@dataclass
class SmallDisk:
    """Where it is seen from here."""

    folder: Path

    @property
    def _ballast(self) -> Path:
        return self.folder / "ballast"

    @property
    def free(self) -> int:
        """Bytes."""
        return shutil.disk_usage(self.folder).free

    def fill(self) -> None:
        """Leave not a byte."""
        with self._ballast.open("ab", buffering=0) as ballast:
            for size in (CHUNK, 4096):
                try:
                    while ballast.write(bytes(size)) == size:
                        pass
                except OSError:
                    continue

    def clear(self) -> None:
        """Have the room back."""
        self._ballast.unlink(missing_ok=True)


def find_obstacle() -> str | None:
    """Why there can be no such disk here; None where there can."""
    try:
        with open_small_disk("1m"):
            return None
    except (OSError, RuntimeError) as error:
        return f"no small file system can be mounted here: {error}"


def _become(owner: Owner | None) -> list[str]:
    """A command's beginning that makes it PostgreSQL's: the kernel shows a process's files to its own user alone."""
    if owner is None:
        return []
    return ["setpriv", f"--reuid={owner.uid}", f"--regid={owner.gid}", "--clear-groups"]


@contextmanager
def open_small_disk(size: str) -> Iterator[SmallDisk]:
    """One of that size, as `mount` writes it; raises `OSError` or `RuntimeError` where it cannot be had."""
    unshare = shutil.which("unshare")
    if unshare is None:
        raise OSError("there is no `unshare`")
    private = ["--mount"] if os.geteuid() == 0 else ["--user", "--map-root-user", "--mount"]
    place = tempfile.mkdtemp(prefix="plumbline-disk-")
    try:
        holder = subprocess.Popen(
            [unshare, *private, "sh", "-c", MOUNT_AND_WAIT, "sh", size, place, *_become(find_owner())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        try:
            assert holder.stdout is not None
            said = holder.stdout.readline().decode().strip()
            if said != "mounted":
                raise RuntimeError(said or "unshare said nothing")
            yield SmallDisk(Path(f"/proc/{holder.pid}/root{place}"))
        finally:
            holder.kill()
            holder.communicate()
    finally:
        shutil.rmtree(place, ignore_errors=True)
