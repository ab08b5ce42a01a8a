"""What the processes of a run do once between them, and not each for itself.

Each of them loads every module. In a fresh clone nothing was loaded before, and to compile a module takes twice as long
as to load it; all in the same order, each would compile them all. So each compiles its share of what is no test, and
begins to collect test files at another one. What is found stands in one order in the end, which xdist asks for.
"""

import compileall
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
_name = os.environ.get("PYTEST_XDIST_WORKER")
"""None in a process that runs alone, and in the one that starts the others."""
_process = int((_name or "gw0").removeprefix("gw"))
_processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))


def compile_share() -> None:
    """Compile this process's share of the modules that are no tests, those left out that are compiled already."""
    if _name and not sys.dont_write_bytecode:
        for path in list(_list_modules())[_process::_processes]:
            compileall.compile_file(path, quiet=2)


def _list_modules() -> Iterator[Path]:
    """Every module whose asserts pytest does not write anew; it compiles the others itself."""
    for folder in ("app", "migrations", "tests"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if not path.name.startswith("test_") and path.name != "conftest.py":
                yield path


def begin_elsewhere(config: pytest.Config) -> None:
    """Where all tests are asked for, collect those of this process's share first."""
    if config.args == config.getini("testpaths"):
        files = [str(path) for folder in config.args for path in sorted((ROOT / folder).rglob("test_*.py"))]
        first = len(files) * _process // _processes
        config.args[:] = files[first:] + files[:first]


def put_in_order(items: list[pytest.Item]) -> None:
    """Sort what was collected by its file, alike in all processes of a run; within a file it stays as it is."""
    if _name:
        items.sort(key=lambda item: item.nodeid.partition("::")[0])
