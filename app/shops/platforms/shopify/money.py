"""Amounts of Shopify's: each as the customer saw it, in the one currency of the order."""

from decimal import Decimal

from app.shops.fields import Json, find_object, find_text, get_amount
from app.shops.platform import OrderUnreadable


def find_money(element: Json, name: str, currency: str) -> Decimal | None:
    """An amount, None where Shopify has none; raises `OrderUnreadable` for one in another currency."""
    bag = find_object(element, name)
    if not bag:
        return None
    money = find_object(bag, "presentmentMoney")
    told = find_text(money, "currencyCode")
    if told != currency:
        raise OrderUnreadable(f"Its {name} is in {told}, and the order is in {currency}.")
    return get_amount(money, "amount")


def get_money(element: Json, name: str, currency: str) -> Decimal:
    """An amount; raises `OrderUnreadable`."""
    found = find_money(element, name, currency)
    if found is None:
        raise OrderUnreadable(f"Its {name} is missing.")
    return found
