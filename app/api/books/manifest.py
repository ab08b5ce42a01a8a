"""The manifest: the partner tells which invoices and contacts it has, by version; we answer which ones we lack.

It is how a document is found whose call and whose webhook were both lost (DESIGN section 2). With totals it also proves
that both sides mean the same by the same version (FEATURES N10).
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from app.api.authentication import MEMBERS_WRITE, OwnConnection
from app.api.dependencies import Given
from app.api.problems import documented
from app.db.arrivals import lock_connection
from app.db.contact_resources import list_held_contact_versions
from app.db.findings import Discrepancy
from app.db.partner_holdings import (
    LinkedHolding,
    insert_new_discrepancies,
    list_contacts_unknown_to_partner,
    list_holdings,
    save_manifest_at,
)
from app.db.resources import list_ids_unknown_to_partner
from app.domain.connection import Connection
from app.domain.money import money_text
from app.domain.partner_total import total_held
from app.intake.values import Currency, Identity, Total, Version

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


class InvoiceEntry(Entry):
    """An invoice that the app has, with what it comes to there, if it says so."""

    total: Total | None = Field(
        default=None, description="With tax. Set against ours where we hold the same version."
    )
    currency: Currency | None = Field(default=None, description="The total's; the invoice's own if left out.")


class Manifest(BaseModel):
    """What the app has. More than fits one call goes in several; `unknown_to_you` then means: not in this one."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"invoices": [{"id": "inv_8801", "version": 7, "total": "1890.00", "currency": "AUD"}]}
            ]
        },
    )

    invoices: list[InvoiceEntry] = Field(max_length=LONGEST_MANIFEST)
    contacts: list[Entry] = Field(
        default=[],
        max_length=LONGEST_MANIFEST,
        description="For apps that send contacts of their own.",
    )


class Wanted(BaseModel):
    """An invoice or a contact to send: `missing` altogether, or held in an older version."""

    id: str
    held_version: int | None
    reason: Literal["missing", "stale"]


class ManifestDifference(BaseModel):
    """An invoice of which both hold the same version, and which comes to something else there than here."""

    id: str
    version: int
    your_total: str
    held_total: str
    your_currency: str | None
    held_currency: str | None


class Comparison(BaseModel):
    """What the app should send now, what we hold that it did not name (1,000 of each kind at most), what differs."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "send": [{"id": "inv_8801", "held_version": 6, "reason": "stale"}],
                    "send_contacts": [{"id": "cus_17", "held_version": None, "reason": "missing"}],
                    "unknown_to_you": ["inv_9"],
                    "contacts_unknown_to_you": [],
                    "differing": [
                        {
                            "id": "inv_8802",
                            "version": 3,
                            "your_total": "110.00",
                            "held_total": "100.00",
                            "your_currency": "AUD",
                            "held_currency": "AUD",
                        }
                    ],
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
    differing: list[ManifestDifference] = Field(
        description="Also kept as discrepancies of the kind `manifest_total_differs`, each once."
    )


@router.post(
    "",
    operation_id="compare_manifest",
    summary="Find documents that were lost on the way, and totals that differ",
    responses=documented("malformed_body", "unauthorised", "not_found", "too_large", "invalid_request"),
)
async def compare_manifest(services: Given, connection: OwnConnection, manifest: Manifest) -> Comparison:
    """PUT each of `send` and of `send_contacts`. It changes no invoice; that it came is kept, as `partner_known_at` of
    the connection, and so is what differs. Posted again, it answers the same and keeps nothing twice.
    """
    ids = [entry.id for entry in manifest.invoices]
    contact_ids = [entry.id for entry in manifest.contacts]
    async with services.database.reading() as session:
        held = await list_holdings(session, connection.id, ids)
        unknown = await list_ids_unknown_to_partner(session, connection.id, ids, MOST_UNKNOWN)
        contacts = await list_held_contact_versions(session, connection.id, contact_ids)
        unknown_contacts = (
            await list_contacts_unknown_to_partner(session, connection.id, contact_ids, MOST_UNKNOWN)
            if "contacts" in manifest.model_fields_set
            else []
        )
    differing = list(_list_differences(connection, manifest.invoices, held))
    found = [_build_discrepancy(held[each.id].link_id, each) for each in differing]
    async with services.database.writing() as session:
        await lock_connection(session, connection.id)
        await insert_new_discrepancies(session, connection.id, found)
        await save_manifest_at(session, connection.id, services.clock.now())
    versions = {invoice_id: each.holding.version for invoice_id, each in held.items()}
    return Comparison(
        send=_list_wanted(manifest.invoices, versions),
        send_contacts=_list_wanted(manifest.contacts, contacts),
        unknown_to_you=unknown,
        contacts_unknown_to_you=unknown_contacts,
        differing=differing,
    )


def _list_wanted(entries: Sequence[Entry], held: Mapping[str, int]) -> list[Wanted]:
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


def _list_differences(
    connection: Connection, entries: Sequence[InvoiceEntry], held: Mapping[str, LinkedHolding]
) -> Iterator[ManifestDifference]:
    """Totals that differ at the same version; where ours is not known there is nothing to say."""
    organisation = connection.organisation
    vocabulary = connection.settings.vocabulary(organisation) if organisation else None
    rates = organisation.rates() if organisation else {}
    for entry in entries:
        linked = held.get(entry.id)
        if entry.total is None or linked is None or linked.holding.version != entry.version:
            continue
        ours = total_held(linked.holding, vocabulary, rates)
        currency = linked.holding.currency
        is_same_currency = entry.currency is None or entry.currency == currency
        if ours is None or (ours == Decimal(entry.total) and is_same_currency):
            continue
        yield ManifestDifference(
            id=entry.id,
            version=entry.version,
            your_total=money_text(entry.total),
            held_total=money_text(ours),
            your_currency=entry.currency or currency,
            held_currency=currency,
        )


def _build_discrepancy(link_id: UUID, found: ManifestDifference) -> Discrepancy:
    message = (
        f"At version {found.version} your app says {found.your_total} {found.your_currency}, and the document that we "
        f"hold of that version comes to {found.held_total} {found.held_currency}."
    )
    values = {
        "version": found.version,
        "partner": {"total": found.your_total, "currency": found.your_currency},
        "held": {"total": found.held_total, "currency": found.held_currency},
    }
    return Discrepancy(link_id, "manifest_total_differs", message, values)
