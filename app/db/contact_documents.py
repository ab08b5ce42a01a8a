"""What the partner says of a contact, stored as it comes in: its own documents, and mentions in invoices.

The columns written here are intake's alone; the loop reads them and raises nothing but its own. Both kinds raise the
link's generation when they are news, in the caller's transaction, which holds the connection's row.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Boolean, ColumnElement, and_, literal_column, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from app.db.documents import DocumentOutcome, StoredDocument, explain_held
from app.db.session import ReadSession, WriteSession
from app.db.tables import ContactLinkRow
from app.domain.contact import DETAILS

_KEY = ["connection_id", "partner_contact_id"]


async def save_contact_document(
    session: WriteSession, connection_id: UUID, document: Mapping[str, Any], at: datetime
) -> StoredDocument:
    """Store a contact's document if it is newer than the one held; outcomes as of an invoice's (`db.links`)."""
    based_on = document.get("based_on")
    if not based_on or based_on <= await _newest_revision(session, connection_id, document["id"]):
        created = await _upsert(session, connection_id, document, at)
        if created is not None:
            outcome = DocumentOutcome.CREATED if created else DocumentOutcome.UPDATED
            return StoredDocument(outcome, document["version"], 0)
    return await _why_not_stored(session, connection_id, document)


async def save_mention(
    session: WriteSession, connection_id: UUID, contact: Mapping[str, Any], at: datetime
) -> None:
    """Store what an invoice document said of its contact; `version`, if it has one, must be newer than the one held.

    Without one it replaces what was said before without one, for whoever knows nothing better of the contact.
    """
    version, based_on = contact.get("version") or 0, contact.get("based_on")
    if based_on and based_on > await _newest_revision(session, connection_id, contact["id"]):
        # It names a change that never was. The invoice is none the worse; the weaker rule without a base holds.
        based_on = None
    values = {
        "details": {name: contact.get(name) for name in DETAILS},
        "details_version": version,
        "details_based_on": based_on,
        "details_at": at,
        "touched_at": at,
    }
    row = ContactLinkRow
    statement = insert(row).values(
        id=uuid4(), connection_id=connection_id, partner_contact_id=contact["id"], **values
    )
    is_news = and_(row.details_version == 0, row.details.is_distinct_from(statement.excluded.details))
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=_KEY,
            set_=values | {"generation": row.generation + 1},
            where=or_(row.details_version < version, is_news) if version else is_news,
        )
    )


async def save_wanted_contact(
    session: WriteSession, connection_id: UUID, partner_contact_id: str, xero_contact_id: str
) -> bool:
    """A person chose which contact of Xero this is; the loop links it. False when there is no such contact here."""
    wanted = (
        update(ContactLinkRow)
        .where(
            ContactLinkRow.connection_id == connection_id,
            ContactLinkRow.partner_contact_id == partner_contact_id,
        )
        .values(wanted_xero_id=xero_contact_id, generation=ContactLinkRow.generation + 1)
        .returning(ContactLinkRow.id)
    )
    return (await session.execute(wanted)).scalar_one_or_none() is not None


async def save_push_wanted(session: WriteSession, connection_id: UUID, partner_contact_id: str) -> bool:
    """Somebody wants the contact in Xero without an invoice; the loop brings it there. False where it is there."""
    row = ContactLinkRow
    wanted = update(row).where(_is(connection_id, partner_contact_id), row.xero_contact_id.is_(None))
    asked = wanted.values(push_wanted=True, generation=row.generation + 1).returning(row.id)
    return (await session.execute(asked)).scalar_one_or_none() is not None


async def _newest_revision(session: ReadSession, connection_id: UUID, contact_id: str) -> int:
    known = select(ContactLinkRow.revision).where(_is(connection_id, contact_id))
    return (await session.execute(known)).scalar_one_or_none() or 0


async def _upsert(
    session: WriteSession, connection_id: UUID, document: Mapping[str, Any], at: datetime
) -> bool | None:
    """True when the link is new, False when its document was replaced, None when nothing changed."""
    values = {
        "document": dict(document),
        "document_version": document["version"],
        "document_based_on": document.get("based_on"),
        "document_at": at,
        "touched_at": at,
    }
    row = ContactLinkRow
    statement = insert(row).values(
        id=uuid4(),
        connection_id=connection_id,
        partner_contact_id=document["id"],
        details={name: document.get(name) for name in DETAILS},
        **values,
    )
    statement = statement.on_conflict_do_update(
        index_elements=_KEY,
        set_=values | {"generation": row.generation + 1},
        where=row.document_version < document["version"],
    )
    inserted: ColumnElement[bool] = literal_column("xmax = 0", type_=Boolean())
    return (await session.execute(statement.returning(inserted))).scalar_one_or_none()


async def _why_not_stored(
    session: ReadSession, connection_id: UUID, document: Mapping[str, Any]
) -> StoredDocument:
    row = ContactLinkRow
    held = select(row.document_version, row.document, row.revision).where(_is(connection_id, document["id"]))
    return explain_held(document, (await session.execute(held)).one_or_none())


def _is(connection_id: UUID, contact_id: str) -> ColumnElement[bool]:
    return and_(
        ContactLinkRow.connection_id == connection_id, ContactLinkRow.partner_contact_id == contact_id
    )
