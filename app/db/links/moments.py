"""Moments: what no other table keeps of a link's life. Rows are only ever added."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.db.postgres.given import bare, give, rows_given, types_of
from app.db.postgres.session import WriteSession
from app.db.postgres.straight import run
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
    """Keep these moments of a connection's; those of documents are kept with them (`shelves`)."""
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
        await run(session, _INSERTING, give(_NEW, rows))


_NEW = types_of(MomentRow, "connection_id", "link_id", "kind", "facts", "at")
_given = rows_given(_NEW)
_INSERTING = insert(bare(MomentRow)).from_select(list(_NEW), select(*(_given.c[name] for name in _NEW)))
