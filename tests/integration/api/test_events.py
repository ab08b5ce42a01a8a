"""Events of both sides in one list, and what cannot be sent through again."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.integration.api.driver import Plumbline, document

XERO = (
    "INSERT INTO xero_events (connection_id, tenant_id, category, event_type, resource_id, dated, payload, received_at,"
    " taken_at) SELECT id, 't', :category, 'UPDATE', 'x-1', :dated, '{\"eventType\": \"UPDATE\"}',"
    " CAST(:at AS timestamptz), CASE WHEN CAST(:taken AS boolean) THEN now() END FROM connections"
)
PARTNER = (
    "INSERT INTO partner_events (partner_id, connection_id, webhook_id, event_type, payload, outcome, received_at)"
    " SELECT partner_id, id, :webhook_id, 'invoice.changed', CAST(:payload AS jsonb), :outcome,"
    " CAST(:at AS timestamptz) FROM connections"
)


async def fill(plumbline: Plumbline) -> str:
    """A connection with three events of each side, every second one of the other."""
    path = await plumbline.open_active()
    for place, (category, taken) in enumerate((("INVOICE", True), ("INVOICE", False), ("CONTACT", True))):
        at = datetime(2026, 11, 20, 4, 2 * place, tzinfo=UTC)
        await plumbline.execute(XERO, category=category, dated=str(place), at=at, taken=taken)
        payload = '{"type": "invoice.changed", "data": {"document": {"id": "inv_1"}}}'
        outcome, later = "stale" if place else "created", at + timedelta(minutes=1)
        await plumbline.execute(PARTNER, webhook_id=str(place), payload=payload, outcome=outcome, at=later)
    return path


async def listed(plumbline: Plumbline, path: str, **wanted: Any) -> list[str]:
    """Ids of events that fit, over all pages."""
    seen: list[str] = []
    cursor: str | None = None
    while True:
        query = {"limit": 2, **wanted} | ({"cursor": cursor} if cursor else {})
        page = (await plumbline.http.get(f"{path}/events", params=query)).raise_for_status().json()
        seen += [event["id"] for event in page["data"]]
        cursor = page["next"]
        if cursor is None:
            return seen


async def test_both_inboxes_are_one_list(plumbline: Plumbline) -> None:
    """Newest first, page after page without gap or repeat, narrowed by side, category and state."""
    path = await fill(plumbline)
    everything = await listed(plumbline, path)
    assert everything == ["partner_3", "xero_3", "partner_2", "xero_2", "partner_1", "xero_1"]
    assert await listed(plumbline, path, side="xero") == ["xero_3", "xero_2", "xero_1"]
    assert await listed(plumbline, path, category="contact") == ["xero_3"]
    assert await listed(plumbline, path, state="waiting") == ["xero_2"]
    assert await listed(plumbline, path, state="stale", side="partner") == ["partner_3", "partner_2"]
    event = (await plumbline.http.get(f"{path}/events/xero_1")).json()
    assert (event["side"], event["category"], event["body"]) == ("xero", "invoice", {"eventType": "UPDATE"})


async def test_an_event_that_is_not_ours_is_not_found(plumbline: Plumbline) -> None:
    """Another's, one that never was, and a name that is none."""
    path = await fill(plumbline)
    for name in ("xero_99", "partner_99", "xero_", "xero_99999999999999999999", "invoice_1", "1"):
        assert (await plumbline.http.get(f"{path}/events/{name}")).status_code == 404, name
        assert (await plumbline.http.post(f"{path}/events/{name}/replay")).status_code == 404, name
    other = f"/v1/connections/{(await plumbline.open_connection('biz_2'))['id']}"
    assert (await plumbline.http.get(f"{other}/events/xero_1")).status_code == 404
    assert (await plumbline.http.get(f"{path}/events", params={"cursor": "eA=="})).status_code == 422
    assert (await plumbline.http.post(f"{path}/changes/1/resend")).status_code == 404


async def test_a_replay_meets_the_same_rules(plumbline: Plumbline) -> None:
    """A document that no rule would take now is refused by its fields; an event of no known kind does nothing."""
    path = await fill(plumbline)
    refused = await plumbline.http.post(f"{path}/events/partner_1/replay")
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/invalid_document")
    await plumbline.execute("UPDATE xero_events SET category = 'SUBSCRIPTION' WHERE id = 1")
    ignored = (await plumbline.http.post(f"{path}/events/xero_1/replay")).json()
    assert (ignored["did"], ignored["event"]["replayed_at"]) == ("ignored", None)
    before = (await plumbline.get_connection(path)).generation
    looked = (await plumbline.http.post(f"{path}/events/xero_3/replay")).json()
    assert (looked["did"], looked["event"]["state"]) == ("looks_again", "waiting")
    assert (await plumbline.get_connection(path)).generation == before + 1


async def test_a_document_that_was_lost_to_a_newer_fault_is_taken_in(plumbline: Plumbline) -> None:
    """An event whose document is news, as after a restore of an older database, is taken in as if it came now."""
    path = await fill(plumbline)
    sent = {"connection_id": path.split("/")[3], "document": document()}
    await plumbline.execute(
        "UPDATE partner_events SET payload = CAST(:payload AS jsonb) WHERE id = 1",
        payload=json.dumps({"type": "invoice.changed", "data": sent}),
    )
    taken = (await plumbline.http.post(f"{path}/events/partner_1/replay")).json()
    assert (taken["did"], taken["event"]["replay_outcome"]) == ("taken_in", "created")
    assert (await plumbline.http.get(f"{path}/invoices/inv_1")).json()["partner"]["version"] == 1
