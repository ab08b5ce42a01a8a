"""One order of a page that cannot be read is told with its reason, and the others go on.

Readers take what they need by `fields`, which tell what is missing or odd; what nobody foresaw is told by its kind.
"""

from collections.abc import Callable
from datetime import datetime

from app.shops.order import ShopOrder
from app.shops.platform import OrderUnreadable, Unreadable


def try_order(
    order_id: str, number: str, changed_at: datetime, build: Callable[[], ShopOrder]
) -> ShopOrder | Unreadable:
    """The order, or why none can be made of it."""
    try:
        return build()
    except OrderUnreadable as unreadable:
        reason = str(unreadable)
    except (TypeError, ValueError, ArithmeticError, AttributeError, LookupError) as wrong:
        reason = f"It is not of the form that the shop documents ({type(wrong).__name__}: {wrong})."
    return Unreadable(order_id, number, changed_at, reason)
