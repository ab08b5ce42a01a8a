"""For which links a call to Xero is made: said around the call by whoever makes it, read where calls are counted.

It travels as context, through tasks and threads, because between the two lie the SDK and its connection pool. A call of
which nobody says anything is the connection's own, as those for facts and sweeps are.
"""

from collections.abc import Awaitable, Iterable
from contextvars import ContextVar
from typing import TypeVar
from uuid import UUID

Answer = TypeVar("Answer")

_spenders: ContextVar[tuple[UUID, ...]] = ContextVar("spenders", default=())


async def spent_on(link_ids: Iterable[UUID], call: Awaitable[Answer]) -> Answer:
    """Await a call, or several, that are made for these links: one for each element that was asked for."""
    token = _spenders.set(tuple(link_ids))
    try:
        return await call
    finally:
        _spenders.reset(token)


def list_spenders() -> tuple[UUID, ...]:
    """The links that what is running now is for."""
    return _spenders.get()
