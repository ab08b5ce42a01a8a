"""What the machine is, and what its processes cost: read from the kernel by psutil."""

import os
import platform
from collections.abc import Iterable

import psutil

MEBIBYTE = 1024 * 1024


def describe() -> str:
    """The machine in one line, and how busy it is with other things."""
    memory = psutil.virtual_memory().total / 1024**3
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return (
        f"{os.cpu_count()} cores ({_processor()}), {memory:.0f} GiB, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}; load before the run {load}"
    )


def find_child(*words: str) -> psutil.Process:
    """The one child process of ours whose command ends with these words; raises LookupError."""
    found = [child for child in psutil.Process().children() if child.cmdline()[-len(words) :] == list(words)]
    if len(found) != 1:
        raise LookupError(f"{len(found)} processes end with {' '.join(words)}")
    return found[0]


def list_children(word: str) -> list[psutil.Process]:
    """Our child processes that run `python -m app WORD`, or another module with that word."""
    return [child for child in psutil.Process().children() if word in child.cmdline()[3:4]]


def cpu_seconds(processes: Iterable[psutil.Process]) -> float:
    """What processes have used so far, their ended children included; nothing of one that is gone itself."""
    return sum(map(_cpu_seconds, processes))


def _cpu_seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)


def resident(process: psutil.Process) -> float:
    """Resident memory, MiB."""
    return float(process.memory_info().rss) / MEBIBYTE


def find_postgres(pid: int) -> list[psutil.Process]:
    """A PostgreSQL server and all its processes, by the id of any one of them."""
    server = psutil.Process(pid).parent()
    assert server is not None
    return [server, *server.children()]


def _processor() -> str:
    try:
        with open("/proc/cpuinfo") as lines:  # noqa: PTH123
            return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()
