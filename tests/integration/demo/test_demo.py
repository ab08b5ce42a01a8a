"""The demo, run as a newcomer runs it, with its figures cut short: every step holds, and a failure is told by code."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from app.demo.story import STORY
from tests.house import house

SMALL = ("--changes", "3", "--volume", "10")


def run_demo(folder: Path, database_url: str, redis_url: str) -> subprocess.CompletedProcess[str]:
    """`python -m app demo --once` in a folder of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PLUMBLINE_")}
    servers = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "PYTHONPATH": str(house.ROOT)}
    return subprocess.run(
        [sys.executable, "-m", "app", "demo", "--once", *SMALL],
        cwd=folder,
        env={**kept, **servers},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )


def list_left_behind(folder: Path) -> list[str]:
    """The command lines of processes that still work in that folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.cwd() == str(folder):
                found.append(" ".join(process.cmdline()))
        except psutil.Error:
            continue
    return found


@pytest.mark.proof
def test_every_step_of_the_demo_holds(tmp_path: Path, database_url: str, redis_url: str) -> None:
    """Ten steps, then every figure that is counted; no process is left behind."""
    ended = run_demo(tmp_path, database_url, redis_url)
    assert ended.returncode == 0, ended.stdout[-4000:] + ended.stderr[-2000:]
    assert [step.sentence for step in STORY if step.sentence not in ended.stdout] == []
    assert "10, 0 of them twice" in ended.stdout
    assert list_left_behind(tmp_path) == []


@pytest.mark.parametrize("database_url", ["postgresql+asyncpg://nobody@127.0.0.1:1/none"])
@pytest.mark.proof
def test_a_demo_that_cannot_start_says_so_and_fails(
    tmp_path: Path, database_url: str, redis_url: str
) -> None:
    """The exit code is not 0, and what the process said that could not start is shown."""
    ended = run_demo(tmp_path, database_url, redis_url)
    assert ended.returncode == 1
    assert "The stage could not be set" in ended.stdout
    assert "migrate" in ended.stdout
    assert list_left_behind(tmp_path) == []
