"""The connection's shop: whether it can be read, whether it tells when something moved, and what of it was refused."""

from collections.abc import Iterator

from app.domain.checkup.check import Check, describe, failed, passed, warning
from app.domain.checkup.facts import CheckFacts, ShopState


def check_shop(facts: CheckFacts) -> Iterator[Check]:
    """Nothing where the connection has no shop."""
    if facts.shop is not None:
        yield _check_reading(facts, facts.shop)
        yield _check_orders(facts, facts.shop)


def _check_reading(facts: CheckFacts, shop: ShopState) -> Check:
    call = f"PUT {facts.address}/shop"
    if shop.refused_at is not None:
        return failed(
            "shop",
            f"The {shop.platform} shop does not take its credentials since {shop.refused_at:%Y-%m-%d %H:%M} UTC.",
            "Make new credentials in the shop that may read orders, and set them.",
            call,
        )
    if shop.failures:
        said = f"The {shop.platform} shop could not be read, {describe(shop.failures, 'time')} in a row: "
        return warning(
            "shop",
            said + (shop.last_error or "no reason is known."),
            "Mend that in the shop; it is asked again.",
        )
    if shop.read_at is None:
        return passed("shop", f"The {shop.platform} shop is yet to be read.")
    said = f"The {shop.platform} shop was last read at {shop.read_at:%Y-%m-%d %H:%M} UTC"
    heard = f"; its last webhook came at {shop.heard_at:%Y-%m-%d %H:%M} UTC" if shop.heard_at else ""
    return passed("shop", f"{said}{heard}.")


def _check_orders(facts: CheckFacts, shop: ShopState) -> Check:
    if not shop.refused_orders:
        return passed("shop_orders", "No order of the shop was refused.")
    return warning(
        "shop_orders",
        f"{describe(shop.refused_orders, 'order')} of the shop could not be taken.",
        "See why of each; an order is looked at again when it changes in the shop, and with every compare.",
        f"GET {facts.address}/shop/refused-orders",
    )
