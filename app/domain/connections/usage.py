"""Usage: what calls to Xero were made for a connection and for its links, and how many of its limits are left."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

PARTS_OF_A_CALL = 10**6
"""Calls are shared in millionths, so that the shares of one are together exactly one."""


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
class LinkUsage:
    """What of a connection's requests of one day was for one link; `calls` is exact to six places."""

    link_id: UUID
    connection_id: UUID
    used_on: date
    calls: Decimal
    bytes_sent: int
    bytes_received: int


class Counted(NamedTuple):
    """What was counted of some calls: whole, and in shares those of them that were for links."""

    usages: Sequence[Usage]
    shares: Sequence[LinkUsage] = ()


def share(usage: Usage, link_ids: Sequence[UUID]) -> list[LinkUsage]:
    """An equal share for each element of a batch; a link that has several elements in it bears several shares.

    The shares come to the usage exactly: what cannot be divided goes to the first.
    """
    elements = len(link_ids)
    calls = _split(usage.calls * PARTS_OF_A_CALL, elements)
    sent, received = _split(usage.bytes_sent, elements), _split(usage.bytes_received, elements)
    sums: dict[UUID, Counter[str]] = {}
    for link_id in link_ids:
        sums.setdefault(link_id, Counter()).update(
            calls=next(calls), sent=next(sent), received=next(received)
        )
    return [
        LinkUsage(
            link_id,
            usage.connection_id,
            usage.used_on,
            Decimal(parts["calls"]) / PARTS_OF_A_CALL,
            parts["sent"],
            parts["received"],
        )
        for link_id, parts in sums.items()
    ]


def _split(amount: int, parts: int) -> Iterator[int]:
    whole, left = divmod(amount, parts)
    return (whole + (position < left) for position in range(parts))


@dataclass(frozen=True, slots=True)
class CallsLeft:
    """What Xero said is left of an organisation's minute and day, less our calls since; None where it lapsed.

    `told_at` is when Xero said it.
    """

    minute: int | None
    day: int | None
    told_at: datetime
