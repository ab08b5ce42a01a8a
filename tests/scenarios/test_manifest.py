"""The manifest finds documents that never arrived, and asks for nothing else."""

from tests.scenarios.house import House
from tests.scenarios.troubles import (
    app_fault,
    ask,
    assert_in_step,
    connection,
    discrepancies,
    numbers_in_xero,
)


async def test_a_manifest_finds_missing_and_stale_documents(house: House) -> None:
    """One invoice never came, one came in an older version: both are asked for by name, then stand in Xero."""
    for each in ("inv_1", "inv_2"):
        await house.write(each)
    await house.drain()
    await app_fault(house, lose_outgoing_next=2)
    await house.edit("inv_2", reference="PO lost")
    await house.write("inv_3")
    await house.drain()
    assert (await house.in_xero("N-inv_2"))["Reference"] == "PO 1"
    assert await numbers_in_xero(house) == ["N-inv_1", "N-inv_2"]
    posted = await ask(house.app.post("/manifest"))
    asked = {wanted["id"]: (wanted["held_version"], wanted["reason"]) for wanted in posted["answer"]["send"]}
    assert asked == {"inv_2": (1, "stale"), "inv_3": (None, "missing")}
    assert posted["answer"]["unknown_to_you"] == []
    await house.drain()
    assert (await house.in_xero("N-inv_2"))["Reference"] == "PO lost"
    for each in ("inv_1", "inv_2", "inv_3"):
        await assert_in_step(house, each, f"N-{each}")
    again = await ask(house.app.post("/manifest"))
    assert (again["answer"]["send"], again["answer"]["unknown_to_you"]) == ([], [])


async def test_a_change_that_the_app_took_is_no_stale_document(house: House) -> None:
    """Its version grew by our own change, which it told us: the manifest asks for nothing, until a document is lost."""
    await house.write()
    await house.drain()
    await house.edit_xero(Reference="PO 2")
    await house.drain()
    assert (await house.in_app())["version"] == 2
    posted = await ask(house.app.post("/manifest"))
    assert posted["answer"]["send"] == []
    await app_fault(house, lose_outgoing_next=1)
    await house.edit(due_on="2077-02-02")
    await house.edit_xero(Reference="PO 3")
    await house.drain()
    assert (await house.in_app())["version"] == 4
    posted = await ask(house.app.post("/manifest"))
    assert [wanted["id"] for wanted in posted["answer"]["send"]] == ["inv_1"]
    await house.drain()
    assert (await house.in_xero())["DueDateString"][:10] == "2077-02-02"
    await assert_in_step(house)


async def test_the_manifest_names_what_the_app_does_not_have(house: House) -> None:
    """An invoice of which the app knows nothing is told, never removed."""
    await house.write()
    await house.drain()
    answer = await ask(house.api.post(f"{house.path}/manifest", json={"invoices": []}))
    assert answer["unknown_to_you"] == ["inv_1"]
    assert await numbers_in_xero(house) == ["N-inv_1"]
    await assert_in_step(house)


async def test_a_total_that_differs_at_the_same_version_is_kept_for_a_person(house: House) -> None:
    """FEATURES N10: both sides mean the same by the same version, to the cent; or a person hears of it."""
    await house.write(lines=[{"id": "l1", "quantity": "1", "unit_price": "110.00"}])
    await house.drain()
    assert (await connection(house))["partner_known_by"] == "document"
    await house.edit_xero(Reference="PO 2")
    await house.drain()
    posted = await ask(house.app.post("/manifest"))
    assert (posted["answer"]["total_differs"], await discrepancies(house)) == ([], [])
    known = await connection(house)
    assert known["partner_known_by"] == "manifest"
    wrong = {"id": "inv_1", "version": 2, "total": "111.00"}
    for _ in range(2):
        manifest = {"invoices": [wrong, {"id": "inv_2", "version": 1, "total": "5.00"}], "contacts": []}
        answer = await ask(house.api.post(f"{house.path}/manifest", json=manifest))
        assert answer["total_differs"] == ["inv_1"]
        assert answer["contacts_unknown_to_you"] == []
    [kept] = await discrepancies(house)
    assert kept["kind"] == "total_differs"
    assert (kept["values"]["base"], kept["values"]["partner"]) == ("110.00", "111.00")
    assert (await connection(house))["partner_known_at"] > known["partner_known_at"]
