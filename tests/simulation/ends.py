"""How an invoice ends, and does not: called off in the app, voided in Xero, sent once more, edited when it is over.

The ledger keeps who ends one and who brings it back: no invoice may end, or come back, without anybody.
"""

from tests.chaos.in_xero import path_to
from tests.chaos.story import Act, Story
from tests.scenarios.house import Json


async def call_off(story: Story) -> None:
    """An invoice is cancelled in the app, with what was paid on it or after taking that back."""
    invoice_id = story.choose_invoice()
    held = await story.find_in_app(invoice_id)
    if held is None or held["status"] == "cancelled":
        return
    changes: Json = story.random.choice([{}, {}, {"payments": []}, {"payments": [], "credits": []}])
    answer = await story.find(story.house.app.post(f"/invoices/{invoice_id}/cancel", json=changes))
    if answer is not None:
        story.ledger.end("partner", invoice_id, answer["document"]["version"])
        replaced = await _find_replaced(story, held, answer["document"]) if changes else held
        for kind in changes:
            for gone in replaced[kind] or []:
                story.ledger.note("partner", invoice_id, kind, gone["amount"], None)


async def _find_replaced(story: Story, seen: Json, made: Json) -> Json:
    """What stood in the app when that was made of it: somebody may have paid or credited it since it was `seen`."""
    path, version = f"/invoices/{made['id']}", made["version"] - 1
    return await story.find(story.house.app.get(path, params={"version": version})) or seen


async def reopen(story: Story) -> None:
    """An invoice that was cancelled, or voided, is sent to the customer once more."""
    invoice_id = story.choose_invoice()
    held = await story.find_in_app(invoice_id)
    if held is not None and held["status"] == "cancelled":
        call = story.house.app.patch(f"/invoices/{invoice_id}", json={"status": "sent"})
        if (answer := await story.find(call)) is not None:
            story.ledger.reopen(invoice_id, answer["document"]["version"])


async def add_to_what_is_over(story: Story) -> None:
    """A note or a payment on an invoice that is cancelled."""
    invoice_id = story.choose_invoice()
    held = await story.find_in_app(invoice_id)
    if held is None or held["status"] != "cancelled":
        return
    token = story.token()
    if story.random.random() < 0.5:
        changes = {"reference": f"R{token}"}
        if await story.find(story.house.app.patch(f"/invoices/{invoice_id}", json=changes)) is not None:
            story.ledger.note("partner", invoice_id, "reference", held["reference"], f"R{token}")
        return
    amount = f"1.{token:02}"
    said = {"id": f"p{token}", "amount": amount, "method": "card"}
    if (
        await story.find(story.house.app.post(f"/invoices/{invoice_id}/payments/alone", json=said))
        is not None
    ):
        story.ledger.note("partner", invoice_id, "payments", None, amount)


async def void(story: Story) -> None:
    """An invoice is voided in Xero; the office takes payments off before, where there are any."""
    invoice_id = story.choose_invoice()
    held = await story.find_in_xero(f"N-{invoice_id}")
    if held is None:
        return
    for gone in held["Payments"]:
        deleted = story.house.xero.delete(path_to(story, f"payments/{gone['PaymentID']}"))
        if await story.find(deleted) is not None:
            story.ledger.note("xero", invoice_id, "payments", gone["Amount"], None)
    call = story.house.xero.post(path_to(story, f"invoices/N-{invoice_id}/void"), json={})
    if await story.find(call) is not None:
        story.ledger.end("xero", invoice_id)


IN_THE_APP: dict[str, Act] = {
    "app_call_off": call_off,
    "app_reopen": reopen,
    "app_add_late": add_to_what_is_over,
}
IN_XERO: dict[str, Act] = {"xero_end": void}
