"""Planning: what is due in Xero of one link, decided purely, by the gate, the maps, legality and the two totals.

One thing goes before the next, as Xero takes them: an invoice is made before its money is booked, its own fields are
written before money moves, and the totals are mended while there is no money on it. `money_due` plans the money.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from app.domain.crossing import gate
from app.domain.crossing.left_out import list_kept_apart
from app.domain.findings.ignoring import are_totals_ignored
from app.domain.holds.hold import Hold
from app.domain.invoices.case import Case, build_case
from app.domain.invoices.legality import (
    LOCKED_PERIOD,
    PAID_LOCKED,
    editable_when_paid,
    judge_create,
    judge_update,
)
from app.domain.invoices.money_due import (
    Away,
    list_away,
    list_missing,
    make_way,
    make_way_beside,
    plan_coming,
)
from app.domain.invoices.plan import Plan, Terms, XeroState, conflict_hold
from app.domain.invoices.unknown_words import judge_items, judge_words
from app.domain.invoices.voiding import VOID_BLOCKED, judge_voided, list_unbooked
from app.domain.record.fields import keys_of
from app.domain.record.hub import Hub
from app.domain.record.money import CENT, covered
from app.domain.record.sides import Status

_EXCEEDING = ("payment_exceeds_due", "credit_exceeds_due")

_AWAITS_APPROVAL = Hold(
    "not_approved",
    "It is a draft in Xero, which takes payments and credits on approved invoices alone.",
    "Approve it in Xero, or send it to the customer; what is paid is booked by itself then.",
)


def build_plan(hub: Hub, xero: XeroState, terms: Terms) -> Plan:
    """What is due in Xero for this hub under these terms."""
    if xero.invoice_id is None:
        return _plan_create(hub, xero, terms)
    plan = _plan_update(build_case(hub, xero, terms))
    conflict = conflict_hold(hub)
    # A held conflict holds its own paths only; the rest of the plan goes on.
    return plan if plan.hold or conflict is None else replace(plan, with_tax_amounts=False, hold=conflict)


def _plan_create(hub: Hub, xero: XeroState, terms: Terms) -> Plan:
    stays_home = gate.to_xero(hub.record, terms.sync_from, terms.lanes, is_draft_wanted=xero.is_draft_wanted)
    if stays_home is not None:
        return Plan(stays_home=stays_home)
    hold = (
        judge_words(hub.record)
        or judge_items(hub.record, terms.items)
        or judge_create(hub.record, terms.organisation)
    )
    return Plan(hold=hold) if hold else Plan(create=True)


def _plan_update(case: Case) -> Plan:
    moves = [path for path in case.moves if not path.startswith(("payments/", "credits/"))]
    away = list_away(case)
    hold = _judge(moves, case)
    if hold is not None:
        return _plan_beside(hold, moves, away, case)
    if moves:
        return Plan(moves=tuple(moves), payments_to_delete=away.payments, credits_to_remove=away.credits)
    return _plan_money(away, case)


def _judge(moves: Sequence[str], case: Case) -> Hold | None:
    """Why Xero would not take these moves of the invoice itself, or nobody knows what to write."""
    hold = None
    if any(path.startswith("lines/") for path in moves):
        hold = judge_words(case.record) or judge_items(case.record, case.terms.items, moves)
    unbooked = list_unbooked(case.hub, case.xero.credits.made, case.lanes)
    # A voided invoice takes no payments either, where the void was not carried to the app.
    judged = case.moves if case.shadow.get("status") == Status.CANCELLED else moves
    is_credited = case.xero.is_credited
    return (
        hold
        or judge_voided(case.shadow, unbooked)
        or judge_update(
            judged, case.record, case.shadow, case.organisation, is_credited=is_credited, unbooked=unbooked
        )
    )


def _plan_beside(hold: Hold, moves: Sequence[str], away: Away, case: Case) -> Plan:
    """What need not wait until the hold on the invoice's own moves is lifted."""
    goes: tuple[str, ...] = ()
    if hold.code == PAID_LOCKED:
        is_credited = case.xero.is_credited
        goes = editable_when_paid(moves, case.record, case.shadow, is_credited=is_credited)
    # Taking a payment or a credit back is a way out of these two; beside any other hold it would be done silently.
    is_way_out = hold.code in {PAID_LOCKED, VOID_BLOCKED}
    away, unfit = make_way_beside(away if is_way_out else Away(), case)
    comes = Plan() if away.payments or away.credits else _plan_coming_beside(hold, case)
    return replace(
        comes,
        moves=goes,
        hold=unfit or hold,
        payments_to_delete=away.payments,
        credits_to_remove=away.credits,
    )


def _plan_coming_beside(hold: Hold, case: Case) -> Plan:
    """What is paid or credited while Xero takes no other change: money need not wait until somebody gives way.

    Only what is due as the invoice stands there: what exceeds that may be due once the change is through.
    """
    is_open = case.hub.xero_shadow.get("status") == Status.SENT and "currency" not in case.moves
    if hold.code not in {PAID_LOCKED, LOCKED_PERIOD} or not is_open:
        return Plan()
    coming, _ = plan_coming(case)
    return replace(coming, payments_exceeding=())


def _plan_money(away: Away, case: Case) -> Plan:
    """What is due where the invoice itself is in Xero as it should be: its money, and totals that agree."""
    away, unfit = make_way(away, case.xero.total, case)
    if away.credits or (away.payments and list_missing("credits", case)):
        # What is taken away makes room for what comes.
        return Plan(payments_to_delete=away.payments, credits_to_remove=away.credits, hold=unfit)
    if case.moves and case.shadow.get("status") == Status.DRAFT:
        return Plan(hold=_AWAITS_APPROVAL)
    with_tax_amounts, total_hold = _mend_total(case)
    if with_tax_amounts:
        # Before any money: with payments or credits on it, Xero takes no tax amounts any more.
        return Plan(with_tax_amounts=True)
    coming, hold = plan_coming(case, away.payments)
    hold = unfit or hold
    # Money goes on while the totals differ; but that all of it exceeds what is due has then no other cause.
    is_told = not case.moves or (hold is not None and hold.code in _EXCEEDING)
    return replace(coming, hold=total_hold or hold if is_told else hold)


def _mend_total(case: Case) -> tuple[bool, Hold | None]:
    """Whether tax amounts are to be sent, so that both sides show one total, or why the totals go on to differ.

    Where both sides agree on all but payments and credits, the totals must agree to the cent, or somebody must know.
    Tax amounts mend what rounding can do, a cent for each line; a larger difference has a cause that we do not see (a
    discount by amount, a tax set by hand), and writing over it would be wrong.
    """
    hub, xero = case.hub, case.xero
    if hub.open_conflicts or list_kept_apart(hub, case.lanes) or hub.record.get("status") == Status.CANCELLED:
        return False, None
    shown = case.total()
    if shown is None or xero.total is None or shown == xero.total:
        return False, None
    if are_totals_ignored(hub, shown, xero.total):
        return False, None
    is_rounding = abs(Decimal(shown) - Decimal(xero.total)) <= CENT * len(keys_of(hub.record, "lines"))
    if is_rounding and not xero.tax_amounts_sent and not covered(hub.xero_shadow):
        return True, None
    return False, Hold(
        "total_differs",
        f"The lines come to {shown}, and Xero shows {xero.total}.",
        "Compare the lines on both sides; a rounding line settles a cent.",
    )
