"""What people do to an invoice or a contact on either side, and what they meant by it.

An amount of money is meant under the basis that stands beside it when it is typed; a person who says another basis says
anew what every amount there is. So no amount may stand under a basis under which nobody ever saw it.
"""

from collections.abc import Mapping
from random import Random

from app.domain.record.basis import AMOUNTS_ARE, NO_TAX
from app.domain.record.fields import DISCOUNTS, LINE_ORDER, Value, keys_of, line_keys, member_of
from app.domain.record.sides import Side
from tests.histories.edit import Edit, list_values
from tests.histories.settings import Settings

HEADER = ("number", "reference", "due_on", "issued_on")
CONTACT_FIELDS = ("name", "email", "phone", "address")
MEMBERS = ("description", "unit_price")
AMOUNTS = ("unit_price", "discount_amount")
BASES = ("tax_inclusive", "tax_exclusive", NO_TAX)
APP_WORDS: dict[str, object] = {"category": None, "tax": None}
XERO_WORDS: dict[str, object] = {"account": "200", "tax_type": "NT"}
NO_DISCOUNT: dict[str, object] = dict.fromkeys(DISCOUNTS)

Fields = dict[str, Value]


class People:
    """The persons of one history, with every edit of theirs."""

    def __init__(self, random: Random, settings: Settings) -> None:
        self.random = random
        self.settings = settings
        self.header = CONTACT_FIELDS if settings.of_contact else HEADER
        self.made = 0
        self.edits: list[Edit] = []
        self.makers: dict[object, Side] = {}
        self.meant: set[tuple[object, object]] = set()

    def start(self, words: Fields) -> Fields:
        """What both sides show at first, in the words of one."""
        start: Fields = {path: f"start {path}" for path in self.header} | {LINE_ORDER: []}
        if self.settings.with_lines:
            start |= {f"lines/l0/{name}": f"start {name}" for name in MEMBERS} | {LINE_ORDER: ["l0"]}
            start |= {f"lines/l0/{name}": word for name, word in (words | NO_DISCOUNT).items()}
            start[AMOUNTS_ARE] = BASES[0]
        self.mean(start)
        return start

    def edit(self, fields: Fields, side: Side) -> None:
        """A person edits a side."""
        lines = keys_of(fields, "lines")
        choice = self.random.random() if self.settings.with_lines else 1.0
        if choice < 0.1:
            self._add_line(fields, side)
        elif choice < 0.2 and lines:
            self._remove_line(fields, self.random.choice(lines))
        elif choice < 0.3 and lines:
            self._discount(fields, side, f"lines/{self.random.choice(lines)}")
        elif choice < 0.5 and lines:
            self._set(fields, side, f"lines/{self.random.choice(lines)}/{self.random.choice(MEMBERS)}")
        elif choice < 0.6:
            self._say_basis(fields, side)
        else:
            self._set(fields, side, self.random.choice(self.header))
        self.mean(fields)

    def token(self) -> str:
        """A value; one that no other edit has, unless the settings draw from few."""
        self.made += 1
        tokens = self.settings.tokens
        return f"v{self.made if tokens is None else self.random.randrange(tokens)}"

    def mean(self, fields: Mapping[str, object]) -> None:
        """A person looks at all of it, and means each amount under the basis beside it."""
        self.meant |= _list_amounts(fields)

    def find_unmeant(self, fields: Mapping[str, object]) -> str | None:
        """The first amount that stands under a basis under which nobody meant it."""
        unmeant = sorted(map(str, _list_amounts(fields) - self.meant))
        return f"never meant {unmeant[0]}: {dict(fields)}" if unmeant else None

    def disown(self, said: object) -> None:
        """A value counts as an edit of either side from here on."""
        for value in list_values(said):
            self.makers.pop(value, None)

    def _set(self, fields: Fields, side: Side, path: str) -> None:
        value = self.token()
        self.edits.append(Edit(path, fields.get(path), value))
        self.makers[value] = side
        fields[path] = value

    def _say_basis(self, fields: Fields, side: Side) -> None:
        """Other amounts are meant, under the same numbers or, as often, with one of them typed anew."""
        over, basis = fields[AMOUNTS_ARE], self.random.choice(BASES)
        self.edits.append(Edit(AMOUNTS_ARE, over, basis))
        fields[AMOUNTS_ARE] = basis
        lines = keys_of(fields, "lines")
        if side is Side.XERO:
            tax_type = "NONE" if basis == NO_TAX else "NT"
            fields |= {f"lines/{key}/tax_type": tax_type for key in lines}
        if lines and self.random.random() < 0.5:
            self._set(fields, side, f"lines/{self.random.choice(lines)}/unit_price")

    def _discount(self, fields: Fields, side: Side, line: str) -> None:
        """A rate or an amount, in the place of the other."""
        given, other = self.random.sample([f"{line}/{name}" for name in DISCOUNTS], 2)
        if fields.get(other) is not None:
            self.edits.append(Edit(other, fields[other], None))
        fields[other] = None
        self._set(fields, side, given)

    def _add_line(self, fields: Fields, side: Side) -> None:
        self.made += 1
        key = f"n{self.made}"
        words = APP_WORDS if side is Side.PARTNER else XERO_WORDS
        if side is Side.XERO and fields[AMOUNTS_ARE] == NO_TAX:
            words = words | {"tax_type": "NONE"}
        fields |= {f"lines/{key}/{name}": word for name, word in (words | NO_DISCOUNT).items()}
        for name in MEMBERS:
            self._set(fields, side, f"lines/{key}/{name}")
        fields[LINE_ORDER] = [*fields[LINE_ORDER], key]

    def _remove_line(self, fields: Fields, key: str) -> None:
        for path in [path for path in fields if path.startswith(f"lines/{key}/")]:
            self.edits.append(Edit(path, fields.pop(path), None))
        fields[LINE_ORDER] = [other for other in line_keys(fields) if other != key]


def _list_amounts(fields: Mapping[str, object]) -> set[tuple[object, object]]:
    """The amounts, each with the basis under which it stands."""
    basis = fields.get(AMOUNTS_ARE)
    return {
        (value, basis) for path, value in fields.items() if member_of(path) in AMOUNTS and value is not None
    }
