"""A partner's webhook endpoints: what each is for, which messages it takes, and when one is given up as lost.

Changes are compare-and-set, so of every connection one endpoint alone answers for the app: it **applies** them, in
order. Others **listen**: they get copies, and what they answer holds nothing up.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

EVERY_TYPE = "*"
TEST = "test"
"""The type of the message that tries an endpoint; it is taken whatever the endpoint's types are."""

CHANGE_TYPES = ("invoice.changed", "contact.changed")
ENDPOINT_DISABLED = "endpoint.disabled"

FAILING_FOR = timedelta(days=5)
LEAST_FAILURES = 20
QUIET_DAY = timedelta(days=1)
"""So long after its last failure an endpoint begins anew: nothing was tried meanwhile, so nothing is known of it."""

GONE = 410


class Part(StrEnum):
    """`applies`: its answers settle changes. `listens`: it gets copies, and only says whether it took them."""

    APPLIES = "applies"
    LISTENS = "listens"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint. `connection_ids` are those it is for, None all; `failures` in a row since `failing_since`."""

    id: UUID
    partner_id: UUID
    url: str
    description: str | None
    part: Part
    types: tuple[str, ...]
    connection_ids: tuple[UUID, ...] | None
    is_enabled: bool
    disabled_reason: str | None
    disabled_at: datetime | None
    failures: int
    failing_since: datetime | None
    created_at: datetime

    @property
    def wanted_types(self) -> tuple[str, ...] | None:
        """The types that it takes; None is all."""
        return None if EVERY_TYPE in self.types else self.types

    @property
    def takes_changes(self) -> bool:
        """Whether it takes changes of any kind."""
        return self.wanted_types is None or any(kind in self.types for kind in CHANGE_TYPES)


@dataclass(frozen=True, slots=True)
class Failing:
    """How long an endpoint has failed: attempts in a row, and when the first of them was."""

    failures: int
    since_at: datetime

    def is_lost(self, now: datetime) -> bool:
        """Whether it failed every attempt for so long, and was tried often enough, that it is not worth trying."""
        return self.failures >= LEAST_FAILURES and now - self.since_at >= FAILING_FOR


def find_rival(
    part: Part, connection_ids: tuple[UUID, ...] | None, others: Iterable[Endpoint]
) -> Endpoint | None:
    """The enabled endpoint that applies the changes of some of these connections already; None when none does."""
    if part is not Part.APPLIES:
        return None
    for other in others:
        if other.part is Part.APPLIES and other.is_enabled and _overlap(connection_ids, other.connection_ids):
            return other
    return None


def _overlap(one: tuple[UUID, ...] | None, other: tuple[UUID, ...] | None) -> bool:
    return one is None or other is None or not set(one).isdisjoint(other)
