"""A partner's contact document on its way in, whichever way it came: stored with its triggers, or refused whole."""

from collections.abc import Sequence
from datetime import datetime

from app.db.contact_documents import CONTACTS
from app.db.documents import save_documents
from app.db.moments import insert_moments, list_taken
from app.db.partner_holdings import note_document
from app.db.session import WriteSession
from app.domain.connection import Connection
from app.intake.contact_document import ContactDocument
from app.intake.taking import (
    Taken,
    TakenIn,
    count_stored,
    find_contradiction,
    raise_refusal,
    refuse_removed,
    take_in_turns,
)


async def take_in_contact(
    session: WriteSession, connection: Connection, document: ContactDocument, at: datetime, prefix: str = ""
) -> TakenIn:
    """Store a document that passed its schema, and raise generations if it is news; the connection's row is locked.

    Raises `InputRefused`: `connection_removed`, `invalid_document`, `version_reused`. A stale one is an outcome.
    `prefix` stands before the fields that a refusal names.
    """
    [taken] = await take_in_contacts(session, connection, [document], at)
    return raise_refusal(taken, prefix)


async def take_in_contacts(
    session: WriteSession, connection: Connection, documents: Sequence[ContactDocument], at: datetime
) -> list[Taken]:
    """The same for several, each by itself, in as many statements as one takes; raises `connection_removed` alone."""
    refuse_removed(connection)

    async def take(turn: Sequence[ContactDocument]) -> list[Taken]:
        return await _take_turn(session, connection, turn, at)

    return await take_in_turns(documents, take)


async def _take_turn(
    session: WriteSession, connection: Connection, documents: Sequence[ContactDocument], at: datetime
) -> list[Taken]:
    bodies = [document.to_json() for document in documents]
    stored = await save_documents(session, CONTACTS, connection.id, bodies, at)
    count_stored("contact", stored)
    if any(one.is_news for one in stored):
        await insert_moments(session, connection.id, list_taken(bodies, stored, at))
        await note_document(session, connection.id, at)
    return [
        find_contradiction(one, document.version, "contact")
        or TakenIn(one, (connection.id,) if one.is_news else ())
        for document, one in zip(documents, stored, strict=True)
    ]
