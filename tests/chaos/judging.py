"""What must hold when the faults have stopped and the queue has drained.

Both sides are equal, or Plumbline says why not; every edit is accounted for; nothing exists twice; and nothing moves
any more by itself.
"""

import json
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tests.chaos.in_xero import BASES
from tests.chaos.ledger import scalars
from tests.chaos.story import Story
from tests.scenarios.both_sides import app_view, list_resources, xero_view
from tests.scenarios.house import House, Json
from tests.scenarios.troubles import contacts_in_xero, rows, writes_since

NO_NAMES: Mapping[str, str] = {}

Fetch = Callable[[str], Awaitable[Sequence[Any]]]
"""Rows of the database by a query."""


@dataclass
class Findings:
    """What did not hold, in words; nothing at all, when all is well."""

    lost: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)
    diverged: list[str] = field(default_factory=list)
    rate_limited: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    """What a stage promises and did not keep."""

    def __bool__(self) -> bool:
        return any(vars(self).values())

    def __str__(self) -> str:
        return "; ".join(f"{kind}: {one}" for kind, found in vars(self).items() for one in found)

    def add(self, other: "Findings") -> None:
        """Take over what another look found."""
        for kind, found in vars(self).items():
            found += getattr(other, kind)


async def judge(story: Story) -> Findings:
    """Look at both sides."""
    house = story.house
    in_app = {document["id"]: document for document in await house.list_in_app()}
    in_xero = await house.list_in_xero()
    resources = await list_resources(house)
    found = Findings()
    contacts, moved = await contacts_in_xero(house), story.ledger.relinked
    found.duplicated += find_doubles(in_app.values(), in_xero, contacts, moved)
    names = await _list_names(house, in_app.values())
    found.diverged += find_differences(in_app, in_xero, resources, names)
    found.diverged += _find_unmeant_ends(story, in_app, in_xero)
    found.lost += await _find_lost(story, in_app, in_xero, resources)
    found.rate_limited += await _find_limited(story)
    return found


def find_doubles(
    in_app: Iterable[Json], in_xero: list[Json], contacts: list[Json], relinked: Collection[str] = ()
) -> list[str]:
    """What exists twice: invoices by number, contacts by name, payments and credits by their amount.

    The name of a contact that was merged into another is free again. What was paid on an invoice stays there when a
    person links another one in its place, and is booked there too.
    """

    def of(invoice: Json) -> str:
        return f" of {invoice['InvoiceNumber']}" if invoice["InvoiceNumber"] in relinked else ""

    live = [invoice for invoice in in_xero if invoice["Status"] not in ("VOIDED", "DELETED")]
    counted = Counter(
        [
            *(f"in Xero: invoice {invoice['InvoiceNumber']}" for invoice in live),
            *(f"in the app: invoice {document['number']}" for document in in_app),
            *(
                f"in Xero: contact {contact['Name']}"
                for contact in contacts
                if "MergedToContactID" not in contact
            ),
            *(
                f"in Xero: payment {paid['Amount']}{of(invoice)}"
                for invoice in in_xero
                for paid in invoice["Payments"]
            ),
            *(
                f"in Xero: credit {each['AppliedAmount']}{of(invoice)}"
                for invoice in in_xero
                for kind in ("CreditNotes", "Prepayments", "Overpayments")
                for each in invoice[kind]
            ),
        ]
    )
    return [f"{what}, {count} times" for what, count in counted.items() if count > 1]


def find_differences(
    in_app: dict[str, Json],
    in_xero: list[Json],
    resources: dict[str, Json],
    names: Mapping[str, str] = NO_NAMES,
) -> list[str]:
    """What differs and is not said to be held; what is neither settled nor held. `names` are those of customers now,
    where their invoices in the app have an older one.
    """
    by_id = {invoice["InvoiceID"]: invoice for invoice in in_xero}
    by_number = {invoice["InvoiceNumber"]: invoice for invoice in in_xero}
    found = []
    for invoice_id in sorted({*in_app, *resources}):
        document, resource = in_app.get(invoice_id), resources.get(invoice_id)
        if document is None or resource is None:
            found.append(f"{invoice_id}: the app has {document}, Plumbline {resource}")
        elif resource["state"] == "behind":
            found.append(f"{invoice_id} is behind: {resource['reason']}")
        elif resource["state"] == "settled" and resource["reason"] is None:
            linked = by_id.get(_find_linked(resource) or "")
            found += _compare(document, linked or by_number.get(document["number"]), names)
    return found


async def _list_names(house: House, documents: Iterable[Json]) -> dict[str, str]:
    """What the customers of these are called: in the app, or in Xero where the two do not agree on it."""
    names: dict[str, str] = {}
    for customer in sorted({document["contact"]["id"] for document in documents}):
        shown = (await house.api.get(f"{house.path}/contacts/{customer}")).json()
        held = await house._json(house.app.get(f"/contacts/{customer}"))
        names[customer] = held["name"]
        if shown.get("state") == "held" and shown["xero"] is not None:
            names[customer] = shown["xero"]["details"]["name"]
    return names


def _find_linked(resource: Json) -> str | None:
    found: str | None = (resource.get("xero") or {}).get("xero_invoice_id")
    return found


def _compare(document: Json, invoice: Json | None, names: Mapping[str, str]) -> list[str]:
    if invoice is None:
        return [f"{document['id']} is said to be settled, and Xero does not have it"]
    customer = document["contact"]
    named = {**customer, "name": names.get(customer["id"], customer["name"])}
    app, xero = app_view({**document, "contact": named}), xero_view(invoice)
    if document["status"] == "sent" and invoice["Status"] == "PAID" and not invoice["Total"]:
        # What comes to nothing is paid in Xero from the start; the app may call it sent.
        app["status"] = "PAID"
    return [
        f"{document['id']} {name}: {app.get(name)} in the app, {xero.get(name)} in Xero"
        for name in sorted({*app, *xero})
        if app.get(name) != xero.get(name)
    ]


def _find_unmeant_ends(story: Story, in_app: dict[str, Json], in_xero: list[Json]) -> list[str]:
    # Of those that were linked by hand, whichever the app's stood for goes with it.
    told = {each["InvoiceNumber"] for each in in_xero if each["Status"] == "VOIDED"} - story.ledger.relinked
    voided = {number.removeprefix("N-") for number in told}
    cancelled = {thing for thing, document in in_app.items() if document["status"] == "cancelled"}
    return story.ledger.list_unmeant_ends({*voided, *cancelled}, in_app.keys() - cancelled)


async def _find_lost(
    story: Story, in_app: dict[str, Json], in_xero: list[Json], resources: dict[str, Json]
) -> list[str]:
    house = story.house
    standing: dict[str, set[str]] = {}
    for thing, held in [
        *in_app.items(),
        *((invoice_id, resource["record"]) for invoice_id, resource in resources.items()),
        *((invoice["InvoiceNumber"].removeprefix("N-"), _in_our_words(invoice)) for invoice in in_xero),
        *((contact["Name"].removeprefix("Customer "), contact) for contact in await contacts_in_xero(house)),
        *((contact["id"], contact) for contact in (await house._json(house.app.get("/contacts")))["data"]),
    ]:
        standing[thing] = standing.get(thing, set()) | set(scalars(held))
    _join_linked(standing, in_xero, resources)
    known, flagged = await _list_told(partial(rows, house))
    if story.kept.get("choices") or story.kept.get("merged"):
        flagged |= _join_customers(standing, flagged)
    told, told_overwritten = story.ledger.told, story.ledger.told_overwritten
    lost = story.ledger.list_lost(standing, known | told, flagged | told_overwritten)
    return [str(edit) for edit in lost]


def _join_linked(standing: dict[str, set[str]], in_xero: list[Json], resources: dict[str, Json]) -> None:
    """What stands in an invoice stands in the one that it is linked to, whatever the numbers of the two."""
    numbers = {invoice["InvoiceID"]: invoice["InvoiceNumber"].removeprefix("N-") for invoice in in_xero}
    for invoice_id, resource in resources.items():
        number = numbers.get(_find_linked(resource) or "")
        if number is not None:
            both = standing.get(number, set()) | standing.get(invoice_id, set())
            standing[number] = standing[invoice_id] = both


def _join_customers(standing: dict[str, set[str]], flagged: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Where people chose contacts of Xero's for customers, what stands with one of these may have been said of another;
    answers what is flagged of each, then.
    """
    customers = {thing for thing in standing if not thing.startswith((INVOICES, BY_OFFICE))}
    together = set().union(*(standing[each] for each in customers))
    standing |= dict.fromkeys(customers, together)
    paths = {path for thing, path in flagged if not thing.startswith((INVOICES, BY_OFFICE))}
    return {(thing, path) for thing in customers for path in paths}


INVOICES, BY_OFFICE = "inv_", "X-"
"""How ids of the app's invoices begin, and numbers of those that the office writes."""


async def list_flagged(story: Story) -> set[tuple[str, str]]:
    """Things and paths of which Plumbline says, or has said, that an edit in Xero may have been overwritten."""
    _, flagged = await _list_told(partial(rows, story.house))
    return flagged | story.ledger.told_overwritten


async def note_kept(story: Story, fetch: Fetch) -> None:
    """Before a database is lost: what it has told of edits, which people may have read there."""
    known, flagged = await _list_told(fetch)
    story.ledger.told |= known
    story.ledger.told_overwritten |= flagged


async def _list_told(fetch: Fetch) -> tuple[set[str], set[tuple[str, str]]]:
    kept, flagged = await fetch(KEPT), await fetch(FLAGGED)
    known = {value for row in kept for value in scalars(json.loads(row["values"]))}
    return known, {(str(row["thing"]), _field_of(row["path"])) for row in flagged}


KEPT = "SELECT values::text AS values FROM conflicts"
FLAGGED = """
SELECT coalesce(invoice.partner_invoice_id, contact.partner_contact_id) AS thing, d.path FROM discrepancies d
LEFT JOIN invoice_links invoice ON invoice.id = d.link_id LEFT JOIN contact_links contact ON contact.id = d.link_id
WHERE d.kind = 'overwritten_in_xero'
"""


def _in_our_words(invoice: Json) -> Json:
    """With the word for how amounts are by which edits of it are noted: a voided invoice keeps it in Xero alone."""
    return invoice | {"amounts_are": BASES[invoice["LineAmountTypes"]]}


def _field_of(path: str) -> str:
    first = path.partition("/")[0]
    # Of the whole invoice it is told where its lines went along with a write; how amounts are always does.
    return "lines" if first in ("line_order", "amounts_are", "") else first


async def _find_limited(story: Story) -> list[str]:
    """Calls that Xero answered with 429 of its own, and not because a fault was ordered."""
    calls = await story.house.calls(story.calls_before)
    limited = sum(call["status"] == 429 for call in calls) - story.limited
    return [f"{limited} calls were answered with 429"] if limited > 0 else []


async def find_restless(house: House) -> list[str]:
    """What moves although everything is said and done: a further round writes nothing, and tells the app nothing."""
    calls, told = await house.last_call(), await _count_changes(house)
    await house._json(house.app.post("/manifest"))
    await house._json(house.api.post(f"{house.path}/compare"))
    await house.sweep()
    await house.wait()
    writes, more = await writes_since(house, calls), await _count_changes(house) - told
    found = [f"wrote by itself: {writes}"] if writes else []
    return [*found, f"told the app {more} changes by itself"] if more else found


async def _count_changes(house: House) -> int:
    [row] = await rows(house, "SELECT count(*) AS changes FROM changes")
    return int(row["changes"])
