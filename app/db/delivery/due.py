"""What there is to send for a connection, before anything is claimed; and when a change is due.

A change that was never sent is due whatever the clocks of database and worker say to each other.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Uuid,
    and_,
    bindparam,
    exists,
    literal_column,
    or_,
    select,
)

from app.db.postgres.lent import LentConnection
from app.db.postgres.straight import run_alone
from app.db.tables import ChangeRow, DeliveryRow, NoticeRow
from app.domain.connections.connection import ConnectionState

DELIVERED_STATES = (ConnectionState.ACTIVE, ConnectionState.DISCONNECTED)
"""A paused connection does nothing; one that lost Xero still tells the partner what it knew."""

MESSAGE_TYPE = ChangeRow.kind + ".changed"

CONNECTION = bindparam("of_connection", type_=Uuid)
NOW = bindparam("due_by", type_=DateTime(timezone=True))

IS_DUE = and_(
    ChangeRow.state == "pending",
    or_(ChangeRow.attempts == 0, ChangeRow.due_at <= NOW),
    or_(ChangeRow.claimed_until.is_(None), ChangeRow.claimed_until < NOW),
)
"""A change waits, its time has come, and nobody is sending it."""


@dataclass(frozen=True, slots=True)
class Due:
    """Of which kinds something may be due for a connection; what is False is surely not."""

    changes: bool
    notices: bool
    copies: bool

    @property
    def is_nothing(self) -> bool:
        """Nothing of any kind."""
        return not (self.changes or self.notices or self.copies)


async def find_due(driver: LentConnection, connection_id: UUID, now: datetime) -> Due:
    """What there is to send for a connection, before anything is claimed."""
    [found] = await run_alone(driver, _FINDING, {"of_connection": connection_id, "due_by": now})
    return Due(*found)


# Written out, as the indexes have it.
_PENDING: ColumnElement[str] = literal_column("'pending'")
_COPY, _IS_COPY_DUE = DeliveryRow, or_(DeliveryRow.attempts == 0, DeliveryRow.due_at <= NOW)
_FINDING = select(
    exists().where(ChangeRow.connection_id == CONNECTION, ChangeRow.state == _PENDING, IS_DUE),
    exists().where(NoticeRow.connection_id == CONNECTION, NoticeRow.state == _PENDING),
    exists().where(_COPY.connection_id == CONNECTION, _COPY.is_copy, _COPY.state == _PENDING, _IS_COPY_DUE),
)
