"""Usage: what calls to Xero were made for a connection, and how many of its limits are left."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Usage:
    """Requests of one connection on one day (UTC), about one entity, by one method; bytes are of the bodies.

    `entity` is the first part of the address below Xero's API, as `Invoices`.
    """

    connection_id: UUID
    used_on: date
    entity: str
    method: str
    calls: int
    bytes_sent: int
    bytes_received: int


@dataclass(frozen=True, slots=True)
class CallsLeft:
    """What Xero said is left of an organisation's minute and day, less our calls since; None where it lapsed.

    `told_at` is when Xero said it.
    """

    minute: int | None
    day: int | None
    told_at: datetime
