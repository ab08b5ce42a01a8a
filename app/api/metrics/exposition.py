"""GET /metrics: who may ask, and what is answered.

It is the operator's, and no partner's. With `PLUMBLINE_METRICS_TOKEN` it takes that bearer token and nothing else.
Without one, the API in production answers as if there were no such address, so that nobody shows it by forgetting
something; in development, and on a worker's own port, which is bound to this machine unless told otherwise, it is open.

What the database holds is read at most every five seconds for all who ask; where it gives no answer, what this process
counted is told all the same, and `plumbline_database_up` is 0.
"""

import asyncio
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import structlog
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.api.metrics.families import build_families, build_up, write_families
from app.db.postgres.session import Database
from app.db.upkeep.gauges import Gauges, Tenant, read_gauges
from app.domain.connections.usage import CallsLeft
from app.domain.xero.pricing import PlanInForce
from app.metrics import show_counts

FRESH_SECONDS = 5.0
PATIENCE_SECONDS = 8.0
"""Less than Prometheus's own ten."""


class Budget(Protocol):
    """The calls of one Xero app."""

    async def list_left(self, xero_tenant_ids: Sequence[str]) -> list[CallsLeft]:
        """What Xero said is left of each organisation's calls, where it said anything lately."""
        ...


FindBudget = Callable[[str | None], Budget]
"""The budget of a Xero app by its client id; None is Plumbline's own."""

log = structlog.get_logger(__name__)


@dataclass
class Exposition:
    """What one process shows. `is_hidden` without a token: as if it were not there."""

    database: Database
    find_budget: FindBudget
    plan: PlanInForce
    token: str = field(default="", repr=False)
    is_hidden: bool = False
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _text: bytes = b""
    _read_at: float = float("-inf")

    async def show(self) -> bytes:
        """The whole text."""
        async with self._lock:
            if time.monotonic() - self._read_at >= FRESH_SECONDS:
                self._text = await self._read()
                self._read_at = time.monotonic()
        return await asyncio.to_thread(show_counts) + self._text

    async def _read(self) -> bytes:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                gauges = await self._read_gauges()
                left = await self._list_left(gauges.tenants)
        except Exception as error:  # whatever a driver raises, the counts of this process are shown
            log.warning("metrics_incomplete", error=type(error).__name__)
            return write_families([build_up(False)])
        return write_families([build_up(True), *build_families(gauges, left, self.plan)])

    async def _list_left(self, tenants: Sequence[Tenant]) -> list[CallsLeft]:
        left: list[CallsLeft] = []
        for client_id in {tenant.client_id for tenant in tenants}:
            named = [one.tenant_id for one in tenants if one.client_id == client_id]
            left += await self.find_budget(client_id).list_left(named)
        return left

    async def _read_gauges(self) -> Gauges:
        async with self.database.reading_in_one() as session:
            return await read_gauges(session)

    def admits(self, request: Request) -> bool:
        """Whether the right token was sent, where there is one; raises 404 where nothing is shown."""
        if not self.token:
            if self.is_hidden:
                raise HTTPException(404)
            return True
        scheme, _, sent = request.headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and secrets.compare_digest(sent.encode(), self.token.encode())


async def show_metrics(request: Request) -> Response:
    """Prometheus's text format."""
    exposition: Exposition = request.app.state.metrics
    if not exposition.admits(request):
        return Response("The operator's token is needed.\n", 401, {"WWW-Authenticate": "Bearer"})
    return Response(
        await exposition.show(), media_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"}
    )


def build_metrics_routes() -> list[BaseRoute]:
    """The one route; no part of the partners' contract."""
    return [Route("/metrics", show_metrics)]
