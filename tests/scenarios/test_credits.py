"""Credits on both sides: made, applied, taken back, never doubled; what they cover is covered on both sides alike."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.sandbox.xero.events.webhooks import build_signature
from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House, Json
from tests.scenarios.test_legality import LONGER_THAN_FACTS_ARE_KEPT, pass_timer
from tests.scenarios.troubles import ask, later, restarted, standing

LATE = timedelta(minutes=7)


async def sent(house: House, invoice_id: str = "inv_1", **document: Any) -> None:
    """An invoice of 110.00 stands on both sides."""
    await house.write(invoice_id, **document)
    await house.drain()


async def credit(
    house: House, amount: str, kind: str = "credit_note", invoice_id: str = "inv_1", **more: Any
) -> None:
    """A person gives a credit in the app."""
    said = {"kind": kind, "amount": amount} | more
    await ask(house.app.post(f"/invoices/{invoice_id}/credits", json=said))


async def held_in_xero(house: House, family: str = "creditnotes") -> list[Json]:
    """Every credit of a family in the organisation."""
    shown = await ask(house.xero.get(f"/people/{house.tenant_id}/{family}"))
    return list(next(iter(shown.values())))


async def credit_in_xero(house: House, amount: float, number: str = "N-inv_1") -> Json:
    """A person makes a credit note for the invoice's contact in Xero and allocates it."""
    invoice = await house.in_xero(number)
    line = {"Description": "Sorry", "Quantity": 1, "UnitAmount": amount, "AccountCode": "200"}
    note = await house.at_xero(
        "creditnotes",
        Contact={"ContactID": invoice["Contact"]["ContactID"]},
        Status="AUTHORISED",
        LineAmountTypes="Inclusive",
        LineItems=[line],
    )
    await house.at_xero(f"creditnotes/{note['CreditNoteID']}/allocations", InvoiceNumber=number)
    return note


async def test_a_credit_note_of_xero_is_shown_in_the_app_until_it_is_taken_back(house: House) -> None:
    """Part of it, then all: paid without a payment; the allocation removed in Xero: unpaid again."""
    await sent(house)
    first = await credit_in_xero(house, 40)
    await house.drain()
    document = await house.in_app()
    [shown] = document["credits"]
    assert (document["status"], shown["amount"], shown["kind"]) == ("sent", "40.00", "credit_note")
    assert (shown["id"], shown["number"]) == (f"xero-{first['CreditNoteID']}", first["CreditNoteNumber"])
    await credit_in_xero(house, 70)
    await house.drain()
    assert (await house.in_app())["status"] == "paid"
    await assert_alike(house)
    held = await ask(house.xero.get(f"/people/{house.tenant_id}/creditnotes/{first['CreditNoteID']}"))
    await ask(
        house.xero.delete(f"/people/{house.tenant_id}/allocations/{held['Allocations'][0]['AllocationID']}")
    )
    await house.drain()
    document = await house.in_app()
    assert (document["status"], [one["amount"] for one in document["credits"]]) == ("sent", ["70.00"])
    await assert_alike(house)


@pytest.mark.proof
async def test_a_credit_note_of_the_app_goes_to_xero_and_back(house: House) -> None:
    """Made and allocated once, with the tax of the invoice; its number comes back; taken back, it is voided."""
    await sent(house)
    await credit(house, "40.00", reason="Late")
    since = await house.last_call()
    await house.drain()
    invoice = await house.in_xero()
    assert (invoice["AmountDue"], invoice["AmountCredited"]) == (70, 40)
    [note] = await held_in_xero(house)
    assert (note["Total"], note["TotalTax"], note["Status"]) == (40, 3.64, "PAID")
    assert (await house.in_app())["credits"][0]["number"] == note["CreditNoteNumber"]
    made = [f"{call['method']} {call['path'].split('/')[3]}" for call in await house.calls(since)]
    assert made == ["GET Invoices", "PUT CreditNotes", "PUT CreditNotes", "GET Invoices"]
    await assert_alike(house)
    await credit(house, "70.00")
    await house.drain()
    assert ((await house.in_app())["status"], (await house.in_xero())["Status"]) == ("paid", "PAID")
    credits_held = (await house.in_app())["credits"]
    await house.edit(credits=credits_held[1:], status="sent")
    await house.drain()
    assert (await house.in_xero())["AmountDue"] == 40
    assert sorted(note["Status"] for note in await held_in_xero(house)) == ["PAID", "VOIDED"]
    await assert_alike(house)


@pytest.mark.proof
async def test_t22_a_deposit_goes_with_the_invoice_and_stays_when_it_is_taken_off(house: House) -> None:
    """Taken before the invoice was sent: a receipt at the bank, allocated; taken off, Xero keeps it and we say so."""
    deposit = {"id": "d1", "kind": "prepayment", "amount": "110.00", "applied_on": "2026-11-20"}
    await sent(house, status="draft", credits=[deposit])
    assert await house.list_in_xero() == []
    await house.edit(status="paid")
    await house.drain()
    invoice = await house.in_xero()
    assert (invoice["Status"], invoice["AmountPaid"], invoice["AmountCredited"]) == ("PAID", 0, 110)
    await assert_alike(house)
    await house.edit(credits=[], status="sent")
    await house.drain()
    [held] = await held_in_xero(house, "prepayments")
    assert (held["Status"], held["RemainingCredit"]) == ("AUTHORISED", 110)
    tried = (await ask(house.api.get(f"{house.path}/invoices/inv_1/attempts")))["data"]
    assert "stays on the customer's account" in tried[-1]["message"]
    await house.edit(credits=[deposit | {"amount": "50.00"}])
    await house.drain()
    [held] = await held_in_xero(house, "prepayments")
    assert (held["RemainingCredit"], (await house.in_xero())["AmountDue"]) == (60, 60)
    await assert_alike(house)
    await house.edit(credits=[deposit | {"amount": "110.01"}])
    await house.drain()
    assert await house.held_as() == "credit_exceeds_due"


@pytest.mark.parametrize(
    ("kind", "family", "make", "allocate"),
    [
        ("credit_note", "creditnotes", "/CreditNotes", "/CreditNotes/"),
        ("prepayment", "prepayments", "/BankTransactions", "/Prepayments/"),
    ],
)
@pytest.mark.proof
async def test_a_credit_is_made_and_allocated_once_whatever_became_of_the_answers(
    house: House, kind: str, family: str, make: str, allocate: str
) -> None:
    """Cut before and after each of the two calls: a new worker looks, and there is one credit, allocated once."""
    for fault in ("cut_after", "cut_before"):
        for path in (make, allocate):
            invoice_id = f"{fault}{path.count('/')}"
            await sent(house, invoice_id)
            await house.fault(fault, "PUT", path)
            await credit(house, "40.00", kind, invoice_id)
            await house.drain()
            assert await standing(house, invoice_id) == ("behind", "outcome_unknown")
            async with restarted(house):
                await later(house, LATE)
            invoice = await house.in_xero(f"N-{invoice_id}")
            assert (invoice["AmountCredited"], invoice["AmountDue"]) == (40, 70)
            assert len((await house.in_app(invoice_id))["credits"]) == 1
            await assert_alike(house, invoice_id)
    held = await held_in_xero(house, family)
    assert (len(held), {one["RemainingCredit"] for one in held}) == (4, {0})


@pytest.mark.proof
async def test_t22_i15_what_a_customer_paid_too_much_is_held_or_booked(house: House) -> None:
    """Held by default; booked, the payment is what is due and the rest an overpayment, also where nothing is due."""
    await sent(house)
    pay = {"amount": "150.00", "method": "card"}
    await ask(house.app.post("/invoices/inv_1/payments", json=pay))
    since = await house.last_call()
    await house.drain()
    assert await house.held_as() == "payment_exceeds_due"
    assert [call["method"] for call in await house.calls(since)] == []
    await house.fault("cut_after", "PUT", "/BankTransactions")
    await house.choose(overpayments="book")
    await house.drain()
    await later(house, LATE)
    invoice = await house.in_xero()
    assert (invoice["Status"], [payment["Amount"] for payment in invoice["Payments"]]) == ("PAID", [110])
    [over] = await held_in_xero(house, "overpayments")
    assert (over["Total"], over["RemainingCredit"]) == (40, 40)
    document = await house.in_app()
    assert (document["status"], document["payments"][0]["amount"]) == ("paid", "150.00")
    assert await standing(house) == ("settled", None)
    await ask(house.app.post("/invoices/inv_1/payments", json={"id": "p2", "amount": "5.00"}))
    await house.drain()
    assert sorted(one["Total"] for one in await held_in_xero(house, "overpayments")) == [5, 40]
    assert ([p["amount"] for p in (await house.in_app())["payments"]]) == ["150.00", "5.00"]
    assert await standing(house) == ("settled", None)
    await sent(house, "inv_2")
    await house.at_xero(f"overpayments/{over['OverpaymentID']}/allocations", InvoiceNumber="N-inv_2")
    await house.drain()
    assert [c["kind"] for c in (await house.in_app("inv_2"))["credits"]] == ["overpayment"]
    await assert_alike(house, "inv_2")
    await house.edit(payments=[], status="sent")
    await house.drain()
    assert (await house.in_xero())["AmountDue"] == 110
    assert len(await held_in_xero(house, "overpayments")) == 2
    assert await standing(house) == ("settled", None)
    await ask(house.app.post("/invoices/inv_1/payments", json={"id": "p2", "amount": "5.00"}))
    await house.drain()
    assert len(await held_in_xero(house, "overpayments")) == 2
    assert await standing(house) == ("settled", None)


@pytest.mark.proof
async def test_a_credit_locks_amounts_and_blocks_the_void_until_it_is_taken_back(house: House) -> None:
    """The price waits and the void waits, each with its way out; the app takes the credit back, and both go."""
    await sent(house)
    await credit(house, "40.00")
    await house.drain()
    await house.edit(lines={"l1": {"unit_price": "120.00"}})
    await house.drain()
    assert await house.held_as() == "paid_locked"
    await house.fault("cut_after", "DELETE", "/CreditNotes/")
    await house.fault("cut_before", "POST", "/CreditNotes/")
    await house.edit(credits=[])
    await house.drain()
    assert await standing(house) == ("behind", "outcome_unknown")
    await later(house, LATE)
    await later(house, LATE)
    assert [note["Status"] for note in await held_in_xero(house)] == ["VOIDED"]
    assert (await house.in_xero())["Total"] == 120
    await assert_alike(house)
    await credit_in_xero(house, 20)
    await house.drain()
    kept = (await house.in_app())["credits"]
    await ask(house.app.post("/invoices/inv_1/cancel"))
    await house.drain()
    assert (await house.held_as(), len(kept)) == ("void_blocked_by_payment", 1)
    await house.edit(credits=[])
    await house.drain()
    assert (await house.in_xero())["Status"] == "VOIDED"
    assert sorted(note["Status"] for note in await held_in_xero(house)) == ["AUTHORISED", "VOIDED"]
    await assert_alike(house)


async def test_an_event_of_a_credit_alone_finds_the_invoices_that_it_touches(house: House) -> None:
    """The invoice's own event never came; a bill's credit and one that touches no link change nothing."""
    await sent(house)
    await ask(house.xero.put("/webhooks", json={"lose_next": 100}))
    note = await credit_in_xero(house, 40)
    await house.drain()
    assert (await house.in_app())["credits"] == []
    since = await house.last_call()
    await tell(house, "ACCPAYCREDIT", note)
    await house.drain()
    assert await house.calls(since) == []
    await tell(house, "ACCRECCREDIT", note)
    await house.drain()
    assert [call["path"].rsplit("/", 1)[1] for call in await house.calls(since)] == [
        "CreditNotes",
        "Invoices",
    ]
    assert (await house.in_app())["credits"][0]["amount"] == "40.00"
    await assert_alike(house)
    since = await house.last_call()
    await tell(house, "ACCRECCREDIT", note, later_by=-3600)
    await house.drain()
    assert await house.calls(since) == []
    held = await ask(house.xero.get(f"/people/{house.tenant_id}/creditnotes/{note['CreditNoteID']}"))
    gone = held["Allocations"][0]["AllocationID"]
    await ask(house.xero.delete(f"/people/{house.tenant_id}/allocations/{gone}"))
    await tell(house, "ACCRECCREDIT", note)
    await house.drain()
    assert (await house.in_app())["credits"] == []


async def tell(house: House, kind: str, note: Json, later_by: int = 0) -> None:
    """Xero's webhook says that a credit note moved just now (`later_by` seconds from it), and nothing else."""
    at = datetime.now(UTC) + timedelta(seconds=later_by)
    event = {
        "resourceId": note["CreditNoteID"],
        "tenantId": house.tenant_id,
        "eventCategory": "CREDITNOTE",
        "eventType": "UPDATE",
        "eventDateUtc": at.replace(tzinfo=None).isoformat(timespec="milliseconds"),
        "data": {"Type": kind, "Status": "AUTHORISED"},
    }
    body = json.dumps({"events": [event]}).encode()
    key = house.settings.xero_webhook_key
    assert key is not None
    signed = {"x-xero-signature": build_signature(key.get_secret_value(), body)}
    (await house.api.post("/webhooks/xero", content=body, headers=signed)).raise_for_status()


@pytest.mark.proof
async def test_a_credit_changed_in_the_app_outlives_a_cut_between_the_old_and_the_new(house: House) -> None:
    """The answer to the removal of its allocation is lost: that was our doing, and the new amount is credited."""
    await sent(house)
    await credit(house, "40.00")
    await house.drain()
    [given] = (await house.in_app())["credits"]
    await house.fault("cut_after", "DELETE", "/CreditNotes/")
    await house.edit(credits=[given | {"amount": "30.00"}])
    await house.drain()
    await later(house, LATE)
    assert (await house.in_xero())["AmountDue"] == 80
    [shown] = (await house.in_app())["credits"]
    assert (shown["amount"], shown["number"] == given["number"]) == ("30.00", False)
    assert await house.conflicts() == []
    await assert_alike(house)


async def test_a_credit_is_not_lost_for_an_amount_that_xero_will_not_take(house: House) -> None:
    """The app raises it above what is due: the note that stands in Xero stays, until it can be what it should be."""
    await sent(house)
    await credit(house, "30.00", reason="Sorry")
    await house.drain()
    await assert_alike(house)
    [given] = (await house.in_app())["credits"]
    await house.edit(credits=[given | {"amount": "300.00"}])
    await house.drain()
    assert await house.held_as() == "credit_exceeds_due"
    assert [(note["Status"], note["RemainingCredit"]) for note in await held_in_xero(house)] == [("PAID", 0)]
    assert (await house.in_xero())["AmountCredited"] == 30
    await house.edit(credits=[given | {"amount": "40.00"}])
    await house.drain()
    await assert_alike(house)
    assert (await house.in_xero())["AmountCredited"] == 40


async def test_a_deposit_into_a_bank_account_that_was_archived_is_said_as_that(house: House) -> None:
    """It is known before the call, is no matter of the account's kind, and restored in Xero the deposit is booked."""
    banks = await ask(house.api.get(f"{house.path}/accounts", params={"fit_for": "payments"}))
    bank = banks["data"][0]["account_id"]
    await house.at_xero(f"accounts/{bank}/archive")
    await house.wait(LONGER_THAN_FACTS_ARE_KEPT)
    await house.sweep()
    await sent(house)
    await credit(house, "50.00", "prepayment")
    await house.drain()
    assert await house.held_as() == "payment_account_unusable"
    assert not [call for call in await house.calls() if "/BankTransactions" in call["path"]]
    await house.at_xero(f"accounts/{bank}/restore")
    await pass_timer(house)
    assert (await house.in_xero())["AmountCredited"] == 50
    await assert_alike(house)
