"""PostgreSQL behind a gate: every transaction of an actor is one step of the scheduler."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import app
from app.db.session import Database, ReadSession, WriteSession
from tests.simulation.scheduler import Actor, Scheduler

ROOT = str(Path(app.__file__).parent)
PASSED_THROUGH = ("/db/session.py",)


class GatedDatabase(Database):
    """One actor's way into a database that all actors share, as their processes do."""

    def __init__(self, shared: Database, scheduler: Scheduler, actor: Actor) -> None:
        vars(self).update(vars(shared))
        self._scheduler = scheduler
        self._actor = actor

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[ReadSession]:
        """A session for queries alone, in a step of its own."""
        async with self._scheduler.step(self._actor, f"read by {_find_site()}"), super().reading() as session:
            yield session

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[WriteSession]:
        """A transaction, in a step of its own."""
        async with self._scheduler.step(self._actor, f"write by {_find_site()}"), super().writing() as session:
            yield session

    @asynccontextmanager
    async def writing_alone(self) -> AsyncIterator[WriteSession]:
        """A transaction on nobody's behalf, in a step of its own."""
        async with (
            self._scheduler.step(self._actor, f"write by {_find_site()}"),
            super().writing_alone() as session,
        ):
            yield session

    async def close(self) -> None:
        """What is shared stays open."""


def _find_site() -> str:
    """The function of the product that wants the transaction."""
    frame = sys._getframe(2)
    while frame is not None:
        path = frame.f_code.co_filename
        if path.startswith(ROOT) and not path.endswith(PASSED_THROUGH):
            return f"{path[len(ROOT) + 1 :]}:{frame.f_code.co_name}"
        frame = frame.f_back  # type: ignore[assignment]
    return "nobody of ours"
