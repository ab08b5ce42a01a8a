"""Statements that the driver carries out itself, in the transaction of a session that has begun.

SQLAlchemy takes 0.1 ms of the process for a statement, beside what the driver takes: most of what storing a document
costs, though the statement is the same every time. Here it writes the statement out once in a process, and from then
on its parameters go to asyncpg. The rows are asyncpg's, to be read in the order of their values, and so are the errors.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast
from weakref import WeakKeyDictionary

from sqlalchemy import ClauseElement, Executable
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.orm import SessionTransaction
from sqlalchemy.sql.selectable import ReturnsRows

from app.db.postgres.built import build_tuple
from app.db.postgres.driver import write_json
from app.db.postgres.lent import LentConnection
from app.db.postgres.session import ReadSession

_DIALECT: Any = cast(Any, dialect)(json_serializer=write_json)


@dataclass(frozen=True, slots=True)
class _Written:
    """A statement's text, its parameters in their order, the values that it has for some of them itself, and what
    makes of a parameter what the driver takes.
    """

    text: str
    names: tuple[str, ...]
    fixed: Mapping[str, Any]
    writers: Mapping[str, Callable[[Any], Any]]

    def list_values(self, given: Mapping[str, Any]) -> list[Any]:
        """In the order of the parameters."""
        values = {**self.fixed, **given}
        return [
            self.writers[name](values[name]) if name in self.writers else values[name] for name in self.names
        ]


async def run(session: ReadSession, statement: Executable, given: Mapping[str, Any]) -> Sequence[Any]:
    """The rows of a statement that stands in its module; what the session has yet to write is written before it."""
    driver = await _find_driver(session)
    if not driver.is_in_transaction():
        # The first of its transaction, which SQLAlchemy begins with it, or one that is committed by itself.
        found: Any = await session.execute(statement, given)
        return found.all() if found.returns_rows else ()
    if session.new or session.dirty or session.deleted:
        await session.flush()
    written = _write_out(statement)
    rows: Sequence[Any] = await driver.fetch(written.text, *written.list_values(given))
    return rows


async def run_alone(
    connection: LentConnection, statement: Executable, given: Mapping[str, Any]
) -> Sequence[Any]:
    """The same on a lent connection, where the statement is a transaction in itself."""
    written = _write_out(statement)
    return await connection.fetch(written.text, *written.list_values(given))


async def ask_alone(
    connection: LentConnection, statement: Executable, given: Mapping[str, Any]
) -> Sequence[Any]:
    """The same, each row with its values under the names that the statement has for them."""
    rows = await run_alone(connection, statement, given)
    if not rows:
        return ()
    make = _build_maker(statement, tuple(rows[0].keys()))
    return [make(row) for row in rows]


async def _find_driver(session: ReadSession) -> Any:
    """The driver's connection, which a transaction keeps for as long as it lasts."""
    begun = session.sync_session.get_transaction()
    if begun is None or begun not in _drivers:
        borrowed = await (await session.connection()).get_raw_connection()
        begun = session.sync_session.get_transaction()
        assert begun is not None  # it has a connection
        _drivers[begun] = borrowed.driver_connection
    return _drivers[begun]


_drivers: WeakKeyDictionary[SessionTransaction, Any] = WeakKeyDictionary()


@cache
def _build_maker(statement: Executable, names: tuple[str, ...]) -> Callable[[Iterable[Any]], Any]:
    for column in cast(ReturnsRows, statement).exported_columns:
        if column.type.dialect_impl(_DIALECT).result_processor(_DIALECT, None) is not None:
            raise ValueError(f"SQLAlchemy makes something else of what the driver reads of {column}")
    make: Callable[[Iterable[Any]], Any] = build_tuple(names)._make
    return make


@cache
def _write_out(statement: Executable) -> _Written:
    compiled: Any = cast(ClauseElement, statement).compile(dialect=_DIALECT)
    if compiled.insert_prefetch or compiled.update_prefetch:
        raise ValueError(f"SQLAlchemy makes up values for this statement: {compiled}")
    names = tuple(compiled.positiontup)
    kinds = {name: compiled.binds[name].type.dialect_impl(_DIALECT) for name in names}
    writers = {name: kind.bind_processor(_DIALECT) for name, kind in kinds.items()}
    needed = {name: writer for name, writer in writers.items() if writer is not None}
    return _Written(str(compiled), names, compiled.params, needed)
