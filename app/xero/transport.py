"""The one seam that every request of the SDK goes through, where its network traps are closed (FACTS 6).

Left alone, the SDK sleeps through a 429 for hours, sends a PUT again when a connection breaks, waits for ever unless
its timeout is an int, and follows redirects. Here nothing is retried or followed, the time-out holds whatever the
caller passed, the body is read before the request counts as answered, and every request is told to the call log.
"""

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import urllib3

from app.xero.budget import CALLS_AT_ONCE, CallLog, CallMade, Remaining, read_remaining


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Whole seconds: to connect, and to wait for each piece of the answer (Xero takes its time over fifty invoices)."""

    connect: int = 5
    read: int = 60


class CountedPool(urllib3.PoolManager):
    """The SDK's connection pool, tamed, for the calls of one organisation; safe for threads as urllib3's own is."""

    def __init__(
        self, tls: dict[str, Any], timeouts: Timeouts, xero_tenant_id: str, call_log: CallLog
    ) -> None:
        """`tls` are the keywords with which the SDK made the pool that this one replaces."""
        super().__init__(num_pools=2, **tls | {"maxsize": CALLS_AT_ONCE, "retries": False})
        self._timeout = urllib3.Timeout(connect=timeouts.connect, read=timeouts.read)
        self._xero_tenant_id = xero_tenant_id
        self._call_log = call_log

    def urlopen(  # type: ignore[override]
        self, method: str, url: str, redirect: bool = True, **kw: Any
    ) -> urllib3.BaseHTTPResponse:
        """Send once and read the whole answer; urllib3's exceptions come out as they are."""
        kw |= {"retries": False, "timeout": self._timeout, "preload_content": True}
        began = time.perf_counter()
        response: urllib3.BaseHTTPResponse | None = None
        try:
            response = super().urlopen(method, url, redirect=False, **kw)
        finally:
            self._tell(method, url, kw.get("body"), response, time.perf_counter() - began)
        return response

    def _tell(
        self,
        method: str,
        url: str,
        body: str | None,
        response: urllib3.BaseHTTPResponse | None,
        seconds: float,
    ) -> None:
        call = CallMade(
            xero_tenant_id=self._xero_tenant_id,
            method=method,
            path=urlsplit(url).path,
            status=response.status if response else None,
            bytes_sent=len(body.encode()) if body else 0,
            bytes_received=len(response.data) if response else 0,
            took=timedelta(seconds=seconds),
            remaining=read_remaining(response.headers) if response else Remaining(),
            correlation_id=response.headers.get("Xero-Correlation-Id") if response else None,
        )
        self._call_log(call)
