"""Whether it is PostgreSQL that failed, and not what was asked of it: it is gone, starting, full, or takes no more.

Nothing of the transaction that met this was committed, unless it was the commit's answer that was lost; the same
request may succeed later, unchanged. Drivers say it in many ways: by SQLSTATE (asyncpg's own errors while connecting,
SQLAlchemy's around the same ones after that, or its dialect's where a connection is lent), by a connection that is
closed, by the operating system's error for a socket.
"""

import asyncpg
from asyncpg.exceptions import InternalClientError
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_dbapi
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted

DISK_FULL = "53100"

_CLASSES = ("08", "53", "58")
"""Connections; too little disk, memory or connections; errors of the system, as of a disk."""

_OPERATOR = frozenset({"57P01", "57P02", "57P03", "57P04", "57P05"})
"""Shut down, crashed, starting or stopping, dropped, idle for too long."""

_READ_ONLY = "25006"
"""A replica that is no primary yet, while one fails over."""


def is_unavailable(error: BaseException) -> bool:
    """Whether a database session raised this because its server cannot serve now."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or _tells_so(find_state(error.orig))
    if isinstance(error, InternalClientError):
        # A server that died between two messages of one statement: the driver is left amid it, and sent nothing more.
        return True
    if isinstance(error, asyncpg.PostgresError):
        return _tells_so(find_state(error))
    if isinstance(error, asyncpg.InterfaceError | AsyncAdapt_asyncpg_dbapi.Error):
        # A connection that is closed has no state to tell.
        return _tells_so(find_state(error)) or "connection is closed" in str(error)
    # A socket that nobody listens at, or whose other end went away, before any session stood over it.
    return isinstance(error, PoolExhausted | ConnectionError | FileNotFoundError | TimeoutError)


def find_state(error: BaseException | None) -> str:
    """The SQLSTATE of a driver's error; empty where it has none."""
    return str(getattr(error, "sqlstate", None) or "")


def _tells_so(state: str) -> bool:
    return state.startswith(_CLASSES) or state in _OPERATOR or state == _READ_ONLY
