"""The platforms by name: one line for each kind of shop."""

from collections.abc import Callable, Mapping

from app.shops.platform import Platform
from app.shops.platforms.bigcommerce.shop import BIGCOMMERCE
from app.shops.platforms.ebay.shop import EBAY
from app.shops.platforms.etsy.shop import ETSY
from app.shops.platforms.magento.shop import MAGENTO
from app.shops.platforms.shopify.shop import SHOPIFY
from app.shops.platforms.woocommerce.shop import WOOCOMMERCE

_ALL: tuple[Platform, ...] = (SHOPIFY, WOOCOMMERCE, MAGENTO, BIGCOMMERCE, ETSY, EBAY)

PLATFORMS: Mapping[str, Platform] = {platform.name: platform for platform in _ALL}

PINGS: Mapping[str, Callable[[bytes], bool]] = {WOOCOMMERCE.name: WOOCOMMERCE.is_ping}
"""Of platforms that try a webhook's address, unsigned, when it is entered: whether a body is no more than that."""


ABOUT: Mapping[str, Callable[[Mapping[str, str], bytes], bool]] = {ETSY.name: ETSY.is_about}
"""Of platforms that tell one address of several shops: whether a body is of the one with these credentials."""


def name_credentials(platform: Platform) -> str:
    """Which credentials it takes, in words."""
    sets = ", or ".join(" and ".join(words) for words in platform.opened_by)
    return f"{sets}; if need be {' and '.join(platform.understands)}" if platform.understands else sets
