"""GET /metrics: the operator's alone, whole where the database answers, and something where it does not."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from pydantic import SecretStr

from app.api.metrics.exposition import Exposition
from app.db.postgres.session import Database
from app.settings import Environment, Settings
from app.wiring import open_worker
from app.worker.metrics_port import serve_metrics
from tests.integration.api.driver import Plumbline, build_settings, open_plumbline
from tests.loopback import build_client

TOKEN = "q7Hs0Zr5Vd2Lm9Xk4Tn8Bw1Yc6Pf3Gj"


@asynccontextmanager
async def fetching(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the API with these settings, which bears no key."""
    async with open_plumbline(settings) as plumbline:
        plumbline.http.headers.pop("authorization", None)
        yield plumbline.http


async def test_production_without_a_token_has_no_such_address(database_url: str, redis_url: str) -> None:
    """Nobody shows it to partners by forgetting something: the answer is the one of any unknown address."""
    known = build_settings(database_url, redis_url)
    async with fetching(known.model_copy(update={"env": Environment.PRODUCTION})) as http:
        asked, unknown = await http.get("/metrics"), await http.get("/nowhere")
    assert (asked.status_code, asked.json()["type"]) == (404, unknown.json()["type"])


@pytest.mark.parametrize("sent", [None, "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x"])
async def test_with_a_token_nothing_else_is_taken(
    database_url: str, redis_url: str, sent: str | None
) -> None:
    """Not even a partner's key."""
    known = build_settings(database_url, redis_url).model_copy(update={"metrics_token": SecretStr(TOKEN)})
    async with fetching(known) as http:
        answer = await http.get("/metrics", headers={"authorization": sent} if sent else {})
        right = await http.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert "plumbline_database_up" not in answer.text
    assert (right.status_code, "plumbline_database_up 1.0" in right.text) == (200, True)


async def test_requests_are_counted_by_the_template_of_their_route(plumbline: Plumbline) -> None:
    """Never by their path: an id in a label would make a series for each."""
    for _ in range(2):
        await plumbline.http.get("/v1/connections/6fb4f5b1-6ad7-4a53-9d9c-0d5bb0f9e1a2")
    await plumbline.http.get("/somebody/tried/this")
    await plumbline.http.post("/webhooks/xero", content=b"{}")
    shown = (await plumbline.http.get("/metrics")).text
    assert 'method="GET",route="/v1/connections/{connection_id}",status="404"' in shown
    assert 'method="GET",route="unmatched",status="404"' in shown
    assert 'method="POST",route="/webhooks/xero",status="401"' in shown
    assert "6fb4f5b1" not in shown
    assert "somebody" not in shown


async def test_without_a_database_the_counts_of_the_process_are_shown(plumbline: Plumbline) -> None:
    """Whoever is woken at night needs them then most of all."""
    plumbline.app.state.metrics.database = Database("postgresql+asyncpg://nobody@127.0.0.1:1/nothing")
    await plumbline.http.get("/healthz")
    shown = await plumbline.http.get("/metrics")
    assert shown.status_code == 200
    assert "plumbline_database_up 0.0" in shown.text
    assert "plumbline_request_seconds_bucket" in shown.text
    assert "plumbline_links_behind" not in shown.text


async def test_the_database_is_read_once_for_all_who_ask_within_seconds(plumbline: Plumbline) -> None:
    """Ten Prometheuses cost what one costs."""
    exposition: Exposition = plumbline.app.state.metrics
    await exposition.show()
    read_at = exposition._read_at
    for _ in range(10):
        await plumbline.http.get("/metrics")
    assert exposition._read_at == read_at


async def test_a_worker_serves_metrics_on_a_port_of_its_own(database_url: str, redis_url: str) -> None:
    """Nothing else is there; a second worker that finds the port taken works on without."""
    settings = build_settings(database_url, redis_url).model_copy(update={"metrics_port": 0})
    async with (
        open_worker(settings) as parts,
        serve_metrics(settings, parts.metrics) as port,
        build_client(f"http://127.0.0.1:{port}") as http,
        serve_metrics(settings.model_copy(update={"metrics_port": port}), parts.metrics) as second,
    ):
        assert second is None
        assert "plumbline_database_up 1.0" in (await http.get("/metrics")).text
        assert (await http.get("/v1/connections")).status_code == 404
