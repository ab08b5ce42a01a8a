"""Documents in an answer of the partner's app, to a change that it refused or to a read: taken in like any other.

Delivery and reading are handed this by `wiring`; neither knows what a document must be.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from app.clock import Clock
from app.db.connections.arrivals import lock_connection
from app.db.postgres.session import Database
from app.domain.holds.thing import Thing
from app.intake.contact_document import ContactDocument
from app.intake.contact_documents import take_in_contact
from app.intake.document import Document
from app.intake.documents import take_in
from app.intake.refusals import InputRefused, list_faults
from app.reconcile.ports import Waker


def build_document_store(
    database: Database, clock: Clock, waker: Waker
) -> Callable[[UUID, str, Mapping[str, Any]], Awaitable[str | None]]:
    """A function that checks and stores a document of a kind; it answers None if it was news, else why it was not."""

    async def store(connection_id: UUID, kind: str, body: Mapping[str, Any]) -> str | None:
        form = ContactDocument if kind == Thing.CONTACT else Document
        try:
            document = form.model_validate(body)
            async with database.writing() as session:
                connection = await lock_connection(session, connection_id)
                if connection is None:
                    return "its connection is gone"
                if isinstance(document, ContactDocument):
                    taken = await take_in_contact(session, connection, document, clock.now())
                else:
                    taken = await take_in(session, connection, document, clock.now())
        except ValidationError as invalid:
            return _name_faults(InputRefused("", "", list_faults(invalid.errors(), form)))
        except InputRefused as refused:
            return _name_faults(refused)
        await waker.reconcile_soon(taken.nudges)
        return None if taken.stored.is_news else f"version {taken.stored.held_version} is held already"

    return store


def _name_faults(refused: InputRefused) -> str:
    return "; ".join(f"{fault.field} {fault.message}" for fault in refused.faults) or refused.detail
