"""Xero's arithmetic: tax for each line, rounded to cents, then summed (FACTS 4.4, D-ROUND).

Exclusive adds tax to the lines, Inclusive takes it out of them, NoTax has none. Pure functions over numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from app.sandbox.xero.books.amounts import HUNDRED, ZERO, cents


@dataclass(frozen=True, slots=True)
class Totals:
    """A document's sums, each in whole cents."""

    sub_total: Decimal
    total_tax: Decimal
    total: Decimal


def build_line_amount(
    quantity: Decimal,
    unit_amount: Decimal,
    discount_rate: Decimal | None,
    discount_amount: Decimal | None,
    rounding: str = ROUND_HALF_UP,
) -> Decimal:
    """Quantity times price less the discount, in cents. The tax basis is the document's."""
    gross = quantity * unit_amount
    if discount_rate:
        return cents(gross * (HUNDRED - discount_rate) / HUNDRED, rounding)
    return cents(gross, rounding) - cents(discount_amount or ZERO, rounding)


def build_line_tax(
    line_amount: Decimal, rate: Decimal, amounts_are: str, rounding: str = ROUND_HALF_UP
) -> Decimal:
    """The tax of one line at `rate` percent, in cents."""
    if amounts_are == "NoTax" or not rate:
        return ZERO
    if amounts_are == "Inclusive":
        return cents(line_amount * rate / (HUNDRED + rate), rounding)
    return cents(line_amount * rate / HUNDRED, rounding)


def build_totals(lines: Sequence[tuple[Decimal, Decimal]], amounts_are: str) -> Totals:
    """Sums of (line amount, line tax) pairs."""
    amounts = sum((amount for amount, _ in lines), ZERO)
    tax = sum((line_tax for _, line_tax in lines), ZERO)
    if amounts_are == "Inclusive":
        return Totals(amounts - tax, tax, amounts)
    return Totals(amounts, tax, amounts + tax)
