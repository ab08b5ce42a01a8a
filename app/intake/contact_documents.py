"""A partner's contact document on its way in, whichever way it came: stored with its triggers, or refused whole."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from app.db.contacts.contact_documents import CONTACTS
from app.db.links.documents import save_documents
from app.db.postgres.session import WriteSession
from app.domain.connections.connection import Connection
from app.intake.contact_document import ContactDocument
from app.intake.taking import (
    Arrival,
    Taken,
    TakenIn,
    build_removed,
    count_stored,
    is_removed,
    list_arrivals,
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
    return await take_in_contact_arrivals(session, list_arrivals(connection, documents, at))


async def take_in_contact_arrivals(
    session: WriteSession, arrivals: Sequence[Arrival[ContactDocument]]
) -> list[Taken]:
    """The same for several of any connections, whose rows are locked; raises nothing: each is refused by itself."""
    return await take_in_turns(arrivals, partial(_take_turn, session))


async def _take_turn(session: WriteSession, arrivals: Sequence[Arrival[ContactDocument]]) -> list[Taken]:
    filed = [each.file() for each in arrivals if not is_removed(each.connection)]
    outcomes = await save_documents(session, CONTACTS, filed)
    count_stored("contact", outcomes)
    stored = dict(zip((each.name for each in filed), outcomes, strict=True))
    return [
        each.tell(stored[each.id], "contact") if each.id in stored else build_removed() for each in arrivals
    ]
