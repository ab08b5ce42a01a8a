"""What must hold of customers in the end: each is the contact that was chosen, and so is each of its invoices."""

from collections.abc import Mapping
from typing import TypeVar

from tests.chaos.story import Story
from tests.scenarios.both_sides import list_resources
from tests.scenarios.house import Json
from tests.scenarios.troubles import ask, contacts_in_xero
from tests.simulation.customers import Choice, Moved, choices_of, moves_of

SHARED = {"name": "Name", "email": "EmailAddress"}
"""What is held against each other of a customer, in the app's word and in Xero's."""


async def judge_customers(story: Story) -> list[str]:
    """What differs from that, in words."""
    house = story.house
    in_xero = {each["ContactID"]: each for each in await contacts_in_xero(house)}
    in_app = {each["id"]: each for each in (await ask(house.app.get("/contacts")))["data"]}
    known = (await ask(house.api.get(f"{house.path}/contacts", params={"limit": 100})))["data"]
    shown = {each["id"]: each for each in known}
    found = [fault for key in sorted(shown) if (fault := _judge(shown[key], in_app.get(key), in_xero))]
    found += _judge_choices(choices_of(story), shown, in_xero)
    return found + await _judge_invoices(story, shown)


async def _list_said(story: Story, invoice_id: str) -> list[str]:
    """Whose it is by what people said in the app; nobody moves one in Xero, but by linking it to another one there."""
    moves = [each for each in moves_of(story) if each.invoice_id == invoice_id]
    if moves:
        return [each.customer for each in _list_last(moves)]
    first = await ask(story.house.app.get(f"/invoices/{invoice_id}", params={"version": 1}))
    return [first["contact"]["id"]]


def linked_to(shown: Json | None) -> str | None:
    """Xero's id of the contact that a customer is."""
    found: str | None = ((shown or {}).get("xero") or {}).get("xero_contact_id")
    return found


def _judge(shown: Json, document: Json | None, in_xero: Mapping[str, Json]) -> str | None:
    """Whether the two sides show one customer alike."""
    key, contact = shown["id"], in_xero.get(linked_to(shown) or "")
    if shown["state"] == "behind":
        return f"customer {key} is behind: {shown['reason']}"
    if shown["state"] != "settled" or shown["reason"] is not None or contact is None:
        return None
    if document is None:
        return f"customer {key} is said to be settled, and the app does not have it"
    pairs = {name: (document[name] or "", contact.get(word) or "") for name, word in SHARED.items()}
    apart = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    return f"customer {key}: {apart}, the app's and Xero's" if apart else None


def _judge_choices(
    choices: list[Choice], shown: Mapping[str, Json], in_xero: Mapping[str, Json]
) -> list[str]:
    """The contact that was chosen last is the one, unless another customer is it and nobody said that they share it."""
    found = []
    for customer in sorted({each.customer for each in choices}):
        now = linked_to(shown.get(customer))
        last = _list_last([each for each in choices if each.customer == customer])
        others = {linked_to(each) for key, each in shown.items() if key != customer}
        chosen = {_follow(each.xero_id, in_xero) for each in last}
        may_be_refused = any(not each.is_shared and _follow(each.xero_id, in_xero) in others for each in last)
        if now not in chosen and not may_be_refused:
            found.append(f"customer {customer} is {now}, and was said to be {sorted(chosen)}")
    return found


Last = TypeVar("Last", Choice, Moved)


def _list_last(said: list[Last]) -> list[Last]:
    """The last one, and whichever was said at the same time."""
    began = max(each.began for each in said)
    return [each for each in said if each.ended > began]


def _follow(xero_id: str, in_xero: Mapping[str, Json]) -> str:
    """The contact that stands for one which was merged into another."""
    while into := in_xero[xero_id].get("MergedToContactID"):
        xero_id = into
    return xero_id


async def _judge_invoices(story: Story, shown: Mapping[str, Json]) -> list[str]:
    """Each invoice is whose the app's people said, and stands in Xero with the contact that this customer is."""
    resources = await list_resources(story.house)
    invoices = {each["InvoiceID"]: each for each in await story.house.list_in_xero()}
    found = []
    for document in await story.house.list_in_app():
        resource = resources.get(document["id"]) or {"state": "behind", "reason": None, "xero": None}
        invoice = invoices.get((resource["xero"] or {}).get("xero_invoice_id") or "")
        if resource["state"] != "settled" or resource["reason"] is not None or invoice is None:
            continue
        customer = document["contact"]["id"]
        is_relinked = document["id"] in story.ledger.relinked
        if not is_relinked and customer not in (said := await _list_said(story, document["id"])):
            found.append(f"{document['id']} is of {customer}, and was said to be of {said}")
        wanted, there = linked_to(shown.get(customer)), invoice["Contact"]["ContactID"]
        if document["status"] != "cancelled" and wanted != there:
            found.append(f"{document['id']} is of {customer}, who is {wanted}, and stands with {there}")
    return found
