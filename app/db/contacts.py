"""Contact links: the partner's contact and Xero's, joined once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from app.db.session import ReadSession, WriteSession
from app.db.tables import ContactLinkRow


@dataclass(frozen=True, slots=True)
class ContactLink:
    """The pair of identities of one contact; `details` are name, email and phone as the partner said them last.

    `intent_key` and `intent_at` stand while a create was begun and its answer is not recorded.
    """

    id: UUID
    partner_contact_id: str
    xero_contact_id: str | None
    details: Mapping[str, Any]
    intent_key: str | None
    intent_at: datetime | None


async def save_contacts(
    session: WriteSession, connection_id: UUID, details: Mapping[str, Mapping[str, Any]]
) -> None:
    """Make or refresh the links of the partner's contacts: id -> details."""
    if not details:
        return
    rows = [
        {
            "id": uuid4(),
            "connection_id": connection_id,
            "partner_contact_id": key,
            "details": dict(details[key]),
        }
        for key in sorted(details)
    ]
    statement = insert(ContactLinkRow).values(rows)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["connection_id", "partner_contact_id"],
            set_={"details": statement.excluded.details},
        )
    )


async def insert_contacts_from_xero(
    session: WriteSession, connection_id: UUID, found: Sequence[tuple[str, str, Mapping[str, Any]]]
) -> None:
    """Make links for contacts born in Xero: (our id, Xero's id, details); linked ones are left alone."""
    if not found:
        return
    rows = [
        {"id": uuid4(), "connection_id": connection_id, "partner_contact_id": ours, "xero_contact_id": xero,
         "details": dict(details)}
        for ours, xero, details in sorted(found, key=lambda row: row[0])
    ]  # fmt: skip
    await session.execute(insert(ContactLinkRow).values(rows).on_conflict_do_nothing())


async def list_contacts(
    session: ReadSession, connection_id: UUID, partner_ids: Sequence[str]
) -> list[ContactLink]:
    """The links of those contacts of the partner."""
    rows = await session.execute(
        select(ContactLinkRow).where(
            ContactLinkRow.connection_id == connection_id, ContactLinkRow.partner_contact_id.in_(partner_ids)
        )
    )
    return [_from_row(row) for row in rows.scalars()]


async def list_contacts_by_xero_id(
    session: ReadSession, connection_id: UUID, xero_ids: Sequence[str]
) -> list[ContactLink]:
    """The links of those contacts of Xero."""
    rows = await session.execute(
        select(ContactLinkRow).where(
            ContactLinkRow.connection_id == connection_id, ContactLinkRow.xero_contact_id.in_(xero_ids)
        )
    )
    return [_from_row(row) for row in rows.scalars()]


async def save_contact_intents(
    session: WriteSession, link_ids: Sequence[UUID], key: str, at: datetime
) -> None:
    """A create of these contacts is about to be sent under that key."""
    await session.execute(
        update(ContactLinkRow).where(ContactLinkRow.id.in_(link_ids)).values(intent_key=key, intent_at=at)
    )


async def save_contact_ids(session: WriteSession, found: Mapping[UUID, str | None]) -> None:
    """Record Xero's ids and end the intents; None: it surely does not exist in Xero, the intent ended without one."""
    if not found:
        return
    statement = (
        update(ContactLinkRow)
        .where(ContactLinkRow.id == bindparam("link_id"))
        .values(xero_contact_id=bindparam("xero_id"), intent_key=None, intent_at=None)
        .execution_options(synchronize_session=None)
    )
    connection = await session.connection()
    await connection.execute(statement, [{"link_id": link, "xero_id": xero} for link, xero in found.items()])


def _from_row(row: ContactLinkRow) -> ContactLink:
    return ContactLink(
        row.id, row.partner_contact_id, row.xero_contact_id, row.details, row.intent_key, row.intent_at
    )
