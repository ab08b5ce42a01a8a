"""A connection as the loop and the API see it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.domain.organisation import Organisation
from app.domain.settings import ConnectionSettings


class ConnectionState(StrEnum):
    """pending: not authorised yet. active: in step or working. paused: stores everything, does nothing.
    disconnected: must be authorised again; nothing is lost. removed: ended for good.
    """

    PENDING = "pending"
    ACTIVE = "active"
    PAUSED = "paused"
    DISCONNECTED = "disconnected"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Connection:
    """One business joined to one Xero organisation.

    It is behind while `generation` exceeds `settled_generation`. `retry_at` is when the loop looks again after Xero was
    down or asked us to wait; `swept_to` is Xero's clock up to which changes were looked for.
    """

    id: UUID
    partner_id: UUID
    business_id: str
    display_name: str
    state: ConnectionState
    reason: str | None
    since_at: datetime
    tenant_id: str | None
    settings: ConnectionSettings
    settings_version: int
    organisation: Organisation | None
    organisation_fetched_at: datetime | None
    generation: int
    settled_generation: int
    retry_at: datetime | None
    retry_reason: str | None
    retries: int
    sweep_due: bool
    swept_to: datetime | None
    swept_at: datetime | None
    created_at: datetime

    @property
    def is_behind(self) -> bool:
        return self.generation > self.settled_generation
