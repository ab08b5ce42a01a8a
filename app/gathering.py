"""Group commit: what comes while a transaction is under way goes together into the next one; questions likewise.

Under load one transaction serves as many callers as wait for it, and nobody waits longer than for the one before and
his own; alone, a caller waits for his own alone. A caller hears once his part is done, and of a failure that is his:
where many fail together each is tried by itself.
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
"""Callers that one transaction serves, where nobody says otherwise."""

_QUIET_TURNS = 2
"""Turns of the event loop after which nobody is coming: in one a request is read, in the next it is carried on."""


_Caller = tuple[Given, "asyncio.Future[Got]"]


def _find_nothing(_: object) -> None:
    return None


class Gathering(Generic[Given, Got]):
    """Gathers for one event loop; `do_all` answers for each of what it is given, in order.

    Each transaction begins when nobody else is just coming, or when it has `most` callers. Up to `at_once` may be under
    way: while one waits for the database the next is put together. No two of them have the same that `apart` names,
    unless it is None.
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
        self._is_gathering = False

    async def join(self, given: Given) -> Got:
        """What became of it once it is done; raises what doing it raises. Who stops waiting stops nothing."""
        return await self._put(given)

    async def join_all(self, given: Iterable[Given]) -> list[Got]:
        """The same for several."""
        return await asyncio.gather(*map(self._put, given))

    def _put(self, given: Given) -> "asyncio.Future[Got]":
        future: asyncio.Future[Got] = asyncio.get_running_loop().create_future()
        self._line_up((given, future))
        self._begin()
        return future

    def _line_up(self, caller: "_Caller[Given, Got]") -> None:
        """Among those of the next transaction, or behind the one under way that he must not go beside."""
        behind = self._behind.get(self._apart(caller[0]))
        (self._waiting if behind is None else behind).append(caller)

    def _begin(self) -> None:
        """Have the next transaction put together, if there is anybody for it, and none is being put together."""
        if self._waiting and not self._is_gathering and len(self._doing) < self._at_once:
            self._is_gathering = True
            # Not in the context of the first caller: the others' work is not done on its behalf.
            task = asyncio.get_running_loop().create_task(self._do_next(), context=Context())
            self._doing.add(task)

    async def _do_next(self) -> None:
        together: list[_Caller[Given, Got]] = []
        try:
            await self._let_in()
            together = self._take()
            await self._do_together(together)
        except BaseException:
            # Only where this task itself is ended; else everybody has heard.
            for _, future in [*together, *self._waiting, *chain(*self._behind.values())]:
                future.cancel()
            self._waiting.clear()
            self._behind.clear()
            self._is_gathering = False
            raise
        finally:
            # Here, and not once the task is done: what comes in between would wait for the next one.
            self._doing.discard(cast(Any, asyncio.current_task()))
            self._let_go(together)
            self._begin()

    async def _let_in(self) -> None:
        """Let those join whose requests the process was sent already, but has not read so far.

        Whoever was answered together asks again together, and is read one after the other: begun with the first of
        them, every other transaction would be one caller's, and cost nearly as much as all the others'.
        """
        quiet = 0
        while quiet < _QUIET_TURNS and len(self._waiting) < self._most:
            before = len(self._waiting)
            await asyncio.sleep(0)
            quiet = quiet + 1 if len(self._waiting) == before else 0

    def _take(self) -> list["_Caller[Given, Got]"]:
        """The callers of one transaction; who is left over goes into the next, with whoever comes."""
        together = [self._waiting.popleft() for _ in range(min(len(self._waiting), self._most))]
        self._behind |= {key: [] for given, _ in together if (key := self._apart(given)) is not None}
        left, self._waiting = self._waiting, deque()
        for each in left:
            self._line_up(each)
        self._is_gathering = False
        self._begin()
        return together

    def _let_go(self, together: Sequence["_Caller[Given, Got]"]) -> None:
        """Those behind this transaction need not wait any longer."""
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
