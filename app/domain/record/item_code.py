"""The product code of a line in two vocabularies: `item_code` as the app says it, `item` as Xero books it.

Mostly they are the same text. They part where the app names a code that Xero does not have: then the connection's
policy says what Xero gets, and the app keeps its own word, so that a fallback or a code that was left out is never
taken for a person's edit. A code that a person chooses in Xero travels to the app as that code itself. Xero finds
codes whatever their case, so they are compared folded and written as Xero writes them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.record.fields import ABSENT, Fields, Value, is_text_only, keys_of, member
from app.domain.record.sides import Side


class UnknownItem(StrEnum):
    """What becomes of a line whose item code Xero does not have.

    `create` makes the item in Xero from the line. `fallback` books the line under another item. `description_only`
    sends the line without a code: its words, money, account and tax are right, nothing is made in the books and no
    invoice waits, which makes it the default. `hold` keeps the invoice until somebody decides.
    """

    CREATE = "create"
    FALLBACK = "fallback"
    DESCRIPTION_ONLY = "description_only"
    HOLD = "hold"


def fold(code: str) -> str:
    """The form in which codes are compared; Xero keeps none of the space around one."""
    return code.strip().casefold()


@dataclass(frozen=True, slots=True)
class ItemCodes:
    """What a connection says of item codes.

    `known` are those that Xero has, folded, to Xero's own spelling; it answers for the codes that it was asked about,
    and is None before anybody asked: then every code is taken as it is. `coming` are codes (folded) of products that
    are on their way to Xero.
    """

    known: Mapping[str, str] | None = None
    coming: Collection[str] = field(default_factory=frozenset)
    policy: UnknownItem = UnknownItem.DESCRIPTION_ONLY
    fallback: str | None = None

    def item_of(self, item_code: str | None) -> str | None:
        """What Xero should book for the app's code."""
        if item_code is None or self.known is None:
            return item_code
        key = fold(item_code)
        if key in self.known:
            return self.known[key]
        if key in self.coming or self.policy in (UnknownItem.CREATE, UnknownItem.HOLD):
            return item_code
        if self.policy is UnknownItem.DESCRIPTION_ONLY or self.fallback is None:
            return None
        return self.known.get(fold(self.fallback), self.fallback)

    def item_code_of(self, item: str | None, current: str | None) -> str | None:
        """The code to show for Xero's: the current one while it still means it."""
        return current if self.item_of(current) == item else item

    def is_unknown(self, item: str | None) -> bool:
        """Whether Xero would refuse a line with that code."""
        return item is not None and self.known is not None and fold(item) not in self.known

    def must_wait_for(self, item: str) -> bool:
        """Whether an unknown item is not for us to make from a line: nobody allows it, or the product is coming."""
        return self.policy is not UnknownItem.CREATE or fold(item) in self.coming


def couple_item(side: Side, before: Fields, record: dict[str, Value], key: str, codes: ItemCodes) -> None:
    """Move the other side's word along in a record into which this side's edits of a line were merged."""
    code_path, item_path = f"lines/{key}/item_code", f"lines/{key}/item"
    was_text, is_text = is_text_only(before, key), is_text_only(record, key)
    if side is Side.XERO:
        item, is_priced = record.get(item_path), was_text and not is_text
        if item_path in record and (code_path not in record or is_priced or item != before.get(item_path)):
            record[code_path] = codes.item_code_of(item, record.get(code_path))
        return
    is_moved = record.get(code_path) != before.get(code_path) or was_text != is_text
    if code_path in record and (item_path not in record or is_moved):
        record[item_path] = _item_of_line(record, key, codes)


def translate_items(record: Fields, held: Fields, codes: ItemCodes) -> dict[str, Value]:
    """The items of lines that Xero does not hold so yet (`held` is its shadow), by the codes and policy of now."""
    translated = dict(record)
    for key in keys_of(record, "lines"):
        path = f"lines/{key}/item"
        if f"lines/{key}/item_code" in record and record.get(path, ABSENT) != held.get(path, ABSENT):
            translated[path] = _item_of_line(record, key, codes)
    return translated


def _item_of_line(record: Fields, key: str, codes: ItemCodes) -> str | None:
    """A line that is only a description has no item either (FACTS 4.3)."""
    return None if is_text_only(record, key) else codes.item_of(record[f"lines/{key}/item_code"])


def unknown_items(record: Fields, codes: ItemCodes, among: Collection[str] | None = None) -> dict[str, str]:
    """The items that Xero would refuse, by the key of their line; only the paths `among`, where those are given."""
    found = {key: member(record, "lines", key, "item") for key in keys_of(record, "lines")}
    return {
        key: item
        for key, item in found.items()
        if codes.is_unknown(item) and (among is None or f"lines/{key}/item" in among)
    }


def without_items(record: Fields, keys: Collection[str]) -> dict[str, Value]:
    """The record with those lines booked under no item; the app keeps its codes."""
    return {**record, **{f"lines/{key}/item": None for key in keys}}


def with_item_words(record: Fields) -> dict[str, Value]:
    """A record from before the two words parted, when `item_code` was both sides' word."""
    missing = {
        f"lines/{key}/item": record[f"lines/{key}/item_code"]
        for key in keys_of(record, "lines")
        if f"lines/{key}/item_code" in record and f"lines/{key}/item" not in record
    }
    return {**record, **missing} if missing else dict(record)


def in_xero_words(projection: Fields) -> dict[str, Value]:
    """What Xero holds, as it was kept before the two words parted: its `item_code` is the `item` of now."""
    return {
        path.removesuffix("_code")
        if path.startswith("lines/") and path.endswith("/item_code")
        else path: value
        for path, value in projection.items()
    }
