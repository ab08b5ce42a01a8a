"""A partner's product on its way in: stored with its triggers in the caller's transaction, or refused."""

from datetime import datetime
from uuid import UUID

from app.db.connections import raise_generation
from app.db.documents import DocumentOutcome, StoredDocument
from app.db.items import save_item_document
from app.db.session import WriteSession
from app.domain.connection import Connection
from app.domain.settings import ItemSync
from app.intake.item_document import ItemDocument
from app.intake.refusals import Fault, InputRefused


async def take_in_items(
    session: WriteSession, connection: Connection, documents: list[ItemDocument], at: datetime
) -> list[StoredDocument]:
    """Store products that passed their schema, the connection's row being locked; one outcome for each, in order.

    Nothing is triggered while items are off: turning them on does. Raises `version_reused`; a stale document is an
    outcome.
    """
    stored = [
        await save_item_document(session, connection.id, document.to_json(), at) for document in documents
    ]
    for document, one in zip(documents, stored, strict=True):
        if one.outcome is DocumentOutcome.VERSION_REUSED:
            raise _refused(
                "version_reused", document, one, "is held with other content; a change needs a new one"
            )
    if connection.settings.items is ItemSync.ON and any(one.is_news for one in stored):
        await raise_generation(session, connection.id)
    return stored


def refuse_stale_item(document: ItemDocument, stored: StoredDocument) -> None:
    """Raise `stale_document` for a caller who must hear that a newer version is held."""
    if stored.outcome is DocumentOutcome.STALE:
        held = stored.held_version
        raise _refused("stale_document", document, stored, f"is older than version {held}, which is held")


def _refused(code: str, document: ItemDocument, stored: StoredDocument, why: str) -> InputRefused:
    detail = f"Version {document.version} of {document.id} {why}."
    return InputRefused(code, detail, [Fault("version", detail)], {"held_version": stored.held_version})


def list_nudges(connection: Connection, stored: list[StoredDocument]) -> list[UUID]:
    """The connections to wake after the commit."""
    is_due = connection.settings.items is ItemSync.ON and any(one.is_news for one in stored)
    return [connection.id] if is_due else []
