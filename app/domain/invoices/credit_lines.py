"""How the amount of a credit is spread over tax types: as the invoice's own lines are, to the cent.

A credit is said by its amount with tax. The tax in it must be the tax of what is credited, or the business would pay
tax on money that it gave back, so a credit has one line for each tax type of the invoice, in proportion to what the
lines come to with tax. Amounts are inclusive, so that the sum of the lines is the credit whatever the rates.
"""

from collections.abc import Mapping
from decimal import ROUND_DOWN, Decimal

from app.domain.record.coupling import NO_TAX_TYPE
from app.domain.record.fields import Fields, is_text_only, line_keys, member
from app.domain.record.money import CENT, amount_of_line, tax_amounts


def split_by_tax(
    record: Fields, rates: Mapping[str, Decimal], amount: Decimal
) -> list[tuple[str | None, Decimal]]:
    """Tax type and amount of each line of a credit; they sum up to `amount`, and none is zero.

    A cent that cannot be divided goes to the types with the largest remainders, the first of equal ones.
    """
    weights = {tax: weight for tax, weight in _gross_by_tax(record, rates).items() if weight > 0}
    if not weights:
        return [(NO_TAX_TYPE if record.get("amounts_are") == "no_tax" else None, amount)]
    whole = sum(weights.values(), Decimal(0))
    exact = {tax: amount * weight / whole for tax, weight in weights.items()}
    parts = {tax: share.quantize(CENT, rounding=ROUND_DOWN) for tax, share in exact.items()}
    left = int((amount - sum(parts.values(), Decimal(0))) / CENT)
    for tax in sorted(exact, key=lambda tax: parts[tax] - exact[tax])[:left]:
        parts[tax] += CENT
    return [(tax, part) for tax, part in parts.items() if part]


def _gross_by_tax(record: Fields, rates: Mapping[str, Decimal]) -> dict[str | None, Decimal]:
    """What the invoice's lines come to with tax, by tax type, in the order of the lines."""
    taxes = tax_amounts(record, rates) or {}
    is_exclusive = record.get("amounts_are") == "tax_exclusive"
    gross: dict[str | None, Decimal] = {}
    for key in line_keys(record):
        if is_text_only(record, key):
            continue
        tax_type = member(record, "lines", key, "tax_type")
        tax = taxes.get(key, Decimal(0)) if is_exclusive else Decimal(0)
        gross[tax_type] = gross.get(tax_type, Decimal(0)) + amount_of_line(record, key) + tax
    return gross
