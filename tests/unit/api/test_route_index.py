"""The shortcut through the routes leads exactly where the whole walk leads."""

import httpx
import pytest
from fastapi import APIRouter, FastAPI

from app.api.route_index import RouteIndex


def build_app(*, has_index: bool) -> FastAPI:
    """Three routers whose addresses overlap: by a parameter, by a word, by a method."""
    app = FastAPI()
    invoices, things = APIRouter(prefix="/v1/invoices"), APIRouter(prefix="/v1")

    @invoices.get("/{invoice_id}")
    async def show(invoice_id: str) -> str:
        return f"invoice {invoice_id}"

    @invoices.get("/search")
    async def search() -> str:
        return "search"

    @things.get("/{kind}/{thing_id}/history")
    async def history(kind: str, thing_id: str) -> str:
        return f"history of {kind} {thing_id}"

    @things.put("/invoices/{invoice_id}")
    async def put(invoice_id: str) -> str:
        return f"put {invoice_id}"

    app.include_router(invoices)
    app.include_router(things)
    if has_index:
        app.router.middleware_stack = RouteIndex(app.router)
    return app


def call(app: FastAPI) -> httpx.AsyncClient:
    """A caller of it in this process."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api")


CALLS = [
    ("GET", "/v1/invoices/7"),
    ("GET", "/v1/invoices/search"),
    ("PUT", "/v1/invoices/7"),
    ("DELETE", "/v1/invoices/7"),
    ("GET", "/v1/invoices/7/"),
    ("GET", "/v1//7/history"),
    ("GET", "/v1/invoices/7/history"),
    ("GET", "/v1/history/history/history"),
    ("GET", "/v1/nothing"),
    ("GET", "/openapi.json"),
    ("GET", "/"),
]


@pytest.mark.parametrize(("method", "path"), CALLS)
async def test_every_address_is_answered_as_without_it(method: str, path: str) -> None:
    """Good ones, wrong methods, closing slashes and nonsense; also the second time, from memory."""
    async with call(build_app(has_index=False)) as plain, call(build_app(has_index=True)) as short:
        for _ in range(2):
            expected, got = await plain.request(method, path), await short.request(method, path)
            assert (got.status_code, got.text, got.headers.get("allow"), got.headers.get("location")) == (
                expected.status_code, expected.text, expected.headers.get("allow"), expected.headers.get("location"),
            )  # fmt: skip


async def test_nonsense_is_not_remembered() -> None:
    """However many addresses strangers try, what is kept is bounded by the addresses that there are."""
    app = build_app(has_index=True)
    index = app.router.middleware_stack
    assert isinstance(index, RouteIndex)
    async with call(app) as client:
        for number in range(50):
            await client.get(f"/v1/invoices/{number}")
            await client.get(f"/{number}/x")
    assert len(index._found) == 1
