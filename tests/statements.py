"""One memory of compiled statements for all engines of a test process.

SQLAlchemy compiles a statement once for each engine, and a process of the application has one. A test has several, and
the next one has others: compiling the same statements for each of them took longer than most tests.
"""

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import asyncpg
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

_engines: list[Engine] = []
"""The first that was connected, which all others follow."""

_FIRST_OF_A_DATABASE = 16384
"""PostgreSQL numbers what is made in a database from here on; below, a number means the same type in every one."""

_introspect_types = asyncpg.Connection._introspect_types
_types: dict[frozenset[int], tuple[list[Any], Any]] = {}
_NOTHING_WAS_SENT = SimpleNamespace(name="none")
"""In place of the query's statement: with a name, it has pushed no nameless one aside."""


def share_compiled_statements() -> None:
    """From now on every engine uses the first one's memory; its keys name the dialect, so that is the first's too."""
    event.listen(Engine, "engine_connect", _follow_the_first)


def _follow_the_first(connection: Connection) -> None:
    if not _engines:
        _engines.append(connection.engine)
    first, engine = _engines[0], connection.engine
    if engine.dialect is not first.dialect:
        engine.dialect = connection.dialect = first.dialect
        engine._compiled_cache = first._compiled_cache


def share_type_lookups() -> None:
    """From now on no connection of this process asks PostgreSQL what its own array types are, if one before did.

    asyncpg asks once for each connection, by a query that takes PostgreSQL as long as thirty others. A process of the
    application opens its connections once; a test opens some ten, and lives for less than a second.
    """
    asyncpg.Connection._introspect_types = _look_up_types


async def _look_up_types(
    connection: Any, oids: Iterable[int], timeout: float | None
) -> tuple[list[Any], Any]:
    wanted = frozenset(oids)
    if max(wanted) >= _FIRST_OF_A_DATABASE:
        return await _introspect_types(connection, wanted, timeout)  # type: ignore[no-any-return]
    if wanted not in _types:
        _types[wanted] = await _introspect_types(connection, wanted, timeout)
        return _types[wanted]
    return _types[wanted][0], _NOTHING_WAS_SENT
