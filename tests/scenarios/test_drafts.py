"""A draft in Xero from a deal, by a call of its own: made exactly once, and kept true in two places from then on."""

import asyncio
import socket
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.loopback import build_client
from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House, Json
from tests.scenarios.opening import serve
from tests.scenarios.troubles import contacts_in_xero, later, restarted, until

DEAL: Json = {
    "id": "7",
    "name": "Bathroom, 4 Wattle St",
    "amount": "4200.00",
    "url": "https://app.example/deals/7",
}
SYDNEY = ZoneInfo("Australia/Sydney")
"""Where most businesses of the organisation's country live."""

KIM: Json = {"first_name": "Kim", "last_name": "Tran", "email": "kim@example.com", "phone": "02 5550 0000"}


async def ask(house: House, expected: int, **body: Any) -> Json:
    """Ask for a draft, of the deal unless the body says otherwise."""
    answer = await house.api.post(f"{house.path}/drafts", json={"deal": DEAL, "contact": KIM} | body)
    assert answer.status_code == expected, answer.text
    return dict(answer.json())


async def made(house: House, **body: Any) -> Json:
    """A draft that stands in Xero, and which the app has heard of."""
    await ask(house, 202, **body)
    await house.drain()
    return await ask(house, 201, **body)


async def test_o2_o3_o6_o7_a_deal_becomes_a_draft_in_xero_by_one_call(house: House) -> None:
    """With every default, its customer made, the answer with the link once it is there; then with each default
    overridden (FEATURES O2, O3, O6, O7).
    """
    first = await ask(house, 202)
    assert (first["outcome"], first["xero_invoice_id"], first["invoice"]["state"]) == (
        "pending",
        None,
        "behind",
    )
    await house.drain()
    told = await ask(house, 201)
    [invoice] = await house.list_in_xero()
    assert told == await ask(house, 201)
    assert told["xero_invoice_id"] == invoice["InvoiceID"]
    assert told["deep_link"].endswith(invoice["InvoiceID"])
    assert told["deep_link"].startswith("https://go.xero.com/app/!")
    assert (invoice["Status"], invoice["Contact"]["Name"], invoice["Total"]) == ("DRAFT", "Kim Tran", 4200.0)
    assert not invoice.get("SentToContact")
    assert invoice["Url"].startswith(DEAL["url"])
    [line] = invoice["LineItems"]
    assert (line["Description"], line["UnitAmount"], line["AccountCode"]) == (DEAL["name"], 4200.0, "200")
    document = told["invoice"]["record"]
    assert (document["status"], document["reference"], invoice["Reference"]) == ("draft", None, "")
    issued, due = date.fromisoformat(document["issued_on"]), date.fromisoformat(document["due_on"])
    assert (due - issued, issued) == (timedelta(days=30), datetime.now(SYDNEY).date())
    assert invoice["DateString"][:10] == document["issued_on"]
    assert (await house.in_app(told["invoice"]["id"]))["number"] == invoice["InvoiceNumber"]
    assert document["number"] == invoice["InvoiceNumber"]
    [kim] = [each for each in await contacts_in_xero(house) if each["Name"] == "Kim Tran"]
    assert (kim["FirstName"], kim["LastName"], kim["EmailAddress"]) == ("Kim", "Tran", "kim@example.com")

    other: Json = {"due_on": "2077-03-31", "issued_on": "2077-03-01", "reference": "PO 9", "tax": "gst"}
    other |= {
        "id": "inv_9",
        "contact": KIM | {"organisation": "Tran Holdings"},
        "amounts_are": "tax_inclusive",
    }
    number = (await made(house, **other))["invoice"]["xero"]["number"]
    invoice = await house.in_xero(number)
    assert (invoice["DateString"][:10], invoice["DueDateString"][:10]) == ("2077-03-01", "2077-03-31")
    assert (invoice["Reference"], invoice["Contact"]["Name"]) == ("PO 9", "Tran Holdings")
    assert (invoice["Total"], invoice["LineItems"][0]["TaxType"]) == (4200, "OUTPUT")
    assert (await house.in_app("inv_9"))["due_on"] == "2077-03-31"


async def test_t3_o2_only_the_draft_that_was_asked_for_goes(house: House) -> None:
    """Beside it, a draft of the app stays home, before and after its edits; no other draft is in Xero (FEATURES T3)."""
    await house.write("inv_1", status="draft")
    await made(house)
    await house.edit("inv_1", reference="still a draft")
    await house.drain()
    await house.sweep()
    assert [each["Status"] for each in await house.list_in_xero()] == ["DRAFT"]
    assert (await house.resource("inv_1"))["reason"]["code"] == "draft_stays_home"
    refused = await house.api.post(
        f"{house.path}/drafts", json={"id": "inv_1", "deal": DEAL, "contact": {"id": "cus_1"}}
    )
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/draft_known")


@pytest.mark.proof
async def test_a_draft_lives_on_both_sides(house: House) -> None:
    """Edits go both ways; sent in the app it is approved and marked as sent; approved in Xero the app hears of it."""
    number = (await made(house, id="inv_1"))["invoice"]["xero"]["number"]
    await made(house, id="inv_2", contact={"id": (await house.in_app("inv_1"))["contact"]["id"]})
    await house.edit("inv_1", reference="PO app")
    await house.edit_xero(number, DueDate="2077-03-31")
    await house.drain()
    await assert_alike(house, "inv_1")
    assert (await house.in_xero(number))["Status"] == "DRAFT"
    assert (await house.in_app("inv_1"))["due_on"] == "2077-03-31"
    await house._json(house.app.post("/invoices/inv_1/send-to-customer", json={}))
    await house.drain()
    sent = await house.in_xero(number)
    assert (sent["Status"], sent["SentToContact"], sent["Reference"]) == ("AUTHORISED", True, "PO app")
    await assert_alike(house, "inv_1")
    second = (await house.resource("inv_2"))["xero"]["number"]
    await house.edit_xero(second, Status="AUTHORISED")
    await house.drain()
    assert (await house.in_app("inv_2"))["status"] == "sent"
    await assert_alike(house, "inv_2")


@pytest.mark.proof
async def test_a_draft_ends_on_both_sides(house: House) -> None:
    """Cancelled in the app it is deleted in Xero, where drafts are not voided; deleted in Xero it is cancelled here."""
    first = (await made(house, id="inv_1"))["invoice"]["xero"]["number"]
    second = (await made(house, id="inv_2"))["invoice"]["xero"]["number"]
    await house.edit("inv_1", status="cancelled")
    await house.edit_xero(second, Status="DELETED")
    await house.drain()
    await house.sweep()
    assert [(await house.in_xero(each))["Status"] for each in (first, second)] == ["DELETED", "DELETED"]
    assert [(await house.in_app(each))["status"] for each in ("inv_1", "inv_2")] == ["cancelled", "cancelled"]
    assert [(await house.resource(each))["state"] for each in ("inv_1", "inv_2")] == ["settled", "settled"]


@pytest.mark.parametrize("kind", ["cut_before", "cut_after", "unavailable_after"])
async def test_a_draft_is_made_once_whatever_became_of_the_answer(house: House, kind: str) -> None:
    """With an address for our mark and without one; asked for again meanwhile, by a worker that starts anew."""
    plain = {"deal": {**DEAL, "id": "8", "url": None}}
    await house.fault(kind, "PUT", "/Invoices", seconds=0)
    await ask(house, 202)
    await ask(house, 202, **plain)
    await house.drain()
    assert {(await ask(house, 202, **body))["reason"]["code"] for body in ({}, plain)} == {"outcome_unknown"}
    async with restarted(house):
        await later(house, timedelta(minutes=7))
    ids = {(await ask(house, 201, **body))["xero_invoice_id"] for body in ({}, plain)}
    assert {each["InvoiceID"] for each in await house.list_in_xero()} == ids
    assert len(ids) == 2


async def test_what_is_paid_waits_for_the_approval_of_a_draft(house: House) -> None:
    """Xero takes payments on approved invoices alone: held with a cure, and booked by itself once it is approved."""
    number = (await made(house, id="inv_1"))["invoice"]["xero"]["number"]
    await house._json(house.app.post("/invoices/inv_1/payments", json={"amount": "200.00"}))
    await house.drain()
    assert await house.held_as() == "not_approved"
    await house.edit_xero(number, Status="AUTHORISED")
    await house.drain()
    assert (await house.in_xero(number))["AmountPaid"] == 200.0
    assert await house.held_as() is None


async def test_a_held_draft_says_why_and_goes_when_mended(house: House) -> None:
    """A category without an account: the reason in the answer; mapped, it goes by itself, in one piece."""
    line = {"id": "l1", "description": "Tiles", "unit_price": "10.00", "category": "tiles"}
    await ask(house, 202, lines=[line])
    await house.drain()
    held = await ask(house, 202, lines=[line])
    assert (held["outcome"], held["reason"]["code"]) == ("held", "category_unmapped")
    accounts = (await house._json(house.api.get(f"{house.path}/settings")))["revenue_accounts"]
    await house.choose(revenue_accounts=accounts | {"tiles": accounts["general"]})
    await house.drain()
    assert (await ask(house, 201, lines=[line]))["outcome"] == "made"


async def test_o1_e7_a_contact_goes_to_xero_by_itself_once(house: House) -> None:
    """Without an invoice, where its direction lets it, and exactly once though the answer is lost (O1, O8, O9)."""
    kim = {"id": "cus_9", "version": 1, "name": "Kim Tran", "first_name": "Kim", "phone": "02 5550 0000"}
    await house._json(house.api.put(f"{house.path}/contacts/cus_9", json=kim))
    await house.drain()
    assert not [each for each in await contacts_in_xero(house) if each["Name"] == "Kim Tran"]
    push = f"{house.path}/contacts/cus_9/push"
    await house.choose(directions={"contacts": "to_partner"})
    assert (await house.api.post(push)).status_code == 202
    await house.drain()
    stays = await house._json(house.api.get(f"{house.path}/contacts/cus_9"))
    assert (stays["state"], stays["reason"]["code"]) == ("settled", "contacts_stay_home")
    await house.choose(directions={"contacts": None})
    await house.fault("cut_after", "PUT", "/Contacts")
    await house.drain()
    async with restarted(house):
        await later(house, timedelta(minutes=1))
    told = await house.api.post(push)
    assert told.status_code == 200, told.text
    [there] = [each for each in await contacts_in_xero(house) if each["Name"] == "Kim Tran"]
    assert told.json()["xero"]["xero_contact_id"] == there["ContactID"]


async def test_o8_a_draft_is_for_the_contact_that_was_searched_and_chosen(house: House) -> None:
    """One of Xero's that nobody linked: linked, not made again, and the app hears of it; where none matches, one is
    made (FEATURES O8).
    """
    await house.at_xero("contacts", Name="Robin Hood", EmailAddress="robin@example.com")
    found = await house._json(house.api.get(f"{house.path}/xero-contacts", params={"search": "Robin"}))
    chosen = {"xero_contact_id": found["data"][0]["xero_contact_id"]}
    told = await made(house, contact=chosen)
    [invoice] = await house.list_in_xero()
    assert invoice["Contact"]["ContactID"] == chosen["xero_contact_id"]
    assert told["invoice"]["record"]["contact"]["name"] == "Robin Hood"
    assert [c["Name"] for c in await contacts_in_xero(house)].count("Robin Hood") == 1
    none = await house._json(house.api.get(f"{house.path}/xero-contacts", params={"search": "Tran"}))
    assert none["data"] == []
    number = (await made(house, id="inv_9", contact=KIM))["invoice"]["xero"]["number"]
    assert (await house.in_xero(number))["Contact"]["Name"] == "Kim Tran"
    assert (await house.in_app("inv_9"))["contact"]["name"] == "Kim Tran"
    nobody = {"xero_contact_id": "00000000-0000-0000-0000-000000000001"}
    refused = await house.api.post(f"{house.path}/drafts", json={"id": "x", "deal": DEAL, "contact": nobody})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "contact.xero_contact_id")


async def test_o7_a_call_waits_for_the_loop_while_it_works(house: House) -> None:
    """An API with patience answers 201 with the link at once: the loop runs while the call waits (FEATURES O7)."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        patient = house.settings.model_copy(update={"answer_wait_seconds": 30})
        async with (
            serve(patient, listener),
            build_client(address, house.api.headers["authorization"]) as api,
        ):
            call = api.post(f"{house.path}/drafts", json={"deal": DEAL, "contact": KIM})
            answer, _ = await asyncio.gather(call, _work_once_wanted(house))
    assert answer.status_code == 201, answer.text
    assert answer.json()["deep_link"].endswith((await house.list_in_xero())[0]["InvoiceID"])


async def _work_once_wanted(house: House) -> None:
    """What a worker does that is woken."""

    async def is_wanted() -> bool:
        return (await house.api.get(f"{house.path}/invoices/deal-7")).is_success

    await until(is_wanted)
    await house.drain()
