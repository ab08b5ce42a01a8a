"""What is installed for production: how long that takes, and how large it is.

It is done as the Dockerfile does it, by the same locks into a fresh environment, without a container engine, which is
not everywhere. Where a package had to be built, a second time is measured, which finds it built.
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
from benchmarks.size import Size

LOCKS = Path(".ci/locks")
OURS = (Path("app"), Path("migrations"))
FETCHED, BUILT = "Downloading ", "Building wheel "
"""What pip says of a package that was not at hand, and of one that comes as source."""
LARGEST = 3
"""Packages that are named beside the whole."""


class NotInstalled(Exception):
    """The index did not give what the locks name."""


def measure(_: Size) -> Iterator[Figure]:
    """Seconds and mebibytes; where no index can be reached, it says so instead. There is no less of it to measure."""
    DATA_FOLDER.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=DATA_FOLDER) as folder:
        try:
            packages, seconds, told = install(Path(folder) / "first")
            if BUILT in told:
                packages, seconds, told = install(Path(folder) / "second")
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
    fetched = f"{told.count(FETCHED)} packages fetched from an index, the others at hand"
    yield Figure("start.install", seconds, "s", against, seconds / copied, 1, fetched)
    largest = sorted(sizes, key=lambda name: -sizes[name])[:LARGEST]
    note = "the largest: " + ", ".join(f"{name} {sizes[name] / MEBIBYTE:.0f}" for name in largest)
    against = f"ours of it: {ours / MEBIBYTE:.0f} MiB"
    yield Figure("start.size", whole / MEBIBYTE, "MiB", against, whole / ours, 1, note)


def install(folder: Path) -> tuple[Path, float, str]:
    """Production's packages in an environment of their own: where they are, the seconds it took, and what pip told.
    Raises NotInstalled.
    """
    began, told = time.monotonic(), ""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
    for lock, more in (("build.txt", ()), ("production.txt", ("--no-build-isolation",))):
        command = [*pip, "install", "--require-hashes", *more, "-r", str(LOCKS / lock)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NotInstalled(lock)
        told += done.stdout
    subprocess.run([*pip, "uninstall", "--quiet", "--yes", "pip"], check=True)
    [packages] = folder.glob("lib/python*/site-packages")
    return packages, time.monotonic() - began, told


def _size(path: Path) -> int:
    files = [path] if path.is_file() else [each for each in path.rglob("*") if each.is_file()]
    # What is compiled is made anew by whoever runs it.
    return sum(each.stat().st_size for each in files if each.suffix != ".pyc")
