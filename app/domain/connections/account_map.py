"""Which account a line of the app is booked to: its item's, else its category's (FEATURES T21, I11, E4).

Most categories are sales and take a revenue account. A few that every shop knows are none, or may be none: freight, a
discount given, a fee passed on, money given back. They may go to any account that Xero lets a line have, an expense
say; so may an item, which somebody maps one by one.
"""

from enum import StrEnum

EXPENSE = "EXPENSE"
"""Xero's word for the class of accounts whose lines need other tax rates than sales (FACTS 4.4)."""

NO_PLAIN_SALES = ("shipping", "discount", "fees", "refunds", "store_credit")
"""Categories that may be mapped to accounts that are not revenue."""


class UnmappedCategory(StrEnum):
    """What becomes of a line whose category has no account: it holds its invoice, or is booked as `general`."""

    HOLD = "hold"
    GENERAL = "general"
