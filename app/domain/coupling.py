"""One fact in two vocabularies, kept together: category and account, tax and tax type, sent_at and is_sent, and (see
`item_code`) item code and item.

The partner's app says "materials" and "gst"; Xero says account "200" and tax type "OUTPUT". The record holds both
words, each compared only with the side that speaks it. After one side's edits were merged, `couple` moves the other
word along. A word of Xero's that no map knows travels to the partner as `xero:<word>`, and means that very word
when it comes back, so a line that a person gave an unusual account in Xero survives every round trip.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.fields import Fields, Value, instant_text, is_text_only, keys_of, member
from app.domain.item_code import ItemCodes, couple_item
from app.domain.sides import Side

XERO_WORD = "xero:"
NO_TAX_TYPE = "NONE"

_LINE_WORDS = ("category", "tax", "account", "tax_type")


class UnknownWord(Exception):
    """A category or tax that the connection's maps do not know."""

    def __init__(self, kind: str, word: str | None) -> None:
        super().__init__(f"{kind} {word!r} is not mapped")
        self.kind = kind
        self.word = word


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The connection's maps.

    `accounts`: category -> account code, `general` being used where a line names no category. `taxes`: the partner's
    word -> Xero tax type, `none` being used where a line names no tax. `tracking`: what a new line of the app is
    tracked under in Xero, option by category, in Xero's names. `items`: the item codes that Xero has.
    """

    accounts: Mapping[str, str] = field(default_factory=dict)
    taxes: Mapping[str, str] = field(default_factory=dict)
    tracking: Mapping[str, str] = field(default_factory=dict)
    items: ItemCodes = field(default_factory=ItemCodes)

    def account_of(self, category: str | None) -> str | None:
        """The account code for a category; None where the maps do not know it."""
        return _translate(self.accounts, category or "general")

    def tax_type_of(self, tax: str | None, amounts_are: str | None) -> str | None:
        """The tax type for a tax word; an invoice without tax has Xero's NONE whatever its lines say."""
        if amounts_are == "no_tax":
            return NO_TAX_TYPE
        return _translate(self.taxes, tax or "none")

    def category_of(self, account: str | None, current: str | None) -> str | None:
        """The category to show for an account: the current one while it still means it, else the first that does."""
        return _word_for(self.accounts, account, current, fallback="general")

    def tax_of(self, tax_type: str | None, current: str | None, amounts_are: str | None) -> str | None:
        """The tax word to show for a tax type, the current one while it still means it."""
        if amounts_are == "no_tax" or tax_type is None:
            return current
        return _word_for(self.taxes, tax_type, current, fallback="none")


def _translate(words: Mapping[str, str], word: str) -> str | None:
    if word.startswith(XERO_WORD):
        return word.removeprefix(XERO_WORD)
    return words.get(word)


def _word_for(
    words: Mapping[str, str], meaning: str | None, current: str | None, *, fallback: str
) -> str | None:
    if meaning is None or _translate(words, current or fallback) == meaning:
        return current
    known = next((word for word, value in words.items() if value == meaning), None)
    return known or f"{XERO_WORD}{meaning}"


def couple(
    side: Side, before: Fields, merged: Fields, vocabulary: Vocabulary, at: datetime
) -> dict[str, Value]:
    """The merged record with the other side's words moved along; `at` is when the edit was made (for `sent_at`)."""
    record = dict(merged)
    _couple_sent(side, record, at)
    for key in keys_of(record, "lines"):
        line = f"lines/{key}/"
        _keep_one_discount(before, record, line)
        couple_item(side, before, record, key, vocabulary.items)
        if is_text_only(record, key):
            record |= {line + name: record.get(line + name) for name in _LINE_WORDS}
        elif side is Side.PARTNER:
            _follow_partner(before, record, line, vocabulary)
        else:
            _follow_xero(before, record, line, vocabulary)
    for key in keys_of(record, "payments"):
        record.setdefault(f"payments/{key}/method", None)
    for key in keys_of(record, "credits"):
        record.setdefault(f"credits/{key}/reason", None)
    return record


def _keep_one_discount(before: Fields, record: dict[str, Value], line: str) -> None:
    """A line has a discount by rate or by amount: of two, the one that was just given stands."""
    rate, amount = line + "discount_rate", line + "discount_amount"
    if record.get(rate) is None or record.get(amount) is None:
        return
    if record[amount] != before.get(amount):
        record[rate] = None
    else:
        del record[amount]


def _couple_sent(side: Side, record: dict[str, Value], at: datetime) -> None:
    if side is Side.PARTNER:
        record["is_sent"] = record.get("sent_at") is not None
    elif record.get("is_sent") and not record.get("sent_at"):
        record["sent_at"] = instant_text(at)


def _follow_partner(before: Fields, record: dict[str, Value], line: str, vocabulary: Vocabulary) -> None:
    category, tax, amounts_are = (
        record.get(line + "category"),
        record.get(line + "tax"),
        record.get("amounts_are"),
    )
    if line + "account" not in record:
        _track(record, line, vocabulary)
    if line + "account" not in record or category != before.get(line + "category"):
        record[line + "account"] = vocabulary.account_of(category)
    tax_moved = tax != before.get(line + "tax") or amounts_are != before.get("amounts_are")
    if line + "tax_type" not in record or tax_moved:
        record[line + "tax_type"] = vocabulary.tax_type_of(tax, amounts_are)


def _track(record: dict[str, Value], line: str, vocabulary: Vocabulary) -> None:
    record.pop(line + "tracking", None)
    if vocabulary.tracking:
        record[line + "tracking"] = dict(vocabulary.tracking)


def _follow_xero(before: Fields, record: dict[str, Value], line: str, vocabulary: Vocabulary) -> None:
    account, tax_type = record.get(line + "account"), record.get(line + "tax_type")
    if line + "category" not in record or account != before.get(line + "account"):
        record[line + "category"] = vocabulary.category_of(account, record.get(line + "category"))
    if line + "tax" not in record or tax_type != before.get(line + "tax_type"):
        record[line + "tax"] = vocabulary.tax_of(
            tax_type, record.get(line + "tax"), record.get("amounts_are")
        )


def refresh_unmapped(record: Fields, vocabulary: Vocabulary) -> dict[str, Value]:
    """Fill accounts and tax types that were unknown when the line was merged and are mapped by now."""
    return _translated(record, vocabulary, lambda held: held is None)


def translate_anew(record: Fields, vocabulary: Vocabulary) -> dict[str, Value]:
    """Every account, tax type and tracking by the maps as they are now: for a record that Xero has not seen yet."""
    translated = _translated(record, vocabulary, lambda held: True)
    for key in keys_of(record, "lines"):
        if not is_text_only(record, key):
            _track(translated, f"lines/{key}/", vocabulary)
    return translated


def _translated(record: Fields, vocabulary: Vocabulary, is_due: Callable[[Value], bool]) -> dict[str, Value]:
    filled = dict(record)
    amounts_are = record.get("amounts_are")
    for key in keys_of(record, "lines"):
        if is_text_only(record, key):
            continue
        if is_due(member(record, "lines", key, "account")):
            filled[f"lines/{key}/account"] = vocabulary.account_of(member(record, "lines", key, "category"))
        if is_due(member(record, "lines", key, "tax_type")):
            tax = member(record, "lines", key, "tax")
            filled[f"lines/{key}/tax_type"] = vocabulary.tax_type_of(tax, amounts_are)
    return filled


def unknown_words(record: Fields) -> list[UnknownWord]:
    """The words that the maps did not know: lines that have no account or no tax type."""
    unknown: list[UnknownWord] = []
    for key in keys_of(record, "lines"):
        if is_text_only(record, key):
            continue
        if member(record, "lines", key, "account") is None:
            unknown.append(UnknownWord("category", member(record, "lines", key, "category") or "general"))
        if member(record, "lines", key, "tax_type") is None:
            unknown.append(UnknownWord("tax", member(record, "lines", key, "tax") or "none"))
    return unknown
