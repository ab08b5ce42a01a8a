"""The numbered databases of one Redis, 1 to 15 in turn.

A Redis that REDIS_URL names is shared by all processes of a run: each takes its own part of the numbers.
"""

import os
from itertools import cycle
from urllib.parse import urlsplit

import redis.asyncio

_process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
_mine = range(1 + _process, 16, _processes) if os.environ.get("REDIS_URL") else range(1, 16)
_numbers = cycle(_mine)


async def empty_redis(server_url: str) -> str:
    """The address of the next database of that server, emptied."""
    assert _mine, "one Redis has databases for fifteen processes: run fewer, or leave REDIS_URL out"
    url = urlsplit(server_url)._replace(query=f"db={next(_numbers)}").geturl()
    async with redis.asyncio.Redis.from_url(url) as client:
        await client.flushdb()
    return url
