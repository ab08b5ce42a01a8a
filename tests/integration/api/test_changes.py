"""The feed, its acknowledgement, conflicts, and the manifest."""

import json
from typing import Any

import pytest

from tests.integration.api.driver import Plumbline, document, name_faults


async def put_change(plumbline: Plumbline, invoice_id: str, revision: int) -> None:
    """A change in the feed, as the loop puts it there."""
    body = {
        "connection_id": "c",
        "business_id": "biz_1",
        "invoice_id": invoice_id,
        "revision": revision,
        "fields": [{"path": "reference", "before": "PO 1", "after": "PO 2"}],
        "caused_by": {"side": "xero", "at": "2026-11-20T04:00:00Z", "version": None},
        "invoice": {"id": invoice_id},
    }
    await plumbline.execute(
        "INSERT INTO changes (connection_id, link_id, revision, moves, body)"
        " SELECT connection_id, id, :revision, '{}', :body FROM invoice_links WHERE partner_invoice_id = :id",
        revision=revision,
        body=json.dumps(body),
        id=invoice_id,
    )


@pytest.fixture
async def path(plumbline: Plumbline) -> str:
    """A connection with three invoices and a change to each."""
    opened = await plumbline.open_active()
    for n in range(3):
        await plumbline.http.put(f"{opened}/invoices/inv_{n}", json=document(id=f"inv_{n}"))
        await put_change(plumbline, f"inv_{n}", 1)
    return opened


async def test_the_feed_is_read_by_cursor(plumbline: Plumbline, path: str) -> None:
    """Oldest first, each with its cursor; a page that was not full ends it."""
    first = (await plumbline.http.get(f"{path}/changes", params={"limit": 2})).json()
    assert [change["invoice_id"] for change in first["data"]] == ["inv_0", "inv_1"]
    assert int(first["next"]) == first["data"][-1]["cursor"]
    assert first["data"][0]["fields"] == [{"path": "reference", "before": "PO 1", "after": "PO 2"}]
    rest = (await plumbline.http.get(f"{path}/changes", params={"cursor": first["next"], "limit": 2})).json()
    assert ([change["invoice_id"] for change in rest["data"]], rest["next"]) == (["inv_2"], None)


async def test_an_acknowledgement_covers_everything_up_to_its_cursor(plumbline: Plumbline, path: str) -> None:
    """The links are triggered, the connection once; a second call finds nothing to do."""
    cursor = (await plumbline.http.get(f"{path}/changes")).json()["data"][1]["cursor"]
    before = await plumbline.get_connection(path)
    for count in (2, 0):
        answer = await plumbline.http.post(f"{path}/changes/acknowledge", json={"cursor": cursor})
        assert answer.json() == {"acknowledged": count}
    assert (await plumbline.get_connection(path)).generation == before.generation + 1
    invoices = (await plumbline.http.get(f"{path}/invoices")).json()["data"]
    assert [invoice["partner"]["acknowledged_revision"] for invoice in invoices] == [1, 1, 0]


@pytest.mark.parametrize("said", [{"cursor": 10**6}, {"cursor": -1}, {"cursor": "1"}, {}])
async def test_a_cursor_that_was_never_given_acknowledges_nothing(
    plumbline: Plumbline, path: str, said: dict[str, Any]
) -> None:
    """422 that names the cursor: changes that nobody has read must not count as applied."""
    answer = await plumbline.http.post(f"{path}/changes/acknowledge", json=said)
    assert (answer.status_code, name_faults(answer)) == (422, ["cursor"])
    [waiting] = await plumbline.execute("SELECT count(*) FROM changes WHERE state = 'pending'")
    assert waiting[0] == 3


@pytest.mark.parametrize("query", ["cursor=-1", "cursor=x", "limit=0", "limit=501", f"cursor={2**63}"])
async def test_a_page_that_cannot_be_is_named(plumbline: Plumbline, path: str, query: str) -> None:
    """422 that names the part of the query."""
    answer = await plumbline.http.get(f"{path}/changes?{query}")
    assert (answer.status_code, name_faults(answer)) == (422, [query.partition("=")[0]])


async def test_conflicts_are_read_by_invoice(plumbline: Plumbline, path: str) -> None:
    """Base and both values, who won and by which policy."""
    await plumbline.execute(
        "INSERT INTO conflicts (connection_id, link_id, path, values, winner, policy, revision)"
        " SELECT connection_id, id, 'reference', :values, 'xero', 'xero_wins', 2 FROM invoice_links"
        " WHERE partner_invoice_id = 'inv_1'",
        values=json.dumps({"base": "a", "partner": "b", "xero": "c"}),
    )
    [conflict] = (await plumbline.http.get(f"{path}/conflicts")).json()["data"]
    assert conflict["values"] == {"base": "a", "partner": "b", "xero": "c"}
    assert (conflict["invoice_id"], conflict["winner"], conflict["policy"]) == ("inv_1", "xero", "xero_wins")
    other = (await plumbline.http.get(f"{path}/conflicts", params={"invoice_id": "inv_2"})).json()
    assert other == {"data": [], "next": None}


async def test_a_manifest_finds_what_was_lost_on_either_side(plumbline: Plumbline, path: str) -> None:
    """What we lack or hold in an older version is asked for; what the app does not know is told."""
    await plumbline.execute("UPDATE invoice_links SET acked_version = 4 WHERE partner_invoice_id = 'inv_1'")
    invoices = [{"id": "inv_0", "version": 2}, {"id": "inv_1", "version": 4}, {"id": "inv_8", "version": 1}]
    answer = await plumbline.http.post(f"{path}/manifest", json={"invoices": invoices})
    assert answer.json() == {
        "send": [
            {"id": "inv_0", "held_version": 1, "reason": "stale"},
            {"id": "inv_8", "held_version": None, "reason": "missing"},
        ],
        "send_contacts": [],
        "unknown_to_you": ["inv_2"],
        "contacts_unknown_to_you": [],
        "total_differs": [],
    }


async def test_a_manifest_may_be_empty_and_may_be_long(plumbline: Plumbline, path: str) -> None:
    """None and 10,000 are both fine; one more is refused by field."""
    empty = (await plumbline.http.post(f"{path}/manifest", json={"invoices": []})).json()
    assert empty["unknown_to_you"] == ["inv_0", "inv_1", "inv_2"]
    assert empty["send"] == empty["send_contacts"] == empty["total_differs"] == []
    invoices = [{"id": f"inv_{n}", "version": 1} for n in range(10_001)]
    longest = await plumbline.http.post(f"{path}/manifest", json={"invoices": invoices[:-1]})
    assert len(longest.json()["send"]) == 9_997
    answer = await plumbline.http.post(f"{path}/manifest", json={"invoices": invoices})
    assert (answer.status_code, name_faults(answer)) == (422, ["invoices"])
    answer = await plumbline.http.post(f"{path}/manifest", json={"invoices": [], "is_complete": 0})
    assert (answer.status_code, name_faults(answer)) == (422, ["is_complete"])
