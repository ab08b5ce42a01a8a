"""The plan for one link: what is due in Xero, computed before anything is sent, as data that can be shown and refused.

`build_plan` compares the record with Xero's shadow, asks the gate, the maps and legality, and answers a plan: a
write, payments to create and delete, or a hold. What is due at the partner is `hub.next_change`; it never waits for
Xero.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.domain import gate
from app.domain.coupling import unknown_words
from app.domain.fields import Fields, keys_of
from app.domain.hub import Hub, xero_moves
from app.domain.legality import (
    PAID_LOCKED,
    VOID_BLOCKED,
    Hold,
    editable_when_paid,
    judge_create,
    judge_update,
)
from app.domain.money import CENT, paid, totals
from app.domain.organisation import Organisation
from app.domain.sides import Side, Status, project


@dataclass(frozen=True, slots=True)
class Terms:
    """What the connection's settings and organisation say about writing to Xero."""

    organisation: Organisation
    sync_from: date | None
    payment_account_id: str | None


@dataclass(frozen=True, slots=True)
class XeroState:
    """What is known of the link's invoice in Xero beside its shadow.

    `invoice_id` is None until it was created. `total` is the total that Xero last showed, `tax_amounts_sent` whether
    line tax amounts were written already to mend a cent.
    """

    invoice_id: str | None
    total: str | None
    tax_amounts_sent: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What is due in Xero for one link.

    `create`: a new invoice from the record. `moves`: paths of an update in place (a void among them).
    `with_tax_amounts`: send every line with its tax amount. `payments_to_create` and `payments_to_delete` are payment
    keys. `hold` stops the writes but not what the partner is told; `stays_home` is the gate's answer.
    """

    create: bool = False
    moves: tuple[str, ...] = ()
    with_tax_amounts: bool = False
    payments_to_create: tuple[str, ...] = ()
    payments_to_delete: tuple[str, ...] = ()
    hold: Hold | None = None
    stays_home: gate.StaysHome | None = None

    @property
    def writes_invoice(self) -> bool:
        return self.create or bool(self.moves) or self.with_tax_amounts

    @property
    def is_empty(self) -> bool:
        """Nothing is due in Xero: settled there, at home, or held."""
        return not (self.writes_invoice or self.payments_to_create or self.payments_to_delete)


def build_plan(hub: Hub, xero: XeroState, terms: Terms) -> Plan:
    """What is due in Xero for this hub under these terms."""
    conflict = _conflict_hold(hub.open_conflicts) if hub.open_conflicts else None
    if xero.invoice_id is None:
        return _plan_create(hub, terms)
    plan = _plan_update(hub, xero, terms)
    return plan if plan.hold or conflict is None else _held_beside(plan, conflict)


def _plan_create(hub: Hub, terms: Terms) -> Plan:
    stays_home = gate.to_xero(hub.record, terms.sync_from)
    if stays_home is not None:
        return Plan(stays_home=stays_home)
    hold = _unmapped(hub.record) or judge_create(hub.record, terms.organisation)
    return Plan(hold=hold) if hold else Plan(create=True)


def _plan_update(hub: Hub, xero: XeroState, terms: Terms) -> Plan:
    moves = xero_moves(hub)
    shadow = project(Side.XERO, hub.xero_shadow)
    to_delete = _payments_gone(hub, moves)
    invoice_moves = tuple(sorted(path for path in moves if not path.startswith("payments/")))
    touches_lines = any(path.startswith("lines/") for path in invoice_moves)
    hold = _unmapped(hub.record) if touches_lines else None
    hold = hold or judge_update(invoice_moves, hub.record, shadow, terms.organisation)
    if hold is not None:
        # Of an invoice with payments Xero still takes some fields; they need not wait for the others.
        goes = editable_when_paid(invoice_moves, hub.record, shadow) if hold.code == PAID_LOCKED else ()
        # Taking a payment back is a way out of these two, and nothing to do silently beside any other hold.
        way_out = to_delete if hold.code in {PAID_LOCKED, VOID_BLOCKED} else ()
        return Plan(moves=goes, hold=hold, payments_to_delete=way_out)
    if invoice_moves:
        return Plan(moves=invoice_moves, payments_to_delete=to_delete)
    created, hold = _payments_missing(hub, moves, terms)
    is_equal = not moves and not hub.open_conflicts
    with_tax, total_hold = _mend_total(hub, xero, terms) if is_equal else (False, None)
    return Plan(
        with_tax_amounts=with_tax,
        payments_to_create=created,
        payments_to_delete=to_delete,
        hold=hold or total_hold,
    )


def _payments_gone(hub: Hub, moves: Iterable[str]) -> tuple[str, ...]:
    """Payments that Xero should not hold as it does: taken back in the app, or changed there.

    Xero edits no payment, so a changed one is deleted and made anew (FACTS 5).
    """
    changed = {path.split("/")[1] for path in moves if path.startswith("payments/")}
    gone = set(keys_of(hub.xero_shadow, "payments")) - set(keys_of(hub.record, "payments"))
    return tuple(
        key
        for key in keys_of(hub.xero_shadow, "payments")
        if key in changed | gone and f"payments/{key}" not in hub.open_conflicts
    )


def _payments_missing(
    hub: Hub, moves: Mapping[str, object], terms: Terms
) -> tuple[tuple[str, ...], Hold | None]:
    held = set(keys_of(hub.xero_shadow, "payments"))
    missing = [
        key for key in keys_of(moves, "payments") if key in set(keys_of(hub.record, "payments")) - held
    ]
    if missing and terms.payment_account_id is None:
        return (), Hold(
            "payment_account_missing",
            "A payment was made in the app, and no account is chosen for payments in Xero.",
            "Choose a payment account in the settings.",
        )
    return tuple(missing), None


def _mend_total(hub: Hub, xero: XeroState, terms: Terms) -> tuple[bool, Hold | None]:
    """Both sides agree on every field: the totals must then agree to the cent, or somebody must know.

    Tax amounts mend what rounding can do, a cent for each line; a larger difference has a cause that we do not see (a
    discount by amount, a tax set by hand), and writing over it would be wrong.
    """
    expected = totals(hub.record, terms.organisation.rates())
    if expected is None or xero.total is None or hub.record.get("status") == Status.CANCELLED:
        return False, None
    if f"{expected.total:.2f}" == xero.total:
        return False, None
    is_rounding = abs(expected.total - Decimal(xero.total)) <= CENT * len(keys_of(hub.record, "lines"))
    if is_rounding and not xero.tax_amounts_sent and not paid(hub.xero_shadow):
        return True, None
    return False, Hold(
        "total_differs",
        f"The lines come to {expected.total:.2f}, and Xero shows {xero.total}.",
        "Compare the lines on both sides; a rounding line settles a cent.",
    )


def _unmapped(record: Fields) -> Hold | None:
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


def _conflict_hold(paths: frozenset[str]) -> Hold:
    return Hold(
        "conflict_held",
        f"Both sides changed {', '.join(sorted(paths))} to different values.",
        "Give it the same value on both sides; it goes on by itself then.",
    )


def _held_beside(plan: Plan, hold: Hold) -> Plan:
    """A held conflict holds its own paths only; the rest of the plan goes on."""
    return Plan(
        moves=plan.moves,
        with_tax_amounts=False,
        payments_to_create=plan.payments_to_create,
        payments_to_delete=plan.payments_to_delete,
        hold=hold,
    )
