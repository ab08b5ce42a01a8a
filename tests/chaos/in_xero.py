"""What people do at Xero's screens; Xero may refuse it, and then nothing was edited."""

from collections.abc import Callable
from datetime import date, timedelta

from tests.chaos.in_the_app import Edit
from tests.chaos.story import Act, Story
from tests.scenarios.house import Json

SIDE = "xero"
FIRST_DAY = date(2028, 1, 1)
EARLY_DAY = date(2024, 1, 1)
"""Before any invoice of a story was issued, which Xero lets a person do."""

EDITS = (
    "reference", "reference", "due_on", "early", "description", "price", "add", "remove", "rate", "amount", "basis",
)  # fmt: skip
BASES = {"Inclusive": "tax_inclusive", "Exclusive": "tax_exclusive", "NoTax": "no_tax"}
"""Xero's words, and the app's, in which conflicts keep them."""
DISCOUNTS = {"rate": "DiscountRate", "amount": "DiscountAmount"}


def path_to(story: Story, rest: str) -> str:
    """The address of what a person does at the house's screens."""
    return f"/people/{story.house.tenant_id}/{rest}"


async def edit(story: Story) -> None:
    """A field of the header, or of a line; or a line more or less."""
    await make_edit(story, _draw_edit)


async def make_edit(story: Story, draw: Callable[[Story, Json], Edit | None]) -> None:
    """An edit of an invoice that is there, drawn by what stands there, and noted."""
    invoice_id, calls = story.choose_invoice(), await story.house.last_call()
    held = await story.find_in_xero(f"N-{invoice_id}")
    if held is None or not held["LineItems"]:
        return
    drawn = draw(story, held)
    if drawn is None:
        return
    path, over, value, changes = drawn
    call = story.house.xero.patch(path_to(story, f"invoices/N-{invoice_id}"), json=changes)
    shown = await story.find(call)
    if shown is None:
        return
    for each in over if isinstance(over, list) else [over]:
        story.ledger.note(SIDE, invoice_id, path, each, value)
    await story.note_unseen(calls, invoice_id, path, value)


def _draw_edit(story: Story, held: Json) -> Edit:
    token, index = story.token(), story.random.randrange(len(held["LineItems"]))
    line = held["LineItems"][index]
    match story.random.choice(EDITS):
        case "due_on" | "early" as when:
            day = ((EARLY_DAY if when == "early" else FIRST_DAY) + timedelta(days=token)).isoformat()
            return "due_on", held["DueDateString"][:10], day, {"DueDate": day}
        case "basis":
            basis = list(BASES)[token % len(BASES)]
            return "lines", BASES[held["LineAmountTypes"]], BASES[basis], {"LineAmountTypes": basis}
        case "description":
            changes = {"index": index, "Description": f"D{token}"}
            return "lines", line["Description"], f"D{token}", {"LineItems": [changes]}
        case "price" if line.get("UnitAmount") is not None:
            price = f"{500 + token}.50"
            changes = {"index": index, "UnitAmount": float(price)}
            return "lines", line["UnitAmount"], price, {"LineItems": [changes]}
        case "rate" | "amount" as form if line.get("UnitAmount") is not None:
            over = [line.get(name) for name in DISCOUNTS.values()]
            name, value = DISCOUNTS[form], f"{50 + token % 40}.25" if form == "rate" else f"5.{token:02}"
            return "lines", over, value, {"LineItems": [{"index": index, name: float(value)}]}
        case "add":
            new = {"Description": f"D{token}", "Quantity": 1, "UnitAmount": 20, "AccountCode": "200",
                   "TaxType": line.get("TaxType", "OUTPUT")}  # fmt: skip
            return "lines", None, f"D{token}", {"LineItems": [new]}
        case "remove" if len(held["LineItems"]) > 1:
            gone = [line.get(name) for name in ("Description", "Quantity", "UnitAmount", *DISCOUNTS.values())]
            return "lines", gone, None, {"LineItems": [{"index": index, "Removed": True}]}
    return "reference", held["Reference"], f"R{token}", {"Reference": f"R{token}"}


async def pay(story: Story) -> None:
    """A payment at Xero's screen; each amount is its own."""
    invoice_id, amount = story.choose_invoice(), f"3.{story.token():02}"
    call = story.house.xero.post(
        path_to(story, f"invoices/N-{invoice_id}/payments"), json={"Amount": float(amount)}
    )
    if await story.find(call) is not None:
        story.ledger.note(SIDE, invoice_id, "payments", None, amount)


async def unpay(story: Story) -> None:
    """A payment is deleted at Xero's screen."""
    invoice_id = story.choose_invoice()
    held = await story.find_in_xero(f"N-{invoice_id}")
    if held is None or not held["Payments"]:
        return
    gone = story.random.choice(held["Payments"])
    if await story.find(story.house.xero.delete(path_to(story, f"payments/{gone['PaymentID']}"))) is not None:
        story.ledger.note(SIDE, invoice_id, "payments", gone["Amount"], None)


async def void(story: Story) -> None:
    """An invoice is voided, if Xero lets it."""
    if story.random.random() < 0.4:
        invoice_id = story.choose_invoice()
        call = story.house.xero.post(path_to(story, f"invoices/N-{invoice_id}/void"), json={})
        if await story.find(call) is not None:
            story.ledger.end(SIDE, invoice_id)


async def edit_contact(story: Story) -> None:
    """A customer's e-mail address."""
    customer, email = story.choose_customer(), f"x{story.token()}@example.com"
    calls = await story.house.last_call()
    held = await story.find(story.house.xero.get(path_to(story, f"contacts/Customer {customer}")))
    if held is None:
        return
    call = story.house.xero.patch(
        path_to(story, f"contacts/Customer {customer}"), json={"EmailAddress": email}
    )
    if await story.find(call) is not None:
        story.ledger.note(SIDE, customer, "email", held.get("EmailAddress"), email)
        await story.note_unseen(calls, customer, "email", email)


async def lock(story: Story) -> None:
    """An adviser moves the lock date, or takes it away."""
    day = story.random.choice([None, "2026-01-31", "2099-12-31"])
    await story.house.set_facts(period_lock_date=day)


ACTS: dict[str, Act] = {
    "xero_edit": edit,
    "xero_pay": pay,
    "xero_unpay": unpay,
    "xero_void": void,
    "xero_contact": edit_contact,
    "xero_lock": lock,
}
