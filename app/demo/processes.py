"""Child processes: `python -m app ...`, each with its output in files of its own, none left behind.

A child that prints a JSON line when it listens is awaited by reading its output file, so no pipe can fill up.
Leaving the context ends every child: all are asked to, and those that do not within a while are made to.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from app.demo.failures import ProcessDied, StepFailed
from app.demo.waiting import wait_for

T = TypeVar("T")

START_SECONDS = 240.0
STOP_SECONDS = 10.0
TAIL_LINES = 12


class Child:
    """One running process; its output and its log are `name.out` and `name.log` in the folder."""

    def __init__(
        self,
        name: str,
        folder: Path,
        arguments: tuple[str, ...],
        environment: Mapping[str, str],
        module: str,
    ) -> None:
        self.name = name
        self._may_end = False
        self._tells_secrets = False
        self._paths = (folder / f"{name}.out", folder / f"{name}.log")
        with self._paths[0].open("wb") as output, self._paths[1].open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=log,
            )

    def read_line(self) -> dict[str, Any]:
        """The JSON object on the first line of its output, as soon as it is there. Raises ProcessDied."""
        self._tells_secrets = True
        line = self._wait(self._paths[0].read_text, lambda text: "\n" in text).splitlines()[0]
        found: dict[str, Any] = json.loads(line)
        return found

    def finish(self) -> dict[str, Any] | None:
        """Wait until it has ended well; the JSON object on its last line, if it printed one. Raises ProcessDied."""
        self._may_end = self._tells_secrets = True
        if self._process.wait(START_SECONDS) != 0:
            raise ProcessDied(f"{self.name} ended with {self._process.returncode}\n{self.tail()}")
        lines = self._paths[0].read_text().splitlines()
        return json.loads(lines[-1]) if lines and lines[-1].startswith("{") else None

    def wait_until(self, is_up: Callable[[], bool]) -> None:
        """Wait until `is_up()` is true. Raises ProcessDied when the process ends before, or takes too long."""
        self._wait(is_up, bool)

    def check(self) -> None:
        """Raises ProcessDied if it should run and does not."""
        if not self._may_end and self._process.poll() is not None:
            raise ProcessDied(f"{self.name} ended with {self._process.returncode}\n{self.tail()}")

    @property
    def is_running(self) -> bool:
        """Whether it has not ended, by itself or otherwise."""
        return self._process.poll() is None

    def tail(self) -> str:
        """The last lines of what it said, each after its name; never the line with keys and secrets."""
        paths = self._paths[1:] if self._tells_secrets else self._paths
        said = [line for path in paths for line in path.read_text(errors="replace").splitlines()]
        return "\n".join(f"  {self.name} | {line}" for line in said[-TAIL_LINES:])

    def ask_to_end(self) -> None:
        """Tell it to stop; it may take its time."""
        self._may_end = True
        self._process.terminate()

    def end(self) -> None:
        """Wait until it has stopped, and after a while make it."""
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _wait(self, read: Callable[[], T], is_right: Callable[[T], bool]) -> T:
        def look() -> T:
            seen = read()
            if not is_right(seen):
                self.check()
            return seen

        try:
            return wait_for(look, is_right, lambda _: f"{self.name} did not come up", seconds=START_SECONDS)
        except StepFailed as slow:
            raise ProcessDied(f"{slow}\n{self.tail()}") from None


class Children:
    """The processes of one demo, which share an environment and a folder."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._environment = {**os.environ, **environment}
        self._running: list[Child] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # A second Ctrl-C must not leave behind what the first one was ending.
        heard = signal.signal(signal.SIGINT, signal.SIG_IGN)
        for child in reversed(self._running):
            child.ask_to_end()
        for child in reversed(self._running):
            child.end()
        signal.signal(signal.SIGINT, heard)

    def tell(self, **environment: str) -> None:
        """What the processes started from now on also find in their environment."""
        self._environment |= environment

    def start(self, name: str, *arguments: str, module: str = "app") -> Child:
        """Start `python -m app` with these arguments, or another module in its place."""
        child = Child(name, self._folder, arguments, self._environment, module)
        self._running.append(child)
        return child

    def check(self) -> None:
        """Raises ProcessDied if one of them ended."""
        for child in self._running:
            child.check()

    def tails(self) -> str:
        """The last lines of all that still run."""
        return "\n".join(child.tail() for child in self._running if child.is_running)
