"""Group commit: what comes while a transaction is under way goes together into the next one; questions likewise.

Under load one transaction serves as many callers as wait for it, and nobody waits longer than for the one before and
his own; alone, a caller waits for his own alone. A caller hears once his part is done, and of a failure that is his:
where many fail together each is tried by itself.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextvars import Context
from typing import Any, Generic, TypeVar, cast

Given = TypeVar("Given")
Got = TypeVar("Got")

MOST_TOGETHER = 200
"""Callers that one transaction serves."""


class Gathering(Generic[Given, Got]):
    """Gathers for one event loop; `do_all` answers for each of what it is given, in order.

    So many transactions as `at_once` may be under way: while one waits for the disk the next is put together.
    """

    def __init__(
        self, do_all: Callable[[Sequence[Given]], Awaitable[Sequence[Got]]], *, at_once: int = 1
    ) -> None:
        self._do_all, self._at_once = do_all, at_once
        self._waiting: deque[tuple[Given, asyncio.Future[Got]]] = deque()
        self._doing: set[asyncio.Task[None]] = set()

    async def join(self, given: Given) -> Got:
        """What became of it once it is done; raises what doing it raises. Who stops waiting stops nothing."""
        return await self._put(given)

    async def join_all(self, given: Iterable[Given]) -> list[Got]:
        """The same for several."""
        return await asyncio.gather(*map(self._put, given))

    def _put(self, given: Given) -> "asyncio.Future[Got]":
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Got] = loop.create_future()
        self._waiting.append((given, future))
        if len(self._doing) < self._at_once:
            # Not in the context of the first caller: the others' work is not done on its behalf.
            self._doing.add(loop.create_task(self._do_waiting(), context=Context()))
        return future

    async def _do_waiting(self) -> None:
        together: list[tuple[Given, asyncio.Future[Got]]] = []
        try:
            while self._waiting:
                together = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_TOGETHER))]
                await self._do_together(together)
        finally:
            # Here, and not once the task is done: what comes in between would wait for the next one.
            self._doing.discard(cast(Any, asyncio.current_task()))
            # Only where this task itself is ended; else everybody has heard.
            for _, future in [*together, *self._waiting]:
                future.cancel()
            self._waiting.clear()

    async def _do_together(self, together: Sequence[tuple[Given, asyncio.Future[Got]]]) -> None:
        try:
            got = await self._do_all([given for given, _ in together])
        except Exception as error:
            if len(together) == 1:
                _tell(together[0][1], error)
                return
            for alone in together:
                await self._do_together([alone])
        else:
            for (_, future), each in zip(together, got, strict=True):
                if not future.done():
                    future.set_result(each)


def _tell(future: "asyncio.Future[Got]", error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
