"""How the loop records what it found of contact links, and makes those of contacts that were born in Xero.

How a document comes in is `contact_documents`.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Text, Update, and_, bindparam, case, null, update
from sqlalchemy.dialects.postgresql import insert

from app.db.links.hub_columns import HUB, build_standing, hub_to_row
from app.db.postgres.given import Types, bare, give, rows_given, types_of
from app.db.postgres.session import WriteSession
from app.db.tables import ContactLinkRow
from app.domain.contacts.contact_link import ContactLink


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
    session: WriteSession, links: Sequence[ContactLink], at: datetime, again: Collection[UUID]
) -> None:
    """Record what the loop found, as settled at the generation that it saw; those of `again` stay behind.

    What intake and delivery own is not touched: documents, mentions, acknowledgements, and a wish that came since. The
    caller holds the connection's row, as everybody does who writes to its links.
    """
    if links:
        rows = [_to_row(link, again) for link in links]
        await session.execute(_SAVING, {"saved_at": at, **give(_SAVED, rows)})


_OWN = types_of(
    ContactLinkRow,
    *HUB,
    "xero_contact_id",
    "state",
    "reason_code",
    "reason_message",
    "reason_cure",
    "held_by",
    "intent_key",
    "intent_at",
    "xero_due",
    "unusable",
    "is_shared",
    "groups_joined",
    "marker_number",
    "xero_updated_at",
    "read_updated_at",
)
"""The columns that belong to the loop alone."""

_SAVED: Types = {
    **_OWN,
    **types_of(ContactLinkRow, "id", "acked_revision", "settled_generation"),
    "granted": Text,
}


def _build_saving() -> Update:
    table = bare(ContactLinkRow)
    kept, given = table.c, rows_given(_SAVED).c
    saved_at = bindparam("saved_at", type_=DateTime(timezone=True))
    return (
        update(table)
        .where(kept.id == given.id)
        .values(
            **{name: given[name] for name in _OWN},
            settled_generation=given.settled_generation,
            **build_standing(kept, given, saved_at),
            push_wanted=and_(kept.push_wanted, given.xero_contact_id.is_(None)),
            # The wish that was carried out goes; one that came meanwhile stays.
            wanted_xero_id=case(
                (kept.wanted_xero_id.is_not_distinct_from(given.granted), null()), else_=kept.wanted_xero_id
            ),
        )
    )


_SAVING = _build_saving()


def _to_row(link: ContactLink, again: Collection[UUID]) -> dict[str, Any]:
    return {
        **_columns(link),
        "id": link.id,
        "acked_revision": link.hub.acked_revision,
        "settled_generation": link.generation - (link.id in again),
        "granted": link.granted_xero_id,
    }


def _columns(link: ContactLink) -> dict[str, Any]:
    standing = link.standing
    return {
        **hub_to_row(link.hub),
        "xero_contact_id": link.xero_contact_id,
        "state": standing.state.value,
        "reason_code": standing.code,
        "reason_message": standing.message,
        "reason_cure": standing.cure,
        "held_by": standing.held_by,
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
