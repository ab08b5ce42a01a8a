"""Proof of agreement: equal as of when, to the cent, or what stands against it; and differences, field by field."""

import csv
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House, Json
from tests.scenarios.test_compare import compare, part_paid
from tests.scenarios.test_decisions import clash, resolve, state_of, undo
from tests.scenarios.test_timeout_after_update import edit_in_the_middle
from tests.scenarios.troubles import ask


async def report(house: House) -> Json:
    """The comparison as the API shows it."""
    return dict(await ask(house.api.get(f"{house.path}/comparison")))


async def against(house: House) -> dict[str, int]:
    """What stands against saying that both sides agree, in counts."""
    return {doubt["code"]: doubt["count"] for doubt in (await report(house))["against"]}


async def differences(house: House, **filters: str) -> list[Json]:
    """Discrepancies as the API lists them."""
    return list((await ask(house.api.get(f"{house.path}/discrepancies", params=filters)))["data"])


async def decide(house: House, found: Json, action: str, **more: Any) -> Json:
    """A person decides about a discrepancy, and the work is done."""
    call = house.api.post(f"{house.path}/discrepancies/{found['id']}/resolve", json={"action": action} | more)
    decided = dict(await ask(call))
    await house.drain()
    return decided


async def manifest(house: House, *invoices: Json, **more: Any) -> Json:
    """The app says what it has."""
    return dict(await ask(house.api.post(f"{house.path}/manifest", json={"invoices": invoices} | more)))


@pytest.mark.proof
async def test_n10_equal_as_of_an_instant_or_what_stands_against_it(house: House) -> None:
    """Only after a whole compare, with nothing behind, held or differing; the totals are right to the cent (N10)."""
    assert await against(house) == {"never_compared": 1}
    await house.write(lines=[{"id": "l1", "description": "Call-out", "quantity": "3", "unit_price": "33.33"}])
    await house.write("inv_2", status="draft", sent_at=None)
    await part_paid(house, "inv_3")
    asked_at = house.clock.now()
    await compare(house)
    shown = await report(house)
    assert (shown["state"], shown["against"]) == ("done", [])
    assert datetime.fromisoformat(shown["equal_as_of"]) >= asked_at
    assert (shown["last"]["invoices"], shown["last"]["calls"]) == (2, 1)
    assert shown["invoices"] == {"linked": 2, "behind": 0, "held": 0}
    [total] = shown["totals"]
    sums = {"invoiced": "209.99", "paid": "40.00", "credited": "0.00", "due": "169.99"}
    assert (total["invoices"], total["partner"], total["xero"]) == (2, sums, sums)
    assert set(total["difference"].values()) == {"0.00"}
    assert shown["partner_known_at"] is not None

    await house.choose(conflict_policy="hold")
    conflict = await clash(house)
    assert await against(house) == {"invoices_held": 1, "conflicts_held": 1}
    assert (await report(house))["equal_as_of"] is None
    await resolve(house, conflict, "ignore")
    await house.drain()
    assert await against(house) == {"conflicts_ignored": 1}
    await house.edit(due_on="2077-03-01")
    assert "invoices_behind" in await against(house)
    await house.drain()
    await resolve(house, conflict, "take_xero")
    await house.drain()
    assert await against(house) == {}


async def test_e9_e10_what_a_compare_finds_is_told_by_field_with_its_origin_and_closes_by_itself(
    house: House,
) -> None:
    """The side that moved it, and when as far as that is known; once it is merged, it is over (E9, E10)."""
    await part_paid(house)
    await house.edit_xero(DueDate="2077-03-01")
    before = (await house.in_app())["due_on"]
    await compare(house)
    [found] = await differences(house)
    assert (found["invoice_id"], found["kind"], found["path"]) == ("inv_1", "value_differs", "due_on")
    assert found["values"] == {"base": before, "partner": before, "xero": "2077-03-01"}
    assert (found["moved_by"], found["moved_at"]) == ("xero", None)
    assert (found["state"], found["closed_because"]) == ("resolved", "Both sides hold the same value.")
    assert await differences(house, state="open") == []
    await assert_alike(house)


@pytest.mark.proof
async def test_n15_e11_an_edit_that_may_be_lost_is_decided_and_that_is_taken_back(house: House) -> None:
    """What Xero held before our write is put back; many decisions go in one call, each with its answer (N15, E11)."""
    await house.write()
    await house.drain()
    await house.edit(reference="PO 2")
    await edit_in_the_middle(house, Reference="PO person")
    await house.drain()
    [found] = await differences(house, kind="overwritten_in_xero")
    assert (found["moved_by"], found["values"]) == ("xero", {"base": "PO 1", "partner": "PO 2"})
    sent = [
        {"discrepancy_id": found["id"], "action": "merged", "values": {"reference": "PO person"}},
        {"discrepancy_id": 999, "action": "ignore"},
    ]
    call = house.api.post(f"{house.path}/resolutions", json={"resolutions": sent})
    taken, refused = (await ask(call))["data"]
    assert (taken["outcome"], refused["outcome"]) == ("stored", "refused")
    assert refused["problem"]["type"] == "/problems/not_found"
    await house.drain()
    assert (await house.in_app())["reference"] == (await house.in_xero())["Reference"] == "PO person"
    assert [each["state"] for each in await differences(house)] == ["resolved"]
    await undo(house, taken["resolution"])
    await house.drain()
    assert (await house.in_app())["reference"] == (await house.in_xero())["Reference"] == "PO 2"
    [found] = await differences(house)
    assert found["state"] == "open"
    await decide(house, found, "ignore", note="Seen.")
    [found] = await differences(house)
    assert found["state"] == "ignored"
    await assert_alike(house)


async def test_e9_what_the_apps_own_list_tells_is_kept_until_it_tells_otherwise(house: House) -> None:
    """Another total, and an invoice that a complete manifest does not name (E9)."""
    written = await house.write()
    await house.drain()
    version = written["version"]
    told = await manifest(house, {"id": "inv_1", "version": version, "total": "111.00"})
    assert told["total_differs"] == ["inv_1"]
    [found] = await differences(house, state="open")
    assert (found["kind"], found["values"]["partner"], found["values"]["xero"]) == (
        "total_differs",
        "111.00",
        "110.00",
    )
    refused = await house.api.post(
        f"{house.path}/discrepancies/{found['id']}/resolve", json={"action": "take_xero"}
    )
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/decision_refused")
    await decide(house, found, "ignore")
    await manifest(house, {"id": "inv_1", "version": version, "total": "111.00"})
    assert [each["state"] for each in await differences(house)] == ["ignored"]
    await manifest(house, {"id": "inv_1", "version": version, "total": "112.00"})
    assert [each["state"] for each in await differences(house)] == ["open"]
    await manifest(house, {"id": "inv_1", "version": version, "total": "110.00"})
    assert [each["state"] for each in await differences(house)] == ["resolved"]

    await manifest(house, is_complete=True)
    [missing] = await differences(house, kind="missing_at_partner")
    assert missing["state"] == "open"
    await manifest(house, {"id": "inv_1", "version": version}, is_complete=True)
    [missing] = await differences(house, kind="missing_at_partner")
    assert (missing["state"], missing["closed_because"]) == ("resolved", "The app has it.")


@pytest.mark.proof
async def test_settled_links_whose_sides_differ_are_found_and_decided(house: House) -> None:
    """Whatever made it so, a compare says it; the person's word brings both sides together, and apart again."""
    await house.write()
    await house.drain()
    damage = 'UPDATE invoice_links SET partner_shadow = partner_shadow || \'{"reference": "=1+1"}\''
    async with house.database.writing() as session:
        await session.execute(text(damage))
    await compare(house)
    [found] = await differences(house, state="open")
    assert (found["kind"], found["path"], found["moved_by"]) == ("value_differs", "reference", "partner")
    assert found["values"] == {"base": "PO 1", "partner": "=1+1", "xero": "PO 1"}
    assert await against(house) == {"discrepancies_open": 1}
    sheet = await house.api.get(f"{house.path}/discrepancies", headers={"accept": "text/csv"})
    assert sheet.headers["content-type"].startswith("text/csv")
    [row] = csv.DictReader(sheet.text.splitlines())
    assert (row["partner"], row["xero"], row["number"]) == ("'=1+1", "PO 1", "N-inv_1")
    assert (await house.api.get(f"{house.path}/discrepancies.csv")).text == sheet.text
    decided = await decide(house, found, "take_xero")
    assert (await state_of(house, decided))[0] == "done"
    assert [each["state"] for each in await differences(house)] == ["resolved"]
    await compare(house)
    assert await against(house) == {}


async def make_in_xero(house: House, number: str, **more: Any) -> Json:
    """A person writes an invoice in Xero that is not sent, so that the app does not get it."""
    line = {"Description": "Call-out", "Quantity": 1, "UnitAmount": 99, "AccountCode": "200"}
    return await house.write_in_xero(number, **{"Contact": {"Name": "Kim Tran"}, "LineItems": [line]} | more)


@pytest.mark.proof
async def test_e11_a_link_is_said_to_be_another_invoice_of_xeros(house: House) -> None:
    """Linked once, Xero's words or the app's as was said; taken back, it stands for the first one again (E11)."""
    await house.write()
    await house.drain()
    other = await make_in_xero(house, "X-9")
    bill = await make_in_xero(house, "X-8")
    conflict = await clash(house)
    linked = await resolve(house, conflict, "relink", xero_id=other["InvoiceID"])
    await house.drain()
    assert (await state_of(house, linked)) == ("done", None)
    shown = await house.resource()
    assert (shown["xero"]["xero_invoice_id"], shown["state"]) == (other["InvoiceID"], "settled")
    assert (await house.in_app())["lines"][0]["unit_price"] == "99.00"
    assert (await house.in_xero("N-inv_1"))["Status"] == "AUTHORISED"
    assert (await house.in_xero("X-9"))["SentToContact"] is True
    await undo(house, linked)
    await house.drain()
    assert (await house.in_app())["lines"][0]["unit_price"] == "110.00"
    await assert_alike(house)

    await house.write("inv_2", number="N-2")
    await house.drain()
    ours = await resolve(house, conflict, "relink", xero_id=bill["InvoiceID"], content="partner")
    await house.drain()
    assert (await state_of(house, ours))[0] == "done"
    assert (await house.resource())["xero"]["xero_invoice_id"] == bill["InvoiceID"]
    taken = await house.api.post(
        f"{house.path}/conflicts/{conflict['id']}/resolve",
        json={"action": "relink", "xero_id": (await house.resource("inv_2"))["xero"]["xero_invoice_id"]},
    )
    assert (taken.status_code, taken.json()["errors"][0]["field"]) == (422, "xero_id")
    nowhere = await resolve(house, conflict, "relink", xero_id="00000000-0000-4000-8000-000000000000")
    await house.wait(timedelta(minutes=1))
    assert (await state_of(house, nowhere)) == ("not_possible", "Xero has no such invoice.")
