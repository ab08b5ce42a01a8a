"""People who do to an invoice whatever can be done to it, where `people` do what is commonest.

Beside what those do they choose categories, taxes and items in the words of their side, change quantities, put lines in
another order, turn a line into words alone and back, send the invoice once more, pay and take payments away, and bring
a line back that they took away. A discount by amount is there only where there is one, as both sides tell it.

A word that no map knows is `xero:<word>` in the app and `<word>` in Xero (`coupling`), so each can be told on either.
"""

from collections.abc import Callable, Collection

from app.domain.record.basis import AMOUNTS_ARE, NO_TAX
from app.domain.record.coupling import XERO_WORD, Vocabulary
from app.domain.record.fields import (
    DISCOUNTS,
    LINE_ORDER,
    group_of,
    is_text_only,
    keys_of,
    line_keys,
    member_of,
)
from app.domain.record.sides import Side
from tests.histories.edit import Edit, list_values
from tests.histories.people import (
    APP_WORDS,
    BASES,
    CONTACT_FIELDS,
    HEADER,
    MEMBERS,
    XERO_WORDS,
    Fields,
    People,
)

APP_ALL: Fields = APP_WORDS | {"item_code": None}
XERO_ALL: Fields = XERO_WORDS | {"item": None}
WORDS = {Side.PARTNER: tuple(APP_ALL), Side.XERO: tuple(XERO_ALL)}
RATE, AMOUNT = DISCOUNTS
SHARED = {*HEADER, *CONTACT_FIELDS, AMOUNTS_ARE, *MEMBERS, "quantity", *DISCOUNTS, "amount", "paid_on"}

Act = Callable[[Fields, Side, str], None]


class BusyPeople(People):
    """The persons of one history, who leave nothing undone."""

    def start(self, words: Fields) -> Fields:
        start = super().start(words)
        if not self.settings.with_lines:
            return start
        all_words = APP_ALL if words is APP_WORDS else XERO_ALL
        start |= {f"lines/l0/{name}": word for name, word in (all_words | {"quantity": "1"}).items()}
        del start[f"lines/l0/{AMOUNT}"]
        return start

    def edit(self, fields: Fields, side: Side) -> None:
        """A person edits a side."""
        lines = keys_of(fields, "lines")
        if self.random.random() < 0.2:
            self._set(fields, side, self.random.choice(self.header))
        elif not lines or self.random.random() < 0.1:
            self._add_line(fields, side)
        else:
            act = self.random.choice(self._list_acts(side))
            act(fields, side, self.random.choice(lines))
        self._tell_as_sides_do(fields)
        self.mean(fields)

    def _list_acts(self, side: Side) -> list[Act]:
        """What is done to a line, or beside the lines; what stands twice is done twice as often."""
        often = [self._choose_word, self._give_discount, self._change]
        once = [self._remove, self._say, self._reorder, self._say_words_alone, self._pay, self._unpay]
        own = [self._send_again, self._bring_back] if side is Side.PARTNER else [self._mark]
        return [*often, *often, *once, *own]

    def _change(self, fields: Fields, side: Side, key: str) -> None:
        """Its words, its price or its quantity."""
        names = ("description",) if is_text_only(fields, key) else (*MEMBERS, "quantity")
        self._set(fields, side, f"lines/{key}/{self.random.choice(names)}")

    def _remove(self, fields: Fields, _side: Side, key: str) -> None:
        self._remove_line(fields, key)

    def _say(self, fields: Fields, side: Side, _key: str) -> None:
        self._say_basis(fields, side)

    def _choose_word(self, fields: Fields, side: Side, key: str) -> None:
        """Another category, tax or item, in the words of that side; what is words alone has none."""
        if is_text_only(fields, key):
            return
        name = self.random.choice(WORDS[side])
        if name in ("tax", "tax_type") and fields[AMOUNTS_ARE] == NO_TAX:
            return
        is_word_of_xero = side is Side.PARTNER and name != "item_code"
        token = self.token()
        self._put(fields, side, f"lines/{key}/{name}", f"{XERO_WORD}{token}" if is_word_of_xero else token)

    def _give_discount(self, fields: Fields, side: Side, key: str) -> None:
        """One in either form, in the place of the other; or none any more."""
        if is_text_only(fields, key):
            return
        if self.random.random() < 0.7:
            self._discount(fields, side, f"lines/{key}")
            return
        for name in DISCOUNTS:
            self._put(fields, side, f"lines/{key}/{name}", None)

    def _reorder(self, fields: Fields, _side: Side, _key: str) -> None:
        order = line_keys(fields)
        self.random.shuffle(order)
        fields[LINE_ORDER] = order

    def _say_words_alone(self, fields: Fields, side: Side, key: str) -> None:
        """A line becomes words without a price, or has one again."""
        if is_text_only(fields, key):
            for name in ("unit_price", "quantity"):
                self._set(fields, side, f"lines/{key}/{name}")
            if side is Side.XERO:
                tax_type = "NONE" if fields[AMOUNTS_ARE] == NO_TAX else "NT"
                fields |= {f"lines/{key}/account": "200", f"lines/{key}/tax_type": tax_type}
            return
        gone = ("unit_price", "quantity", *DISCOUNTS, *(WORDS[side] if side is Side.XERO else ()))
        for name in gone:
            self._put(fields, side, f"lines/{key}/{name}", None)
        if side is Side.PARTNER:
            # The app keeps the words of what is booked, and they say nothing any more.
            self.edits += [
                Edit(f"lines/{key}/{name}", fields[f"lines/{key}/{name}"], None) for name in WORDS[side]
            ]

    def _send_again(self, fields: Fields, side: Side, _key: str) -> None:
        self._put(fields, side, "sent_at", f"sent {self.token()}")

    def _mark(self, fields: Fields, _side: Side, _key: str) -> None:
        fields["is_sent"] = not fields["is_sent"]

    def _pay(self, fields: Fields, side: Side, _key: str) -> None:
        token = self.token()
        payment = f"payments/p{self.made}"
        self._put(fields, side, f"{payment}/amount", token)
        fields[f"{payment}/paid_on"] = "2026-01-02"
        if side is Side.PARTNER:
            fields[f"{payment}/method"] = None

    def _unpay(self, fields: Fields, side: Side, _key: str) -> None:
        payments = keys_of(fields, "payments")
        if payments:
            self._take_away(fields, f"payments/{self.random.choice(payments)}")

    def _bring_back(self, fields: Fields, side: Side, key: str) -> None:
        """A line is taken away and comes again under its id, with other words."""
        self._remove_line(fields, key)
        self._write_line(fields, side, key)

    def _add_line(self, fields: Fields, side: Side) -> None:
        self.made += 1
        self._write_line(fields, side, f"n{self.made}")

    def _write_line(self, fields: Fields, side: Side, key: str) -> None:
        words = APP_ALL if side is Side.PARTNER else XERO_ALL
        if side is Side.XERO and fields[AMOUNTS_ARE] == NO_TAX:
            words = words | {"tax_type": "NONE"}
        fields |= {f"lines/{key}/{name}": word for name, word in (words | {RATE: None}).items()}
        for name in (*MEMBERS, "quantity"):
            self._set(fields, side, f"lines/{key}/{name}")
        fields[LINE_ORDER] = [*line_keys({**fields, LINE_ORDER: fields[LINE_ORDER]})]

    def _say_basis(self, fields: Fields, side: Side) -> None:
        """Other amounts are meant; where there is no tax any more, or there is again, Xero's lines say so."""
        over, basis = fields[AMOUNTS_ARE], self.random.choice(BASES)
        self._put(fields, side, AMOUNTS_ARE, basis)
        priced = [key for key in keys_of(fields, "lines") if not is_text_only(fields, key)]
        if side is Side.PARTNER and basis == NO_TAX:
            # What is said of taxes says nothing any more.
            self.edits += [Edit(f"lines/{key}/tax", fields[f"lines/{key}/tax"], None) for key in priced]
        if side is Side.XERO and NO_TAX in (over, basis) and over != basis:
            for key in priced:
                self._put(fields, side, f"lines/{key}/tax_type", "NONE" if basis == NO_TAX else "NT")
        if priced and self.random.random() < 0.5:
            self._set(fields, side, f"lines/{self.random.choice(priced)}/unit_price")

    def _put(self, fields: Fields, side: Side, path: str, value: object) -> None:
        """Set a value of the person's choice; a word of everybody's is no edit that could be told."""
        is_told = value is not None and str(value).removeprefix(XERO_WORD).startswith(("v", "sent"))
        self.edits.append(Edit(path, fields.get(path), value if is_told or path == AMOUNTS_ARE else None))
        if is_told:
            self.makers[value] = side
        fields[path] = value

    def _take_away(self, fields: Fields, group: str) -> None:
        for path in [path for path in fields if path.startswith(f"{group}/")]:
            self.edits.append(Edit(path, fields.pop(path), None))

    def _tell_as_sides_do(self, fields: Fields) -> None:
        """No discount by amount is no field at all."""
        for key in keys_of(fields, "lines"):
            if fields.get(f"lines/{key}/{AMOUNT}", "") is None:
                del fields[f"lines/{key}/{AMOUNT}"]


def show_alike(fields: Fields, vocabulary: Vocabulary) -> Fields:
    """What a side shows, in words that both sides have: of two that are in step it is the same."""
    shown = {path: value for path, value in fields.items() if member_of(path) in SHARED and value is not None}
    for key in keys_of(fields, "lines"):
        if is_text_only(fields, key):
            # Nothing is counted, taken off or booked of it, whatever stands beside it.
            shown = {path: value for path, value in shown.items() if group_of(path) != f"lines/{key}"}
            shown[f"lines/{key}/description"] = fields[f"lines/{key}/description"]
            continue
        said = {name: fields.get(f"lines/{key}/{name}") for name in (*APP_ALL, *XERO_ALL)}
        if f"lines/{key}/category" in fields:
            account = vocabulary.account_of(said["category"], said["item_code"])
            tax_type = vocabulary.tax_type_of(said["tax"], fields[AMOUNTS_ARE], account)
            said |= {"account": account, "tax_type": tax_type, "item": said["item_code"]}
        if fields[AMOUNTS_ARE] == NO_TAX:
            del said["tax_type"]
        shown |= {f"lines/{key}/{name}": said[name] for name in XERO_ALL if name in said}
    return shown | {LINE_ORDER: line_keys(fields)}


def list_idle_words(fields: Fields, paths: Collection[str]) -> set[object]:
    """What stands at those of these paths that say how a line is booked which is words alone."""
    worded = {f"lines/{key}" for key in keys_of(fields, "lines") if is_text_only(fields, key)}
    idle = [path for path in paths if group_of(path) in worded and member_of(path) in APP_ALL]
    return {value for path in idle for value in list_values(fields[path])}
