"""The budget of calls to Xero, held in Redis, so that all processes together stay within its limits (FACTS 2).

Xero's windows are fixed and turn at moments that only it knows, so the last minute and the last day are counted at
every call: whatever 60 seconds Xero looks at, no more calls lie in them. Taking a place is one atomic script of
pyrate-limiter's, by the clock given to us. Besides, Xero is believed: when it says less is left than we think (another
program calls for the same app), no more than that is called; when it refuses a call, nobody calls until it said.

The five calls at once are held beside it, in `slots`. A refusal of a bulk for the reserve spares people: their calls go
on. Without Redis calls go on unbudgeted, and Xero's own refusals are obeyed by whoever met them.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import structlog
from pyrate_limiter import Rate, RateItem, RedisBucket
from redis.asyncio import Redis
from redis.exceptions import NoScriptError, RedisError

from app.clock import Clock
from app.domain.connections.usage import CallsLeft
from app.errors import RateLimited
from app.xero.budget import Allowance, CallMade, Remaining
from app.xero.slots import SharedSlots

MINUTE = timedelta(seconds=62)
"""Longer than Xero's, because calls that leave apart may arrive closer together."""

DAY = timedelta(days=1, seconds=2)

DAY_BELIEVED = timedelta(hours=1)
"""How long Xero's word about the day stands: its day turns at a moment that we do not know."""

SHORT_WAIT = timedelta(seconds=1)
"""A place that is free so soon is waited for; no worker is held longer."""

ASKED_AT_ONCE = 500
"""Organisations of one question to Redis."""

WITHOUT_REDIS = timedelta(seconds=10)
"""How long calls go on unbudgeted before Redis is asked again."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Told:
    """What Xero said was left after the call of a number."""

    number: int
    at: datetime
    minute: int | None
    day: int | None


class SharedBudget:
    """The `CallBudget` of one process, for any number of organisations; `app_id` is the Xero app's client id."""

    def __init__(
        self,
        redis: Redis,
        app_id: str,
        allowance: Allowance,
        clock: Clock,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._redis = redis
        self._prefix = f"plumbline:xero:{app_id}"
        self._allowance = allowance
        self._clock = clock
        self._pause = pause
        self._slots = SharedSlots(redis, self._prefix, clock, pause)
        self._heard: dict[str, Remaining] = {}
        self._script = ""
        self._asked_again_at = 0.0

    @asynccontextmanager
    async def slot(self, xero_tenant_id: str, *, is_bulk: bool) -> AsyncIterator[None]:
        """One of the five calls at once; without Redis nobody is held back."""
        taken = None
        if self._has_redis():
            try:
                taken = await self._slots.take(xero_tenant_id, is_bulk=is_bulk)
            except (RedisError, OSError) as error:
                self._go_without(error)
        if taken is None:
            yield
            return
        async with self._slots.keep(xero_tenant_id, taken):
            yield

    async def find_left(self, xero_tenant_id: str) -> CallsLeft | None:
        """What is left by Xero's own word, less the calls since, while that word stands; None without one."""
        if not self._has_redis():
            return None
        keys = self._key("told", xero_tenant_id), self._key("number", xero_tenant_id)
        try:
            told, number = await self._redis.mget(*keys)
        except (RedisError, OSError) as error:
            self._go_without(error)
            return None
        return read_left(told, int(number or 0), self._clock.now())

    async def list_left(self, xero_tenant_ids: Sequence[str]) -> list[CallsLeft]:
        """The same of many organisations, those left out of which Xero has no word that stands."""
        found: list[CallsLeft | None] = []
        try:
            for start in range(0, len(xero_tenant_ids), ASKED_AT_ONCE):
                some = xero_tenant_ids[start : start + ASKED_AT_ONCE]
                told = await self._redis.mget([self._key("told", each) for each in some])
                numbers = await self._redis.mget([self._key("number", each) for each in some])
                now = self._clock.now()
                found += [
                    read_left(*pair, now) for pair in zip(told, map(_read_number, numbers), strict=True)
                ]
        except (RedisError, OSError) as error:
            self._go_without(error)
        return [left for left in found if left is not None]

    async def take(self, xero_tenant_id: str, *, is_bulk: bool) -> int:
        """Take a place for one call; answers the call's number. Raises `RateLimited` where there is no place soon."""
        if not self._has_redis():
            return 0
        try:
            refused = await self._seek(xero_tenant_id, is_bulk)
            if refused is not None and _wait_of(refused) <= SHORT_WAIT:
                await self._pause(_wait_of(refused).total_seconds())
                refused = await self._seek(xero_tenant_id, is_bulk)
            if refused is None:
                return await self._number(xero_tenant_id)
        except (RedisError, OSError) as error:
            self._go_without(error)
            return 0
        raise refused

    def hear(self, call: CallMade) -> None:
        """Note what an answer's headers said, for `settle`."""
        if call.remaining.minute is not None or call.remaining.day is not None:
            self._heard[call.xero_tenant_id] = call.remaining

    async def settle(self, xero_tenant_id: str, number: int) -> None:
        """Tell the other processes what was heard."""
        heard = self._heard.pop(xero_tenant_id, None)
        if heard is None or not number or not self._has_redis():
            return
        said = {
            "number": number,
            "at": self._clock.now().isoformat(),
            "minute": heard.minute,
            "day": heard.day,
        }
        try:
            await self._redis.set(self._key("told", xero_tenant_id), json.dumps(said), ex=DAY_BELIEVED)
        except (RedisError, OSError) as error:
            self._go_without(error)

    async def close(self, xero_tenant_id: str, limited: RateLimited) -> None:
        """Have every process stop calling, the organisation or Xero at all, until Xero's Retry-After."""
        is_of_app = limited.problem.lower().startswith("app")
        key = self._key("closed") if is_of_app else self._key("closed", xero_tenant_id)
        until = self._clock.now() + _wait_of(limited)
        try:
            held = _read_closed(await self._redis.get(key))
            if held is None or held[0] < until:
                said = json.dumps({"until": until.isoformat(), "problem": limited.problem})
                await self._redis.set(key, said, ex=_wait_of(limited) + SHORT_WAIT)
        except (RedisError, OSError) as error:
            self._go_without(error)

    async def _seek(self, xero_tenant_id: str, is_bulk: bool) -> RateLimited | None:
        """Take a place unless something speaks against it, which is answered."""
        now = self._clock.now()
        closed, app_closed, told, number = await self._redis.mget(
            self._key("closed", xero_tenant_id),
            self._key("closed"),
            self._key("told", xero_tenant_id),
            self._key("number", xero_tenant_id),
        )
        reserve = self._allowance.reserve if is_bulk else Allowance(0, 0, 0)
        refused = (
            find_closed(closed, now)
            or find_closed(app_closed, now)
            or find_used_up(told, int(number or 0), reserve, now)
        )
        if refused is not None:
            return refused
        given = self._allowance.for_bulk if is_bulk else self._allowance
        rates = build_rates(given.minute, given.day)
        refused = await self._place(self._key("calls", xero_tenant_id), rates, now, is_bulk)
        if refused is not None:
            return refused
        app_rates = [Rate(given.app_minute, _milliseconds(MINUTE))]
        return await self._place(self._key("calls"), app_rates, now, is_bulk, of_app=True)

    async def _place(
        self, key: str, rates: list[Rate], now: datetime, is_bulk: bool, *, of_app: bool = False
    ) -> RateLimited | None:
        present = int(now.timestamp() * 1000)
        bucket = RedisBucket(rates, self._redis, key, self._script)
        try:
            placed = await cast(Awaitable[bool], bucket.put(RateItem("call", present)))
        except NoScriptError:
            # Redis forgets scripts when it restarts, and has none of ours at first.
            bucket = await cast(Awaitable[RedisBucket], RedisBucket.init(rates, self._redis, key))
            self._script = bucket.script_hash
            placed = await cast(Awaitable[bool], bucket.put(RateItem("call", present)))
        full = bucket.failing_rate
        if placed or full is None:
            return None
        # A bulk that came back for each single place would read everything anew and get no further.
        places = max(1, min(full.limit, self._allowance.minute) // 2) if is_bulk else 1
        leaving = await cast(Awaitable[RateItem | None], bucket.peek(full.limit - places))
        wait = leaving.timestamp + full.interval - present + 1 if leaving else full.interval
        problem = "day" if full.interval > _milliseconds(MINUTE) else "app minute" if of_app else "minute"
        return _refuse(problem, timedelta(milliseconds=max(wait, 1)), is_bulk=is_bulk)

    async def _number(self, xero_tenant_id: str) -> int:
        """The number of the call whose place was taken; what no window reaches any more is cleared on the way."""
        calls, app_calls = self._key("calls", xero_tenant_id), self._key("calls")
        now = self._clock.now()
        async with self._redis.pipeline(transaction=False) as pipeline:
            pipeline.zremrangebyscore(calls, 0, int((now - DAY).timestamp() * 1000) - 1)
            pipeline.zremrangebyscore(app_calls, 0, int((now - MINUTE).timestamp() * 1000) - 1)
            pipeline.expire(calls, DAY)
            pipeline.expire(app_calls, MINUTE)
            pipeline.expire(self._key("number", xero_tenant_id), DAY)
            pipeline.incr(self._key("number", xero_tenant_id))
            return int((await pipeline.execute())[-1])

    def _key(self, *names: str) -> str:
        return ":".join((self._prefix, *names))

    def _has_redis(self) -> bool:
        return time.monotonic() >= self._asked_again_at

    def _go_without(self, error: Exception) -> None:
        self._asked_again_at = time.monotonic() + WITHOUT_REDIS.total_seconds()
        log.warning("call_budget_unavailable", error=str(error))


def build_rates(minute: int, day: int) -> list[Rate]:
    """The windows that can be met at all: one that the other always keeps is left out, and the library refuses it."""
    by_minute, by_day = Rate(minute, _milliseconds(MINUTE)), Rate(day, _milliseconds(DAY))
    if minute >= day:
        return [by_day]
    if minute * by_day.interval < day * by_minute.interval:
        return [by_minute]
    return [by_minute, by_day]


def find_closed(said: bytes | None, now: datetime) -> RateLimited | None:
    """The refusal that Xero gave to another call, while it lasts."""
    closed = _read_closed(said)
    if closed is None or closed[0] <= now:
        return None
    return RateLimited(f"Xero's {closed[1]} limit was met", closed[0] - now, closed[1])


def find_used_up(said: bytes | None, number: int, reserve: Allowance, now: datetime) -> RateLimited | None:
    """A refusal when no more is left than the reserve of what Xero last said. `number` is the last call's."""
    if said is None:
        return None
    told = _read_told(said)
    made_since = number - told.number
    for problem, left, kept, span in (
        ("day", told.day, reserve.day, DAY_BELIEVED),
        ("minute", told.minute, reserve.minute, MINUTE),
    ):
        age = now - told.at
        if left is not None and timedelta() <= age < span and left - made_since <= kept:
            return _refuse(problem, span - age, is_bulk=kept > 0)
    return None


def read_left(said: bytes | None, number: int, now: datetime) -> CallsLeft | None:
    """What Xero last said is left, less the calls made since; a window's word that has lapsed is None."""
    if said is None:
        return None
    told = _read_told(said)
    made_since, age = max(0, number - told.number), now - told.at

    def left(most: int | None, span: timedelta) -> int | None:
        return max(0, most - made_since) if most is not None and age < span else None

    return CallsLeft(left(told.minute, MINUTE), left(told.day, DAY_BELIEVED), told.at)


def _refuse(problem: str, wait: timedelta, *, is_bulk: bool) -> RateLimited:
    whose = "all organisations together have" if problem == "app minute" else "this organisation has"
    for_whom = " for a bulk" if is_bulk else ""
    message = f"the calls that {whose}{for_whom} in a {problem.split()[-1]} are used up"
    return RateLimited(message, wait, problem, spares_people=is_bulk)


def _read_closed(said: bytes | None) -> tuple[datetime, str] | None:
    if said is None:
        return None
    closed: dict[str, str] = json.loads(said)
    return datetime.fromisoformat(closed["until"]), closed["problem"]


def _read_told(said: bytes) -> _Told:
    told: dict[str, Any] = json.loads(said)
    return _Told(told["number"], datetime.fromisoformat(told["at"]), told["minute"], told["day"])


def _read_number(said: bytes | None) -> int:
    return int(said or 0)


def _wait_of(limited: RateLimited) -> timedelta:
    assert limited.retry_after is not None
    return limited.retry_after


def _milliseconds(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)
