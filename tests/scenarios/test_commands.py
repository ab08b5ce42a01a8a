"""The command line of operators: each command does what the API's call does, says so, and ends with a code."""

from typing import Any
from uuid import uuid4

import pytest

from tests.loopback import build_client
from tests.scenarios.house import House
from tests.scenarios.operator import type_in
from tests.scenarios.troubles import rows

API_KEYS = "/v1/keys"

UNMAPPED = {
    "id": "l1",
    "description": "Travel",
    "quantity": "1",
    "unit_price": "20.00",
    "tax": "gst",
    "category": "travel",
}
"""A line of a category that no setting maps: its invoice is held."""


async def status_with(house: House, key: str) -> int:
    """What the API answers to a key."""
    async with build_client(str(house.api.base_url), f"Bearer {key}") as client:
        return (await client.get("/v1/partner")).status_code


async def get(house: House, path: str, **params: Any) -> Any:
    """A partner's call."""
    return await house._json(house.api.get(path, params=params))


async def test_a_key_is_made_rotated_with_an_overlap_and_revoked(house: House) -> None:
    """O10: what the commands print can be called with, is refused once it is revoked, and is what the API lists."""
    partner = house.partner["partner_id"]
    listed = await type_in(house, "partner", "list", "--json")
    assert listed.json["data"] == [{"id": partner, "name": "Tradie Tools"}]
    ends = f"{house.clock.now().year + 2}-01-31"
    made = await type_in(
        house, "key", "create", partner, "Office", "--role", "read", "--ends", ends, "--json"
    )
    assert (made.code, made.json["role"], made.json["expires_at"]) == (0, "read", f"{ends}T00:00:00Z")
    assert await status_with(house, made.json["key"]) == 200
    rotated = await type_in(
        house, "key", "rotate", partner, made.json["prefix"], "--overlap-hours", 2, "--json"
    )
    assert rotated.json["replaced"]["id"] == made.json["id"]
    assert [await status_with(house, one.json["key"]) for one in (made, rotated)] == [200, 200]
    again = await type_in(house, "key", "rotate", partner, made.json["id"])
    assert again.code == 2
    assert "was rotated already" in again.said
    revoked = await type_in(house, "key", "revoke", partner, rotated.json["id"])
    assert revoked.code == 0
    assert "revoked" in revoked.words
    assert await status_with(house, rotated.json["key"]) == 401
    shown = await type_in(house, "key", "list", partner)
    assert rotated.json["key"] not in shown.out
    assert all(name in shown.words for name in ("first key", "Office", made.json["prefix"], "revoked"))
    by_api = (await get(house, API_KEYS))["data"]
    as_json = (await type_in(house, "key", "list", partner, "--json")).json["data"]
    # Each command and the call before it used keys of their own at other instants.
    assert [_timeless(key) for key in as_json] == [_timeless(key) for key in by_api]
    last = await type_in(house, "key", "revoke", partner, by_api[0]["id"])
    assert (last.code, "--role admin" in last.said) == (2, True)
    stranger = await type_in(house, "key", "list", uuid4())
    assert (stranger.code, "`partner list`" in stranger.said, stranger.out) == (2, True, "")


def _timeless(key: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in key.items() if name != "last_used_at"}


@pytest.mark.parametrize("name", ["", "  ", "x" * 256, "M\udcfcller"])
async def test_a_partner_and_a_key_have_a_name(house: House, name: str) -> None:
    """Nothing gives them another later; what is no UTF-8 is refused as that, and no database is blamed for it."""
    partners = await rows(house, "SELECT id FROM partners")
    for words in (("partner", "create", name), ("key", "create", house.partner["partner_id"], name)):
        refused = await type_in(house, *words)
        assert (refused.code, refused.out, "must be" in refused.said) == (2, "", True)
    assert await rows(house, "SELECT id FROM partners") == partners
    assert len(await rows(house, "SELECT id FROM api_keys")) == 1


@pytest.mark.proof
async def test_a_connection_is_looked_at_paused_and_resumed(house: House) -> None:
    """E14: state, next step, checks and what waits are the API's; what was stored during a pause goes after it."""
    one = house.connection_id
    listed = await type_in(house, "connection", "list")
    assert all(word in listed.words for word in (one, "biz_1", "active", "ready"))
    before = await house.last_call()
    shown = await type_in(house, "connection", "show", one, "--json")
    checkup = await get(house, f"{house.path}/checkup")
    assert (shown.code, shown.json["checkup"]["checks"]) == (0, checkup["checks"])
    assert await house.calls(before) == []
    fresh = await type_in(house, "connection", "show", one, "--fresh")
    assert (fresh.code, "Xero was asked now" in fresh.words) == (0, True)
    assert 0 < len(await house.calls(before)) <= 7
    await house.drain()
    paused = await type_in(house, "connection", "pause", one)
    assert (paused.code, "paused" in paused.words) == (0, True)
    refused = await type_in(house, "connection", "run", one)
    assert (refused.code, "so nothing is worked" in refused.said, refused.out) == (2, True, "")
    await house.write()
    await house.drain()
    waiting = await type_in(house, "connection", "show", one, "--json")
    assert (waiting.json["connection"]["state"], waiting.json["backlog"]["behind"] > 0) == ("paused", True)
    asked = await type_in(house, "compare", one)
    assert (asked.code, "is done once the connection is active" in asked.said) == (3, True)
    assert (await type_in(house, "connection", "resume", one)).code == 0
    await house.drain()
    assert (await house.in_xero())["Reference"] == "PO 1"
    unknown = await type_in(house, "connection", "show", uuid4())
    assert (unknown.code, "`connection list`" in unknown.said) == (2, True)
    opened = await house._json(house.api.post("/v1/connections", json={"business_id": "biz_2"}))
    wanting = await type_in(house, "connection", "show", opened["id"])
    assert (wanting.code, f"POST /v1/connections/{opened['id']}/authorise" in wanting.words) == (1, True)


@pytest.mark.proof
async def test_both_sides_are_compared_and_every_difference_is_shown(house: House) -> None:
    """N10: totals of both sides to the cent and equal as of; what no event told of is found, shown and brought over."""
    await house.write()
    await house.drain()
    await house.at_xero("invoices/N-inv_1/payments", Amount=40)
    await house.drain()
    nobody = await type_in(house, "compare", house.connection_id, "--wait", 0)
    assert (nobody.code, "python -m app work" in nobody.said, nobody.out) == (3, True, "")
    equal = await type_in(house, "compare", house.connection_id, "--json", is_working=True)
    assert (equal.code, equal.json["differences"]) == (0, [])
    assert equal.json["comparison"]["equal_as_of"]
    [total] = equal.json["comparison"]["totals"]
    assert total["partner"] == total["xero"]
    assert (total["xero"]["paid"], total["difference"]["due"]) == ("40.00", "0.00")
    await house.edit_xero(DueDate="2077-03-01")
    found = await type_in(house, "compare", house.connection_id, is_working=True)
    assert found.code == 0
    assert all(
        word in found.words for word in ("value_differs", "due_on", "2077-03-01", "40.00", "equal as of")
    )
    assert (await house.in_app())["due_on"] == "2077-03-01"
    await house.write("inv_2", lines=[UNMAPPED])
    await house.drain()
    apart = await type_in(house, "compare", house.connection_id, "--last")
    assert (apart.code, "Against it" in apart.words) == (1, True)


@pytest.mark.proof
async def test_why_and_what_can_be_sent_again(house: House) -> None:
    """N7: every gate in order with its cure, as the API answers it; what was sent goes through again."""
    one = house.connection_id
    await house.write()
    await house.drain()
    well = await type_in(house, "why", one, "inv_1")
    assert (well.code, "✗" in well.out) == (0, False)
    await house.write("inv_2", status="draft")
    await house.drain()
    held = await type_in(house, "why", one, "inv_2", "--json")
    [why] = held.json["data"]
    assert (held.code, why) == (1, await get(house, f"{house.path}/invoices/inv_2/why"))
    words = (await type_in(house, "why", one, "--number", "N-inv_2")).words
    assert all(gate["message"] in words for gate in why["gates"] if gate["outcome"] == "failed")
    nowhere = await type_in(house, "why", one, "--number", "N-9")
    assert nowhere.code == 1
    unnamed = await type_in(house, "why", one)
    assert (unnamed.code, "--number" in unnamed.said) == (2, True)

    await house.edit_xero(Reference="PO 2")
    await house.drain()
    [event, *_] = [
        each for each in (await get(house, f"{house.path}/events"))["data"] if each["side"] == "xero"
    ]
    replayed = await type_in(house, "replay", "event", one, event["id"])
    assert (replayed.code, "is read in Xero again" in replayed.words) == (0, True)
    [change] = (await get(house, f"{house.path}/changes"))["data"]
    resent = await type_in(house, "replay", "change", one, change["cursor"], "--json")
    assert (resent.code, resent.json["sends"]) == (0, change["cursor"])
    await house.drain()
    assert (await house.in_app())["reference"] == (await house.in_xero())["Reference"] == "PO 2"

    endpoint = house.partner["webhook_endpoint_id"]
    deliveries = f"/v1/webhook-endpoints/{endpoint}/deliveries"
    [sent, *_] = [
        each for each in (await get(house, deliveries))["data"] if each["type"] == "invoice.changed"
    ]
    partner = house.partner["partner_id"]
    again = await type_in(house, "replay", "delivery", partner, endpoint, sent["id"])
    assert (again.code, "200" in again.words, sent["message_id"] in again.words) == (0, True, True)
    assert len((await get(house, f"{deliveries}/{sent['id']}"))["made"]) == sent["attempts"] + 1
    missing = await type_in(house, "replay", "event", one, "xero_99999")
    assert (missing.code, missing.out) == (2, "")
    await house.fault("unavailable_before", "GET", "/Invoices", times=9)
    down = await type_in(house, "why", one, "--number", "N-9")
    assert (down.code, "Ask again" in down.said) == (3, True)
