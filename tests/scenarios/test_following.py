"""One change is followed from the call or webhook that brought it to the write that carried it out."""

import structlog

from tests.scenarios.house import House, Json
from tests.scenarios.troubles import ask, reconcile, rows


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
    await house.edit_xero(DueDate="2027-05-05")
    await ask(house.xero.post("/webhooks/flush"))
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
    await house.edit_xero(DueDate="2027-05-05")
    with structlog.testing.capture_logs() as lines:
        await house.sweep()
    assert (await house.in_app())["due_on"] == "2027-05-05"
    assert all("from-a-call-1" not in line.get("brought_by", ()) for line in lines)


async def put(house: House, document: Json, correlation_id: str) -> None:
    """The app sends a newer version by a call that bears an id."""
    body = document | {"version": document["version"] + 1}
    headers = {"X-Correlation-Id": correlation_id}
    await ask(house.api.put(f"{house.path}/invoices/{document['id']}", json=body, headers=headers))


async def last_attempt(house: House, invoice_id: str) -> Json:
    """The newest of what was tried for an invoice."""
    attempts: list[Json] = (await ask(house.api.get(f"{house.path}/invoices/{invoice_id}/attempts")))["data"]
    return attempts[-1]
