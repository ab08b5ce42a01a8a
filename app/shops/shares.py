"""How one amount is told for several lines together is shared between them."""

from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal

from app.domain.record.money import CENT, cents


def share(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Shares of whole cents in proportion to the weights, which come to the amount.

    Cents that are left over go where most was cut off, the earlier first, so that an order is always shared alike.
    Where all weights are nothing, the first takes it all.
    """
    if not weights:
        return []
    whole = sum(weights, Decimal(0))
    if whole == 0:
        return [amount, *[Decimal(0)] * (len(weights) - 1)]
    exact = [amount * weight / whole for weight in weights]
    shares = [each.quantize(CENT, ROUND_FLOOR) for each in exact]
    left = int((cents(amount) - sum(shares)) / CENT)
    by_loss = sorted(range(len(shares)), key=lambda index: (shares[index] - exact[index], index))
    for index in by_loss[:left]:
        shares[index] += CENT
    return shares
