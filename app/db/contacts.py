"""Contact links as the loop works on them: what is behind, whose they are in Xero, how what was found is recorded."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, case, exists, func, null, select, text, update
from sqlalchemy.dialects.postgresql import insert

from app.db.changes import SentChanges, sent_changes
from app.db.given import among, bare
from app.db.hub_columns import decided_to_row, ignored_from_row, parted_from_row
from app.db.session import ReadSession, WriteSession
from app.db.skips import skip_from_row
from app.db.tables import ConnectionRow, ContactLinkRow
from app.domain.apart import apart_from_json, apart_to_json
from app.domain.contact import CONTACT, complete
from app.domain.contact_link import ContactLink, Mention
from app.domain.hub import Hub
from app.domain.link import AWAITING_PARTNER, Document, Intent, Standing, State
from app.domain.sides import Side


async def list_contacts(
    session: ReadSession, connection_id: UUID, partner_ids: Collection[str]
) -> list[ContactLink]:
    """The links of those contacts of the partner."""
    return await _list(session, connection_id, among(ContactLinkRow.partner_contact_id, partner_ids))


async def list_contacts_by_xero_id(
    session: ReadSession, connection_id: UUID, xero_ids: Collection[str]
) -> list[ContactLink]:
    """The links of those contacts of Xero; of several that share one, its owner last."""
    return await _list(session, connection_id, among(ContactLinkRow.xero_contact_id, xero_ids))


async def find_contact_link(session: ReadSession, connection_id: UUID, link_id: UUID) -> ContactLink | None:
    """That link, if it is a contact's of this connection."""
    return next(iter(await _list(session, connection_id, ContactLinkRow.id == link_id)), None)


async def list_behind_contacts(session: ReadSession, connection_id: UUID, limit: int) -> list[ContactLink]:
    """Contact links of a connection that are behind, the longest waiting first."""
    return await _list(session, connection_id, _is_behind(), limit=limit)


async def list_answered_contacts(session: ReadSession, connection_id: UUID, limit: int) -> list[ContactLink]:
    """Contact links that are behind for the app's answer to a change alone: nothing newly said, nothing due in Xero."""
    row = ContactLinkRow
    is_asked = and_(_is_behind(), row.reason_code == AWAITING_PARTNER, row.xero_due.is_(False))
    behind = await _list(session, connection_id, is_asked, limit=limit)
    return [link for link in behind if not link.list_news() and link.wanted_xero_id is None]


async def list_unfinished_contacts(session: ReadSession, connection_id: UUID) -> list[ContactLink]:
    """Contact links with a create that was begun and whose answer was not recorded."""
    return await _list(session, connection_id, is_unfinished_contact())


def is_unfinished_contact() -> ColumnElement[bool]:
    """Its create was begun, and its answer was not recorded."""
    return ContactLinkRow.intent_key.is_not(None)


def _is_behind() -> ColumnElement[bool]:
    return ContactLinkRow.generation > ContactLinkRow.settled_generation


async def _list(
    session: ReadSession, connection_id: UUID, which: ColumnElement[bool], limit: int | None = None
) -> list[ContactLink]:
    wanted = (
        select(ContactLinkRow)
        .where(ContactLinkRow.connection_id == connection_id, which)
        .order_by(ContactLinkRow.is_shared.desc(), ContactLinkRow.touched_at, ContactLinkRow.id)
        .limit(limit)
    )
    rows = (await session.execute(wanted)).scalars().all()
    sent = await sent_changes(session, {row.id: row.merged_based_on for row in rows})
    return [_link_from_row(row, sent[row.id]) for row in rows]


async def insert_contacts_from_xero(
    session: WriteSession,
    connection_id: UUID,
    born: Sequence[ContactLink],
    *,
    instead_of: UUID | None = None,
) -> None:
    """Make links for contacts born in Xero, which the app does not know yet; existing ones stay.

    `instead_of` names the link that gives its contact of Xero up to the new one.
    """
    if instead_of is not None:
        given_up = update(ContactLinkRow).where(ContactLinkRow.id == instead_of)
        await session.execute(given_up.values(xero_contact_id=None, is_shared=False))
    if not born:
        return
    rows = [
        {
            "id": link.id,
            "connection_id": connection_id,
            "partner_contact_id": link.partner_contact_id,
            "details": dict(link.mention.details),
            **_columns(link),
        }
        for link in sorted(born, key=lambda link: link.partner_contact_id)
    ]
    await session.execute(insert(bare(ContactLinkRow)).on_conflict_do_nothing(), rows)


async def save_contact_links(
    session: WriteSession, links: Sequence[ContactLink], at: datetime, again: Collection[UUID] = ()
) -> None:
    """Record what the loop found, as settled at the generation that it saw; those of `again` stay behind.

    What intake and delivery own is not touched: documents, mentions, acknowledgements, and a wish that came since.
    """
    if not links:
        return
    row = ContactLinkRow
    names = [*_columns(links[0])]
    stands = and_(
        row.state == bindparam("state"), row.reason_code.is_not_distinct_from(bindparam("reason_code"))
    )
    statement = (
        update(row)
        .where(row.id == bindparam("link_id"))
        .values(
            **{name: bindparam(name) for name in names},
            settled_generation=bindparam("settled_at"),
            acked_revision=func.greatest(row.acked_revision, bindparam("hub_acked_revision")),
            since_at=case((stands, row.since_at), else_=bindparam("saved_at")),
            push_wanted=and_(row.push_wanted, bindparam("xero_contact_id").is_(None)),
            # The wish that was carried out goes; one that came meanwhile stays.
            wanted_xero_id=case(
                (row.wanted_xero_id.is_not_distinct_from(bindparam("granted")), null()),
                else_=row.wanted_xero_id,
            ),
        )
        .execution_options(synchronize_session=None)
    )
    params = [
        _columns(link)
        | {
            "link_id": link.id,
            "saved_at": at,
            "settled_at": link.generation - (link.id in again),
            "hub_acked_revision": link.hub.acked_revision,
            "granted": link.granted_xero_id,
        }
        for link in sorted(links, key=lambda link: link.id)
    ]
    connection = await cast(Any, session).connection()
    await connection.execute(statement, params)


def _columns(link: ContactLink) -> dict[str, Any]:
    """The columns that belong to the loop."""
    hub, standing = link.hub, link.standing
    return {
        "xero_contact_id": link.xero_contact_id,
        "state": standing.state.value,
        "reason_code": standing.code,
        "reason_message": standing.message,
        "reason_cure": standing.cure,
        "record": dict(hub.record),
        "partner_shadow": dict(hub.partner_shadow),
        "xero_shadow": dict(hub.xero_shadow),
        "unanswered": None if hub.unanswered is None else dict(hub.unanswered),
        "revision": hub.revision,
        "merged_version": hub.partner_version,
        "merged_based_on": hub.partner_based_on,
        "open_conflicts": sorted(hub.open_conflicts),
        "partner_apart": apart_to_json(hub.partner_apart),
        "xero_apart": apart_to_json(hub.xero_apart),
        **decided_to_row(hub),
        "intent_key": link.intent.key if link.intent else None,
        "intent_at": link.intent.at if link.intent else None,
        "xero_due": link.xero_due,
        "unusable": link.unusable,
        "is_shared": link.is_shared,
        "groups_joined": sorted(link.groups_joined),
        "marker_number": link.marker_number,
        "xero_updated_at": link.xero_updated_at,
        "read_updated_at": link.read_updated_at,
    }


async def mark_contacts_due(session: WriteSession, link_ids: Sequence[UUID]) -> None:
    """Ask for a fresh read of these contacts in Xero. What brought them, if anybody did, is told after it."""
    if link_ids:
        row = ContactLinkRow
        brought_by = case((row.generation <= row.settled_generation, null()), else_=row.correlation_id)
        asked = {"xero_due": True, "generation": row.generation + 1, "correlation_id": brought_by}
        await session.execute(update(row).where(row.id.in_(sorted(link_ids))).values(asked))


async def trigger_held_contacts(
    session: WriteSession, connection_id: UUID, codes: Collection[str] | None = None
) -> None:
    """Look again at every held contact, or at those held with these codes."""
    held = update(ContactLinkRow).where(
        ContactLinkRow.connection_id == connection_id, ContactLinkRow.state == State.HELD.value
    )
    if codes is not None:
        held = held.where(ContactLinkRow.reason_code.in_(codes))
    await session.execute(held.values(generation=ContactLinkRow.generation + 1))


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
    linked = exists().where(
        ContactLinkRow.connection_id == connection_id, ContactLinkRow.xero_contact_id.is_not(None)
    )
    since = func.coalesce(ConnectionRow.contacts_swept_to, ConnectionRow.created_at)
    found = await session.execute(select(since).where(ConnectionRow.id == connection_id, linked))
    return found.scalar_one_or_none()


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
        standing=Standing(State(row.state), row.reason_code, row.reason_message, row.reason_cure),
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
        push_wanted=row.push_wanted,
        acked_version=row.acked_version,
        marker_number=row.marker_number,
        xero_updated_at=row.xero_updated_at,
        read_updated_at=row.read_updated_at,
        skip=skip_from_row(row),
    )


def _hub_from_row(row: ContactLinkRow, sent: SentChanges) -> Hub:
    return Hub(
        record=complete(Side.PARTNER, row.record),
        partner_shadow=complete(Side.PARTNER, row.partner_shadow),
        xero_shadow=complete(Side.XERO, row.xero_shadow),
        revision=row.revision,
        partner_version=row.merged_version,
        partner_based_on=row.merged_based_on,
        acked_revision=row.acked_revision,
        sent=sent.sent,
        refused=sent.refused,
        newest_sent=sent.newest,
        unanswered=None if row.unanswered is None else complete(Side.XERO, row.unanswered),
        open_conflicts=frozenset(row.open_conflicts),
        partner_apart=apart_from_json(row.partner_apart),
        xero_apart=apart_from_json(row.xero_apart),
        parted=parted_from_row(row.parted),
        ignored=ignored_from_row(row.ignored),
        kind=CONTACT,
    )
