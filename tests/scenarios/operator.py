"""An operator at a terminal: commands as they are typed, in a house of both sides, with what they print and end with.

A command opens Plumbline for itself by settings from the environment, as a process of its own would, and runs in a
thread, so that the house goes on beside it.
"""

import asyncio
import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from typer.testing import CliRunner

from app.__main__ import cli
from app.settings import Settings
from tests.scenarios.house import House


@dataclass(frozen=True)
class Ended:
    """What a command left: its code, what it answered, and what it said beside that."""

    code: int
    out: str
    said: str

    @property
    def json(self) -> Any:
        """Its one line of JSON."""
        assert self.out.count("\n") == 1, self.out
        return json.loads(self.out)

    @property
    def words(self) -> str:
        """All that people read, without the lines of tables and however it was wrapped."""
        return " ".join(
            "".join(c if c not in "┃│┏┓┗┛┡┩└┘├┤─━┳╇┴┼┬" else " " for c in self.out + self.said).split()
        )


async def type_in(
    house: House, *words: object, is_working: bool = False, settings: Settings | None = None
) -> Ended:
    """Type a command; with `is_working` a worker goes on until it has ended. `settings` are not the house's own."""
    running = asyncio.create_task(type_alone(settings or house.settings, *words))
    while is_working and not running.done():
        await house.drain()
        await asyncio.wait({running}, timeout=0.02)
    return await running


async def type_alone(settings: Settings, *words: object) -> Ended:
    """Type a command where no house stands."""
    return await asyncio.to_thread(_invoke, settings, [str(word) for word in words])


def _invoke(settings: Settings, words: list[str]) -> Ended:
    with logs_kept():
        result = CliRunner().invoke(cli, words, env=build_environment(settings))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return Ended(result.exit_code, result.stdout, result.stderr)


def build_environment(settings: Settings) -> dict[str, str]:
    """The environment of a process that runs by these settings."""
    names = {"database_url": "DATABASE_URL", "redis_url": "REDIS_URL"}
    plain = settings.model_dump() | {
        "secret_keys": ",".join(key.get_secret_value() for key in settings.secret_keys),
        "xero_client_secret": settings.xero_client_secret.get_secret_value(),
        "xero_webhook_key": settings.xero_webhook_key.get_secret_value(),
    }
    return dict(os.environ) | {
        names.get(name, f"PLUMBLINE_{name.upper()}"): str(value)
        for name, value in plain.items()
        if value is not None
    }


@contextmanager
def logs_kept() -> Iterator[None]:
    """Put back what the other tests of this process log by: a command sets up logs of its own."""
    known, handlers, level = structlog.get_config(), logging.root.handlers[:], logging.root.level
    try:
        yield
    finally:
        structlog.configure(**known)
        logging.root.handlers[:] = handlers
        logging.root.setLevel(level)
