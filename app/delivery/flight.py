"""Several calls at a time, each claimed before it is made, until nothing more is due or the other end falls silent."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Generic, TypeVar

Claimed = TypeVar("Claimed")
Answered = TypeVar("Answered")

ANSWERS_WAIT = timedelta(seconds=1)
"""How long an answer waits at most for others, to be recorded with them, while more calls are under way."""


class Flight(Generic[Claimed, Answered]):
    """Calls with everything that was claimed, so many at a time, until `goes_on` is made False or `may_go` says so."""

    def __init__(
        self,
        claimed: Sequence[Claimed],
        at_once: int,
        send: Callable[[Claimed], Awaitable[Answered]],
        may_go: Callable[[], Awaitable[bool]],
    ) -> None:
        self.waiting = deque(claimed)
        self.goes_on = True
        self._at_once = at_once
        self._send = send
        self._may_go = may_go

    async def list_answered(self) -> AsyncGenerator[list[Answered]]:
        """What came of the calls, as many as are done at a time; what is not begun then is left `waiting`."""
        answered: list[Answered] = []
        callers = {asyncio.create_task(self._call(answered)) for _ in range(self._at_once)}
        try:
            while callers:
                done, callers = await asyncio.wait(callers, timeout=ANSWERS_WAIT.total_seconds())
                if answered:
                    told, answered[:] = list(answered), []
                    yield told
                for caller in done:
                    caller.result()
        finally:
            for caller in callers:
                caller.cancel()
            await asyncio.gather(*callers, return_exceptions=True)

    async def _call(self, answered: list[Answered]) -> None:
        # While one asks, others may take the last of them, or end it all.
        while self._has_more() and await self._may_go() and self._has_more():
            answered.append(await self._send(self.waiting.popleft()))

    def _has_more(self) -> bool:
        return self.goes_on and bool(self.waiting)


async def send_claimed(
    claim: Callable[[], Awaitable[Sequence[Claimed]]], send: Callable[[Claimed], Awaitable[bool]]
) -> None:
    """Claim and send until there is nothing more to claim; `send` says whether the other end is worth another call.

    One that is not is left to the next sweep, lest it keep a worker waiting for every one of its messages.
    """
    calls: set[asyncio.Task[bool]] = set()
    goes_on = True
    try:
        while True:
            if goes_on:
                for claimed in await claim():
                    calls.add(asyncio.create_task(_await(send(claimed))))
            if not calls:
                return
            done, calls = await asyncio.wait(calls, return_when=asyncio.FIRST_COMPLETED)
            for call in done:
                goes_on &= call.result()
    finally:
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)


async def _await(sending: Awaitable[bool]) -> bool:
    return await sending
