"""How many calls one caller may make in a minute, counted in Redis over all processes.

A minute begins with a caller's first call and ends by Redis's own clock, so that processes whose clocks differ count
alike. Calls that come at about the same time are counted in one round trip, those of one caller by one small script.
It is not pyrate-limiter's bucket, as for Xero's budget: that one keeps an entry for every call and answers yes or no,
while a caller here is told at each call what is left, which would take it a second round trip.

Limits protect; they must not be what fails. Without Redis, or with one that does not answer at once, calls pass
uncounted, and the log says so now and then.
"""

import asyncio
import math
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.batcher import Batcher

WINDOW = timedelta(minutes=1)
PATIENCE_SECONDS = 1.0
"""How long a call waits for its count."""

WITHOUT_REDIS = timedelta(seconds=10)
"""How long calls go uncounted before Redis is asked again."""

_COUNT = """
local calls = redis.call('INCRBY', KEYS[1], ARGV[2])
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  left = tonumber(ARGV[1])
end
return {calls, left}
"""
"""The number of the last of these calls in its minute, and the milliseconds that are left of it."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Quota:
    """So many calls in a minute; `name` is what the answer's headers call it."""

    name: str
    calls: int

    @property
    def policy(self) -> str:
        """The field `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers)."""
        return f'"{self.name}";q={self.calls};w={WINDOW // timedelta(seconds=1)}'


@dataclass(frozen=True, slots=True)
class Counted:
    """Where a call stands: how many more may follow, and when the minute is over. `is_over`: it is one too many."""

    quota: Quota
    left: int
    seconds_left: int
    is_over: bool

    @property
    def limit(self) -> str:
        """The field `RateLimit`."""
        return f'"{self.quota.name}";r={self.left};t={self.seconds_left}'


class CallLimit:
    """Counts one process's calls with those of all others; safe for several tasks.

    `of_key` is what each API key may, `of_stranger` each address that calls without a valid one.
    """

    def __init__(self, redis: Redis, *, key_calls: int, stranger_calls: int) -> None:
        self.of_key = Quota("key", key_calls)
        self.of_stranger = Quota("address", stranger_calls)
        self._redis = redis
        self._counts: Batcher[str, tuple[int, int] | None] = Batcher(self._count_all)
        self._asked_again_at = 0.0

    async def count(self, quota: Quota, caller: str) -> Counted | None:
        """Count a call; None where it cannot be counted now. Never raises because of Redis."""
        found = await self._counts.join(f"plumbline:calls:{quota.name}:{caller}")
        return read_count(quota, *found) if found else None

    def _go_without(self, error: Exception) -> None:
        log.warning("calls_not_counted", error=str(error) or type(error).__name__)
        self._asked_again_at = time.monotonic() + WITHOUT_REDIS.total_seconds()

    async def _count_all(self, keys: Sequence[str]) -> Sequence[tuple[int, int] | None]:
        """For each the number of this call in its minute, and the milliseconds left of that."""
        uncounted = [None] * len(keys)
        if time.monotonic() < self._asked_again_at:
            return uncounted
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await self._run(keys)
        except (RedisError, OSError) as error:  # a time-out is an OSError
            self._go_without(error)
            return uncounted

    async def _run(self, keys: Sequence[str]) -> list[tuple[int, int]]:
        asked, pipeline = Counter(keys), self._redis.pipeline(transaction=False)
        for key, calls in asked.items():
            pipeline.eval(_COUNT, 1, key, str(WINDOW // timedelta(milliseconds=1)), str(calls))
        answered = dict(zip(asked, await pipeline.execute(), strict=True))
        numbered = []
        for key in keys:
            asked[key] -= 1  # so many of its caller's come after it
            last, left = answered[key]
            numbered.append((int(last) - asked[key], int(left)))
        return numbered


def read_count(quota: Quota, calls: int, milliseconds_left: int) -> Counted:
    """Where the call of that number stands."""
    seconds_left = max(1, math.ceil(milliseconds_left / 1000))
    return Counted(quota, max(0, quota.calls - calls), seconds_left, is_over=calls > quota.calls)
