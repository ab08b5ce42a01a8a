"""What is shown of contact links: in the API, page by page or one by id, and inside the invoices that name them.

Each filter and each sort of the list has an index in `tables.links`.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, Text, cast, func, literal_column, select
from sqlalchemy import any_ as any_of

from app.db.contacts.contact_documents import CONTACTS
from app.db.links.documents import Name, build_finding, give_names
from app.db.links.listing import Position, Sort, begins_with, in_order, is_shown_as
from app.db.links.skips import skip_from_row
from app.db.postgres.given import bare
from app.db.postgres.session import ReadSession
from app.db.tables import ContactLinkRow
from app.db.tables.links import CONTACT_NAME
from app.domain.contacts.contact import DETAILS
from app.domain.holds.skip import Skip
from app.domain.invoices.link import Standing, State


@dataclass(frozen=True, slots=True)
class ContactDetails:
    """Name, email and phone: `shown` as they should be now, `in_app` as the app's invoices are known to have them."""

    shown: Mapping[str, Any]
    in_app: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class KeptContact:
    """A contact link as it is shown; `is_behind` as of an invoice's (`db.invoices.resources`)."""

    id: UUID
    partner_contact_id: str
    xero_contact_id: str | None
    is_behind: bool
    standing: Standing
    since_at: datetime
    touched_at: datetime
    created_at: datetime
    updated_at: datetime
    record: Mapping[str, Any]
    xero_shadow: Mapping[str, Any]
    document: Mapping[str, Any] | None
    version: int
    revision: int
    acked_revision: int
    unusable: str | None
    is_shared: bool
    xero_updated_at: datetime | None
    skip: Skip | None = None


@dataclass(frozen=True, slots=True)
class WantedContacts:
    """Which contacts a page is about; None does not narrow. `name` is how the name begins, whatever its case."""

    state: State | None = None
    name: str | None = None
    updated_since: datetime | None = None
    is_in_xero: bool | None = None
    sort: Sort = Sort.CREATED
    after: Position | None = None
    limit: int = 100


async def list_contact_details(
    session: ReadSession, connection_id: UUID, partner_contact_ids: Collection[str]
) -> dict[str, ContactDetails]:
    """The details of those contacts, by the partner's id."""
    named = [(connection_id, contact_id) for contact_id in partner_contact_ids]
    found = await list_details_named(session, named)
    return {contact_id: details for (_, contact_id), details in found.items()}


async def list_details_named(session: ReadSession, names: Collection[Name]) -> dict[Name, ContactDetails]:
    """The details of contacts of any connections, by connection and partner's id."""
    if not names:
        return {}
    rows = await session.execute(_DETAILS, give_names(sorted(names)))
    found: dict[Name, ContactDetails] = {}
    for connection_id, contact_id, details, record, document_version in rows:
        shown = {name: (record or details).get(name) for name in DETAILS}
        # An app that never sent a contact of its own has them as its invoices said them last.
        found[connection_id, contact_id] = ContactDetails(shown, shown if document_version else details)
    return found


_CONTACT = bare(ContactLinkRow).c
_DETAILS = build_finding(
    CONTACTS,
    _CONTACT.connection_id,
    _CONTACT.partner_contact_id,
    _CONTACT.details,
    _CONTACT.record,
    _CONTACT.document_version,
)


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
    # What this transaction has read before may have been written since.
    fresh = wanted.execution_options(populate_existing=True)
    found = (await session.execute(fresh)).scalar_one_or_none()
    return _kept(found) if found else None


async def find_contact_named(
    session: ReadSession, connection_id: UUID, name: str, email: str | None
) -> str | None:
    """The partner's id of the oldest contact of that name, whatever its case; None also where another e-mail address
    is known of each of them.
    """
    row = ContactLinkRow
    shown: ColumnElement[str] = literal_column(CONTACT_NAME)
    said = func.lower(func.coalesce(row.record["email"].astext, row.details["email"].astext))
    wanted = select(row.partner_contact_id).where(
        row.connection_id == connection_id, shown == func.lower(name)
    )
    if email:
        wanted = wanted.where(func.coalesce(said, email.lower()) == email.lower())
    found = await session.execute(wanted.order_by(row.created_at, row.id).limit(1))
    return found.scalar_one_or_none()


async def list_kept_contacts(
    session: ReadSession, connection_id: UUID, wanted: WantedContacts
) -> list[KeptContact]:
    """One page of a connection's contacts."""
    rows = await session.execute(build_contact_page(connection_id, wanted))
    return [_kept(found) for found in rows.scalars()]


def build_contact_page(connection_id: UUID, wanted: WantedContacts) -> Select[ContactLinkRow]:
    """The query of one page."""
    row = ContactLinkRow
    page = select(row).where(row.connection_id == connection_id, *_list_filters(wanted))
    return in_order(page, row, wanted.sort, wanted.after, wanted.limit)


def _list_filters(wanted: WantedContacts) -> Iterator[ColumnElement[bool]]:
    row = ContactLinkRow
    if wanted.state is not None:
        yield is_shown_as(row, wanted.state)
    if wanted.name is not None:
        yield from begins_with(literal_column(CONTACT_NAME), wanted.name)
    if wanted.updated_since is not None:
        yield row.updated_at >= wanted.updated_since
    if wanted.is_in_xero is not None:
        yield row.xero_contact_id.is_not(None) if wanted.is_in_xero else row.xero_contact_id.is_(None)


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
        updated_at=row.updated_at,
        record=row.record,
        xero_shadow=row.xero_shadow,
        document=row.document,
        version=max(row.document_version, row.details_version, row.acked_version),
        revision=row.revision,
        acked_revision=row.acked_revision,
        unusable=row.unusable,
        is_shared=row.is_shared,
        xero_updated_at=row.xero_updated_at,
        skip=skip_from_row(row),
    )
