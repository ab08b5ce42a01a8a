"""The two sides, and the projection of a record that each can hold.

Shadows and comparisons are of projections, so what a side cannot hold is never taken for its edit: the job never
goes to Xero, a ledger account never to the partner's app. Where the two sides say one thing in different words
(category and account, tax and tax type, item code and item, sent_at and is_sent), the record holds both words and
`coupling` keeps them together.
"""

from enum import StrEnum
from functools import lru_cache

from app.domain.record.fields import LINE_ORDER, Fields, Value


class Side(StrEnum):
    """Where a value lives; never source or target."""

    PARTNER = "partner"
    XERO = "xero"

    @property
    def other(self) -> "Side":
        return Side.XERO if self is Side.PARTNER else Side.PARTNER


class Status(StrEnum):
    """The record's status. "Paid" is not one: it follows from the payments."""

    DRAFT = "draft"
    SENT = "sent"
    CANCELLED = "cancelled"


XERO_NUMBER = "xero_number"
"""Xero's number, in a record whose two sides are numbered apart (`numbering`); neither side holds this path itself."""

_SHARED_HEADER = frozenset(
    {"number", "reference", "status", "currency", "amounts_are", "issued_on", "due_on", "contact", LINE_ORDER}
)
_SHARED_LINE = frozenset({"description", "quantity", "unit_price", "discount_rate", "discount_amount"})
_SHARED_PAYMENT = frozenset({"amount", "paid_on"})
_SHARED_CREDIT = frozenset({"kind", "amount", "applied_on", "number"})

HEADER = {
    Side.PARTNER: _SHARED_HEADER | {"sent_at", "url", "job"},
    Side.XERO: _SHARED_HEADER | {"is_sent"},
}
MEMBERS = {
    Side.PARTNER: {
        "lines": _SHARED_LINE | {"category", "tax", "item_code"},
        "payments": _SHARED_PAYMENT | {"method"},
        "credits": _SHARED_CREDIT | {"reason"},
    },
    Side.XERO: {
        "lines": _SHARED_LINE | {"account", "tax_type", "tracking", "item"},
        "payments": _SHARED_PAYMENT,
        "credits": _SHARED_CREDIT,
    },
}


REMEMBERED = 10_000
"""Paths, of both sides; a line has some nine."""


@lru_cache(maxsize=REMEMBERED)
def holds(side: Side, path: str) -> bool:
    """Whether that side can hold that field at all; asked of the same paths again and again while one is worked on."""
    kind, _, rest = path.partition("/")
    return rest.rpartition("/")[2] in MEMBERS[side][kind] if rest else path in HEADER[side]


def project(side: Side, record: Fields) -> dict[str, Value]:
    """The record as that side would hold it.

    A voided invoice in Xero can be edited no more (FACTS 4.1), so of a cancelled record Xero holds only that it is
    cancelled.
    """
    if side is Side.XERO and record.get("status") == Status.CANCELLED:
        return {"status": Status.CANCELLED.value}
    shown = {path: value for path, value in record.items() if holds(side, path)}
    if side is Side.XERO and record.get("status") == Status.DRAFT and "is_sent" in shown:
        # Xero marks nothing but approved invoices as sent (FACTS 4.8).
        shown["is_sent"] = False
    if side is Side.XERO and XERO_NUMBER in record:
        shown["number"] = record[XERO_NUMBER]
    return shown


def with_xeros_number(record: Fields) -> dict[str, Value]:
    """The record as Xero's edits find it: where the numbers are apart, Xero's stands as the number."""
    return {**record, "number": record[XERO_NUMBER]} if XERO_NUMBER in record else dict(record)


def with_own_number(merged: Fields, record: Fields) -> dict[str, Value]:
    """The record after Xero's edits were merged into `with_xeros_number`: both numbers in their places again."""
    if XERO_NUMBER not in record:
        return dict(merged)
    return {**merged, XERO_NUMBER: merged.get("number"), "number": record.get("number")}
