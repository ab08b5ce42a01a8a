"""What a good programmer writes in an afternoon: endpoints by Starlette, one process of uvicorn, as ours.

`build_bare` verifies what it is sent and stores nothing: the most that this stack can do. `build_naive` inserts each
request by itself through a pool of connections, and answers after the commit; it neither raises a generation nor
follows Xero's numbers nor merges anything.
"""

import base64
import hashlib
import hmac
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from standardwebhooks import Webhook
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

POOL = 10

TABLES = """
CREATE SCHEMA IF NOT EXISTS naive;
CREATE TABLE IF NOT EXISTS naive.events (
    id bigserial PRIMARY KEY, tenant_id text NOT NULL, resource_id text NOT NULL, event_type text NOT NULL,
    dated text NOT NULL, payload jsonb NOT NULL, received_at timestamptz NOT NULL DEFAULT now(), taken_at timestamptz,
    UNIQUE (tenant_id, resource_id, event_type, dated));
CREATE TABLE IF NOT EXISTS naive.documents (
    id bigserial PRIMARY KEY, connection_id uuid NOT NULL, invoice_id text NOT NULL, version bigint NOT NULL,
    body jsonb NOT NULL, received_at timestamptz NOT NULL DEFAULT now(), UNIQUE (connection_id, invoice_id));
"""
SAVE_EVENT = """
INSERT INTO naive.events (tenant_id, resource_id, event_type, dated, payload) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING
"""
SAVE_DOCUMENT = """
INSERT INTO naive.documents (connection_id, invoice_id, version, body) VALUES ($1, $2, $3, $4)
ON CONFLICT (connection_id, invoice_id) DO UPDATE SET version = excluded.version, body = excluded.body
WHERE documents.version < excluded.version
"""

Store = Callable[[Request, bytes], Awaitable[None]]


def build_bare() -> Starlette:
    """Verifies; stores nothing."""

    async def forget(_: Request, __: bytes) -> None:
        return None

    return Starlette(routes=_list_routes(forget, forget, forget))


def build_naive() -> Starlette:
    """Verifies; one insert for each request."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        url = os.environ["NAIVE_DATABASE_URL"]
        async with asyncpg.create_pool(url, min_size=POOL, max_size=POOL) as pool:
            app.state.pool = pool
            yield

    return Starlette(routes=_list_routes(_save_event, _save_webhook, _save_put), lifespan=lifespan)


def _list_routes(xero: Store, partner: Store, put: Store) -> list[Route]:
    key, secret = os.environ["XERO_KEY"].encode(), os.environ["PARTNER_SECRET"]
    api_key = hashlib.sha256(os.environ["API_KEY"].encode()).digest()

    async def take_xero(request: Request) -> Response:
        body = await request.body()
        digest = base64.b64encode(hmac.new(key, body, hashlib.sha256).digest())
        if not hmac.compare_digest(digest, request.headers["x-xero-signature"].encode()):
            return Response(status_code=401)
        await xero(request, body)
        return Response()

    async def take_partner(request: Request) -> Response:
        body = await request.body()
        Webhook(secret).verify(body, dict(request.headers), json_parse=False)
        await partner(request, body)
        return Response()

    async def take_put(request: Request) -> Response:
        given = request.headers["authorization"].removeprefix("Bearer ")
        if not hmac.compare_digest(hashlib.sha256(given.encode()).digest(), api_key):
            return Response(status_code=401)
        await put(request, await request.body())
        return Response(status_code=201)

    return [
        Route("/webhooks/xero", take_xero, methods=["POST"]),
        Route("/webhooks/partner/{partner_id}", take_partner, methods=["POST"]),
        Route("/v1/connections/{connection_id}/invoices/{invoice_id}", take_put, methods=["PUT"]),
    ]


async def _save_event(request: Request, body: bytes) -> None:
    for event in json.loads(body)["events"]:
        values = (event["tenantId"], event["resourceId"], event["eventType"], event["eventDateUtc"])
        await request.app.state.pool.execute(SAVE_EVENT, *values, json.dumps(event))


async def _save_webhook(request: Request, body: bytes) -> None:
    data = json.loads(body)["data"]
    await _save_document(request, data["connection_id"], data["document"])


async def _save_put(request: Request, body: bytes) -> None:
    await _save_document(request, request.path_params["connection_id"], json.loads(body))


async def _save_document(request: Request, connection_id: str, document: dict[str, Any]) -> None:
    values = (connection_id, document["id"], document["version"], json.dumps(document))
    await request.app.state.pool.execute(SAVE_DOCUMENT, *values)
