"""What one invoice comes to on each side, to the cent (FEATURES N10).

The partner's side is what its app is known to show: its last document with the changes that it has taken. A cancelled
invoice comes to nothing. A side that does not show the invoice, or whose tax rates we do not know, has no sum.
"""

from dataclasses import dataclass
from decimal import Decimal

from app.domain.record.fields import Fields
from app.domain.record.money import cents, credited, paid
from app.domain.record.sides import Status

NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class SideSum:
    """One side's account of an invoice: `due` is what is left of `total` after payments and credits."""

    total: Decimal
    paid: Decimal
    credited: Decimal
    due: Decimal


@dataclass(frozen=True, slots=True)
class Sums:
    """Both sides' account; `is_counted` is false while the invoice stays at home on purpose."""

    currency: str
    is_counted: bool
    partner: SideSum | None
    xero: SideSum | None


CANCELLED = SideSum(NOTHING, NOTHING, NOTHING, NOTHING)


def sum_partner(view: Fields, total: Decimal | None) -> SideSum | None:
    """The partner's account of what its app shows; `total` is what that comes to, None where it is not known."""
    if not view or total is None:
        return None
    if view.get("status") == Status.CANCELLED:
        return CANCELLED
    total, applied = cents(total), (cents(paid(view)), cents(credited(view)))
    # What was paid too much is the customer's credit, not a debt of the invoice.
    return SideSum(total, *applied, max(NOTHING, total - sum(applied)))


def sum_xero(shadow: Fields, total: str | None, due: str | None) -> SideSum | None:
    """Xero's account, by its own word for the total, and for what is due; None of `due`: a payment moved it since."""
    if total is None:
        return None
    if shadow.get("status") == Status.CANCELLED:
        return CANCELLED
    applied = (cents(paid(shadow)), cents(credited(shadow)))
    left = max(NOTHING, Decimal(total) - sum(applied)) if due is None else Decimal(due)
    return SideSum(Decimal(total), *applied, left)
