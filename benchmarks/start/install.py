"""What is installed for production: how long that takes, and how large it is.

It is done as the Dockerfile does it, by the same locks into a fresh environment, without a container engine, which is
not everywhere. The first time fetches and builds what is not at hand yet; the second is measured.
"""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from benchmarks.figure import Figure
from benchmarks.ground import DATA_FOLDER
from benchmarks.machine import MEBIBYTE

LOCKS = Path(".ci/locks")
OURS = (Path("app"), Path("migrations"))
LARGEST = 3
"""Packages that are named beside the whole."""


class NotInstalled(Exception):
    """The index did not give what the locks name."""


def measure_install() -> Iterator[Figure]:
    """Seconds and mebibytes; where no index can be reached, it says so instead."""
    DATA_FOLDER.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=DATA_FOLDER) as folder:
        try:
            install(Path(folder) / "first")
            began = time.monotonic()
            packages = install(Path(folder) / "second")
            seconds = time.monotonic() - began
        except NotInstalled as missing:
            Console(stderr=True).print(f"  start.install: not measured, no index gave all of {missing}")
            return
        began = time.monotonic()
        shutil.copytree(packages, Path(folder) / "copied")
        copied = time.monotonic() - began
        sizes = {each.name: _size(each) for each in packages.iterdir()}
    ours = sum(map(_size, OURS))
    whole = sum(sizes.values()) + ours
    against = f"copying the same files: {copied:.1f} s"
    yield Figure("start.install", seconds, "s", against, seconds / copied, 1, "everything at hand")
    largest = sorted(sizes, key=lambda name: -sizes[name])[:LARGEST]
    note = "the largest: " + ", ".join(f"{name} {sizes[name] / MEBIBYTE:.0f}" for name in largest)
    against = f"ours of it: {ours / MEBIBYTE:.0f} MiB"
    yield Figure("start.size", whole / MEBIBYTE, "MiB", against, whole / ours, 1, note)


def install(folder: Path) -> Path:
    """Production's packages in an environment of their own; where they are. Raises NotInstalled."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
    for lock, more in (("build.txt", ()), ("production.txt", ("--no-build-isolation",))):
        command = [*pip, "install", "--quiet", "--require-hashes", *more, "-r", str(LOCKS / lock)]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            raise NotInstalled(lock)
    subprocess.run([*pip, "uninstall", "--quiet", "--yes", "pip"], check=True)
    [packages] = folder.glob("lib/python*/site-packages")
    return packages


def _size(path: Path) -> int:
    files = [path] if path.is_file() else [each for each in path.rglob("*") if each.is_file()]
    # What is compiled is made anew by whoever runs it.
    return sum(each.stat().st_size for each in files if each.suffix != ".pyc")
