"""A connection as the loop and the API see it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from app.domain.connections.compare_run import CompareRun
from app.domain.connections.schedule import find_day
from app.domain.connections.settings import ConnectionSettings
from app.domain.xero.organisation import Organisation

NO_ROOM = "no_room"
"""Why a bulk waits that found other businesses' under way."""

APP_REFUSED = "app_refused"
"""Why everything waits where Xero does not take the Xero app's client id or secret."""


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
class Offer:
    """One organisation of a consent that covers several. One that is `is_private` only the person may choose, not the
    partner: another partner's connection holds it, and this partner is to learn nothing of that.
    """

    tenant_id: str
    name: str
    xero_connection_id: str
    is_private: bool = False


@dataclass(frozen=True, slots=True)
class Connection:
    """One business joined to one Xero organisation.

    It is behind while `generation` exceeds `settled_generation`. `retry_at` is when the loop looks again after Xero was
    down or asked us to wait, of a bulk alone where `bulk_waits`; `swept_to` is Xero's clock up to which changes were
    looked for. `facts_due` asks for the organisation's facts for which links are held; `facts_asked` counts who asked.

    `xero_app_id` is the partner's own Xero app, None Plumbline's. `offered` are the organisations of its consent where
    that covers several; `missing_scopes` those without which Xero refused a call. `was_paused`, before it was lost;
    `consents` counts those that let it in, and each new secret of its Xero app. `forked_from` is the connection whose
    settings it takes over once its organisation is known.

    `next_run_at` is the next time of a connection that works at set times, None in real time; it waits for that unless
    `run_due`. `answers_due`: the app has answered changes meanwhile.

    `compare_due` asks for a full compare, or for the rest of the one in `compare_run`; `compared_at` is when the last
    one was done and `compared` what it came to. What is known of the partner's side is as old as `partner_read_at`,
    `manifest_at` and `documented_at` say (`partner_knowledge`). An older copy of it was restored where it is
    `doubted_until` a time: what was made in Xero since `doubted_since` may be unknown here.
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
    facts_due: bool = False
    facts_asked: int = 0
    bulk_waits: bool = False
    next_run_at: datetime | None = None
    run_due: bool = False
    answers_due: bool = False
    xero_app_id: UUID | None = None
    offered: tuple[Offer, ...] = ()
    missing_scopes: tuple[str, ...] = ()
    was_paused: bool = False
    consents: int = 0
    forked_from: UUID | None = None
    compare_due: bool = False
    compare_run: CompareRun | None = None
    compared_at: datetime | None = None
    compared: CompareRun | None = None
    documented_at: datetime | None = None
    manifest_at: datetime | None = None
    partner_read_at: datetime | None = None
    doubted_since: datetime | None = None
    doubted_until: datetime | None = None

    @property
    def zone(self) -> str:
        """The business's time zone, an IANA name."""
        return self.settings.find_zone(self.organisation.country if self.organisation else None)

    def find_day(self, at: datetime) -> date:
        """The business's own day at an instant."""
        return find_day(at, self.zone)

    @property
    def is_sweep_asked(self) -> bool:
        """Somebody asked for a sweep: unlike the timer's it reads the organisation's facts anew, and they are due."""
        return self.sweep_due and self.organisation_fetched_at is None

    @property
    def is_behind(self) -> bool:
        return self.generation > self.settled_generation

    @property
    def waits_for_run(self) -> bool:
        """Whether it works at set times, and no run is due now."""
        return self.next_run_at is not None and not self.run_due

    def can_be_worked_on(self, now: datetime) -> bool:
        """Whether a worker that is woken would find anything to do. Where not, the timers find what came, when the time
        has come; who makes it active wakes one.
        """
        is_put_off = self.retry_at is not None and self.retry_at > now and not self.bulk_waits
        return self.state is ConnectionState.ACTIVE and not is_put_off and not self.waits_for_run

    def holds_bulks_back(self, now: datetime) -> bool:
        """Whether Xero's limits have a bulk wait, while people's work goes on."""
        return (
            self.bulk_waits and not self.waits_for_room and self.retry_at is not None and self.retry_at > now
        )

    @property
    def retry_code(self) -> str | None:
        """The code with which `retry_reason` begins; None where it has none."""
        code, separator, _ = (self.retry_reason or "").partition(": ")
        return code if separator else None

    @property
    def retry_message(self) -> str:
        """`retry_reason` without its code."""
        code, separator, message = (self.retry_reason or "").partition(": ")
        return message if separator else code

    @property
    def waits_for_room(self) -> bool:
        """Whether a bulk of it waits until other businesses' bulks leave it room."""
        return self.retry_code == NO_ROOM

    @property
    def awaits_choice(self) -> bool:
        """A consent was given that covers several organisations, and none of them was read yet."""
        return self.state is ConnectionState.PENDING and bool(self.offered) and self.organisation is None

    @property
    def is_app_refused(self) -> bool:
        """Xero does not take the client id or secret of its Xero app, so nothing can be asked."""
        return self.retry_code == APP_REFUSED

    @property
    def lacks_scopes(self) -> bool:
        """Xero refused a call for want of a scope; which one, `missing_scopes` says where it is known."""
        return bool(self.missing_scopes) or self.retry_code == "scope_missing"
