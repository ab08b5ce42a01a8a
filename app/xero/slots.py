"""Five calls at once to an organisation, over all processes: a slot in Redis for every call under way (FACTS 2).

A slot is taken before a call and given back after it. It ends by itself after `SPAN`, and is renewed while its call
lasts, however long that is; so whoever dies in a call blocks a slot for `SPAN` at the most, and a call that outlasts a
renewal (a process that hangs) lets one more go out, which Xero may refuse and whose refusal is obeyed. A call that is
cancelled keeps its slot until it ends by itself: its thread may still be calling.

A bulk leaves the last slot to people. Who finds no slot waits for five seconds, and then comes back later: no worker is
held for somebody else's slow call.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from uuid import uuid4

from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.clock import Clock
from app.errors import RateLimited
from app.xero.budget import CALLS_AT_ONCE

SPAN = timedelta(seconds=30)
"""After so long a slot that nobody renewed is free again."""

RENEW_EVERY = timedelta(seconds=10)

_PAUSES = (0.05, 0.1, 0.2, 0.4, 0.75, 1.0, 1.25, 1.25)
"""Five seconds together: longer than most calls take, far shorter than a worker's lease."""

COME_BACK = timedelta(seconds=2)

# Ended slots are removed, and one is added if there are fewer than allowed: now, end, slot, allowed, span.
_TAKE = """
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[4]) then return 0 end
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return 1
"""


class SharedSlots:
    """The slots of all organisations, as one process takes them; a slot's key begins with `prefix`."""

    def __init__(
        self,
        redis: Redis,
        prefix: str,
        clock: Clock,
        pause: Callable[[float], Awaitable[None]],
        renew_every: timedelta = RENEW_EVERY,
    ) -> None:
        self._redis = redis
        self._prefix = prefix
        self._clock = clock
        self._pause = pause
        self._renew_every = renew_every
        self._script = redis.register_script(_TAKE)

    async def take(self, xero_tenant_id: str, *, is_bulk: bool) -> str:
        """A slot; raises `RateLimited` where none becomes free soon, and what Redis raises where it is gone."""
        slot = uuid4().hex
        for seconds in (*_PAUSES, 0.0):
            if await self._seek(xero_tenant_id, slot, CALLS_AT_ONCE - is_bulk):
                return slot
            await self._pause(seconds)
        message = f"{CALLS_AT_ONCE} calls to this organisation are under way"
        raise RateLimited(message, COME_BACK, "concurrent", spares_people=is_bulk)

    @asynccontextmanager
    async def keep(self, xero_tenant_id: str, slot: str) -> AsyncIterator[None]:
        """Renew a slot for as long as the block runs, and give it back after it."""
        renewing = asyncio.create_task(self._renew(xero_tenant_id, slot))
        try:
            yield
        except asyncio.CancelledError:
            raise
        except BaseException:
            await self._give_back(xero_tenant_id, slot)
            raise
        else:
            await self._give_back(xero_tenant_id, slot)
        finally:
            renewing.cancel()

    async def _seek(self, xero_tenant_id: str, slot: str, allowed: int) -> bool:
        now = _milliseconds(self._clock)
        span = SPAN // timedelta(milliseconds=1)
        taken = await self._script(
            keys=[self._key(xero_tenant_id)], args=[now, now + span, slot, allowed, span]
        )
        return bool(taken)

    async def _renew(self, xero_tenant_id: str, slot: str) -> None:
        span = SPAN // timedelta(milliseconds=1)
        while True:
            await asyncio.sleep(self._renew_every.total_seconds())
            with suppress(RedisError, OSError):
                await self._redis.zadd(self._key(xero_tenant_id), {slot: _milliseconds(self._clock) + span})
                await self._redis.pexpire(self._key(xero_tenant_id), span)

    async def _give_back(self, xero_tenant_id: str, slot: str) -> None:
        with suppress(RedisError, OSError):
            await self._redis.zrem(self._key(xero_tenant_id), slot)

    def _key(self, xero_tenant_id: str) -> str:
        return f"{self._prefix}:slots:{xero_tenant_id}"


def _milliseconds(clock: Clock) -> int:
    return int(clock.now().timestamp() * 1000)
