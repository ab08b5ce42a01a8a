"""The manifest: the partner tells which invoices and contacts it has, by version; we answer which ones we lack.

It is how a document is found whose call and whose webhook were both lost (DESIGN section 2). What it tells beside that,
another total or an invoice that is gone, is kept as a discrepancy.
"""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StrictBool

from app.api.authentication import MEMBERS_WRITE, ConnectionId, PartnerId, lock_own_connection
from app.api.dependencies import Given
from app.api.problems import documented
from app.db.contacts.contact_resources import list_held_contact_versions
from app.db.delivery.manifests import list_contacts_unknown_to_partner, list_known
from app.db.invoices.resources import list_ids_unknown_to_partner
from app.intake.manifests import keep_what_it_tells
from app.intake.values import Currency, Identity, Sum, Version

router = APIRouter(
    prefix="/v1/connections/{connection_id}/manifest", tags=["manifest"], dependencies=[MEMBERS_WRITE]
)

LONGEST_MANIFEST = 10_000
MOST_UNKNOWN = 1_000


class Entry(BaseModel):
    """An invoice or a contact that the app has."""

    model_config = ConfigDict(extra="forbid")

    id: Identity
    version: Version
    total: Sum | None = Field(
        default=None,
        description="Of an invoice: what it comes to in the app, which edits of both sides can bring below zero. "
        "One that differs is kept as a discrepancy.",
    )
    currency: Currency | None = Field(
        default=None, description="The total's. It is the invoice's own, and need not be said."
    )


class Manifest(BaseModel):
    """What the app has. More than fits one call goes in several; `unknown_to_you` then means: not in this one."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"invoices": [{"id": "inv_8801", "version": 7, "total": "2127.50"}], "is_complete": True}
            ]
        },
    )

    invoices: list[Entry] = Field(max_length=LONGEST_MANIFEST)
    contacts: list[Entry] = Field(
        default=[],
        max_length=LONGEST_MANIFEST,
        description="For apps that send contacts of their own.",
    )
    is_complete: StrictBool = Field(
        default=False,
        description="It names every invoice that the app has: one in Xero that is not among them is a discrepancy.",
    )


class Wanted(BaseModel):
    """An invoice or a contact to send: `missing` altogether, or held in an older version."""

    id: str
    held_version: int | None
    reason: Literal["missing", "stale"]


class Comparison(BaseModel):
    """What the app should send now, and what we hold that it did not name (at most 1,000 of them)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "send": [{"id": "inv_8801", "held_version": 6, "reason": "stale"}],
                    "send_contacts": [{"id": "cus_17", "held_version": None, "reason": "missing"}],
                    "unknown_to_you": ["inv_9"],
                    "contacts_unknown_to_you": [],
                    "total_differs": [],
                }
            ]
        }
    )

    send: list[Wanted]
    send_contacts: list[Wanted]
    unknown_to_you: list[str]
    contacts_unknown_to_you: list[str] = Field(
        description="Empty where the manifest says nothing of contacts."
    )
    total_differs: list[str] = Field(
        description="Invoices held in this version that come to another total than you state."
    )


@router.post(
    "",
    operation_id="compare_manifest",
    summary="Find documents that were lost on the way",
    responses=documented(
        "malformed_body", "unauthorised", "not_found", "connection_removed", "too_large", "invalid_request"
    ),
)
async def compare_manifest(
    services: Given, partner_id: PartnerId, connection_id: ConnectionId, manifest: Manifest
) -> Comparison:
    """Changes no invoice. PUT each of `send` and of `send_contacts`."""
    ids = [entry.id for entry in manifest.invoices]
    contact_ids = [entry.id for entry in manifest.contacts]
    async with services.database.writing() as session:
        connection = await lock_own_connection(session, partner_id, connection_id)
        known = await list_known(session, connection.id, ids)
        unknown = await list_ids_unknown_to_partner(session, connection.id, ids, MOST_UNKNOWN)
        contacts = await list_held_contact_versions(session, connection.id, contact_ids)
        unknown_contacts = (
            await list_contacts_unknown_to_partner(session, connection.id, contact_ids, MOST_UNKNOWN)
            if "contacts" in manifest.model_fields_set
            else []
        )
        differing = await keep_what_it_tells(
            session,
            connection.id,
            manifest.invoices,
            known,
            services.clock.now(),
            is_complete=manifest.is_complete,
        )
    return Comparison(
        send=_list_wanted(manifest.invoices, {one.partner_invoice_id: one.version for one in known}),
        send_contacts=_list_wanted(manifest.contacts, contacts),
        unknown_to_you=unknown,
        contacts_unknown_to_you=unknown_contacts,
        total_differs=differing,
    )


def _list_wanted(entries: list[Entry], held: dict[str, int]) -> list[Wanted]:
    """What is held in an older version, or not at all."""
    return [
        Wanted(
            id=entry.id,
            held_version=held.get(entry.id) or None,
            reason="stale" if held.get(entry.id) else "missing",
        )
        for entry in entries
        if held.get(entry.id, 0) < entry.version
    ]
