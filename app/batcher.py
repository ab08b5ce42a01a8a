"""Batching: callers that come while a transaction is under way share the next one (group commit). Reads likewise.

Under load one transaction serves every caller that waits for it. No caller waits longer than for the transaction before
and for its own; one that comes alone waits for its own only. When a transaction of several callers fails, each of them
is tried again by itself, so that a caller hears only of a failure of its own.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from contextvars import Context
from itertools import chain
from typing import Any, Generic, TypeVar, cast

Given = TypeVar("Given")
Got = TypeVar("Got")

MOST_TOGETHER = 200
"""Callers that one transaction serves at most, where nobody says otherwise."""

_QUIET_TURNS = 2
"""Turns of the event loop without a new caller after which a transaction begins: a request is read in one turn, and
carried on in the next.
"""


_Caller = tuple[Given, "asyncio.Future[Got]"]


def _find_nothing(_: object) -> None:
    return None


class Batcher(Generic[Given, Got]):
    """Batches the callers of one event loop; `do_all` carries out a batch, and answers for each of it in order.

    A batch begins when no more callers come, or when it has `most` of them. Up to `at_once` batches may be under way:
    while one waits for the database, the next is filled. `apart` gives the key of a caller: no two batches under way
    have callers of the same key, unless the key is None.
    """

    def __init__(
        self,
        do_all: Callable[[Sequence[Given]], Awaitable[Sequence[Got]]],
        *,
        at_once: int = 1,
        most: int = MOST_TOGETHER,
        apart: Callable[[Given], Hashable] | None = None,
    ) -> None:
        self._do_all, self._at_once, self._most = do_all, at_once, most
        self._apart = apart or _find_nothing
        self._waiting: deque[_Caller[Given, Got]] = deque()
        self._behind: dict[Hashable, list[_Caller[Given, Got]]] = {}
        self._doing: set[asyncio.Task[None]] = set()
        self._is_filling = False

    async def join(self, given: Given) -> Got:
        """The answer for this caller; raises what its batch raised. A caller that stops waiting stops nothing."""
        return await self._put(given)

    async def join_all(self, given: Iterable[Given]) -> list[Got]:
        """The same for several callers."""
        return await asyncio.gather(*map(self._put, given))

    def _put(self, given: Given) -> "asyncio.Future[Got]":
        future: asyncio.Future[Got] = asyncio.get_running_loop().create_future()
        self._line_up((given, future))
        self._begin()
        return future

    def _line_up(self, caller: "_Caller[Given, Got]") -> None:
        """Put a caller into the next batch, or behind the batch under way that has its key."""
        behind = self._behind.get(self._apart(caller[0]))
        (self._waiting if behind is None else behind).append(caller)

    def _begin(self) -> None:
        """Fill the next batch, if somebody waits, none is being filled, and another may be under way."""
        if self._waiting and not self._is_filling and len(self._doing) < self._at_once:
            self._is_filling = True
            # Not in the context of the first caller: the others' work is not done on its behalf.
            task = asyncio.get_running_loop().create_task(self._do_next(), context=Context())
            self._doing.add(task)

    async def _do_next(self) -> None:
        together: list[_Caller[Given, Got]] = []
        try:
            await self._wait_for_more()
            together = self._take()
            await self._do_together(together)
        except BaseException:
            # This task itself is cancelled; in every other case all callers have been answered.
            for _, future in [*together, *self._waiting, *chain(*self._behind.values())]:
                future.cancel()
            self._waiting.clear()
            self._behind.clear()
            self._is_filling = False
            raise
        finally:
            # Here, and not in a callback of the task: a caller that came in between would begin no batch, and wait for
            # another caller to begin one.
            self._doing.discard(cast(Any, asyncio.current_task()))
            self._free_keys(together)
            self._begin()

    async def _wait_for_more(self) -> None:
        """Wait for callers whose requests have reached the process and were not read so far.

        Callers that were answered together ask again together, and their requests are read one after the other. A
        batch that began with the first of them would be one caller's alone, and cost nearly as much as a full one.
        """
        quiet = 0
        while quiet < _QUIET_TURNS and len(self._waiting) < self._most:
            before = len(self._waiting)
            await asyncio.sleep(0)
            quiet = quiet + 1 if len(self._waiting) == before else 0

    def _take(self) -> list["_Caller[Given, Got]"]:
        """The callers of this batch; those left over go into the next one."""
        together = [self._waiting.popleft() for _ in range(min(len(self._waiting), self._most))]
        self._behind |= {key: [] for given, _ in together if (key := self._apart(given)) is not None}
        left, self._waiting = self._waiting, deque()
        for each in left:
            self._line_up(each)
        self._is_filling = False
        self._begin()
        return together

    def _free_keys(self, together: Sequence["_Caller[Given, Got]"]) -> None:
        """Let the callers that waited for the keys of this batch go into the next one."""
        for given, _ in together:
            self._waiting.extend(self._behind.pop(self._apart(given), ()))

    async def _do_together(self, together: Sequence["_Caller[Given, Got]"]) -> None:
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
