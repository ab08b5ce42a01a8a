"""Which failures are PostgreSQL's own, after which the same call may succeed, and which are ours."""

from collections.abc import Callable

import asyncpg
import pytest
from asyncpg.exceptions import InternalClientError
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_dbapi
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from app.db.postgres.unavailable import is_unavailable

# SQLAlchemy tells no types of what makes its dialect's errors.
DIALECT_ERROR: Callable[..., Exception] = AsyncAdapt_asyncpg_dbapi.Error
DIALECT_INTERFACE_ERROR: Callable[..., Exception] = AsyncAdapt_asyncpg_dbapi.InterfaceError


class Said(Exception):
    """A driver's error, as SQLAlchemy wraps it."""

    def __init__(self, sqlstate: str | None) -> None:
        super().__init__("said")
        self.sqlstate = sqlstate


@pytest.mark.parametrize("state", ["53100", "53300", "58030", "57P01", "57P03", "08006", "25006"])
def test_a_server_that_is_full_gone_or_starting_is_unavailable(state: str) -> None:
    """By SQLSTATE, however many classes of error the driver has."""
    assert is_unavailable(OperationalError("", {}, Said(state)))


def test_a_connection_that_was_cut_is_too() -> None:
    """While it was used, while it was made, and where there is none to be had."""
    assert is_unavailable(DBAPIError("", {}, Said(None), connection_invalidated=True))
    for error in (
        asyncpg.CannotConnectNowError(),
        asyncpg.TooManyConnectionsError(),
        ConnectionRefusedError(),
        FileNotFoundError(),
        PoolExhausted(),
        asyncpg.InterfaceError("cannot perform operation: connection is closed"),
        InternalClientError("cannot switch to state 12; another operation (2) is in progress"),
        DIALECT_ERROR("recovering", asyncpg.CannotConnectNowError()),
        DIALECT_INTERFACE_ERROR("the underlying connection is closed"),
    ):
        assert is_unavailable(error)


def test_what_we_asked_wrongly_is_ours() -> None:
    """A statement that fails on a server that is well would fail again."""
    assert not is_unavailable(ProgrammingError("", {}, Said("42P01")))
    assert not is_unavailable(IntegrityError("", {}, Said("23505")))
    assert not is_unavailable(OperationalError("", {}, Said("40P01")))
    assert not is_unavailable(DBAPIError("", {}, Said(None)))
    assert not is_unavailable(asyncpg.UndefinedTableError())
    assert not is_unavailable(asyncpg.InterfaceError("another operation is in progress"))
    assert not is_unavailable(DIALECT_ERROR("no such table", asyncpg.UndefinedTableError()))
    assert not is_unavailable(KeyError("x"))
