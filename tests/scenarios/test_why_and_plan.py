"""What is said beforehand is what is done, and whoever asks why gets the gate that stands in the way."""

import re
from typing import Any

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House, Json
from tests.scenarios.test_gate import write_in_xero
from tests.scenarios.troubles import ask

WRITES = {
    "create": "create",
    "update": "update",
    "void": "update",
    "make_payment": "pay",
    "delete_payment": "unpay",
}


async def plan(house: House, invoice_id: str = "inv_1") -> Json:
    """What Plumbline says that it would do."""
    return dict(await ask(house.api.get(f"{house.path}/invoices/{invoice_id}/plan")))


async def why(house: House, invoice_id: str = "inv_1") -> Json:
    """Why an invoice is not in step."""
    return dict(await ask(house.api.get(f"{house.path}/invoices/{invoice_id}/why")))


async def why_number(house: House, **asked: Any) -> Json:
    """The only answer for a number, or an id of Xero's."""
    [answer] = (await ask(house.api.get(f"{house.path}/why", params=asked)))["data"]
    return dict(answer)


async def done(house: House, after: int = 0) -> tuple[list[str], int]:
    """What was tried on Xero for the invoice since, and the number of the last."""
    page = await ask(house.api.get(f"{house.path}/invoices/inv_1/attempts", params={"cursor": after}))
    attempts = page["data"]
    return [each["action"] for each in attempts], attempts[-1]["id"] if attempts else after


@pytest.mark.proof
async def test_n11_what_the_plan_says_is_what_is_done(house: House) -> None:
    """A new invoice with a payment, an edit, a payment taken back, a void: foreseen without a call, then carried out
    step by step (N11).
    """
    last = 0

    async def foretold(*kinds: str) -> Json:
        nonlocal last
        await house.app.post("/flush")
        before = await house.last_call()
        shown = await plan(house)
        assert await house.last_call() == before
        assert [step["kind"] for step in shown["steps"]] == list(kinds)
        assert shown["outcome"] == "writes"
        await house.drain()
        actions, last = await done(house, last)
        assert actions == [WRITES[kind] for kind in kinds if kind in WRITES]
        await assert_alike(house)
        assert (await plan(house))["outcome"] == "nothing"
        return shown

    await house.write(payments=[{"id": "p1", "amount": "10.00", "paid_on": "2077-01-02", "method": "card"}])
    first = await foretold("make_contact", "create", "make_payment")
    assert first["merges_version"] == 1
    assert "Record the payment of 10 in Xero." in first["sentences"]
    await house.edit(reference="PO 2")
    edit = await foretold("read", "update")
    assert edit["steps"][1]["moves"] == [{"path": "reference", "before": "PO 1", "after": "PO 2"}]
    await house.edit(payments=[])
    await foretold("read", "delete_payment")
    await house.edit(status="cancelled")
    await foretold("read", "void")
    assert (await why(house))["code"] is None


@pytest.mark.proof
async def test_n7_n8_the_answer_to_why_leads_from_gate_to_gate(house: House) -> None:
    """Each cure that is named lifts the gate, and the answer always agrees with where the invoice stands (N7, N8)."""
    await house.write(
        lines=[
            {"id": "l1", "description": "Dig", "unit_price": "10.00", "category": "digging", "tax": "luxury"}
        ]
    )
    await house.drain()
    first = await why(house)
    shown = await house.resource()
    assert (first["state"], first["code"]) == (shown["state"], shown["reason"]["code"])
    failed = {gate["gate"]: gate for gate in first["gates"] if gate["outcome"] == "failed"}
    assert list(failed) == ["categories", "taxes"]
    assert failed["categories"]["call"] == f"PATCH {house.path}/settings"
    accounts = (await ask(house.api.get(f"{house.path}/settings")))["revenue_accounts"]
    chosen = {"digging": accounts["general"]}
    await house.choose(revenue_accounts=chosen, taxes={"luxury": "OUTPUT"})
    await house.set_facts(period_lock_date="2099-01-01")
    await house.sweep()
    assert ((await why(house))["code"], await house.held_as()) == ("locked_period", "locked_period")
    contact = await ask(house.api.get(f"{house.path}/contacts/cus_1/why"))
    assert (contact["code"], contact["xero_contact_id"]) == ("no_invoice_yet", None)
    await house.set_facts(period_lock_date=None)
    retried = await ask(house.api.post(f"{house.path}/held/retry", json={"codes": ["locked_period"]}))
    assert retried["by_kind"] == {"invoice": 1}
    await house.drain()
    in_step = await why_number(house, number="N-inv_1")
    assert in_step["verdict"] == "It is in step: both sides show it, 10.00, as N-inv_1 in Xero."
    assert {gate["outcome"] for gate in in_step["gates"]} == {"passed"}
    await assert_alike(house)
    contact = await ask(house.api.get(f"{house.path}/contacts/cus_1/why"))
    there = (await house.in_xero("N-inv_1"))["Contact"]["ContactID"]
    assert (contact["code"], contact["xero_contact_id"], contact["xero_invoice_id"]) == (None, there, None)


async def test_n7_an_invoice_of_xeros_that_never_came_is_explained(house: House) -> None:
    """By its number or Xero's id, at the price of one call: a draft, not sent, imports off (T3, T17)."""
    await write_in_xero(house, "X-1", Status="DRAFT", SentToContact=False)
    await write_in_xero(house, "X-2", SentToContact=False)
    await house.drain()
    before = await house.last_call()
    assert (await why_number(house, number="X-1"))["code"] == "not_approved_in_xero"
    assert len(await house.calls(before)) == 1
    second = await house.in_xero("X-2")
    found = await why_number(house, xero_invoice_id=second["InvoiceID"])
    assert (found["code"], found["id"]) == ("not_sent_in_xero", None)
    await house.choose(import_from_xero="off")
    await house.drain()
    assert (await why_number(house, number="X-2"))["code"] == "import_off"
    nowhere = await why_number(house, number="X-9")
    assert nowhere["code"] == "not_in_xero"
    assert "last changed at" in found["gates"][0]["message"]
    assert re.search(r"at 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC\.$", found["gates"][0]["message"])
    assert nowhere["gates"][0]["call"] == f"PUT {house.path}/invoices/{{invoice_id}}"
    await house.choose(import_from_xero="authorised")
    await house.sweep()
    assert (await why_number(house, number="X-2"))["state"] == "settled"
