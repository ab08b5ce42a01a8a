"""A world in which invoices end: cancelled in the app, voided in Xero, sent again, gone back to draft, paid meanwhile.

What is written here is what `build_plan` says, and Xero refuses what it is known to refuse: anything on a voided
invoice, and a void, or other sums, where there are payments. A voided invoice may come back from there without lines.

An end is nobody's but that of whoever made it: what is voided in Xero somebody voided there or cancelled in the app.
What somebody cancelled stays so until somebody sends it again. Where one side is over and the other is not, or has
money that Xero never booked, it is held with a reason.
"""

from dataclasses import replace

from app.domain.findings.ignoring import list_ignored
from app.domain.invoices.plan import Plan, Terms, XeroState
from app.domain.invoices.planning import build_plan
from app.domain.record.direction import OPEN
from app.domain.record.fields import (
    LINE_ORDER,
    Fields,
    keys_of,
    line_keys,
    member_of,
    only_groups,
    without_group,
    without_groups,
)
from app.domain.record.hub import Hub
from app.domain.record.moves import apply_moves
from app.domain.record.observing import xero_answered
from app.domain.record.over import over_on_both
from app.domain.record.owed import xero_moves
from app.reconcile.invoices.writes import update_target
from tests.histories.edit import find_lost, find_undecidable
from tests.histories.ending_people import CANCELLED, EndingPeople
from tests.histories.people import People
from tests.histories.world import World
from tests.unit.domain.samples import ORGANISATION, tax_rate

TERMS = Terms(
    replace(ORGANISATION, tax_rates=(*ORGANISATION.tax_rates, tax_rate("NT", "0"))),
    sync_from=None,
    payment_account_id="id-bank",
)
IN_XERO = XeroState(invoice_id="x-1", total=None, tax_amounts_sent=False)
SHARED = ("reference", "description", "unit_price", "amount", "status")
OVER_IN_XERO = ("cancelled_in_xero", "payment_on_voided", "conflict_held")
"""Why an invoice that is voided in Xero is not settled."""


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
        return self._plan_of(self.hub)

    def _plan_of(self, hub: Hub) -> Plan:
        return build_plan(hub, IN_XERO, replace(TERMS, lanes=self.rules.lanes))

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
        """Settle, as things are and with everything open; what is over on one side alone is held, no edit is lost, and
        nothing moves by itself any more.
        """
        if self.rules.lanes != OPEN and (fault := self.find_restless()):
            return fault
        self._choose(OPEN)
        if fault := self.find_restless() or self.find_unmeant() or self.find_untold():
            return fault
        stands = {**{f"x/{path}": value for path, value in self.xero.items()}, **self.hub.record}
        excused = self.flagged | self.seen_by_deciders
        lost = find_lost(self.people.edits, stands, self.conflicts, excused)
        return lost or find_undecidable(self.hub)

    def find_untold(self) -> str | None:
        """What differs and is not said, or is said wrongly."""
        hold = self._plan().hold
        code, is_voided = hold and hold.code, self.xero["status"] == CANCELLED
        unbooked = set(keys_of(self.app, "payments")) - set(keys_of(self.xero, "payments"))
        is_said = code in OVER_IN_XERO or bool(list_ignored(self.hub))
        if is_voided and (self.app["status"] != CANCELLED or unbooked) and not is_said:
            return f"{code}, and it is voided: app {self.app}, record {self.hub.record}"
        if not is_voided and code in OVER_IN_XERO[:2]:
            return f"{code}, and it is not voided: {self.xero}"
        return None

    def is_settled(self) -> bool:
        """Both sides show the same, or are held or kept apart, and nothing is due."""
        plan = self._plan()
        if self.answer_is_new or self._next_change() is not None or not plan.is_empty:
            return False
        is_open = self.rules.lanes == OPEN
        is_left = plan.hold is not None or bool(self.hub.open_conflicts) or not is_open
        if not is_left and self._normal(self.app) != self._normal(self.xero):
            return False
        # What was taken back may wait for what holds the invoice, but not for a decision of its own.
        waits = plan.hold is not None and plan.hold.code != "conflict_held"
        return waits or not (is_open and self.hub.parted)

    def _normal(self, side: Fields) -> dict[str, object]:
        if side["status"] == CANCELLED:
            return {"status": CANCELLED}
        kept = {path: value for path, value in side.items() if member_of(path) in SHARED}
        return kept | {LINE_ORDER: line_keys(side)}
