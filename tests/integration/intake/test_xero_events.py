"""POST /webhooks/xero by FACTS 3, to the letter."""

import asyncio
import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.db.inboxes.xero_webhooks import Webhook
from app.db.postgres.session import Database
from app.domain.connections.connection import ConnectionState
from app.intake.xero_deliveries import Delivery, Saved, save_deliveries
from app.xero.signature import is_signed_by_xero
from tests.integration.api.driver import Plumbline, sign_as_xero
from tests.round_trips import counting_round_trips

TENANT = "c2cc9b6e-9458-4c7d-93cc-f02b81b0594f"
EXAMPLES = Path(__file__).parents[4] / "shared" / "xero" / "examples"


def event(**changes: Any) -> dict[str, Any]:
    """An event of an invoice that was changed, as Xero writes it."""
    whole = {
        "resourceUrl": "https://api.xero.com/api.xro/2.0/Invoices/717f2bfc-c6d4-41fd-b238-3f2f0c0cf777",
        "resourceId": "717f2bfc-c6d4-41fd-b238-3f2f0c0cf777",
        "eventDateUtc": "2026-11-20T01:15:39.902",
        "eventType": "UPDATE",
        "eventCategory": "INVOICE",
        "tenantId": TENANT,
        "tenantType": "ORGANISATION",
    }
    return {**whole, **changes}


def delivery(*events: dict[str, Any]) -> bytes:
    """The body of one delivery."""
    envelope = {
        "events": events,
        "lastEventSequence": len(events),
        "firstEventSequence": 1,
        "entropy": "S0m3",
    }
    return json.dumps(envelope).encode()


async def post(plumbline: Plumbline, body: bytes, signature: str | None = None) -> httpx.Response:
    """Deliver a body, signed by Xero unless another signature is given, and have a worker read what is there."""
    answer = await send(plumbline, body, signature)
    await plumbline.take_in()
    return answer


async def send(plumbline: Plumbline, body: bytes, signature: str | None = None) -> httpx.Response:
    """Deliver a body alone; an empty signature sends no header."""
    signature = sign_as_xero(body) if signature is None else signature
    headers = {"x-xero-signature": signature} if signature else {}
    async with plumbline.as_partner(None) as xero:
        return await xero.post("/webhooks/xero", content=body, headers=headers)


async def join(plumbline: Plumbline, tenant: str = TENANT) -> str:
    """A connection of that tenant."""
    path = await plumbline.open_active()
    await plumbline.execute(
        "UPDATE connections SET tenant_id = :tenant WHERE id = CAST(:id AS uuid)",
        tenant=tenant,
        id=path.split("/")[3],
    )
    return path


async def list_events(plumbline: Plumbline) -> list[tuple[Any, ...]]:
    """What the inbox holds."""
    rows = await plumbline.execute(
        "SELECT category, event_type, resource_id, tenant_id, connection_id, dated_at FROM xero_events ORDER BY id"
    )
    return [tuple(row) for row in rows]


async def test_an_event_is_stored_and_triggers_its_connection(plumbline: Plumbline) -> None:
    """200 with no body and no cookie; the event waits, the connection is behind, a worker is woken."""
    path = await join(plumbline)
    before = await plumbline.get_connection(path)
    answer = await post(plumbline, delivery(event()))
    assert (answer.status_code, answer.content) == (200, b"")
    assert "set-cookie" not in answer.headers
    [(category, event_type, resource_id, tenant, connection_id, dated_at)] = await list_events(plumbline)
    assert (category, event_type, tenant) == ("INVOICE", "UPDATE", TENANT)
    assert resource_id == "717f2bfc-c6d4-41fd-b238-3f2f0c0cf777"
    assert str(connection_id) in path
    assert dated_at.isoformat() == "2026-11-20T01:15:39.902000+00:00"
    assert (await plumbline.get_connection(path)).generation == before.generation + 1
    assert await plumbline.count_nudges() == 2, "one to read it, one to reconcile"


async def test_an_event_is_stored_once(plumbline: Plumbline) -> None:
    """Delivered again, by itself or among others, it is no trigger; many at once are stored once and answered 200."""
    path = await join(plumbline)
    answers = await asyncio.gather(*(post(plumbline, delivery(event(), event())) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    assert len(await list_events(plumbline)) == 1
    settled = await plumbline.get_connection(path)
    await post(plumbline, delivery(event()))
    assert await plumbline.get_connection(path) == settled
    await post(plumbline, delivery(event(), event(eventDateUtc="2026-11-20T01:15:40.000")))
    assert (await plumbline.get_connection(path)).generation == settled.generation + 1


async def test_deliveries_of_the_same_events_in_another_order_do_not_wait_for_each_other(
    plumbline: Plumbline,
) -> None:
    """All of them end, and every event is there once."""
    tenants = [f"{n}2cc9b6e-9458-4c7d-93cc-f02b81b0594f" for n in range(4)]
    for tenant in tenants:
        await join(plumbline, tenant)
    events = [event(tenantId=tenant, resourceId=f"r{n}") for n in range(50) for tenant in tenants]
    bodies = [delivery(*events), delivery(*reversed(events))] * 4
    answers = await asyncio.gather(*(post(plumbline, body) for body in bodies))
    assert {answer.status_code for answer in answers} == {200}
    assert len(await list_events(plumbline)) == 200


async def test_processes_that_store_the_same_events_do_not_wait_in_a_ring(plumbline: Plumbline) -> None:
    """Eight transactions at once, as of eight processes: each event is stored once, by four round trips each."""
    tenants = [f"{n}2cc9b6e-9458-4c7d-93cc-f02b81b0594f" for n in range(4)]
    paths = [await join(plumbline, tenant) for tenant in tenants]
    events = [event(tenantId=tenant, resourceId=f"r{n}") for n in range(50) for tenant in tenants]
    at = datetime(2026, 11, 20, 2, tzinfo=UTC)
    webhook = Webhook(b"", at)
    batches = [[Delivery(webhook, [each], (1, 1)) for each in order] for order in (events, events[::-1])] * 4
    await save(plumbline.database, [Delivery(webhook, [event(resourceId="first")])])
    with counting_round_trips() as asked:
        saved = await asyncio.gather(*(save(plumbline.database, batch) for batch in batches))
    assert len(await list_events(plumbline)) == 1 + 200
    assert asked.count == 4 * len(batches), asked.tell()
    woken = {str(connection_id) for each in saved for some in each.nudges for connection_id in some}
    assert woken == {path.split("/")[3] for path in paths}


async def save(database: Database, deliveries: list[Delivery]) -> Saved:
    """Deliveries in a transaction of their own."""
    async with database.writing() as session:
        return await save_deliveries(session, deliveries, datetime.now(UTC))


@pytest.mark.parametrize("signature", ["", "AAAA", "é", sign_as_xero(delivery(event()), "another key")])
async def test_a_wrong_signature_is_refused_without_a_word(plumbline: Plumbline, signature: str) -> None:
    """401 with no body and no cookie, and nothing is stored."""
    await join(plumbline)
    body = delivery(event())
    async with plumbline.as_partner(None) as xero:
        headers = {b"x-xero-signature": signature.encode()} if signature else {}
        answer = await xero.post("/webhooks/xero", content=body, headers=headers)
    assert (answer.status_code, answer.content) == (401, b"")
    assert "set-cookie" not in answer.headers
    assert await plumbline.count("xero_events") == 0


async def test_a_body_that_was_changed_on_the_way_is_refused(plumbline: Plumbline) -> None:
    """The signature is over the raw bytes: the same JSON with other spaces is another body."""
    body = delivery(event())
    answer = await post(plumbline, body.replace(b": ", b":"), sign_as_xero(body))
    assert answer.status_code == 401


async def test_the_intent_to_receive_is_answered_by_its_signature_alone(plumbline: Plumbline) -> None:
    """No events, sequences of zero: 200 for the good ones and 401 for the bad ones, or Xero keeps the webhook off."""
    body = b'{"events":[],"lastEventSequence": 0,"firstEventSequence": 0, "entropy": "S0m3r4Nd0mt3xt"}'
    assert (await post(plumbline, body)).status_code == 200
    assert (await post(plumbline, body, sign_as_xero(body, "another key"))).status_code == 401
    assert is_signed_by_xero(body, "0bl5Cfft1ma1x7YBSJLYA2CSW1bYBWwuoR1thjkAo7U=", "test-webhook-key")


async def test_words_are_read_in_any_case_and_unknown_ones_kept(plumbline: Plumbline) -> None:
    """Xero's samples write Update and UPDATE; a category that Xero adds tomorrow must not refuse a delivery."""
    path = await join(plumbline)
    odd = [
        event(eventType="Update", eventCategory="Invoice", resourceId="ABC"),
        event(eventCategory="QUOTE", eventType="Accepted", data={"Type": "X"}),
    ]
    assert (await post(plumbline, delivery(*odd))).status_code == 200
    stored = {
        (category, event_type, resource)
        for category, event_type, resource, *_ in await list_events(plumbline)
    }
    assert stored == {
        ("INVOICE", "UPDATE", "abc"),
        ("QUOTE", "ACCEPTED", "717f2bfc-c6d4-41fd-b238-3f2f0c0cf777"),
    }
    assert (await plumbline.get_connection(path)).is_behind


async def test_one_delivery_may_mix_tenants(plumbline: Plumbline) -> None:
    """Each connection is triggered once, those of one tenant all; a tenant of nobody's is kept for nobody."""
    other = "0e7f2bfc-0000-41fd-b238-3f2f0c0cf777"
    first, second = await join(plumbline), await join(plumbline, other.upper())
    unknown = event(tenantId="11111111-0000-41fd-b238-3f2f0c0cf777")
    mixed = delivery(event(), event(resourceId="r2"), event(tenantId=other), unknown)
    assert (await post(plumbline, mixed)).status_code == 200
    assert len(await list_events(plumbline)) == 4
    assert [row[4] for row in await list_events(plumbline)].count(None) == 1
    for path in (first, second):
        assert (await plumbline.get_connection(path)).generation == 1
    assert await plumbline.count_nudges() == 3, "one to read it, one for each"


async def test_a_paused_connection_stores_what_comes(plumbline: Plumbline) -> None:
    """Nothing is lost by a pause or a disconnect."""
    path = await join(plumbline)
    for n, state in enumerate((ConnectionState.PAUSED, ConnectionState.DISCONNECTED)):
        await plumbline.set_state(path, state)
        await post(plumbline, delivery(event(resourceId=f"r{n}")))
    assert len(await list_events(plumbline)) == 2
    assert (await plumbline.get_connection(path)).generation == 2


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"events": {}}',
        b'{"events": ["x", null]}',
        b"\xff\xfe",
        b'{"events": [{"tenantId": "a\\u0000"}]}',
        b"[" * 100_000,
    ],
)
async def test_a_signed_body_that_cannot_be_read_is_answered_200(plumbline: Plumbline, body: bytes) -> None:
    """Xero would send the same bytes for a day and then disable the webhook of every business; the sweep makes up."""
    assert (await post(plumbline, body)).status_code == 200
    assert await plumbline.count("xero_events") == 0


async def test_an_event_with_holes_is_kept(plumbline: Plumbline) -> None:
    """What is missing is empty; an instant that is none is not known."""
    await join(plumbline)
    await post(plumbline, delivery({"tenantId": TENANT, "eventDateUtc": "soon", "resourceId": 7}))
    [(category, _, resource_id, _, connection_id, dated_at)] = await list_events(plumbline)
    assert (category, resource_id, dated_at) == ("", "", None)
    assert connection_id is not None


async def test_a_body_over_a_megabyte_is_refused(plumbline: Plumbline) -> None:
    """413, however it is signed."""
    body = delivery(event(resourceUrl="x" * 1_100_000))
    assert (await post(plumbline, body)).status_code == 413


async def test_a_delivery_of_thousands_is_stored_whole(plumbline: Plumbline) -> None:
    """As many events as fit into a body fit into the transaction."""
    path = await join(plumbline)
    body = delivery(
        *({"tenantId": TENANT, "eventCategory": "INVOICE", "resourceId": f"r{n}"} for n in range(9_000))
    )
    assert len(body) < 1_048_576
    assert (await post(plumbline, body)).status_code == 200
    assert await plumbline.count("xero_events") == 9_000
    assert (await plumbline.get_connection(path)).generation == 1


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="Xero's examples do not lie next to the repository")
async def test_xeros_own_examples_are_taken(plumbline: Plumbline) -> None:
    """Every example delivery of Xero's documentation is answered 200 and its events stored."""
    deliveries = [path.read_bytes() for path in sorted(EXAMPLES.glob("webhook_*.json"))]
    assert deliveries
    for body in deliveries:
        assert (await post(plumbline, body)).status_code == 200
    assert await plumbline.count("xero_events") > 0


def test_the_key_is_used_as_plain_text() -> None:
    """It looks like base64 and is not to be decoded."""
    body, key = b"{}", "c2VjcmV0IGtleQ=="
    decoded = base64.b64encode(hmac.new(base64.b64decode(key), body, hashlib.sha256).digest()).decode()
    assert not is_signed_by_xero(body, decoded, key)
    assert is_signed_by_xero(body, sign_as_xero(body, key), key)
