"""What is shown of contact links: in the API, page by page or one by id, and inside the invoices that name them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Text, cast, func, literal, select, tuple_
from sqlalchemy import any_ as any_of

from app.db.resources import Position, Wanted, is_shown_as
from app.db.session import ReadSession
from app.db.skips import skip_from_row
from app.db.tables import ContactLinkRow
from app.domain.contact import DETAILS
from app.domain.link import Standing, State
from app.domain.skip import Skip


@dataclass(frozen=True, slots=True)
class ContactDetails:
    """Name, email and phone: `shown` as they should be now, `in_app` as the app's invoices are known to have them."""

    shown: Mapping[str, Any]
    in_app: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class KeptContact:
    """A contact link as it is shown; `is_behind` as of an invoice's (`db.resources`)."""

    id: UUID
    partner_contact_id: str
    xero_contact_id: str | None
    is_behind: bool
    standing: Standing
    since_at: datetime
    touched_at: datetime
    created_at: datetime
    record: Mapping[str, Any]
    document: Mapping[str, Any] | None
    version: int
    revision: int
    acked_revision: int
    unusable: str | None
    is_shared: bool
    xero_updated_at: datetime | None
    skip: Skip | None = None

    @property
    def position(self) -> Position:
        return self.created_at, self.id


async def list_contact_details(
    session: ReadSession, connection_id: UUID, partner_contact_ids: Collection[str]
) -> dict[str, ContactDetails]:
    """The details of those contacts, by the partner's id."""
    if not partner_contact_ids:
        return {}
    row = ContactLinkRow
    wanted = select(row.partner_contact_id, row.details, row.record, row.document_version).where(
        row.connection_id == connection_id, row.partner_contact_id.in_(partner_contact_ids)
    )
    found: dict[str, ContactDetails] = {}
    for contact_id, details, record, document_version in await session.execute(wanted):
        shown = {name: (record or details).get(name) for name in DETAILS}
        # An app that never sent a contact of its own has them as its invoices said them last.
        found[contact_id] = ContactDetails(shown, shown if document_version else details)
    return found


async def list_held_contact_versions(
    session: ReadSession, connection_id: UUID, partner_contact_ids: Sequence[str]
) -> dict[str, int]:
    """The newest version known of each of those contacts: of its document, or of the app after it took a change."""
    row = ContactLinkRow
    held = select(row.partner_contact_id, func.greatest(row.document_version, row.acked_version)).where(
        row.connection_id == connection_id,
        row.partner_contact_id == any_of(cast(list(partner_contact_ids), ARRAY(Text))),
    )
    return {found[0]: found[1] for found in await session.execute(held)}


async def find_kept_contact(
    session: ReadSession, connection_id: UUID, partner_contact_id: str
) -> KeptContact | None:
    """One link by the partner's id, or None."""
    row = ContactLinkRow
    wanted = select(row).where(
        row.connection_id == connection_id, row.partner_contact_id == partner_contact_id
    )
    found = (await session.execute(wanted)).scalar_one_or_none()
    return _kept(found) if found else None


async def find_contact_named(
    session: ReadSession, connection_id: UUID, name: str, email: str | None
) -> str | None:
    """The partner's id of the oldest contact of that name, whatever its case; None also where another e-mail address
    is known of each of them.
    """
    row = ContactLinkRow

    def said(member: str) -> ColumnElement[str]:
        return func.lower(func.coalesce(row.record[member].astext, row.details[member].astext))

    wanted = select(row.partner_contact_id).where(
        row.connection_id == connection_id, said("name") == name.lower()
    )
    if email:
        wanted = wanted.where(func.coalesce(said("email"), email.lower()) == email.lower())
    found = await session.execute(wanted.order_by(row.created_at, row.id).limit(1))
    return found.scalar_one_or_none()


async def list_kept_contacts(session: ReadSession, connection_id: UUID, wanted: Wanted) -> list[KeptContact]:
    """One page of a connection's contacts, oldest first; narrowed by the state, if one is wanted."""
    row = ContactLinkRow
    page = select(row).where(row.connection_id == connection_id)
    if wanted.state is not None:
        page = page.where(is_shown_as(row, wanted.state))
    if wanted.after is not None:
        created_at, link_id = wanted.after
        page = page.where(tuple_(row.created_at, row.id) > tuple_(literal(created_at), literal(link_id)))
    rows = await session.execute(page.order_by(row.created_at, row.id).limit(wanted.limit))
    return [_kept(found) for found in rows.scalars()]


def _kept(row: ContactLinkRow) -> KeptContact:
    return KeptContact(
        id=row.id,
        partner_contact_id=row.partner_contact_id,
        xero_contact_id=row.xero_contact_id,
        is_behind=row.generation > row.settled_generation,
        standing=Standing(State(row.state), row.reason_code, row.reason_message, row.reason_cure),
        since_at=row.since_at,
        touched_at=row.touched_at,
        created_at=row.created_at,
        record=row.record,
        document=row.document,
        version=max(row.document_version, row.details_version, row.acked_version),
        revision=row.revision,
        acked_revision=row.acked_revision,
        unusable=row.unusable,
        is_shared=row.is_shared,
        xero_updated_at=row.xero_updated_at,
        skip=skip_from_row(row),
    )
