"""What may still leave for a connection that was just told to rest: a call cannot be recalled.

Asked by whoever holds the connection's row. What is not under way by then is not begun any more: changes and copies are
claimed only while the connection works, and each write to Xero begins by looking at it. A test transaction makes
nothing more either, but takes away what it made.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, exists, func, or_, select

from app.db.delivery.claims import count_under_way
from app.db.delivery.due import CONNECTION, NOW
from app.db.postgres.session import ReadSession
from app.db.tables import ConnectionRow, DeliveryRow, TestTransactionRow
from app.domain.partner.endpoint import CHANGE_TYPES


@dataclass(frozen=True, slots=True)
class UnderWay:
    """How many changes and copies of changes somebody holds to send them, and whether a worker is at Xero."""

    changes: int
    copies: int
    xero: bool

    @property
    def is_nothing(self) -> bool:
        """Nothing leaves any more."""
        return not (self.changes or self.copies or self.xero)


async def find_under_way(session: ReadSession, connection_id: UUID, now: datetime) -> UnderWay:
    """What is under way at that moment; what a dead worker holds counts until its claim or its lease ends."""
    found = await session.execute(_FINDING, {"of_connection": connection_id, "due_by": now})
    return UnderWay(*found.one())


_COPY, _AT, _TEST = DeliveryRow, ConnectionRow, TestTransactionRow
_IS_UNDER_WAY = and_(
    _COPY.connection_id == CONNECTION,
    _COPY.is_copy,
    _COPY.state == "pending",
    _COPY.claimed_until >= NOW,
    _COPY.type.in_(CHANGE_TYPES),
)
_FINDING = select(
    count_under_way(),
    select(func.count()).select_from(_COPY).where(_IS_UNDER_WAY).scalar_subquery(),
    or_(
        exists().where(_AT.id == CONNECTION, _AT.lease_until >= NOW),
        exists().where(_TEST.connection_id == CONNECTION, _TEST.ended_at.is_(None), _TEST.state != "waiting"),
    ),
)
