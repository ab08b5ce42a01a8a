"""Databases of the session's PostgreSQL: copies of a template, each for one test, made and dropped over one connection.

A connection of its own for each of these statements took PostgreSQL and the test as long as the statement itself.
"""

import asyncio
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
import uvloop

from app.schema import with_database


class Databases:
    """One connection, and the loop in which it lives; no test's loop is running when it is used."""

    def __init__(self, server_url: str, runner: asyncio.Runner, connection: asyncpg.Connection) -> None:
        self._server_url = server_url
        self._runner = runner
        self._connection = connection

    @contextmanager
    def copy(self, template: str, *, is_planned_once: bool = True) -> Iterator[str]:
        """Give the URL of a new database, a copy of `template`; dropped after.

        What is asked there is planned once in each connection, for whatever values come. PostgreSQL by itself plans a
        statement anew for the first five times, which is all the times that most tests ask it.
        """
        name = f"scratch_{secrets.token_hex(6)}"
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        try:
            if is_planned_once:
                self._run(f'ALTER DATABASE "{name}" SET plan_cache_mode = force_generic_plan')
            yield with_database(self._server_url, name)
        finally:
            self._run(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _run(self, statement: str) -> None:
        self._runner.run(self._connection.execute(statement))


@contextmanager
def open_databases(server_url: str) -> Iterator[Databases]:
    """Databases on the server that a URL names, until the block ends."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        connection = runner.run(asyncpg.connect(server_url.replace("+asyncpg", "", 1)))
        try:
            yield Databases(server_url, runner, connection)
        finally:
            runner.run(connection.close())
