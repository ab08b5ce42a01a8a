"""The two sides, and the projection of a record that each can hold.

Shadows and comparisons are of projections, so what a side cannot hold is never taken for its edit: the job never
goes to Xero, a ledger account never to the partner's app. Where the two sides say one thing in different words
(category and account, tax and tax type, sent_at and is_sent), the record holds both words and `coupling` keeps them
together.
"""

from enum import StrEnum

from app.domain.fields import LINE_ORDER, Fields, Value, group_of, member_of


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


_SHARED_HEADER = frozenset(
    {"number", "reference", "status", "currency", "amounts_are", "issued_on", "due_on", "contact", LINE_ORDER}
)
_SHARED_LINE = frozenset({"description", "quantity", "unit_price", "discount_rate", "item_code"})
_SHARED_PAYMENT = frozenset({"amount", "paid_on"})

HEADER = {
    Side.PARTNER: _SHARED_HEADER | {"sent_at", "url", "job"},
    Side.XERO: _SHARED_HEADER | {"is_sent"},
}
MEMBERS = {
    Side.PARTNER: {"lines": _SHARED_LINE | {"category", "tax"}, "payments": _SHARED_PAYMENT | {"method"}},
    Side.XERO: {"lines": _SHARED_LINE | {"account", "tax_type"}, "payments": _SHARED_PAYMENT},
}


def holds(side: Side, path: str) -> bool:
    """Whether that side can hold that field at all."""
    group = group_of(path)
    if group is None:
        return path in HEADER[side]
    return member_of(path) in MEMBERS[side][group.partition("/")[0]]


def project(side: Side, record: Fields) -> dict[str, Value]:
    """The record as that side would hold it.

    A voided invoice in Xero can be edited no more (FACTS 4.1), so of a cancelled record Xero holds only that it is
    cancelled.
    """
    if side is Side.XERO and record.get("status") == Status.CANCELLED:
        return {"status": Status.CANCELLED.value}
    return {path: value for path, value in record.items() if holds(side, path)}
