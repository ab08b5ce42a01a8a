"""One fact in two vocabularies, kept together: category and account, tax and tax type, sent_at and is_sent, and (see
`item_code`) item code and item.

The partner's app says "materials" and "gst"; Xero says account "200" and tax type "OUTPUT". The record holds both
words, each compared only with the side that speaks it. After one side's edits were merged, `couple` moves the other
word along. A word of Xero's that no map knows travels to the partner as `xero:<word>`, and means that very word
when it comes back, so a line that a person gave an unusual account in Xero survives every round trip.

An item that is mapped to an account says the account of its lines before their category does, and the category stays
what it was. On accounts of expenses a tax word may mean another tax type than on those of sales.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.record.basis import AMOUNTS_ARE, NO_TAX
from app.domain.record.fields import (
    ABSENT,
    DISCOUNTS,
    Fields,
    Value,
    instant_text,
    is_text_only,
    keys_of,
    member,
)
from app.domain.record.item_code import ItemCodes, couple_item, fold
from app.domain.record.sides import Side

XERO_WORD = "xero:"
NO_TAX_TYPE = "NONE"

_LINE_WORDS = ("category", "tax", "account", "tax_type")

_SAID_TOGETHER = (("sent_at", "is_sent"), DISCOUNTS, (*_LINE_WORDS, "item_code", "item"))
"""Header fields or members of lines, of which an edit of one may move another along."""


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

    `item_accounts`: item code (folded) -> account code, which goes before the category of a line that names the item.
    `falls_to_general`: categories that are not mapped are booked as `general`. `expense_taxes`: word -> Xero tax type
    on `expense_accounts` (codes), where that is another than elsewhere.
    """

    accounts: Mapping[str, str] = field(default_factory=dict)
    taxes: Mapping[str, str] = field(default_factory=dict)
    tracking: Mapping[str, str] = field(default_factory=dict)
    items: ItemCodes = field(default_factory=ItemCodes)
    item_accounts: Mapping[str, str] = field(default_factory=dict)
    falls_to_general: bool = False
    expense_taxes: Mapping[str, str] = field(default_factory=dict)
    expense_accounts: Collection[str] = field(default_factory=frozenset)

    def account_of_item(self, item_code: str | None) -> str | None:
        """The account code that an item is mapped to by itself; None where its lines go by their category."""
        return self.item_accounts.get(fold(item_code)) if item_code and self.item_accounts else None

    def account_of(self, category: str | None, item_code: str | None = None) -> str | None:
        """The account code for a line of that category and item; None where the maps do not know it.

        A word of Xero's names its account itself: somebody chose it for that line, whatever its item.
        """
        word = category or "general"
        if word.startswith(XERO_WORD):
            return word.removeprefix(XERO_WORD)
        known = self.account_of_item(item_code) or self.accounts.get(word)
        return self.accounts.get("general") if known is None and self.falls_to_general else known

    def tax_type_of(self, tax: str | None, amounts_are: str | None, account: str | None = None) -> str | None:
        """The tax type for a tax word; an invoice without tax has Xero's NONE whatever its lines say."""
        if amounts_are == "no_tax":
            return NO_TAX_TYPE
        word = tax or "none"
        if word.startswith(XERO_WORD):
            return word.removeprefix(XERO_WORD)
        return self._taxes_on(account).get(word)

    def category_of(
        self, account: str | None, current: str | None, item_code: str | None = None
    ) -> str | None:
        """The category to show for an account: the current one while it still means it, else the first that does.

        Of a line whose item has an account no category means another one: that is `xero:<code>` then. Back on the
        item's own account, its category is the one that means it by itself, or none: the item says it.
        """
        if account is None or self.account_of(current, item_code) == account:
            return current
        known = next((word for word, value in self.accounts.items() if value == account), None)
        of_item = self.account_of_item(item_code)
        if of_item is not None:
            return known if of_item == account else f"{XERO_WORD}{account}"
        return known or f"{XERO_WORD}{account}"

    def tax_of(
        self, tax_type: str | None, current: str | None, amounts_are: str | None, account: str | None = None
    ) -> str | None:
        """The tax word to show for a tax type, the current one while it still means it."""
        if amounts_are == "no_tax" or tax_type is None:
            return current
        if self.tax_type_of(current, amounts_are, account) == tax_type:
            return current
        known = next((word for word, value in self._taxes_on(account).items() if value == tax_type), None)
        return known or f"{XERO_WORD}{tax_type}"

    def is_expense(self, account: str | None) -> bool:
        """Whether tax words have their other meaning on that account."""
        return account is not None and account in self.expense_accounts

    def tax_type_on(self, account: str | None, tax_type: str | None) -> str | None:
        """The tax type that is on an account what another is elsewhere: the one that the same word means there."""
        there = self._taxes_on(account)
        elsewhere = self.taxes if self.is_expense(account) else self.expense_taxes
        word = next((word for word, value in elsewhere.items() if value == tax_type), None)
        return tax_type if word is None or tax_type in there.values() else there.get(word, tax_type)

    def _taxes_on(self, account: str | None) -> Mapping[str, str]:
        return {**self.taxes, **self.expense_taxes} if self.is_expense(account) else self.taxes


def couple(
    side: Side, before: Fields, merged: Fields, vocabulary: Vocabulary, at: datetime
) -> dict[str, Value]:
    """The merged record with the other side's words moved along; `at` is when the edit was made (for `sent_at`)."""
    record = dict(merged)
    _couple_sent(side, before, record, at)
    for key in keys_of(record, "lines"):
        line = f"lines/{key}/"
        _keep_one_discount(before, record, line)
        couple_item(side, before, record, key, vocabulary.items)
        if is_text_only(record, key):
            record |= {line + name: record.get(line + name) for name in _LINE_WORDS}
            if side is Side.PARTNER:
                _say_no_sums(before, record, key)
        elif side is Side.PARTNER:
            _follow_partner(before, record, line, vocabulary)
        else:
            _follow_xero(before, record, line, vocabulary)
    for key in keys_of(record, "payments"):
        record.setdefault(f"payments/{key}/method", None)
    for key in keys_of(record, "credits"):
        record.setdefault(f"credits/{key}/reason", None)
    return record


def list_said_with(path: str) -> list[str]:
    """The paths that may move along with an edit of that field; none of a whole line."""
    group, _, name = path.rpartition("/")
    names = next((each for each in _SAID_TOGETHER if name in each), ())
    return [f"{group}/{other}" if group else other for other in names if other != name]


def _say_no_sums(before: Fields, record: dict[str, Value], key: str) -> None:
    """A line that is only a description has no quantity in Xero and nothing taken off it, whatever the app says."""
    line, known = f"lines/{key}/", before if is_text_only(before, key) else {}
    rate, amount = (line + name for name in DISCOUNTS)
    record |= {path: known.get(path) for path in (line + "quantity", rate) if path in record}
    record.pop(amount, None)


def _keep_one_discount(before: Fields, record: dict[str, Value], line: str) -> None:
    """A line has a discount by rate or by amount: of two, the one that was just given stands."""
    rate, amount = (line + name for name in DISCOUNTS)
    if record.get(rate) is None or record.get(amount) is None:
        return
    if record[amount] != before.get(amount):
        record[rate] = None
    else:
        del record[amount]


def _couple_sent(side: Side, before: Fields, record: dict[str, Value], at: datetime) -> None:
    """A person in Xero may mark as unsent what was sent: no other edit of the app undoes that."""
    if side is Side.PARTNER:
        if "is_sent" not in record or record.get("sent_at") != before.get("sent_at"):
            record["is_sent"] = record.get("sent_at") is not None
    elif record.get("is_sent") and not record.get("sent_at"):
        record["sent_at"] = instant_text(at)


def _follow_partner(before: Fields, record: dict[str, Value], line: str, vocabulary: Vocabulary) -> None:
    category, tax, amounts_are, item = (
        record.get(line + "category"),
        record.get(line + "tax"),
        record.get("amounts_are"),
        record.get(line + "item_code"),
    )
    if line + "account" not in record:
        _track(record, line, vocabulary)
    is_priced = _is_priced_anew(before, record, line)
    is_moved = category != before.get(line + "category") or _is_other_item(before, record, line, vocabulary)
    if line + "account" not in record or is_moved or is_priced:
        record[line + "account"] = vocabulary.account_of(category, item)
    tax_moved = tax != before.get(line + "tax") or amounts_are != before.get("amounts_are") or is_priced
    if line + "tax_type" not in record or tax_moved or _is_other_class(before, record, line, vocabulary):
        record[line + "tax_type"] = vocabulary.tax_type_of(tax, amounts_are, record[line + "account"])


def _is_priced_anew(before: Fields, record: Fields, line: str) -> bool:
    """Whether a line that was words alone has a price now: what it was booked under meant nothing meanwhile."""
    price = line + "unit_price"
    return before.get(price, ABSENT) is None and record.get(price) is not None


def _is_other_item(before: Fields, record: Fields, line: str, vocabulary: Vocabulary) -> bool:
    """Whether the line's item says another account than it did, or says one no more."""
    was, now = before.get(line + "item_code"), record.get(line + "item_code")
    return was != now and vocabulary.account_of_item(was) != vocabulary.account_of_item(now)


def _is_other_class(before: Fields, record: Fields, line: str, vocabulary: Vocabulary) -> bool:
    """Whether the line's tax word means something else on its account than on the one before."""
    was, now = before.get(line + "account"), record.get(line + "account")
    return was != now and vocabulary.is_expense(was) != vocabulary.is_expense(now)


def _track(record: dict[str, Value], line: str, vocabulary: Vocabulary) -> None:
    record.pop(line + "tracking", None)
    if vocabulary.tracking:
        record[line + "tracking"] = dict(vocabulary.tracking)


def _follow_xero(before: Fields, record: dict[str, Value], line: str, vocabulary: Vocabulary) -> None:
    account, tax_type = record.get(line + "account"), record.get(line + "tax_type")
    is_priced = _is_priced_anew(before, record, line)
    is_moved = account != before.get(line + "account") or _is_other_item(before, record, line, vocabulary)
    if line + "category" not in record or is_moved or is_priced:
        item, current = record.get(line + "item_code"), record.get(line + "category")
        record[line + "category"] = vocabulary.category_of(account, current, item)
    # While nothing was taxed the words said nothing, and nobody moved them.
    is_taxed_again = before.get(AMOUNTS_ARE) == NO_TAX != record.get(AMOUNTS_ARE)
    tax_moved = is_taxed_again or is_priced or tax_type != before.get(line + "tax_type")
    if line + "tax" not in record or tax_moved or _is_other_class(before, record, line, vocabulary):
        record[line + "tax"] = vocabulary.tax_of(
            tax_type, record.get(line + "tax"), record.get("amounts_are"), account
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
        account = member(record, "lines", key, "account")
        if is_due(account):
            category, item = (member(record, "lines", key, name) for name in ("category", "item_code"))
            account = filled[f"lines/{key}/account"] = vocabulary.account_of(category, item)
        if is_due(member(record, "lines", key, "tax_type")):
            tax = member(record, "lines", key, "tax")
            filled[f"lines/{key}/tax_type"] = vocabulary.tax_type_of(tax, amounts_are, account)
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
