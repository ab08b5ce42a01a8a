"""The partner's documents of invoices: stored if newer than what is held, each in one statement on its link."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Boolean, ColumnElement, Row, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert

from app.db.session import ReadSession, WriteSession
from app.db.tables import InvoiceLinkRow


class DocumentOutcome(StrEnum):
    """What storing a document came to; only the first two changed anything."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    STALE = "stale"
    VERSION_REUSED = "version_reused"
    BASED_ON_UNKNOWN = "based_on_unknown"


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """The outcome, the version that is held now and our newest revision of that invoice."""

    outcome: DocumentOutcome
    held_version: int
    revision: int

    @property
    def is_news(self) -> bool:
        return self.outcome in {DocumentOutcome.CREATED, DocumentOutcome.UPDATED}


async def save_document(
    session: WriteSession, connection_id: UUID, document: Mapping[str, Any], at: datetime
) -> StoredDocument:
    """Store a partner's document if it is newer than the one held, and raise the link's generation.

    The same document again is `UNCHANGED`; another document under a version that was used is `VERSION_REUSED`.
    """
    based_on = document.get("based_on")
    if not based_on or await _revision_exists(session, connection_id, document["id"], based_on):
        created = await _upsert_document(session, connection_id, document, at)
        if created is not None:
            outcome = DocumentOutcome.CREATED if created else DocumentOutcome.UPDATED
            return StoredDocument(outcome, document["version"], 0)
    return await _why_not_stored(session, connection_id, document)


async def _revision_exists(session: ReadSession, connection_id: UUID, invoice_id: str, revision: int) -> bool:
    known = select(InvoiceLinkRow.revision).where(
        InvoiceLinkRow.connection_id == connection_id, InvoiceLinkRow.partner_invoice_id == invoice_id
    )
    return revision <= ((await session.execute(known)).scalar_one_or_none() or 0)


async def _upsert_document(
    session: WriteSession, connection_id: UUID, document: Mapping[str, Any], at: datetime
) -> bool | None:
    """True when the link is new, False when its document was replaced, None when nothing changed."""
    values = {
        "document": dict(document),
        "document_version": document["version"],
        "document_based_on": document.get("based_on"),
        "document_at": at,
        "partner_number": document.get("number"),
        "touched_at": at,
    }
    statement = insert(InvoiceLinkRow).values(
        id=uuid4(), connection_id=connection_id, partner_invoice_id=document["id"], **values
    )
    statement = statement.on_conflict_do_update(
        index_elements=["connection_id", "partner_invoice_id"],
        set_=values | {"generation": InvoiceLinkRow.generation + 1},
        where=InvoiceLinkRow.document_version < document["version"],
    )
    inserted: ColumnElement[bool] = literal_column("xmax = 0", type_=Boolean())
    return (await session.execute(statement.returning(inserted))).scalar_one_or_none()


async def _why_not_stored(
    session: ReadSession, connection_id: UUID, document: Mapping[str, Any]
) -> StoredDocument:
    held = select(InvoiceLinkRow.document_version, InvoiceLinkRow.document, InvoiceLinkRow.revision).where(
        InvoiceLinkRow.connection_id == connection_id, InvoiceLinkRow.partner_invoice_id == document["id"]
    )
    return explain_held(document, (await session.execute(held)).one_or_none())


def explain_held(document: Mapping[str, Any], held: Row[Any] | None) -> StoredDocument:
    """Why a document was not stored; `held` has the document_version, document and revision that are there."""
    if held is None:
        return StoredDocument(DocumentOutcome.BASED_ON_UNKNOWN, 0, 0)
    if document["version"] < held.document_version:
        outcome = DocumentOutcome.STALE
    elif document["version"] > held.document_version:
        outcome = DocumentOutcome.BASED_ON_UNKNOWN
    else:
        same = held.document == dict(document)
        outcome = DocumentOutcome.UNCHANGED if same else DocumentOutcome.VERSION_REUSED
    return StoredDocument(outcome, held.document_version, held.revision)


@dataclass(frozen=True, slots=True)
class DraftAsked:
    """An invoice that is known: with the call that asked for it in Xero as a draft, None where none did."""

    asked: dict[str, Any] | None


async def find_draft_asked(session: ReadSession, connection_id: UUID, invoice_id: str) -> DraftAsked | None:
    """What is known of that id; None where there is no such invoice."""
    row = InvoiceLinkRow
    known = select(row.draft_asked).where(
        row.connection_id == connection_id, row.partner_invoice_id == invoice_id
    )
    found = (await session.execute(known)).one_or_none()
    return DraftAsked(found[0]) if found else None


async def save_draft_asked(
    session: WriteSession, connection_id: UUID, invoice_id: str, asked: Mapping[str, Any]
) -> None:
    """The invoice, stored in this transaction, is wanted in Xero as the draft that it is."""
    row = InvoiceLinkRow
    wanted = update(row).where(row.connection_id == connection_id, row.partner_invoice_id == invoice_id)
    await session.execute(wanted.values(draft_asked=dict(asked)))
