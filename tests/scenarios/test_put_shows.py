"""What a PUT answers is the invoice as a GET shows it, wherever the invoice stands when its document comes."""

from uuid import UUID

from tests.round_trips import Asked, counting_round_trips
from tests.scenarios.house import House, Json
from tests.scenarios.troubles import ask, flush

KEY, STORED = 1, 1
"""Round trips of every call, and for storing a document of a connection that the process knows."""
CHANGES, CONTACT = 1, 1
"""For what was sent of an invoice since its document, and for its customer's details, once it was merged."""


async def put_as_shown(house: House, document: Json) -> tuple[Json, Asked]:
    """Send it; the answer, which a read must show too, and what it cost."""
    with counting_round_trips() as asked:
        answer = await house.api.put(f"{house.path}/invoices/{document['id']}", json=document)
    assert answer.status_code in {200, 201}, answer.text
    read = await house.api.get(f"{house.path}/invoices/{document['id']}")
    assert (answer.json(), answer.headers["etag"]) == (read.json(), read.headers["etag"])
    return answer.json(), asked


async def test_a_put_shows_the_invoice_of_what_storing_it_found(house: House) -> None:
    """A first document, an edit, and one that crosses a change which the app has not answered yet."""
    await ask(house.app.put("/faults", json={"hold_outgoing": True}))
    await put_as_shown(house, await house.write("inv_0"))  # from here on the process knows the connection
    shown, asked = await put_as_shown(house, await house.write())
    assert (shown["state"], shown["record"]) == ("behind", None)
    assert asked.count == KEY + STORED, asked.tell()
    await house.drain()

    shown, asked = await put_as_shown(house, await house.edit(reference="PO 2"))
    assert shown["partner"]["document"]["reference"] == "PO 2"
    assert (shown["record"]["reference"], shown["record"]["contact"]["name"]) == ("PO 1", "Kim Tran")
    assert asked.count == KEY + STORED + CHANGES + CONTACT, asked.tell()
    await house.drain()

    await house.edit_xero(DueDate="2077-03-01")
    await flush(house)
    await house.parts.reconciler.reconcile(UUID(house.connection_id))
    shown, asked = await put_as_shown(house, await house.edit(reference="PO 3"))
    assert (shown["record"]["due_on"], shown["record"]["reference"]) == ("2077-03-01", "PO 2")
    assert asked.count == KEY + STORED + CHANGES + CONTACT, asked.tell()
    await house.drain()
    assert ((await house.in_app())["due_on"], (await house.in_xero())["Reference"]) == ("2077-03-01", "PO 3")


async def test_a_put_tells_what_holds_its_connection_up(house: House) -> None:
    """Also where the process knows the connection as it was before."""
    await ask(house.app.put("/faults", json={"hold_outgoing": True}))
    await put_as_shown(house, await house.write())
    await house.drain()
    for act, code in (("pause", "connection_paused"), ("resume", None)):
        (await house.api.post(f"{house.path}/{act}")).raise_for_status()
        shown, _ = await put_as_shown(house, await house.edit(reference=f"PO before {act}"))
        assert (shown["reason"] and shown["reason"]["code"]) == code
