"""Reading the partner's side: what was lost on the way is found without anybody posting anything."""

from datetime import timedelta
from uuid import UUID

import pytest

from app.reading.reading import READ_EVERY
from tests.scenarios.house import House, Json
from tests.scenarios.opening import open_parts
from tests.scenarios.troubles import app_fault, ask, assert_in_step, connection, discrepancies

PATH = "/v1/read-endpoint"
BEARER = "the app's own secret, drawn at random".replace(" ", "-")


async def be_read(house: House, **more: object) -> Json:
    """The partner registers its app's read address; its calls carry the app's own secret."""
    access = await ask(house.app.put("/read-access", json={"bearer": BEARER} | more))
    wish = {"url": access["url"], "auth": "bearer", "bearer_secret": BEARER, "reads_contacts": True}
    return dict(await ask(house.api.put(PATH, json=wish)))


async def read(house: House) -> None:
    """What a worker does when a look is due, and what follows from it."""
    await house.parts.reading.read(UUID(house.connection_id))
    await house.drain()


async def side(house: House) -> Json:
    """What is known of the partner's side."""
    return dict(await ask(house.api.get(f"{house.path}/partner-side")))


async def asked_paths(house: House) -> list[str]:
    """Which calls of a read came to the app."""
    received = (await ask(house.app.get("/log")))["received"]
    return [
        entry["path"].removeprefix("/plumbline/read/") for entry in received if entry["outcome"] == "read"
    ]


async def test_a_worker_that_is_to_end_leaves_its_look_to_the_next(house: House) -> None:
    """After the step that it is at; the next one goes on from there, and asks nothing twice."""
    await house.write()
    await house.write("inv_2")
    await house.drain()
    await be_read(house, page_size=1)
    assert await house.parts.reading.nudge_due() == 1
    async with open_parts(house.settings, house.clock) as leaving:
        leaving.ending.announce()
        await leaving.reading.read(UUID(house.connection_id))
    assert await asked_paths(house) == ["invoices"]
    assert await house.parts.reading.nudge_due() == 1
    await read(house)
    assert await asked_paths(house) == ["invoices", "invoices", "contacts"]
    assert (await side(house))["known_by"] == "read"


async def test_a_look_that_is_asked_for_during_another_follows_it(house: House) -> None:
    """What it was asked for may have changed on a page that was read before: it does not wait a quarter of an hour."""
    await house.write()
    await house.write("inv_2")
    await house.drain()
    await be_read(house, page_size=1)
    async with open_parts(house.settings, house.clock) as leaving:
        leaving.ending.announce()
        await leaving.reading.read(UUID(house.connection_id))
    await app_fault(house, lose_outgoing_next=1)
    await house.edit(reference="PO late")
    await ask(house.api.post(f"{house.path}/sweep"))
    await read(house)
    assert await house.parts.reading.nudge_due() == 1
    await read(house)
    assert (await house.in_xero())["Reference"] == "PO late"
    assert await house.parts.reading.nudge_due() == 0


@pytest.mark.parametrize("with_documents", [True, False])
@pytest.mark.proof
async def test_lost_documents_are_found_by_the_next_look(house: House, with_documents: bool) -> None:
    """FEATURES N10: an edit and a whole invoice never arrived; a look every quarter of an hour brings both to Xero."""
    await house.write()
    await house.drain()
    assert (await side(house))["known_by"] == "document"
    await be_read(house, with_documents=with_documents, page_size=1)
    await app_fault(house, lose_outgoing_next=3)
    await house.edit(reference="PO lost")
    await house.write("inv_2")
    await ask(house.app.patch("/contacts/cus_1", json={"phone": "0400 111 222"}))
    assert await house.parts.reading.nudge_due() == 1
    await read(house)
    assert (await house.in_xero())["Reference"] == "PO lost"
    for invoice_id in ("inv_1", "inv_2"):
        await assert_in_step(house, invoice_id, f"N-{invoice_id}")
    known = await side(house)
    assert known["reading"]["compare"] | {"at": None} == {
        "at": None, "listed": 3, "taken": 3, "refused": 0, "missing": 0, "unsure": 0,
    }  # fmt: skip
    shown = await connection(house)
    assert (shown["partner_known_by"], shown["partner_known_at"]) == ("read", known["read_at"])
    paths = await asked_paths(house)
    assert [path for path in paths if "/" not in path] == ["invoices", "invoices", "contacts"]
    assert sorted(path for path in paths if "/" in path) == (
        [] if with_documents else ["contacts/cus_1", "invoices/inv_1", "invoices/inv_2"]
    )
    assert await house.parts.reading.nudge_due() == 0
    await house.wait(READ_EVERY)
    await app_fault(house, lose_outgoing_next=1)
    await house.edit("inv_2", reference="PO lost again")
    await read(house)
    assert (await house.in_xero("N-inv_2"))["Reference"] == "PO lost again"
    since = [
        entry["asked"]
        for entry in (await ask(house.app.get("/log")))["received"]
        if entry["outcome"] == "read"
    ]
    assert since[-1]["changed_since"]


@pytest.mark.proof
async def test_what_the_app_no_longer_has_is_told_once_and_nothing_is_removed(house: House) -> None:
    """A compare lists everything, and asks by id before it calls anything missing; cancelled invoices may go."""
    for number in (1, 2, 3):
        await house.write(f"inv_{number}")
    await house.drain()
    await ask(house.app.post("/invoices/inv_3/cancel", json={}))
    await house.drain()
    await be_read(house, hidden=["inv_1"], lost=["inv_2", "inv_3"])
    for _ in range(2):
        await ask(house.api.post(f"{house.path}/compare"))
        await read(house)
        compare = (await side(house))["reading"]["compare"]
        assert (compare["missing"], compare["unsure"]) == (1, 0)
    [kept] = await discrepancies(house)
    assert (kept["kind"], kept["values"]["held"]["id"]) == ("missing_at_partner", "inv_2")
    listed = await ask(house.api.get(f"{house.path}/discrepancies", params={"invoice_id": "inv_2"}))
    assert listed["data"][0]["kind"] == "missing_at_partner"
    assert (await house.in_xero("N-inv_2"))["Status"] == "AUTHORISED"


async def test_a_look_that_fails_goes_on_later_where_it_was(house: House) -> None:
    """An app that is down is tried again by the table; pages that were read are not read again."""
    for number in (1, 2, 3):
        await house.write(f"inv_{number}")
    await house.drain()
    await be_read(house, page_size=1, fail_next=1)
    await read(house)
    standing = (await side(house))["reading"]
    assert (standing["failures"], standing["last_error"]) == (1, "the list of invoices was answered 500")
    assert (await side(house))["known_by"] == "document"
    await read(house)
    assert await asked_paths(house) == ["invoices"]
    house.clock.advance(timedelta(seconds=5))
    await read(house)
    standing = (await side(house))["reading"]
    assert (standing["failures"], standing["last_error"], standing["compare"]["listed"]) == (0, None, 4)
    assert await asked_paths(house) == ["invoices", "invoices", "invoices", "invoices", "contacts"]


@pytest.mark.proof
async def test_calls_are_signed_where_the_app_gave_no_secret_of_its_own(house: House) -> None:
    """Standard Webhooks over path and query; a rotation leaves the app time; taken away, nothing is asked."""
    await house.write()
    await house.drain()
    access = await ask(house.app.put("/read-access", json={}))
    made = await ask(house.api.put(PATH, json={"url": access["url"]}))
    assert made["secret"].startswith("whsec_")
    await read(house)
    assert (await side(house))["reading"]["last_error"] == "the list of invoices was answered 401"
    await ask(house.app.put("/read-access", json={"secret": made["secret"]}))
    rotated = await ask(house.api.post(f"{PATH}/rotate-secret", json={}))
    assert len(rotated["secrets"]) == 2
    house.clock.advance(timedelta(seconds=5))
    await read(house)
    assert (await side(house))["known_by"] == "read"
    again = await ask(house.api.put(PATH, json={"url": access["url"], "reads_contacts": True}))
    assert (again["secret"], len(again["secrets"])) == (None, 2)
    assert (await house.api.delete(PATH)).status_code == 204
    await ask(house.api.post(f"{house.path}/sweep"))
    before = await asked_paths(house)
    await read(house)
    assert (await asked_paths(house), (await side(house))["reading"]) == (before, None)
