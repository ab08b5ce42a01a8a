"""What people do in the partner's app; each edit is noted with what it replaced there."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from tests.chaos.ledger import scalars
from tests.chaos.story import Act, Story
from tests.scenarios.house import Json

SIDE = "partner"
FIRST_DAY = date(2027, 1, 1)


async def write(story: Story) -> None:
    """A new invoice, sent to the customer or a draft; one that is there is sent."""
    invoice_id, customer = story.choose_invoice(), story.choose_customer()
    held = await story.find_in_app(invoice_id)
    if held is None:
        status = story.random.choice(["sent", "sent", "sent", "draft"])
        said = build_document(story, invoice_id, customer, status)
        if await story.find(story.house.app.post("/invoices", json=said)) is not None:
            story.ledger.note(SIDE, invoice_id, "reference", None, said["reference"])
    elif held["status"] == "draft":
        call = story.house.app.post(f"/invoices/{invoice_id}/send-to-customer", json={})
        if (answer := await story.find(call)) is not None:
            story.ledger.reopen(invoice_id, answer["document"]["version"])


def build_document(story: Story, invoice_id: str, customer: str, status: str) -> Json:
    """An invoice of that customer, with a line or some."""
    return {
        "id": invoice_id,
        "number": f"N-{invoice_id}",
        "status": status,
        "reference": f"R{story.token()}",
        "contact": {"id": customer, "name": f"Customer {customer}", "email": f"{customer}@example.com"},
        "lines": [
            {"id": f"l{n}", "description": f"Line {n}", "quantity": "1", "unit_price": "500.00", "tax": "gst"}
            for n in range(1, story.random.randint(2, 4))
        ],
    }


Edit = tuple[str, Any, Any, Json]
"""The ledger's path, what stood there (several of it in a list), what is put there, and the changes that say so."""


async def edit(story: Story) -> None:
    """A field of the header, or of a line; or a line more or less."""
    await make_edit(story, _draw_edit)


async def make_edit(
    story: Story, draw: Callable[[Story, Json], Edit | None], invoice_id: str | None = None
) -> None:
    """An edit of an invoice that is there, or of that one, drawn by what stands there, and noted."""
    invoice_id = invoice_id or story.choose_invoice()
    held = await story.find_in_app(invoice_id)
    if held is None or held["status"] == "cancelled":
        return
    drawn = draw(story, held)
    if drawn is None:
        return
    path, over, value, changes = drawn
    path_of_invoice = f"/invoices/{invoice_id}"
    answer = await story.find(story.house.app.patch(path_of_invoice, json=changes))
    if answer is None:
        return
    # A change may have been applied since we looked: what the edit replaced is in the version before it.
    before = await story.find(
        story.house.app.get(path_of_invoice, params={"version": answer["document"]["version"] - 1})
    )
    for each in over if isinstance(over, list) else [over]:
        story.ledger.note(SIDE, invoice_id, path, each, value)
    for each in set(scalars(before)) - set(scalars(answer["document"])):
        story.ledger.note(SIDE, invoice_id, path, each, None)


ON_THE_HEADER = ["reference", "reference", "due_on", "add", "basis"]
BASES = ("tax_inclusive", "tax_exclusive", "no_tax")
ON_A_LINE = ["description", "price", "remove", "rate", "amount"]
DISCOUNTS = {"rate": "discount_rate", "amount": "discount_amount"}


def _draw_edit(story: Story, held: Json) -> Edit:
    token, kinds, line = story.token(), ON_THE_HEADER, {}
    # Each side may have taken away the lines that the other left.
    if held["lines"]:
        kinds, line = [*ON_THE_HEADER, *ON_A_LINE], story.random.choice(held["lines"])
    match story.random.choice(kinds):
        case "due_on":
            day = (FIRST_DAY + timedelta(days=token)).isoformat()
            return "due_on", held["due_on"], day, {"due_on": day}
        case "basis":
            basis = BASES[token % len(BASES)]
            return "lines", held["amounts_are"], basis, {"amounts_are": basis}
        case "description":
            text = f"D{token}"
            return "lines", line["description"], text, {"lines": {line["id"]: {"description": text}}}
        case "price":
            price = f"{500 + token}.50"
            return "lines", line["unit_price"], price, {"lines": {line["id"]: {"unit_price": price}}}
        # From words alone nothing can be taken off.
        case "rate" | "amount" as form if line["unit_price"] is not None:
            # The one takes the other's place; every amount is its own.
            value = f"{50 + token % 40}.5" if form == "rate" else f"4.{token:02}"
            discount = {name: value if name == DISCOUNTS[form] else None for name in DISCOUNTS.values()}
            over = [line[name] for name in DISCOUNTS.values()]
            return "lines", over, value, {"lines": {line["id"]: discount}}
        case "add":
            new = {"description": f"D{token}", "quantity": "1", "unit_price": "20.00", "tax": "gst"}
            return "lines", None, new["description"], {"lines": {f"n{token}": new}}
        case "remove" if len(held["lines"]) > 1:
            gone = [line.get(name) for name in ("description", "quantity", "unit_price", *DISCOUNTS.values())]
            return "lines", gone, None, {"lines": {line["id"]: None}}
    return "reference", held["reference"], f"R{token}", {"reference": f"R{token}"}


async def pay(story: Story) -> None:
    """A payment, told with the whole document or by itself; each amount is its own."""
    invoice_id = story.choose_invoice()
    held = await story.find_in_app(invoice_id)
    if held is None or held["status"] not in ("sent", "paid"):
        return
    amount = f"1.{story.token():02}"
    said = {"id": f"p{story.made}", "amount": amount, "method": "card"}
    way = story.random.choice(["payments", "payments/alone"])
    if await story.find(story.house.app.post(f"/invoices/{invoice_id}/{way}", json=said)) is not None:
        story.ledger.note(SIDE, invoice_id, "payments", None, amount)


async def unpay(story: Story) -> None:
    """A payment or a credit is taken away again."""
    invoice_id = story.choose_invoice()
    held = await story.find_in_app(invoice_id)
    kind = story.random.choice(["payments", "credits"])
    if held is None or not held[kind]:
        return
    gone = story.random.choice(held[kind])
    call = story.house.app.delete(f"/invoices/{invoice_id}/{kind}/{gone['id']}/alone")
    if await story.find(call) is not None:
        story.ledger.note(SIDE, invoice_id, kind, gone["amount"], None)


async def credit(story: Story) -> None:
    """A credit note or a deposit against an invoice."""
    invoice_id = story.choose_invoice()
    held = await story.find_in_app(invoice_id)
    if held is None or held["status"] not in ("sent", "paid"):
        return
    amount = f"2.{story.token():02}"
    kind = story.random.choice(["credit_note", "prepayment"])
    said = {"id": f"c{story.made}", "kind": kind, "amount": amount}
    if await story.find(story.house.app.post(f"/invoices/{invoice_id}/credits", json=said)) is not None:
        story.ledger.note(SIDE, invoice_id, "credits", None, amount)


async def cancel(story: Story) -> None:
    """An invoice is cancelled."""
    invoice_id = story.choose_invoice()
    held = await story.find_in_app(invoice_id)
    if held is not None and held["status"] == "sent" and story.random.random() < 0.5:
        call = story.house.app.post(f"/invoices/{invoice_id}/cancel", json={})
        if (answer := await story.find(call)) is not None:
            story.ledger.end(SIDE, invoice_id, answer["document"]["version"])


async def edit_contact(story: Story) -> None:
    """A customer's e-mail address."""
    customer, email = story.choose_customer(), f"a{story.token()}@example.com"
    path_of_contact = f"/contacts/{customer}"
    answer = await story.find(story.house.app.patch(path_of_contact, json={"email": email}))
    if answer is None:
        return
    # Somebody else may edit it at the same time: what this edit replaced is in the version before it.
    before = await story.find(
        story.house.app.get(path_of_contact, params={"version": answer["document"]["version"] - 1})
    )
    story.ledger.note(SIDE, customer, "email", before["email"] if before else None, email)


ACTS: dict[str, Act] = {
    "app_write": write,
    "app_edit": edit,
    "app_pay": pay,
    "app_unpay": unpay,
    "app_credit": credit,
    "app_cancel": cancel,
    "app_contact": edit_contact,
}
