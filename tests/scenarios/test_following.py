"""One change is followed from the call or webhook that brought it to the write that carried it out."""

import pytest
import structlog

from tests.scenarios.contact_sides import edit_contact_in_xero
from tests.scenarios.house import House, Json
from tests.scenarios.test_gate import write_in_xero
from tests.scenarios.troubles import ask, contacts_in_xero, flush, in_the_middle, reconcile, rows


async def test_the_id_of_a_webhook_stands_on_the_log_and_the_attempts_of_its_reconcile(house: House) -> None:
    """Three changes come under ids of their own and are carried out by one reconcile, which has an id of its own."""
    await house.write()
    await house.write("inv_2")
    await house.drain()
    first, second = await house.in_app(), await house.in_app("inv_2")
    for document, reference, name in ((first, "PO 3", "from-a-call-1"), (second, "PO 4", "from-a-call-2")):
        await put(house, document | {"reference": reference}, name)
    with structlog.testing.capture_logs() as lines:
        await reconcile(house)
    [line] = [line for line in lines if line["event"] == "carrying_out" and line["brought_by"]]
    assert set(line["brought_by"]) == {"from-a-call-1", "from-a-call-2"}
    assert (await last_attempt(house, "inv_1"))["correlation_id"] == "from-a-call-1"
    assert (await last_attempt(house, "inv_2"))["correlation_id"] == "from-a-call-2"

    await house.drain()
    await house.edit_xero(DueDate="2077-05-05")
    await flush(house)
    [event] = await rows(house, "SELECT correlation_id FROM xero_events ORDER BY id DESC LIMIT 1")
    assert event["correlation_id"]
    with structlog.testing.capture_logs() as lines:
        await reconcile(house)
    assert [event["correlation_id"]] in [line.get("brought_by") for line in lines]


async def test_what_a_search_found_was_brought_by_nobody(house: House) -> None:
    """The id of an older call must not stand on what it has nothing to do with."""
    await house.write()
    await house.drain()
    await put(house, await house.in_app() | {"reference": "PO 3"}, "from-a-call-1")
    await house.drain()
    await ask(house.xero.put("/webhooks", json={"lose_next": 10}))
    await house.edit_xero(DueDate="2077-05-05")
    with structlog.testing.capture_logs() as lines:
        await house.sweep()
    assert (await house.in_app())["due_on"] == "2077-05-05"
    assert all("from-a-call-1" not in line.get("brought_by", ()) for line in lines)


async def test_what_begins_in_xero_is_followed_from_its_webhook_to_the_delivery(house: House) -> None:
    """An invoice born there, and an edit of its contact: the id stands with each link, and where each is delivered."""
    await write_in_xero(house, "X-1", Reference="From Xero")
    born, lines = await carry_out(house)
    [link] = await rows(house, "SELECT correlation_id FROM invoice_links")
    assert link["correlation_id"] == born
    assert [born] in [line.get("brought_by") for line in lines if line["event"] == "carrying_out"]
    assert [born] in [line["brought_by"] for line in lines if line["event"] == "change_sent"]

    [contact] = await contacts_in_xero(house)
    await edit_contact_in_xero(house, contact["Name"], EmailAddress="robin@new.example")
    edited, lines = await carry_out(house)
    [link] = await rows(house, "SELECT correlation_id FROM contact_links")
    assert link["correlation_id"] == edited != born
    assert [edited] in [line["brought_by"] for line in lines if line["event"] == "change_sent"]


@pytest.mark.proof
async def test_what_a_page_brings_is_followed_by_its_webhook_that_waits(house: House) -> None:
    """In a storm a page holds what moved too and whose webhook came a moment ago; a sweep's page does as well."""
    await ask(house.app.post("/invoices/bulk", json={"count": 25, "customers": 1, "prefix": "storm"}))
    await house.drain()
    for n in range(1, 25):
        await house.edit_xero(f"STORM-{n:05}", DueDate="2077-05-05")
    await flush(house)
    await house.edit_xero("STORM-00025", DueDate="2077-05-05")
    async with in_the_middle(house, "GET", "/Invoices"):
        await flush(house)
    assert await brought_by(house, "storm_25") == await last_event(house)

    await house.drain()
    await house.edit_xero("STORM-00001", DueDate="2077-06-06")
    await ask(house.api.post(f"{house.path}/sweep"))
    async with in_the_middle(house, "GET", "/Invoices"):
        await flush(house)
    assert await brought_by(house, "storm_1") == await last_event(house)
    await house.drain()
    assert (await house.in_app("storm_1"))["due_on"] == "2077-06-06"


async def carry_out(house: House) -> tuple[str, list[Json]]:
    """Xero's webhook comes, and all that follows is done: the id of the webhook, and what was logged."""
    with structlog.testing.capture_logs() as lines:
        await house.drain()
    return await last_event(house), [dict(line) for line in lines]


async def last_event(house: House) -> str:
    """The id under which Xero's newest event came."""
    [event] = await rows(house, "SELECT correlation_id FROM xero_events ORDER BY id DESC LIMIT 1")
    assert event["correlation_id"]
    return str(event["correlation_id"])


async def brought_by(house: House, invoice_id: str) -> str | None:
    """The id that stands with a link."""
    wanted = "SELECT correlation_id FROM invoice_links WHERE partner_invoice_id = :id"
    [link] = await rows(house, wanted, id=invoice_id)
    correlation_id: str | None = link["correlation_id"]
    return correlation_id


async def put(house: House, document: Json, correlation_id: str) -> None:
    """The app sends a newer version by a call that bears an id."""
    body = document | {"version": document["version"] + 1}
    headers = {"X-Correlation-Id": correlation_id}
    await ask(house.api.put(f"{house.path}/invoices/{document['id']}", json=body, headers=headers))


async def last_attempt(house: House, invoice_id: str) -> Json:
    """The newest of what was tried for an invoice."""
    attempts: list[Json] = (await ask(house.api.get(f"{house.path}/invoices/{invoice_id}/attempts")))["data"]
    return attempts[-1]
