"""The API's contract and its page: complete, readable, and at home without the internet."""

import re
from typing import Any

import httpx
import pytest

from app.api.delivery.notice_webhooks import NOTICES
from app.intake.routes import build_routes
from tests.served import build_bare, build_contract


@pytest.fixture(scope="module")
def contract() -> dict[str, Any]:
    """OpenAPI as it is served."""
    return build_contract()


async def fetch(path: str) -> httpx.Response:
    """What the API answers there; it needs no database for it."""
    transport = httpx.ASGITransport(build_bare())
    async with httpx.AsyncClient(transport=transport, base_url="http://plumbline.example") as client:
        return await client.get(path)


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
async def test_a_page_loads_nothing_from_anywhere_else(path: str) -> None:
    """On a machine without internet it is whole; every file that it names is served, and no script stands in it."""
    page = await fetch(path)
    named = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert named
    named = [name for name in named if name != "data:,"]
    assert [name for name in named if "://" in name or name.startswith("/")] == []
    assert {(await fetch(f"/{name}")).status_code for name in named} == {200}
    assert re.search(r"<script(?![^>]*\bsrc=)", page.text) is None
    assert (
        "'unsafe-inline'" not in re.findall(r"script-src ([^;]*)", page.headers["content-security-policy"])[0]
    )
    assert (await fetch("/openapi.json")).json()["openapi"].startswith("3.1")


def test_every_tag_has_a_sentence_and_every_sentence_an_operation(contract: dict[str, Any]) -> None:
    """The page tells the story in the order of the tags; one without a sentence would come last and say nothing."""
    operations = [operation for path in contract["paths"].values() for operation in path.values()]
    operations += [path["post"] for path in contract["webhooks"].values()]
    used = {tag for operation in operations for tag in operation["tags"]}
    assert used == {tag["name"] for tag in contract["tags"]}
    assert all(tag["description"].endswith(".") for tag in contract["tags"])


def test_every_route_stands_in_the_contract(contract: dict[str, Any]) -> None:
    """Intake's plain routes too, which FastAPI does not see."""
    routes = {route.path for route in build_routes()}
    assert routes <= set(contract["paths"])
    assert {"invoice.changed", *NOTICES} <= set(contract["webhooks"])


def test_schemas_have_names_for_people(contract: dict[str, Any]) -> None:
    """No name shows how the code is put together, and each reference leads somewhere."""
    schemas = contract["components"]["schemas"]
    assert [name for name in schemas if not re.fullmatch(r"[A-Z][A-Za-z]+", name) or "Shown" in name] == []
    assert [name for name, schema in schemas.items() if re.search(r"[\[_]", schema.get("title", ""))] == []
    named = set(re.findall(r"'#/components/schemas/([^']+)'", str(contract)))
    assert named <= set(schemas)
