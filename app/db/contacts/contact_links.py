"""Contact links as the loop works on them: what is behind, whose they are in Xero, and what makes them due.

How the loop records them is `contact_record`, how a document comes in is `contact_documents`.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import partial
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    bindparam,
    case,
    exists,
    func,
    null,
    select,
    text,
    update,
)

from app.db.delivery.changes import find_sent
from app.db.links.hub_columns import SentChanges, hub_from_row
from app.db.links.skips import skip_from_row
from app.db.postgres.built import among_asked, asked, fetch_whole, whole
from app.db.postgres.given import bare
from app.db.postgres.session import ReadSession, WriteSession
from app.db.tables import ConnectionRow, ContactLinkRow
from app.domain.contacts.contact import CONTACT, complete
from app.domain.contacts.contact_link import ContactLink, Mention
from app.domain.invoices.link import AWAITING_PARTNER, Document, Intent, Standing, State
from app.domain.record.hub import Hub
from app.domain.record.sides import Side

_CONTACT = bare(ContactLinkRow).c
_CONNECTION = bare(ConnectionRow).c


async def list_contacts(
    session: ReadSession, connection_id: UUID, partner_ids: Collection[str]
) -> list[ContactLink]:
    """The links of those contacts of the partner."""
    return await _list(session, _BY_PARTNER_ID, connection_id, ids=list(partner_ids))


async def list_contacts_by_xero_id(
    session: ReadSession, connection_id: UUID, xero_ids: Collection[str]
) -> list[ContactLink]:
    """The links of those contacts of Xero; of several that share one, its owner last."""
    return await _list(session, _BY_XERO_ID, connection_id, ids=list(xero_ids))


async def find_contact_link(session: ReadSession, connection_id: UUID, link_id: UUID) -> ContactLink | None:
    """That link, if it is a contact's of this connection."""
    return next(iter(await _list(session, _BY_ID, connection_id, link_id=link_id)), None)


async def list_contact_links(
    session: ReadSession, connection_id: UUID, link_ids: Collection[UUID]
) -> list[ContactLink]:
    """Those of these links that are contacts' of this connection."""
    return await _list(session, _BY_IDS, connection_id, ids=list(link_ids)) if link_ids else []


async def list_behind_contacts(session: ReadSession, connection_id: UUID, limit: int) -> list[ContactLink]:
    """Contact links of a connection that are behind, the longest waiting first."""
    return await _list(session, _BEHIND, connection_id, at_most=limit)


async def list_answered_contacts(session: ReadSession, connection_id: UUID, limit: int) -> list[ContactLink]:
    """Contact links that are behind for the app's answer to a change alone: nothing newly said, nothing due in Xero."""
    behind = await _list(session, _ANSWERED, connection_id, at_most=limit)
    return [link for link in behind if not link.list_news() and link.wanted_xero_id is None]


async def list_unfinished_contacts(session: ReadSession, connection_id: UUID) -> list[ContactLink]:
    """Contact links with a create that was begun and whose answer was not recorded."""
    return await _list(session, _UNFINISHED, connection_id)


def is_unfinished_contact() -> ColumnElement[bool]:
    """Its create was begun, and its answer was not recorded."""
    return _CONTACT.intent_key.is_not(None)


_OF_CONNECTION = _CONTACT.connection_id == asked("of_connection", _CONTACT.connection_id)
_ALL = (
    whole(ContactLinkRow)
    .where(_OF_CONNECTION)
    .order_by(_CONTACT.is_shared.desc(), _CONTACT.touched_at, _CONTACT.id)
)
_BY_PARTNER_ID = _ALL.where(among_asked(_CONTACT.partner_contact_id, "ids"))
_BY_XERO_ID = _ALL.where(among_asked(_CONTACT.xero_contact_id, "ids"))
_BY_ID = _ALL.where(_CONTACT.id == asked("link_id", _CONTACT.id))
_BY_IDS = _ALL.where(among_asked(_CONTACT.id, "ids"))
_BEHIND = _ALL.where(_CONTACT.generation > _CONTACT.settled_generation).limit(
    bindparam("at_most", type_=Integer)
)
_ANSWERED = _BEHIND.where(_CONTACT.reason_code == AWAITING_PARTNER, _CONTACT.xero_due.is_(False))
_UNFINISHED = _ALL.where(is_unfinished_contact())


async def _list(
    session: ReadSession, wanted: "Select[tuple[ContactLinkRow]]", connection_id: UUID, **values: Any
) -> list[ContactLink]:
    rows = await fetch_whole(session, wanted, {"of_connection": connection_id, **values})
    sent = await find_sent(session, rows)
    return [_link_from_row(row, sent[row.id]) for row in rows]


async def mark_contacts_due(session: WriteSession, link_ids: Sequence[UUID]) -> None:
    """Ask for a fresh read of these contacts in Xero. What brought them, if anybody did, is told after it."""
    if link_ids:
        await session.execute(_ASKING, {"ids": list(link_ids)})


_ASKING = (
    update(bare(ContactLinkRow))
    .where(among_asked(_CONTACT.id, "ids"))
    .values(
        xero_due=True,
        generation=_CONTACT.generation + 1,
        correlation_id=case(
            (_CONTACT.generation <= _CONTACT.settled_generation, null()), else_=_CONTACT.correlation_id
        ),
    )
)


async def trigger_contacts(session: WriteSession, connection_id: UUID) -> None:
    """Look again at every contact in Xero that bears a group: what a group means there has changed."""
    bearing = update(ContactLinkRow).where(
        ContactLinkRow.connection_id == connection_id,
        ContactLinkRow.xero_contact_id.is_not(None),
        func.jsonb_array_length(func.coalesce(ContactLinkRow.record["groups"], text("'[]'::jsonb"))) > 0,
    )
    await session.execute(bearing.values(generation=ContactLinkRow.generation + 1))


async def find_contacts_swept_to(session: ReadSession, connection_id: UUID) -> datetime | None:
    """Xero's clock up to which changes of contacts were looked for; None while none is in Xero."""
    found = await session.execute(_SWEPT_TO, {"of_connection": connection_id})
    return cast("datetime | None", found.scalar_one_or_none())


_SWEPT_TO = select(func.coalesce(_CONNECTION.contacts_swept_to, _CONNECTION.created_at)).where(
    _CONNECTION.id == asked("of_connection", _CONNECTION.id),
    exists().where(_OF_CONNECTION, _CONTACT.xero_contact_id.is_not(None)),
)


async def save_contacts_swept(session: WriteSession, connection_id: UUID, swept_to: datetime) -> None:
    """Every contact that moved in Xero up to `swept_to` (its clock) has been looked at."""
    row = ConnectionRow
    newest = func.greatest(func.coalesce(row.contacts_swept_to, swept_to), swept_to)
    await session.execute(update(row).where(row.id == connection_id).values(contacts_swept_to=newest))


def _link_from_row(row: ContactLinkRow, sent: SentChanges) -> ContactLink:
    return ContactLink(
        id=row.id,
        partner_contact_id=row.partner_contact_id,
        xero_contact_id=row.xero_contact_id,
        generation=row.generation,
        hub=_hub_from_row(row, sent),
        standing=Standing(
            State(row.state), row.reason_code, row.reason_message, row.reason_cure, held_by=row.held_by
        ),
        mention=Mention(row.details, row.details_version, row.details_based_on, row.details_at),
        document=Document(row.document, row.document_version, row.document_based_on, row.document_at)
        if row.document is not None and row.document_at is not None
        else None,
        intent=Intent(row.intent_key, row.intent_at) if row.intent_key and row.intent_at else None,
        xero_due=row.xero_due,
        unusable=row.unusable,
        is_shared=row.is_shared,
        groups_joined=frozenset(row.groups_joined),
        wanted_xero_id=row.wanted_xero_id,
        wanted_is_shared=row.wanted_is_shared,
        push_wanted=row.push_wanted,
        acked_version=row.acked_version,
        marker_number=row.marker_number,
        xero_updated_at=row.xero_updated_at,
        read_updated_at=row.read_updated_at,
        skip=skip_from_row(row),
    )


def _hub_from_row(row: ContactLinkRow, sent: SentChanges) -> Hub:
    return hub_from_row(
        row,
        sent,
        CONTACT,
        record=complete(Side.PARTNER, row.record),
        partner_shadow=complete(Side.PARTNER, row.partner_shadow),
        in_xero=partial(complete, Side.XERO),
    )
