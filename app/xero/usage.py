"""Counts the requests to Xero, call by call, until somebody keeps the counts: by connection, day, entity and method.

A call that was made for links (`app.spending`) is counted once more, in equal shares, for each of them.

Every request to the accounting API is counted, refused and unanswered ones too, with the bytes of its bodies. Requests
to Xero's identity server and its list of connections are not: no organisation's limit holds for them. Counts live in
memory, because a transaction for every call would cost more than the call; what a crash loses is what was counted since
`take`. Safe for the threads that make the calls.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from threading import Lock
from typing import TypeVar
from uuid import UUID

from app.clock import Clock
from app.domain.connections.usage import Counted, LinkUsage, Usage, share
from app.metrics import count_xero_call
from app.spending import list_spenders
from app.xero.budget import CallMade

CountCall = Callable[[UUID, CallMade], None]
"""Told of every request and the connection that it was made for, from the thread that made it."""

_API_PATH = "/api.xro/2.0/"
_LONGEST_ENTITY = 40

_Key = tuple[UUID, date, str, str]
Amount = TypeVar("Amount", Usage, LinkUsage)


class CallCounter:
    """The counts of one process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._counts: dict[_Key, Usage] = {}
        self._shares: dict[tuple[UUID, date], LinkUsage] = {}
        self._made: Counter[UUID] = Counter()

    def count(self, connection_id: UUID, call: CallMade) -> None:
        """Count one request, for the day that it is now. A `CountCall`."""
        usage = Usage(
            connection_id,
            self._clock.now().date(),
            read_entity(call.path),
            call.method,
            1,
            call.bytes_sent,
            call.bytes_received,
        )
        with self._lock:
            self._made[connection_id] += 1
        spenders = list_spenders()
        self._add(Counted([usage], share(usage, spenders) if spenders else []))

    def count_made(self, connection_id: UUID) -> int:
        """Every request for a connection since this process began."""
        with self._lock:
            return self._made[connection_id]

    def take(self) -> Counted:
        """What was counted since the last take; it is the caller's from now on."""
        with self._lock:
            counts, self._counts = self._counts, {}
            shares, self._shares = self._shares, {}
        return Counted(list(counts.values()), list(shares.values()))

    def put_back(self, counted: Counted) -> None:
        """Count these again, which could not be kept."""
        self._add(counted)

    def _add(self, counted: Counted) -> None:
        """A call and its shares at once: whoever takes in between must not part them."""
        with self._lock:
            for usage in counted.usages:
                key = (usage.connection_id, usage.used_on, usage.entity, usage.method)
                known = self._counts.get(key)
                self._counts[key] = usage if known is None else _sum(known, usage)
            for part in counted.shares:
                had = self._shares.get((part.link_id, part.used_on))
                self._shares[part.link_id, part.used_on] = part if had is None else _sum(had, part)


def count_nothing(connection_id: UUID, call: CallMade) -> None:
    """For those who keep no counts."""


def note_call(call: CallMade) -> None:
    """Count a request for whoever watches this process. A `CallLog`."""
    count_xero_call(read_entity(call.path), call.status, call.took)


def read_entity(path: str) -> str:
    """What a path of the accounting API is about: `Invoices`, `Contacts`, ..., whatever stands below it."""
    below = path.partition(_API_PATH)[2] or path.lstrip("/")
    return below.split("/", 1)[0][:_LONGEST_ENTITY] or "other"


def _sum(one: Amount, other: Amount) -> Amount:
    return replace(
        one,
        calls=one.calls + other.calls,
        bytes_sent=one.bytes_sent + other.bytes_sent,
        bytes_received=one.bytes_received + other.bytes_received,
    )
