"""Words of lines that nobody in Xero knows: categories and taxes without a place in the maps, items that are not there.

A line that names one cannot be written, so it holds the invoice until the word is mapped or corrected.
"""

from collections.abc import Collection

from app.domain.holds.hold import Hold
from app.domain.record.coupling import unknown_words
from app.domain.record.fields import Fields
from app.domain.record.item_code import ItemCodes, unknown_items

ITEM_UNKNOWN = "item_unknown"


def judge_words(record: Fields) -> Hold | None:
    """The first category or tax that the maps do not know."""
    words = unknown_words(record)
    if not words:
        return None
    kind, word = words[0].kind, words[0].word
    setting = "revenue_accounts" if kind == "category" else "taxes"
    return Hold(
        f"{kind}_unmapped",
        f"The {kind} {word!r} is not mapped to Xero.",
        f"Map it in the settings under {setting}.",
    )


def judge_items(record: Fields, items: ItemCodes, moves: Collection[str] | None = None) -> Hold | None:
    """A line that is about to be written names an item that Xero does not have and that may not be made from it."""
    unknown = sorted(unknown_items(record, items, moves).values())
    waiting = [item for item in unknown if items.must_wait_for(item)]
    if not waiting:
        return None
    return Hold(
        ITEM_UNKNOWN,
        f"Xero has no item {waiting[0]!r}.",
        "Add the item in Xero, or choose in the settings, under unknown_item, what becomes of such lines; then sweep.",
    )
