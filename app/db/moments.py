"""Moments: what no other table keeps of a link's life. Rows are only ever added."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from app.db.documents import Document, StoredDocument
from app.db.given import bare
from app.db.session import WriteSession
from app.db.tables import MomentRow

DOCUMENT = "document"
HELD = "held"
RELEASED = "released"
DECIDED = "decided"
DECISION_ENDED = "decision_ended"
"""The kinds of moments: a document was taken in; a hold began, it ended; a person decided, and that came to its end."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One moment of a link: an invoice's, a contact's or a product's."""

    link_id: UUID
    kind: str
    facts: Mapping[str, Any]
    at: datetime


async def insert_moments(session: WriteSession, connection_id: UUID, moments: Sequence[Moment]) -> None:
    """Keep these moments."""
    rows = [
        {
            "connection_id": connection_id,
            "link_id": moment.link_id,
            "kind": moment.kind,
            "facts": dict(moment.facts),
            "at": moment.at,
        }
        for moment in moments
    ]
    if rows:
        await session.execute(insert(bare(MomentRow)), rows)


def list_taken(documents: Sequence[Document], stored: Sequence[StoredDocument], at: datetime) -> list[Moment]:
    """The moments of those documents that were news; `stored` has the outcome of each."""
    return [
        Moment(
            one.link_id, DOCUMENT, {"version": document["version"], "based_on": document.get("based_on")}, at
        )
        for document, one in zip(documents, stored, strict=True)
        if one.link_id is not None
    ]
