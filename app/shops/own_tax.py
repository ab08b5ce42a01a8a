"""The tax that a seller's prices have in them where a marketplace does not say so.

Etsy and eBay tell the tax that they collect and pay over themselves, which is no business of the seller's. Of the tax
in prices that already include it, as in Australia or New Zealand, they mostly say nothing. A business that must
account for it gives its name (`tax`, "GST") and its own country (`country`, "AU") with the credentials. Lines
delivered at home then have that word, and lines delivered elsewhere the word with the other country behind it ("GST
US"), which its tax map turns into what an export is. A business that gives neither has lines without tax.
"""

from collections.abc import Mapping

OWN_TAX = "tax"
HOME_COUNTRY = "country"


def find_own_tax(credentials: Mapping[str, str], country: str | None) -> str | None:
    """The word for what is delivered to this country (ISO 3166, two letters), None: without tax."""
    tax, home = credentials.get(OWN_TAX), credentials.get(HOME_COUNTRY)
    if not tax or not home or not country or country.upper() == home.upper():
        return tax or None
    return f"{tax} {country.upper()}"
