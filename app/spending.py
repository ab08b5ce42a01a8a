"""For which links a call to Xero is made: set around the call by its caller, and read where calls are counted.

It is a context variable, which tasks and threads pass on, because the SDK and its connection pool lie between the two.
A call for which no links are set is the connection's own, as calls for facts and sweeps are.
"""

from collections.abc import Awaitable, Iterable
from contextvars import ContextVar
from typing import TypeVar
from uuid import UUID

Answer = TypeVar("Answer")

_spenders: ContextVar[tuple[UUID, ...]] = ContextVar("spenders", default=())


async def spent_on(link_ids: Iterable[UUID], call: Awaitable[Answer]) -> Answer:
    """Await a call, or several, made for these links; a link that was asked for twice is named twice."""
    token = _spenders.set(tuple(link_ids))
    try:
        return await call
    finally:
        _spenders.reset(token)


def list_spenders() -> tuple[UUID, ...]:
    """The links for which the running call is made; none for the connection's own."""
    return _spenders.get()
