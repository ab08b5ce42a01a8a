"""People who end invoices: they edit little, pay, cancel and void, send again, and take back to draft."""

from collections.abc import Callable

from app.domain.record.basis import AMOUNTS_ARE
from app.domain.record.fields import DISCOUNTS, LINE_ORDER, keys_of
from app.domain.record.sides import Side, Status
from tests.histories.edit import Edit
from tests.histories.people import Fields, People

CANCELLED = Status.CANCELLED.value


class EndingPeople(People):
    """The persons of one history with ends; every amount is money."""

    def start(self, words: Fields) -> Fields:
        start: Fields = {path: f"start {path}" for path in self.header}
        start |= {"status": Status.SENT.value, "currency": "AUD", "contact": "cus_1", LINE_ORDER: ["l0"]}
        start |= {
            f"lines/l0/{name}": word for name, word in {**words, "quantity": "1", DISCOUNTS[0]: None}.items()
        }
        return start | {
            "lines/l0/description": "start",
            "lines/l0/unit_price": "1000",
            AMOUNTS_ARE: "tax_inclusive",
        }

    def edit(self, fields: Fields, side: Side) -> None:
        """A person edits a side; of a voided invoice nothing, in Xero."""
        acts: list[Callable[[Fields, Side], None]] = [
            self._edit_header, self._edit_line, self._pay, self._unpay, self._end, self._end,
        ]  # fmt: skip
        if self.settings.with_decisions:
            # An invoice that ends at once leaves nothing to decide.
            acts += [self._edit_header, self._edit_header, self._edit_line, self._edit_line]
        if side is Side.PARTNER:
            acts += [self._send_again, self._send_again, self._take_back]
        elif fields["status"] == CANCELLED:
            return
        self.random.choice(acts)(fields, side)

    def _edit_header(self, fields: Fields, side: Side) -> None:
        self._set(fields, side, "reference")

    def _edit_line(self, fields: Fields, side: Side) -> None:
        name = self.random.choice(("description", "unit_price"))
        if name == "description":
            self._set(fields, side, "lines/l0/description")
        elif side is Side.PARTNER or not keys_of(fields, "payments"):
            self._put(fields, "lines/l0/unit_price", str(1000 + self._count()))

    def _pay(self, fields: Fields, side: Side) -> None:
        number = self._count()
        self._put(fields, f"payments/p{number}/amount", f"0.{number:04}".rstrip("0"))
        fields[f"payments/p{number}/paid_on"] = "2026-11-21"
        if side is Side.PARTNER:
            fields[f"payments/p{number}/method"] = None

    def _unpay(self, fields: Fields, _side: Side) -> None:
        payments = keys_of(fields, "payments")
        if payments:
            self._take_away(fields, self.random.choice(payments))

    def _end(self, fields: Fields, side: Side) -> None:
        """Cancelled or voided; the office takes away what was paid before, and the app's people sometimes do."""
        if side is Side.XERO or self.random.random() < 0.3:
            for key in keys_of(fields, "payments"):
                self._take_away(fields, key)
        fields["status"] = CANCELLED

    def _send_again(self, fields: Fields, _side: Side) -> None:
        fields["status"] = Status.SENT.value

    def _take_back(self, fields: Fields, _side: Side) -> None:
        """It goes back to draft."""
        if fields["status"] == Status.SENT:
            fields["status"] = Status.DRAFT.value

    def _count(self) -> int:
        self.made += 1
        return self.made

    def _put(self, fields: Fields, path: str, value: object) -> None:
        self.edits.append(Edit(path, fields.get(path), value))
        fields[path] = value

    def _take_away(self, fields: Fields, key: str) -> None:
        for path in [path for path in fields if path.startswith(f"payments/{key}/")]:
            self.edits.append(Edit(path, fields.pop(path), None))
