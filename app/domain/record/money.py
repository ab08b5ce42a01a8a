"""Money: line amounts, tax per line rounded to cents and summed, as Xero does it (FACTS 4.4).

Amounts are `Decimal` in the invoice's currency. Unit prices may have four places, amounts have two. The rounding
mode is half away from zero; Xero does not document its own (FACTS 8), which is why totals are compared after every
write and a cent that differs is never silent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from app.domain.record.fields import Fields, Value, is_text_only, keys_of, line_keys, member

CENT = Decimal("0.01")
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Totals:
    """What an invoice comes to: `total` is what the customer was told, with tax, before payments."""

    subtotal: Decimal
    tax: Decimal
    total: Decimal


def cents(amount: Decimal) -> Decimal:
    """Round to cents, half away from zero."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def line_amount(
    quantity: Decimal,
    unit_price: Decimal,
    discount_rate: Decimal = Decimal(0),
    discount_amount: Decimal = Decimal(0),
) -> Decimal:
    """Quantity times unit price less the discount, a percentage or an amount, rounded to cents once."""
    return cents(quantity * unit_price * (HUNDRED - discount_rate) / HUNDRED - discount_amount)


def line_tax(amount: Decimal, rate: Decimal, amounts_are: str) -> Decimal:
    """The tax in (inclusive) or on (exclusive) a line amount; `rate` is a percentage."""
    if amounts_are == "no_tax":
        return Decimal("0.00")
    if amounts_are == "tax_inclusive":
        return cents(amount * rate / (HUNDRED + rate))
    return cents(amount * rate / HUNDRED)


def amount_of_line(record: Fields, key: str) -> Decimal:
    """The amount of one line of a record; a line that is only a description comes to nothing."""
    return line_amount(
        quantity_or_one(member(record, "lines", key, "quantity")),
        decimal_or_zero(member(record, "lines", key, "unit_price")),
        decimal_or_zero(member(record, "lines", key, "discount_rate")),
        decimal_or_zero(member(record, "lines", key, "discount_amount")),
    )


def tax_amounts(record: Fields, rates: Mapping[str, Decimal]) -> dict[str, Decimal] | None:
    """Tax per key of a line that has any money, by the lines' tax types; None where a line's rate is not known."""
    return _tax_amounts(record, _line_amounts(record), rates)


def _line_amounts(record: Fields) -> dict[str, Decimal]:
    return {key: amount_of_line(record, key) for key in line_keys(record)}


def _tax_amounts(
    record: Fields, amounts: Mapping[str, Decimal], rates: Mapping[str, Decimal]
) -> dict[str, Decimal] | None:
    taxes: dict[str, Decimal] = {}
    amounts_are = record.get("amounts_are") or "tax_exclusive"
    for key, amount in amounts.items():
        if is_text_only(record, key):
            continue
        rate = (
            Decimal(0)
            if amounts_are == "no_tax"
            else rates.get(member(record, "lines", key, "tax_type") or "")
        )
        if rate is None:
            return None
        taxes[key] = line_tax(amount, rate, amounts_are)
    return taxes


def totals(record: Fields, rates: Mapping[str, Decimal]) -> Totals | None:
    """What the record comes to; None where a line's tax rate is not known."""
    by_line = _line_amounts(record)
    taxes = _tax_amounts(record, by_line, rates)
    if taxes is None:
        return None
    amounts = sum(by_line.values(), Decimal("0.00"))
    tax = sum(taxes.values(), Decimal("0.00"))
    if record.get("amounts_are") == "tax_inclusive":
        return Totals(amounts - tax, tax, amounts)
    return Totals(amounts, tax, amounts + tax)


def paid(record: Fields) -> Decimal:
    """The sum of the record's payments."""
    return _sum_of(record, "payments")


def credited(record: Fields) -> Decimal:
    """The sum of the record's credits."""
    return _sum_of(record, "credits")


def covered(record: Fields) -> Decimal:
    """What payments and credits come to: the total less this is due."""
    return paid(record) + credited(record)


def _sum_of(record: Fields, kind: str) -> Decimal:
    amounts = (record[path] for key in keys_of(record, kind) if (path := f"{kind}/{key}/amount") in record)
    return sum(map(Decimal, amounts), Decimal("0.00"))


def decimal_or_zero(text: Value) -> Decimal:
    """The decimal that a canonical text says; nothing said is zero."""
    return Decimal(text) if text else Decimal(0)


def quantity_or_one(text: Value) -> Decimal:
    """The quantity that a canonical text says; of a line that has a price nothing said is one, as Xero takes it."""
    return Decimal(text) if text else Decimal(1)


def money_text(amount: Decimal | str) -> str:
    """How money is written for people and in JSON: at least two places, no more than it has."""
    value = Decimal(amount)
    exponent = value.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) else 0
    return f"{value:.2f}" if places <= 2 else format(value, "f")
