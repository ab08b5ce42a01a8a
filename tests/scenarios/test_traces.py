"""Traces: one leads from a webhook to the write; without a collector OpenTelemetry's SDK is not even loaded."""

import subprocess
import sys
from collections.abc import Awaitable, Iterator

import pytest
from arq.connections import ArqRedis
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from app import tracing
from app.wiring.ground import open_queue
from app.worker.jobs import build_worker
from tests.house import house as repository
from tests.scenarios.house import House
from tests.scenarios.troubles import ask


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """Every span that ends while tracing is on."""
    exporter = InMemorySpanExporter()
    tracing.use(SimpleSpanProcessor(exporter), "test")
    yield exporter
    tracing.close()


async def test_one_trace_leads_from_the_webhook_to_the_write(
    house: House, spans: InMemorySpanExporter
) -> None:
    """Request, intake, reconcile, calls to Xero, delivery: in one trace, with one id, and nothing secret."""
    await work(house, spans, house.write())
    assert_one_trace(
        spans,
        "PUT /v1/connections/{connection_id}/invoices/{invoice_id}",
        "intake",
        "reconcile",
        "xero create_invoices",
    )
    await house.edit_xero(Reference="PO 2")
    await work(house, spans, ask(house.xero.post("/webhooks/flush")))
    assert_one_trace(
        spans, "POST /webhooks/xero", "intake", "reconcile", "xero get_invoices", "deliver", "delivery"
    )
    assert (await house.in_app())["reference"] == "PO 2"


async def work(house: House, spans: InMemorySpanExporter, arrival: Awaitable[object]) -> None:
    """Something arrives, and a worker does what it was nudged to."""
    async with open_queue(house.settings) as queue:
        await queue.flushdb()
        spans.clear()
        await arrival
        await work_off(house, queue)
    told = " ".join(f"{each.name} {dict(each.attributes or {})}" for each in spans.get_finished_spans())
    assert list_secrets_in(house, told) == []


async def work_off(house: House, queue: ArqRedis) -> None:
    """A worker does what it was nudged to, and no more."""
    worker = build_worker(house.parts, queue, 0.01)
    worker.cron_jobs, worker.burst = [], True
    await worker.async_run()


def list_secrets_in(house: House, told: str) -> list[str]:
    """What no span may tell."""
    secret = ["Bearer", "http", "?", "Kim Tran", "kim@example.com", house.partner["api_key"], house.tenant_id]
    return [each for each in secret if each in told]


def assert_one_trace(spans: InMemorySpanExporter, *names: str) -> None:
    """The first of these is what began it all."""
    ended = spans.get_finished_spans()
    first = next(each for each in ended if each.name == names[0])
    trace = [each for each in ended if each.context.trace_id == first.context.trace_id]
    assert {each.name for each in trace} >= set(names)
    assert len({(each.attributes or {})["plumbline.correlation_id"] for each in trace}) == 1


@pytest.mark.proof
def test_without_a_collector_nothing_is_loaded() -> None:
    """Whoever does not want traces pays nothing for them."""
    code = (
        "import sys, app.main, app.worker; from app import tracing; tracing.configure('', 'api')\n"
        "with tracing.span('x') as begun: assert begun is None and tracing.write_parent() is None\n"
        "print([name for name in sys.modules if name.startswith(('opentelemetry.sdk', 'opentelemetry.exporter'))])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=repository.ROOT, capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "[]"
