"""The points at which a process can die, named by where they are, and the death itself.

Before and after every commit, every call to Xero, its identity server or a partner (also one that fails), and every
nudge: what the process passes is told, one line each, and at a chosen one it is killed by SIGKILL, which nothing can
catch. Installed by the entry point of a test's own process; the product's code has no word of it.
"""

import os
import re
import signal
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import wraps
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

import greenlet
import httpx
import urllib3
from arq.connections import ArqRedis
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.db.postgres.lent import LentConnection
from app.db.postgres.session import Database
from tests.chaos.commit_sites import PASSED_THROUGH, ROOT, list_commit_sites

IDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}|(?<=/)[^/]*[0-9a-f]{32}[^/]*")
"""Also the number that we give a contact, which is an id of ours behind a word."""


class Points:
    """Counts what is passed, tells each by name, and kills at number `kill_at`, from 1."""

    def __init__(self, tell: Callable[[str], None], kill_at: int | None = None) -> None:
        self._tell = tell
        self._kill_at = kill_at
        self._passed = 0
        self._lock = threading.Lock()

    def reach(self, name: str) -> None:
        """One point is reached."""
        with self._lock:
            self._passed += 1
            self._tell(name)
            if self._passed == self._kill_at:
                os.kill(os.getpid(), signal.SIGKILL)


def install(points: Points) -> None:
    """Have every point of this process from now on told to `points`."""
    # A commit runs in a task of its own, where nobody can see for whom; the first statement of the session tells.
    event.listen(Session, "after_begin", lambda session, *_: session.info.update(site=find_site()))
    event.listen(
        Session, "before_commit", lambda session: points.reach(f"before the commit of {_site_of(session)}")
    )
    event.listen(
        Session, "after_commit", lambda session: points.reach(f"after the commit of {_site_of(session)}")
    )
    Database.writing_bare = _around_bare(Database.writing_bare, points)  # type: ignore[method-assign]
    urllib3.PoolManager.urlopen = _around_sync(urllib3.PoolManager.urlopen, points)  # type: ignore[method-assign]
    httpx.AsyncClient.send = _around_async(httpx.AsyncClient.send, points, _name_request)  # type: ignore[method-assign]
    ArqRedis.enqueue_job = _around_async(ArqRedis.enqueue_job, points, _name_job)  # type: ignore[method-assign]


def _site_of(session: Session) -> str:
    return str(session.info.get("site", "nothing: it was empty"))


def find_site() -> str:
    """The function of the product that asks the database: the innermost that is not a mere passage, and of the queries
    of `app/db` only one that commits by itself.

    SQLAlchemy runs in a greenlet of its own, whose parent is the one that called it.
    """
    parent = greenlet.getcurrent().parent
    frame: FrameType | None = sys._getframe(1)
    found = _find_in(frame) or (_find_in(parent.gr_frame) if parent is not None else None)
    return found or "nobody of ours"


def _find_in(frame: FrameType | None) -> str | None:
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(ROOT):
            site = f"{path.relative_to(ROOT)}:{frame.f_code.co_name}"
            is_place = not site.startswith("db/") or site in list_commit_sites()
            if site not in PASSED_THROUGH and is_place:
                return site
        frame = frame.f_back
    return None


def name_call(method: str, url: str) -> str:
    """A call by method and path, without ids."""
    path = urlsplit(url).path.removeprefix("/api.xro/2.0")
    return f"{method} {IDS.sub('{id}', path)}"


def _name_request(request: httpx.Request, *_: Any, **__: Any) -> str:
    return name_call(request.method, str(request.url))


def _name_job(function: str, *_: Any, **__: Any) -> str:
    return f"nudge {function}"


def _around_bare(lend: Callable[..., Any], points: Points) -> Callable[..., Any]:
    """The single statement of a connection that is lent is a commit of its own."""

    @asynccontextmanager
    async def around(self: Database) -> AsyncIterator[LentConnection]:
        async with lend(self) as connection:
            site = find_site()
            points.reach(f"before the commit of {site}")
            yield connection
            points.reach(f"after the commit of {site}")

    return around


def _around_sync(call: Callable[..., Any], points: Points) -> Callable[..., Any]:
    @wraps(call)
    def around(self: Any, method: str, url: str, *args: Any, **kw: Any) -> Any:
        points.reach(f"before {name_call(method, url)}")
        try:
            return call(self, method, url, *args, **kw)
        finally:
            points.reach(f"after {name_call(method, url)}")

    return around


def _around_async(call: Callable[..., Any], points: Points, name: Callable[..., str]) -> Callable[..., Any]:
    @wraps(call)
    async def around(self: Any, *args: Any, **kw: Any) -> Any:
        points.reach(f"before {name(*args, **kw)}")
        try:
            return await call(self, *args, **kw)
        finally:
            points.reach(f"after {name(*args, **kw)}")

    return around
