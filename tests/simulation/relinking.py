"""What a person says of links: this invoice is another one of Xero's, or is not after all; so with a customer.

The office writes invoices in Xero of which the app knows nothing, and edits and pays them. Whoever links one looks at
both before, and replaces the words of one of them; what was edited after that look is nobody's to lose.
"""

from tests.chaos import in_the_app
from tests.chaos.in_the_app import Edit
from tests.chaos.in_xero import path_to
from tests.chaos.ledger import scalars
from tests.chaos.story import Act, Story
from tests.scenarios.house import Json

OTHERS = "X-"


async def write_other(story: Story) -> None:
    """The office writes an invoice of a customer, and does not send it."""
    token, customer = story.token(), story.choose_customer()
    line = {"Description": f"D{token}", "Quantity": 1, "UnitAmount": 500 + token, "AccountCode": "200"}
    said = {
        "Contact": {"Name": f"Customer {customer}"},
        "InvoiceNumber": f"{OTHERS}{token}",
        "Date": "2026-11-20",
        "DueDate": "2026-12-20",
        "LineItems": [line],
        "Status": "AUTHORISED",
    }
    if await story.find(story.house.xero.post(path_to(story, "invoices"), json=said)) is not None:
        story.ledger.note("xero", f"{OTHERS}{token}", "lines", None, f"D{token}")


async def edit_other(story: Story) -> None:
    """The office edits one of these, or takes a payment for it."""
    other = await _choose_other(story)
    if other is None:
        return
    number, token = other["InvoiceNumber"], story.token()
    thing = number.removeprefix("N-")
    if story.random.random() < 0.3:
        amount = f"4.{token:02}"
        call = story.house.xero.post(
            path_to(story, f"invoices/{number}/payments"), json={"Amount": float(amount)}
        )
        if await story.find(call) is not None:
            story.ledger.note("xero", thing, "payments", None, amount)
        return
    calls = await story.house.last_call()
    said = {"Reference": f"R{token}"}
    if await story.find(story.house.xero.patch(path_to(story, f"invoices/{number}"), json=said)) is not None:
        story.ledger.note("xero", thing, "reference", other["Reference"], f"R{token}")
        await story.note_unseen(calls, thing, "reference", f"R{token}")


async def relink(story: Story) -> None:
    """A person says which other invoice of Xero's one is, by whatever was found of it, and whose words stand."""
    house = story.house
    other = await _choose_other(story)
    finding = await _choose_finding(story)
    if other is None:
        await write_other(story)
    if finding is None:
        await _clash(story)
    if other is None or finding is None:
        return
    path, thing = finding
    content = story.random.choice(["xero", "partner"])
    seen = [
        other,
        await story.find_in_app(thing),
        await story.find(house.api.get(f"{house.path}/invoices/{thing}")),
    ]
    said = {"action": "relink", "xero_id": other["InvoiceID"], "content": content}
    if await story.find(house.api.post(f"{path}/resolve", json=said)) is None:
        return
    story.ledger.relink(thing, other["InvoiceNumber"])
    for value in sorted(set(scalars(seen))):
        story.ledger.note("decided", thing, "", value, None)


async def _clash(story: Story) -> None:
    """Somebody edits the reference of an invoice on both sides, so that there is something to decide."""
    thing = story.choose_invoice()
    calls, invoice = await story.house.last_call(), await story.find_in_xero(f"N-{thing}")
    if invoice is None:
        return
    await in_the_app.make_edit(story, _draw_reference, thing)
    token = story.token()
    call = story.house.xero.patch(path_to(story, f"invoices/N-{thing}"), json={"Reference": f"R{token}"})
    if await story.find(call) is not None:
        story.ledger.note("xero", thing, "reference", invoice["Reference"], f"R{token}")
        await story.note_unseen(calls, thing, "reference", f"R{token}")


def _draw_reference(story: Story, held: Json) -> Edit:
    token = story.token()
    return "reference", held["reference"], f"R{token}", {"reference": f"R{token}"}


async def unlink(story: Story) -> None:
    """A person takes that back."""
    house = story.house
    kept = await story.find(house.api.get(f"{house.path}/resolutions"))
    taken = [each for each in (kept or {"data": []})["data"] if each["action"] == "relink"]
    if not taken:
        return
    resolution = story.random.choice(taken)
    thing = resolution["invoice_id"]
    seen = [await story.find_in_app(thing), await story.find(house.api.get(f"{house.path}/invoices/{thing}"))]
    if await story.find(house.api.post(f"{house.path}/resolutions/{resolution['id']}/undo")) is not None:
        for value in sorted(set(scalars(seen))):
            story.ledger.note("decided", thing, "", value, None)


async def _choose_other(story: Story) -> Json | None:
    """One that the office wrote, or that was linked by hand, or left so."""
    others = [
        each
        for each in await story.house.list_in_xero()
        if each["InvoiceNumber"].startswith(OTHERS) or each["InvoiceNumber"] in story.ledger.relinked
    ]
    return story.random.choice(others) if others else None


async def _choose_finding(story: Story) -> tuple[str, str] | None:
    """The address of a conflict or a discrepancy of an invoice, and that invoice."""
    house, found = story.house, list[tuple[str, str]]()
    for kind in ("conflicts", "discrepancies"):
        page = await story.find(house.api.get(f"{house.path}/{kind}")) or {"data": []}
        found += [
            (f"{house.path}/{kind}/{each['id']}", each["invoice_id"])
            for each in page["data"]
            if each["invoice_id"] is not None
        ]
    return story.random.choice(found) if found else None


AT_XERO: dict[str, Act] = {"xero_write_other": write_other, "xero_edit_other": edit_other, "relink": relink}
IN_THE_OFFICE: dict[str, Act] = {"unlink": unlink}
