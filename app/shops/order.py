"""An order in our own words, whichever shop it is from.

Every amount is what the customer is told and pays, tax included, so that the lines come to the total to the cent
whatever a shop's own way of rounding its taxes is. The mapping of each platform makes this from the shop's JSON, and
`document` makes the partner's document from it; neither knows the other.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


class OrderState(StrEnum):
    """Where an order is, for an invoice.

    UNPLACED: the customer has not placed it, or it waits for a payment without which the shop will not have it.
    PLACED: the customer was told what is to be paid, or has paid. CANCELLED: nothing is owed and nothing was paid.
    """

    UNPLACED = "unplaced"
    PLACED = "placed"
    CANCELLED = "cancelled"


class LineKind(StrEnum):
    """What a line is for. The words of the last two are categories, which choose accounts (FEATURES E4)."""

    PRODUCT = "product"
    SHIPPING = "shipping"
    FEE = "fees"


class Customers(StrEnum):
    """Under which contacts orders are booked. Xero wants each name once, and a shop has several people of one name.

    EACH: each customer by the name alone; of two of one name the second is held. BY_EMAIL: each e-mail address, which
    stands behind the name. ONE: all orders under one contact.
    """

    EACH = "each"
    BY_EMAIL = "by_email"
    ONE = "one"


@dataclass(frozen=True, slots=True)
class BookedUnder:
    """What a business chose; `name` is that of the contact where there is one for all."""

    customers: Customers = Customers.EACH
    name: str = "Online customers"


EACH = BookedUnder()


@dataclass(frozen=True, slots=True)
class Customer:
    """Who ordered. `id` is the shop's, None of a guest, who is known by the e-mail."""

    id: str | None
    name: str
    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line. `amount` is paid for all of `quantity`, after discounts; `discount` was taken off to come to it.

    Both have their tax in them. `tax` is the shop's own name of the tax ("GST", "VAT 20%"), None where there is none.
    `id` stays with the line for life and is the only one of its kind in the order.
    """

    id: str
    kind: LineKind
    title: str
    quantity: Decimal
    amount: Decimal
    discount: Decimal = Decimal(0)
    tax: str | None = None
    sku: str | None = None


@dataclass(frozen=True, slots=True)
class OrderPayment:
    """Money that came in, as the shop's gateway took it; `fee` is what it cost the business, where the shop says so."""

    id: str
    amount: Decimal
    paid_on: date
    method: str | None
    fee: Decimal | None = None


@dataclass(frozen=True, slots=True)
class OrderRefund:
    """What was given back, or is owed no more. `amount` lowers the order's worth; `repaid` of it went back in money.

    `promised` of it was given as store credit or a gift card: the customer spends it on another order, some day.
    """

    id: str
    amount: Decimal
    repaid: Decimal
    refunded_on: date
    reason: str | None = None
    promised: Decimal = Decimal(0)

    @property
    def credited(self) -> Decimal:
        """What of it lowers what the order itself comes to."""
        return self.amount - self.promised


@dataclass(frozen=True, slots=True)
class ShopOrder:
    """An order as its shop holds it.

    `total` is of the order as it was placed, before refunds, and is what the lines come to. `changed_at` moves with
    every change of the order, by the shop's clock. `placed_on` is the day in the shop's time zone.
    """

    id: str
    number: str
    state: OrderState
    placed_at: datetime
    placed_on: date
    changed_at: datetime
    currency: str
    total: Decimal
    customer: Customer
    lines: tuple[OrderLine, ...]
    payments: tuple[OrderPayment, ...] = ()
    refunds: tuple[OrderRefund, ...] = ()
    note: str | None = None
    url: str | None = None
