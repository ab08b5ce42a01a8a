"""One order of a page that cannot be read is told with its reason, and the others go on."""

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
    except KeyError as missing:
        reason = f"It has no {missing.args[0]}."
    except (TypeError, ValueError, ArithmeticError, AttributeError, IndexError) as wrong:
        reason = f"It is not of the form that the shop documents ({type(wrong).__name__}: {wrong})."
    return Unreadable(order_id, number, changed_at, reason)
