"""A partner's contact document on its way in, whichever way it came: stored with its triggers, or refused whole."""

from datetime import datetime

from app.db.contact_documents import save_contact_document
from app.db.documents import DocumentOutcome, StoredDocument
from app.db.partner_holdings import note_document
from app.db.session import WriteSession
from app.domain.connection import Connection, ConnectionState
from app.intake.contact_document import ContactDocument
from app.intake.documents import TakenIn
from app.intake.refusals import Fault, InputRefused


async def take_in_contact(
    session: WriteSession, connection: Connection, document: ContactDocument, at: datetime, prefix: str = ""
) -> TakenIn:
    """Store a document that passed its schema, and raise generations if it is news; the connection's row is locked.

    Raises `InputRefused`: `connection_removed`, `invalid_document`, `version_reused`. A stale one is an outcome.
    `prefix` stands before the fields that a refusal names.
    """
    if connection.state is ConnectionState.REMOVED:
        raise InputRefused("connection_removed", "This connection has been removed for good.")
    stored = await save_contact_document(session, connection.id, document.to_json(), at)
    _refuse_contradiction(stored, document, f"{prefix}." if prefix else "")
    if not stored.is_news:
        return TakenIn(stored)
    await note_document(session, connection.id, at)
    return TakenIn(stored, (connection.id,))


def _refuse_contradiction(stored: StoredDocument, document: ContactDocument, prefix: str) -> None:
    """A document that contradicts what we know of its own history was not stored."""
    if stored.outcome is DocumentOutcome.BASED_ON_UNKNOWN:
        fault = Fault(
            f"{prefix}based_on", f"is newer than our newest revision of this contact ({stored.revision})"
        )
        raise InputRefused("invalid_document", "The document cannot be taken; see errors.", [fault])
    if stored.outcome is DocumentOutcome.VERSION_REUSED:
        detail = f"Version {document.version} is held with other content; a change needs a new version."
        raise InputRefused(
            "version_reused",
            detail,
            [Fault(f"{prefix}version", detail)],
            {"held_version": stored.held_version},
        )
