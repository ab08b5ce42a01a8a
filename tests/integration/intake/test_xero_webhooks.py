"""Xero's webhooks between their answer and the reading of their events: none is lost there, none stands still."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from structlog.testing import capture_logs

from app.api.dependencies import Services
from app.clock import ManualClock
from app.intake.xero_webhooks import FIRST_WAIT, MOST_TOGETHER, XeroWebhooks
from tests.integration.api.driver import Plumbline, sign_as_xero
from tests.round_trips import counting_round_trips

TENANT = "c2cc9b6e-9458-4c7d-93cc-f02b81b0594f"

ROUND_TRIPS = 5
"""Begin, take, store, note that Xero was heard, commit."""


def build_body(resource_id: str) -> bytes:
    """A webhook of one event."""
    event = {
        "resourceId": resource_id,
        "eventDateUtc": "2026-11-20T01:15:39.902",
        "eventType": "UPDATE",
        "eventCategory": "INVOICE",
        "tenantId": TENANT,
    }
    return json.dumps({"events": [event]}).encode()


async def send(plumbline: Plumbline, bodies: Sequence[bytes]) -> None:
    """All of them at once; each is answered 200."""
    async with plumbline.as_partner(None) as xero:
        answers = await asyncio.gather(
            *(
                xero.post("/webhooks/xero", content=body, headers={"x-xero-signature": sign_as_xero(body)})
                for body in bodies
            )
        )
    assert {answer.status_code for answer in answers} == {200}


async def list_events(plumbline: Plumbline) -> list[str]:
    """The resources that the inbox has events of."""
    rows = await plumbline.execute("SELECT resource_id FROM xero_events ORDER BY resource_id")
    return [row[0] for row in rows]


def open_reader(plumbline: Plumbline, after: timedelta = timedelta(0)) -> XeroWebhooks:
    """What a worker reads with, whose clock is so far on."""
    services: Services = plumbline.app.state.services
    return XeroWebhooks(plumbline.database, services.waker, ManualClock(datetime.now(UTC) + after))


async def test_a_webhook_is_on_disk_byte_for_byte_before_its_answer(plumbline: Plumbline) -> None:
    """And nothing of it is read yet; once it is, it is gone, and its event has the webhook's time and id."""
    body = build_body("r1")
    await send(plumbline, [body])
    [kept] = await plumbline.execute("SELECT body, received_at, correlation_id FROM xero_webhooks")
    assert bytes(kept.body) == body
    assert await list_events(plumbline) == []
    await open_reader(plumbline, timedelta(hours=1)).take_in()
    assert await plumbline.count("xero_webhooks") == 0
    [read] = await plumbline.execute("SELECT received_at, correlation_id FROM xero_events")
    assert tuple(read) == (kept.received_at, kept.correlation_id)


async def test_a_storm_costs_a_few_round_trips_and_one_nudge_a_batch(plumbline: Plumbline) -> None:
    """Those that come together are stored by one statement each way, however many they are."""
    path = await plumbline.open_active()
    await plumbline.execute(
        "UPDATE connections SET tenant_id = :tenant WHERE id = CAST(:id AS uuid)",
        tenant=TENANT,
        id=path.split("/")[3],
    )
    await send(plumbline, [build_body("first")])
    await open_reader(plumbline).take_in()
    before = (await plumbline.get_connection(path)).generation
    await send(plumbline, [build_body(f"r{number}") for number in range(100)])
    assert await plumbline.count_nudges() == 2, (
        "one to read, which stands for all of them, and one to reconcile"
    )
    with counting_round_trips() as asked:
        await open_reader(plumbline).take_in()
    assert asked.count == ROUND_TRIPS, asked.tell()
    assert len(await list_events(plumbline)) == 1 + 100
    assert (await plumbline.get_connection(path)).generation == before + 1


async def test_two_readers_take_each_webhook_once(plumbline: Plumbline) -> None:
    """More than one transaction's worth: neither waits for the other, and none is left or read twice."""
    count = 2 * MOST_TOGETHER + 7
    await send(plumbline, [build_body(f"r{number:03}") for number in range(count)])
    first, second = open_reader(plumbline), open_reader(plumbline)
    await asyncio.gather(first.take_in(), second.take_in())
    assert await list_events(plumbline) == [f"r{number:03}" for number in range(count)]
    assert await plumbline.count("xero_webhooks") == 0


async def test_one_that_cannot_be_stored_stays_and_holds_up_nobody(plumbline: Plumbline) -> None:
    """PostgreSQL refuses its event. It is told, and tried again ever more seldom; the others go their way."""
    too_long = "".join(uuid4().hex for _ in range(500))
    await send(plumbline, [build_body("r1"), build_body(too_long), build_body("r2")])
    with capture_logs() as logs:
        await open_reader(plumbline).take_in()
        await open_reader(plumbline).take_in()
        await open_reader(plumbline).retry_failed()
    assert _list_failures(logs) == [str(FIRST_WAIT)]
    assert await list_events(plumbline) == ["r1", "r2"]
    with capture_logs() as logs:
        await open_reader(plumbline, FIRST_WAIT).retry_failed()
    assert _list_failures(logs) == [str(2 * FIRST_WAIT)]
    [left] = await plumbline.execute("SELECT failures, body FROM xero_webhooks")
    assert (left.failures, bytes(left.body)) == (2, build_body(too_long))


def _list_failures(logs: Sequence[Any]) -> list[str]:
    return [line["tried_again_after"] for line in logs if line["event"] == "xero_webhook_failed"]
