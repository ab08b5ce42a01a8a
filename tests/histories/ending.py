"""A world in which invoices end: cancelled in the app, voided in Xero, sent again, gone back to draft, paid meanwhile.

What is written here is what `build_plan` says, and Xero refuses what it is known to refuse: anything on a voided
invoice, and a void, or other sums, where there are payments. A voided invoice may come back from there without lines.

An end is nobody's but that of whoever made it: what is voided in Xero somebody voided there or cancelled in the app.
What somebody cancelled stays so until somebody sends it again. Where one side is over and the other is not, or has
money that Xero never booked, it is held with a reason.
"""

from collections.abc import Callable
from dataclasses import replace

from app.domain.invoices.plan import Plan, Terms, XeroState
from app.domain.invoices.planning import build_plan
from app.domain.record.basis import AMOUNTS_ARE
from app.domain.record.fields import (
    DISCOUNTS,
    LINE_ORDER,
    Fields,
    keys_of,
    line_keys,
    member_of,
    only_groups,
    without_group,
    without_groups,
)
from app.domain.record.moves import apply_moves
from app.domain.record.observing import xero_answered
from app.domain.record.over import over_on_both
from app.domain.record.owed import xero_moves
from app.domain.record.sides import Side, Status
from app.reconcile.invoices.writes import update_target
from tests.histories.edit import Edit, find_lost, find_undecidable
from tests.histories.people import People
from tests.histories.world import World
from tests.unit.domain.samples import ORGANISATION, tax_rate

TERMS = Terms(
    replace(ORGANISATION, tax_rates=(*ORGANISATION.tax_rates, tax_rate("NT", "0"))),
    sync_from=None,
    payment_account_id="id-bank",
)
IN_XERO = XeroState(invoice_id="x-1", total=None, tax_amounts_sent=False)
CANCELLED = Status.CANCELLED.value
SHARED = ("reference", "description", "unit_price", "amount", "status")
OVER_IN_XERO = ("cancelled_in_xero", "payment_on_voided", "conflict_held")
"""Why an invoice that is voided in Xero is not settled."""


class EndingPeople(People):
    """They edit little, pay, and end invoices; every amount is money."""

    def start(self, words: Fields) -> dict[str, object]:
        start: dict[str, object] = {path: f"start {path}" for path in self.header}
        start |= {"status": Status.SENT.value, "currency": "AUD", "contact": "cus_1", LINE_ORDER: ["l0"]}
        start |= {
            f"lines/l0/{name}": word for name, word in {**words, "quantity": "1", DISCOUNTS[0]: None}.items()
        }
        return start | {
            "lines/l0/description": "start",
            "lines/l0/unit_price": "1000",
            AMOUNTS_ARE: "tax_inclusive",
        }

    def edit(self, fields: dict[str, object], side: Side) -> None:
        """A person edits a side; of a voided invoice nothing, in Xero."""
        acts: list[Callable[[dict[str, object], Side], None]] = [
            self._edit_header, self._edit_line, self._pay, self._unpay, self._end, self._end,
        ]  # fmt: skip
        if side is Side.PARTNER:
            acts += [self._send_again, self._send_again, self._take_back]
        elif fields["status"] == CANCELLED:
            return
        self.random.choice(acts)(fields, side)

    def _edit_header(self, fields: dict[str, object], side: Side) -> None:
        self._set(fields, side, "reference")

    def _edit_line(self, fields: dict[str, object], side: Side) -> None:
        name = self.random.choice(("description", "unit_price"))
        if name == "description":
            self._set(fields, side, "lines/l0/description")
        elif side is Side.PARTNER or not keys_of(fields, "payments"):
            self._put(fields, "lines/l0/unit_price", str(1000 + self._count()))

    def _pay(self, fields: dict[str, object], side: Side) -> None:
        number = self._count()
        self._put(fields, f"payments/p{number}/amount", f"0.{number:04}".rstrip("0"))
        fields[f"payments/p{number}/paid_on"] = "2026-11-21"
        if side is Side.PARTNER:
            fields[f"payments/p{number}/method"] = None

    def _unpay(self, fields: dict[str, object], _side: Side) -> None:
        payments = keys_of(fields, "payments")
        if payments:
            self._take_away(fields, self.random.choice(payments))

    def _end(self, fields: dict[str, object], side: Side) -> None:
        """Cancelled or voided; the office takes away what was paid before, and the app's people sometimes do."""
        if side is Side.XERO or self.random.random() < 0.3:
            for key in keys_of(fields, "payments"):
                self._take_away(fields, key)
        fields["status"] = CANCELLED

    def _send_again(self, fields: dict[str, object], _side: Side) -> None:
        fields["status"] = Status.SENT.value

    def _take_back(self, fields: dict[str, object], _side: Side) -> None:
        """It goes back to draft."""
        if fields["status"] == Status.SENT:
            fields["status"] = Status.DRAFT.value

    def _count(self) -> int:
        self.made += 1
        return self.made

    def _put(self, fields: dict[str, object], path: str, value: object) -> None:
        self.edits.append(Edit(path, fields.get(path), value))
        fields[path] = value

    def _take_away(self, fields: dict[str, object], key: str) -> None:
        for path in [path for path in fields if path.startswith(f"payments/{key}/")]:
            self.edits.append(Edit(path, fields.pop(path), None))


class EndingWorld(World):
    """One history with ends."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.is_over_in_app = False
        """Somebody cancelled it there, and nobody sent it again."""
        self.was_ended = False

    def _build_people(self) -> People:
        return EndingPeople(self.random, self.settings)

    # people

    def app_edited(self) -> None:
        """A person edits the app, or ends the invoice there, or brings it back."""
        before = self.app["status"]
        super().app_edited()
        if self.app["status"] != before:
            self.is_over_in_app = self.app["status"] == CANCELLED
            self.was_ended |= self.is_over_in_app

    def xero_edited(self) -> None:
        """A person edits Xero, or voids the invoice there."""
        super().xero_edited()
        self.was_ended |= self.xero["status"] == CANCELLED and self.hub.xero_shadow["status"] != CANCELLED

    # the loop

    def reconciled(self) -> None:
        """As ever, after a look at what is over."""
        self.hub = over_on_both(self.hub)
        super().reconciled()

    def _show_xero(self) -> dict[str, object]:
        """What Xero shows: of a voided invoice sometimes no lines any more."""
        shown = dict(self.xero)
        if shown["status"] == CANCELLED and self.random.random() < 0.5:
            return without_groups(shown, "lines") | {LINE_ORDER: []}
        return shown

    def _plan(self) -> Plan:
        return build_plan(self.hub, IN_XERO, TERMS)

    def _write(self) -> None:
        plan = self._plan()
        if plan.writes_invoice:
            self._update(plan)
        plan = self._plan()
        if self.hub.unanswered is not None or plan.writes_invoice:
            return
        for key in plan.payments_to_delete:
            if not self._delete(key):
                return
        for key in plan.payments_to_create:
            if not self._pay(key):
                return

    def _update(self, plan: Plan) -> None:
        target, read = update_target(self.hub, plan, self.rules.lanes), dict(self.xero)
        moves = xero_moves(self.hub, self.rules.lanes)
        self.hub = replace(self.hub, unanswered=target)
        if self._goes_wrong(0.15):
            return
        if self._goes_wrong(0.3):
            self.xero_edited()
        if not self._takes(target):
            self.hub = replace(self.hub, unanswered=None)
            self.xero_is_due = True
            return
        made = (
            {"status": moves["status"]}
            if target["status"] == CANCELLED
            else {path: moves[path] for path in plan.moves}
        )
        self.flagged |= {
            str(each[path])
            for each in (self.xero, read)
            for path in made
            if self.xero.get(path) != read.get(path) and path in each
        }
        self.xero = apply_moves(self.xero, made)
        self.xero_clock += 1
        self.writes += 1
        if self._goes_wrong(0.15):
            self.xero_is_due = True
            return
        answer = xero_answered(
            self.hub, target, self._show_xero(), rules=self.rules, at=self._now(), partner_at=self._now()
        )
        self._take(answer)

    def _takes(self, target: Fields) -> bool:
        """Whether Xero does as it is asked."""
        if self.xero["status"] == CANCELLED:
            return False
        is_paid = bool(keys_of(self.xero, "payments"))
        price = "lines/l0/unit_price"
        return not is_paid or (target["status"] != CANCELLED and target.get(price) == self.xero.get(price))

    def _delete(self, key: str) -> bool:
        """Take a payment of ours away; whether that is known to be done."""
        left = without_group(self.hub.xero_shadow, "payments", key)
        self.hub = replace(self.hub, unanswered=left)
        if self._goes_wrong(0.15):
            return False
        self.xero = without_group(self.xero, "payments", key)
        self.writes += 1
        if self._goes_wrong(0.15):
            return False
        self.hub = replace(self.hub, xero_shadow=left, unanswered=None)
        return True

    def _pay(self, key: str) -> bool:
        """Make a payment of the app's; whether that is known to be done."""
        if self._goes_wrong(0.2):
            self.xero_edited()
        if self.xero["status"] == CANCELLED:
            self.xero_is_due = True
            return False
        group = {
            path: value
            for path, value in only_groups(self.hub.record, "payments").items()
            if path.startswith(f"payments/{key}/") and not path.endswith("/method")
        }
        self.xero |= group
        self.writes += 1
        if self._goes_wrong(0.15):
            self.xero_is_due = True
            return False
        self.hub = replace(self.hub, xero_shadow={**self.hub.xero_shadow, **group})
        return True

    def _goes_wrong(self, chance: float) -> bool:
        return self.faults and self.random.random() < chance

    # the end

    def find_unmeant(self) -> str | None:
        """An end that is nobody's, or one that did not last."""
        if self.is_over_in_app and self.app["status"] != CANCELLED:
            return f"came back by itself: {self.app}"
        if not self.was_ended and CANCELLED in (self.app["status"], self.xero["status"]):
            return f"ended by nobody: app {self.app}, xero {self.xero}"
        return None

    def end(self) -> str | None:
        """Settle; what is over on one side alone is held, no edit is lost, and nothing moves by itself any more."""
        if not self.settle():
            return f"not settled, {self._plan()}: app {self.app}, xero {self.xero}, hub {self.hub}"
        if fault := self.find_unmeant() or self.find_untold():
            return fault
        before, writes = (dict(self.app), dict(self.xero)), self.writes
        self.settle()
        if (self.app, self.xero) != before or self.writes != writes:
            return f"moved by itself: {before}, then {self.app}, {self.xero}"
        stands = {**{f"x/{path}": value for path, value in self.xero.items()}, **self.hub.record}
        lost = find_lost(self.people.edits, stands, self.conflicts, self.flagged)
        return lost or find_undecidable(self.hub)

    def find_untold(self) -> str | None:
        """What differs and is not said, or is said wrongly."""
        hold = self._plan().hold
        code, is_voided = hold and hold.code, self.xero["status"] == CANCELLED
        unbooked = set(keys_of(self.app, "payments")) - set(keys_of(self.xero, "payments"))
        if is_voided and (self.app["status"] != CANCELLED or unbooked) and code not in OVER_IN_XERO:
            return f"{code}, and it is voided: app {self.app}, record {self.hub.record}"
        if not is_voided and code in OVER_IN_XERO[:2]:
            return f"{code}, and it is not voided: {self.xero}"
        return None

    def is_settled(self) -> bool:
        """Both sides show the same, or are held, and nothing is due."""
        plan = self._plan()
        is_due = self.answer_is_new or self._next_change() is not None or not plan.is_empty
        return not is_due and (plan.hold is not None or self._normal(self.app) == self._normal(self.xero))

    def _normal(self, side: Fields) -> dict[str, object]:
        if side["status"] == CANCELLED:
            return {"status": CANCELLED}
        kept = {path: value for path, value in side.items() if member_of(path) in SHARED}
        return kept | {LINE_ORDER: line_keys(side)}
