"""The sign of life that workers give, and the look for it: what a container asks twice a minute.

Nothing of the worker is loaded for that. It would take the processor for seconds each time, and on a busy machine for
longer than a health check may.
"""

import asyncio
import socket
from contextlib import suppress
from datetime import timedelta

from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.settings import Settings
from app.tls import choose_redis_checks

HEALTH_KEY = f"plumbline:worker-health:{socket.gethostname()}"
"""A machine's, or container's, own, so that a check in one is not answered by a worker in another."""

HEALTH_INTERVAL = timedelta(seconds=10)


def is_alive(settings: Settings) -> bool:
    """Whether a worker on this machine told in the last seconds that it lives."""
    return asyncio.run(_has_told(settings.redis_url))


async def _has_told(redis_url: str) -> bool:
    # Not the client without asyncio: that reads fewer ways to write an address than the worker's own.
    checks = choose_redis_checks(redis_url)
    with suppress(RedisError, OSError):
        async with Redis.from_url(redis_url, socket_connect_timeout=1, socket_timeout=2, **checks) as redis:
            return bool(await redis.exists(HEALTH_KEY))
    return False
