"""Several calls at a time, each claimed before it is made, until nothing more is due or the other end falls silent."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

Claimed = TypeVar("Claimed")


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
