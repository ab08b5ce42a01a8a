"""Money arithmetic as Xero does it: Decimal, cents, half up unless told otherwise (its mode is not known, FACTS 8).

JSON numbers leave through `number`, as floats whose shortest form is exact to the places that Xero stores.
"""

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
HUNDRED = Decimal(100)
ZERO = Decimal("0.00")
MOST = Decimal("9999999999.99")


def cents(value: Decimal, rounding: str = ROUND_HALF_UP) -> Decimal:
    """Round to two places."""
    return value.quantize(CENT, rounding)


def places(value: Decimal, count: int) -> Decimal:
    """Round half up to `count` places."""
    return value.quantize(Decimal(1).scaleb(-count), ROUND_HALF_UP)


def number(value: Decimal) -> float:
    """The JSON form of an amount."""
    return float(value)
