"""Every 2xx that our API ever gave, and what must stand for it afterwards.

What was said with it is kept by who was answered: here for calls that a clerk makes (`clerk`), in the sandboxes' own
journals for the app's documents and for Xero's webhooks. A promise is kept when its effect stands, or was followed by
a later one: a document's version and what it said, an event in the inbox, a change that is acknowledged, a decision,
a version of the settings.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.shops import Shop
from tests.scenarios.house import House
from tests.scenarios.troubles import ask, rows


@dataclass
class Promises:
    """What one clerk was promised."""

    documents: dict[str, int] = field(default_factory=dict)
    """The newest version of each invoice that was answered 2xx."""
    wordings: dict[tuple[str, int], str] = field(default_factory=dict)
    """What a version said that no other says."""
    acknowledged: int = 0
    """The newest cursor."""
    decisions: set[str] = field(default_factory=set)
    settings: int = 0
    """The newest version."""

    def take_document(self, invoice_id: str, version: int, wording: str) -> None:
        """A version of an invoice was stored."""
        self.documents[invoice_id] = max(version, self.documents.get(invoice_id, 0))
        self.wordings[invoice_id, version] = wording


async def find_broken(house: House, shop: Shop, promises: Promises) -> list[str]:
    """What a clerk was promised, and does not stand."""
    return [
        *await _find_lost_documents(house, shop, promises),
        *await _find_lost_answers(house, shop, promises),
    ]


async def _find_lost_documents(house: House, shop: Shop, promises: Promises) -> list[str]:
    held = {
        row["partner_invoice_id"]: int(row["document_version"])
        for row in await rows(
            house,
            "SELECT partner_invoice_id, document_version FROM invoice_links WHERE connection_id = :shop",
            shop=shop.connection_id,
        )
    }
    kept = json.dumps(
        await rows(
            house,
            "SELECT c.values FROM conflicts c JOIN invoice_links l ON l.id = c.link_id WHERE l.connection_id = :shop",
            shop=shop.connection_id,
        )
    )
    found = []
    for invoice_id, version in promises.documents.items():
        if held.get(invoice_id, 0) < version:
            found.append(f"{invoice_id}: version {version} was accepted, {held.get(invoice_id)} is held")
        elif held[invoice_id] == version:
            shown = json.dumps(await ask(house.api.get(f"{shop.path}/invoices/{invoice_id}")))
            wording = promises.wordings[invoice_id, version]
            # In a conflict the other side's value may stand, and ours is kept beside it.
            if f'"{wording}"' not in shown + kept:
                found.append(f"{invoice_id}: version {version} was accepted, and {wording} is nowhere")
    return found


async def _find_lost_answers(house: House, shop: Shop, promises: Promises) -> list[str]:
    """Acknowledgements, decisions and settings."""
    waiting = await rows(
        house,
        "SELECT id FROM changes WHERE connection_id = :shop AND state = 'pending' AND id <= :cursor",
        shop=shop.connection_id,
        cursor=promises.acknowledged,
    )
    decided = {str(row["id"]) for row in await rows(house, "SELECT id FROM resolutions")}
    [chosen] = await rows(
        house, "SELECT settings_version AS number FROM connections WHERE id = :shop", shop=shop.connection_id
    )
    found = [f"change {row['id']} waits though it was acknowledged" for row in waiting]
    found += [f"decision {each} was taken, and is not there" for each in promises.decisions - decided]
    if chosen["number"] < promises.settings:
        found.append(f"version {promises.settings} of the settings was taken, {chosen['number']} stands")
    return found


async def find_lost_webhooks(house: House) -> list[str]:
    """Events of Xero that were answered 2xx and are in no inbox."""
    held = {
        (row["tenant_id"], row["resource_id"], row["event_type"], row["dated"])
        for row in await rows(house, "SELECT tenant_id, resource_id, event_type, dated FROM xero_events")
    }
    return [
        f"event {event['sequence']} of {event['resourceId']} was answered 2xx, and is in no inbox"
        for post in house.sandbox.sandbox.webhooks.log
        if post["outcome"] == "delivered"
        for event in post["events"]
        if _identify(event) not in held
    ]


def _identify(event: dict[str, Any]) -> tuple[str, str, str, str]:
    return event["tenantId"], event["resourceId"], event["eventType"], event["eventDateUtc"]


async def find_lost_documents_of_the_app(house: House) -> list[str]:
    """Documents of the house's app that were answered 2xx, and of which an older version is held, or nothing."""
    promised: dict[str, int] = {}
    for entry in (await ask(house.app.get("/log")))["sent"]:
        if entry["outcome"] == "accepted" and "invoice_id" in entry:
            promised[entry["invoice_id"]] = max(entry["version"], promised.get(entry["invoice_id"], 0))
    held = {
        row["partner_invoice_id"]: int(row["document_version"])
        for row in await rows(
            house,
            "SELECT partner_invoice_id, document_version FROM invoice_links WHERE connection_id = :own",
            own=house.connection_id,
        )
    }
    return [
        f"{invoice_id}: version {version} of the app was accepted, {held.get(invoice_id)} is held"
        for invoice_id, version in promised.items()
        if held.get(invoice_id, 0) < version
    ]
