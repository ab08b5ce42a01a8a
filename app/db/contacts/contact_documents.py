"""What the partner says of a contact, stored as it comes in: its own documents, and mentions in invoices.

The columns written here are intake's alone; the loop reads them and raises nothing but its own. Both kinds raise the
link's generation when they are news, in the caller's transaction, which holds the connection's row.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import FromClause, and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import Insert, insert

from app.db.links.documents import Filed, Name, find_revisions
from app.db.links.link_ids import build_link_id
from app.db.links.shelves import Document, Shelf
from app.db.postgres.given import bare, give, rows_given, types_of
from app.db.postgres.session import WriteSession
from app.db.postgres.straight import run
from app.db.tables import ContactLinkRow
from app.domain.contacts.contact import DETAILS


def _build_columns(document: Document, at: datetime) -> dict[str, Any]:
    return {
        "document": dict(document),
        "document_version": document["version"],
        "document_based_on": document.get("based_on"),
        "document_at": at,
        "touched_at": at,
    }


def build_details(said: Mapping[str, Any]) -> dict[str, Any]:
    """What an invoice says of its contact, or the contact's first document."""
    return {"details": {name: said.get(name) for name in DETAILS}}


CONTACTS = Shelf(ContactLinkRow, "partner_contact_id", _build_columns, build_details)
"""Where documents of contacts are kept."""


async def save_mentions(session: WriteSession, mentions: Iterable[Filed]) -> None:
    """Store what invoice documents said of their contacts; `version`, where said, must be newer than the one held.

    Without one it replaces what was said before without one, for whoever knows nothing better of the contact. Where
    several name one contact it comes to the same as one after the other.
    """
    chosen = _choose(mentions)
    if not chosen:
        return
    revisions = await find_revisions(
        session, CONTACTS, [each.name for each in chosen if each.document.get("based_on")]
    )
    rows = [
        {
            "id": build_link_id(each.connection_id, "partner_contact_id", each.document["id"]),
            "connection_id": each.connection_id,
            "partner_contact_id": each.document["id"],
            "details_version": each.document.get("version") or 0,
            "details_based_on": _known_base(each, revisions),
            "details_at": each.at,
            "touched_at": each.at,
        }
        | build_details(each.document)
        for each in chosen
    ]
    await run(session, _SAVING, give(MENTIONED, rows))


MENTIONED = types_of(
    ContactLinkRow, "id", "connection_id", "partner_contact_id", "details_version", "details_based_on", "details_at",
    "touched_at", "details",
)  # fmt: skip


def build_saving_mentions(given: FromClause) -> Insert:
    """The statement that keeps those of the given mentions that are news; of a contact there may be one."""
    row = ContactLinkRow
    statement = insert(bare(row)).from_select(list(MENTIONED), select(*(given.c[name] for name in MENTIONED)))
    said = statement.excluded
    is_news = and_(row.details_version == 0, row.details.is_distinct_from(said.details))
    names = ("details", "details_version", "details_based_on", "details_at", "touched_at")
    return statement.on_conflict_do_update(
        index_elements=["connection_id", "partner_contact_id"],
        set_={name: said[name] for name in names}
        | {"generation": row.generation + 1, "updated_at": func.clock_timestamp()},
        where=or_(row.details_version < said.details_version, is_news),
    )


_SAVING = build_saving_mentions(rows_given(MENTIONED))


def _choose(mentions: Iterable[Filed]) -> list[Filed]:
    """One mention of each contact: the newest version, or the last where none says one; in the order of their names."""
    chosen: dict[Name, Filed] = {}
    for each in mentions:
        before = chosen.get(each.name)
        held = before.document.get("version") or 0 if before else 0
        version = each.document.get("version") or 0
        if version > held or version == held == 0:
            chosen[each.name] = each
    return [chosen[name] for name in sorted(chosen)]


def _known_base(mention: Filed, revisions: Mapping[Name, int]) -> int | None:
    """One that names a change that never was names none. The invoice is none the worse; the weaker rule holds."""
    based_on: int | None = mention.document.get("based_on")
    return None if based_on and based_on > revisions.get(mention.name, 0) else based_on


async def save_wanted_contact(
    session: WriteSession,
    connection_id: UUID,
    partner_contact_id: str,
    xero_contact_id: str,
    *,
    is_shared: bool = False,
) -> bool:
    """A person chose which contact of Xero this is; the loop links it. False when there is no such contact here.

    `is_shared`: it may be another of the app's contacts too.
    """
    wanted = (
        update(ContactLinkRow)
        .where(
            ContactLinkRow.connection_id == connection_id,
            ContactLinkRow.partner_contact_id == partner_contact_id,
        )
        .values(
            wanted_xero_id=xero_contact_id,
            wanted_is_shared=is_shared,
            generation=ContactLinkRow.generation + 1,
        )
        .returning(ContactLinkRow.id)
    )
    return (await session.execute(wanted)).scalar_one_or_none() is not None


async def save_push_wanted(session: WriteSession, connection_id: UUID, partner_contact_id: str) -> bool:
    """Somebody wants the contact in Xero without an invoice; the loop brings it there. False where it is there."""
    row = ContactLinkRow
    named = CONTACTS.names(connection_id, [partner_contact_id])
    wanted = update(row).where(*named, row.xero_contact_id.is_(None))
    asked = wanted.values(push_wanted=True, generation=row.generation + 1).returning(row.id)
    return (await session.execute(asked)).scalar_one_or_none() is not None
