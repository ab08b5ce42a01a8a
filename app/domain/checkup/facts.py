"""What must be known of a connection to check it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.connections.connection import Connection
from app.domain.connections.usage import CallsLeft


@dataclass(frozen=True, slots=True)
class ConsentState:
    """The token set of a connection: what it allows, when it was last refreshed, and why it is dead, if it is."""

    scopes: tuple[str, ...]
    refreshed_at: datetime
    dead_reason: str | None


@dataclass(frozen=True, slots=True)
class Calls:
    """Calls to Xero: what a day allows, what was used of it by our count, and what Xero itself said is left."""

    of_a_day: int
    used_today: int
    told: CallsLeft | None

    @property
    def left_today(self) -> int:
        if self.told is not None and self.told.day is not None:
            return self.told.day
        return max(0, self.of_a_day - self.used_today)


@dataclass(frozen=True, slots=True)
class Heard:
    """What is known of Xero's webhooks: when one came last, since when they are silent, and what of them was missed."""

    heard_at: datetime | None = None
    silent_since: datetime | None = None
    events_missed: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of the partner's webhook: whether there is an address, what waits, and the last answer.

    `failing` is what was answered to the change that has waited longest, after `attempts` tries; None where it was not
    tried in vain.
    """

    has_address: bool
    waiting: int = 0
    waiting_since: datetime | None = None
    attempts: int = 0
    failing: str | None = None
    answered_at: datetime | None = None
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many things are behind, since when the longest of them, and how many are held, by code."""

    behind: int = 0
    behind_since: datetime | None = None
    held: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ShopState:
    """What is known of the connection's shop: since when it refuses its credentials, how the looks at it go, when a
    webhook of it came last, and how many of its orders could not be taken.
    """

    platform: str
    refused_at: datetime | None = None
    read_at: datetime | None = None
    failures: int = 0
    last_error: str | None = None
    heard_at: datetime | None = None
    refused_orders: int = 0


@dataclass(frozen=True, slots=True)
class CheckFacts:
    """Everything; `purposes` are the scopes that are asked for with the sentence of each.

    `is_fresh`: the organisation was read from Xero for this very check; `unanswered` is why it could not be.
    """

    now: datetime
    connection: Connection
    purposes: Mapping[str, str]
    consent: ConsentState | None
    calls: Calls
    heard: Heard
    told: Told
    backlog: Backlog
    is_fallback_lost: bool = False
    is_fresh: bool = False
    unanswered: str | None = None
    shop: ShopState | None = None

    @property
    def address(self) -> str:
        return f"/v1/connections/{self.connection.id}"
