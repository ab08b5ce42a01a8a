"""The plan for one link: what is due in Xero, computed before anything is sent, as data that can be shown and refused.

`build_plan` compares the record with Xero's shadow, asks the gate, the maps and legality, and answers a plan: a
write, payments to create and delete, or a hold. What is due at the partner is `owed.next_change`; it never waits for
Xero.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from app.domain.crossing import gate
from app.domain.crossing.left_out import list_kept_apart
from app.domain.findings.ignoring import are_totals_ignored, list_waiting
from app.domain.holds.hold import Hold
from app.domain.invoices.booking import Booked, list_misplaced
from app.domain.invoices.credit_plan import (
    CreditState,
    CreditTerms,
    Fitting,
    find_due,
    find_uncovering,
    fit_credits,
    fit_payments,
    groups_gone,
    judge_accounts,
    leave_locked,
    leave_unfit,
)
from app.domain.invoices.legality import (
    LOCKED_PERIOD,
    PAID_LOCKED,
    editable_when_paid,
    judge_create,
    judge_update,
)
from app.domain.invoices.unknown_words import judge_items, judge_words
from app.domain.invoices.voiding import VOID_BLOCKED, judge_voided, list_unbooked
from app.domain.record.direction import OPEN, Lanes
from app.domain.record.fields import keys_of, member, only_groups, without_group, without_groups
from app.domain.record.hub import Hub
from app.domain.record.item_code import ItemCodes
from app.domain.record.money import CENT, covered, totals
from app.domain.record.owed import xero_moves
from app.domain.record.sides import Side, Status, project
from app.domain.xero.organisation import Organisation

_EXCEEDING = ("payment_exceeds_due", "credit_exceeds_due")

_AWAITS_APPROVAL = Hold(
    "not_approved",
    "It is a draft in Xero, which takes payments and credits on approved invoices alone.",
    "Approve it in Xero, or send it to the customer; what is paid is booked by itself then.",
)


@dataclass(frozen=True, slots=True)
class Terms:
    """What the connection's settings and organisation say about writing to Xero."""

    organisation: Organisation
    sync_from: date | None
    payment_account_id: str | None
    payment_accounts: Mapping[str, str] = field(default_factory=dict)
    items: ItemCodes = field(default_factory=ItemCodes)
    credits: CreditTerms = field(default_factory=CreditTerms)
    lanes: Lanes = OPEN

    def account_for(self, method: str | None) -> str | None:
        """The id of the account into which payments by that method go; None where none was chosen."""
        return self.payment_accounts.get(method or "", self.payment_account_id)


@dataclass(frozen=True, slots=True)
class XeroState:
    """What is known of the link's invoice in Xero beside its shadow.

    `invoice_id` is None until it was created. `total` is the total that Xero last showed, `tax_amounts_sent` whether
    line tax amounts were written already to mend a cent, `is_credited` whether something beside payments is applied,
    `credits` what is there of credits. `is_draft_wanted`: somebody asked for it in Xero as the draft that it is.
    `amount_due` is what Xero last showed as due, None once a payment moved it since. `booked` tells of our payments.
    """

    invoice_id: str | None
    total: str | None
    tax_amounts_sent: bool
    is_credited: bool = False
    credits: CreditState = field(default_factory=CreditState)
    is_draft_wanted: bool = False
    amount_due: Decimal | None = None
    booked: Mapping[str, Booked] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is due in Xero for one link.

    `create`: a new invoice from the record. `moves`: paths of an update in place (a void among them).
    `with_tax_amounts`: send every line with its tax amount. `payments_to_create` and `payments_to_delete` are payment
    keys, `credits_to_apply` and `credits_to_remove` credit keys; `payments_exceeding` has, by payment key, what of a
    payment is booked as an overpayment before it is made; `overpaid_to_allocate` is the key of one of which such a part
    covers the invoice after all. `hold` stops the writes but not what the partner is told;
    `stays_home` is the gate's answer.
    """

    create: bool = False
    moves: tuple[str, ...] = ()
    with_tax_amounts: bool = False
    payments_to_create: tuple[str, ...] = ()
    payments_to_delete: tuple[str, ...] = ()
    credits_to_apply: tuple[str, ...] = ()
    credits_to_remove: tuple[str, ...] = ()
    payments_exceeding: tuple[tuple[str, Decimal], ...] = ()
    overpaid_to_allocate: str | None = None
    hold: Hold | None = None
    stays_home: gate.StaysHome | None = None

    @property
    def writes_invoice(self) -> bool:
        return self.create or bool(self.moves) or self.with_tax_amounts

    @property
    def is_empty(self) -> bool:
        """Nothing is due in Xero: settled there, at home, or held."""
        pays = self.payments_to_create or self.payments_to_delete
        credits_due = self.credits_to_apply or self.credits_to_remove or self.payments_exceeding
        return not (self.writes_invoice or pays or credits_due or self.overpaid_to_allocate)


def build_plan(hub: Hub, xero: XeroState, terms: Terms) -> Plan:
    """What is due in Xero for this hub under these terms."""
    if xero.invoice_id is None:
        return _plan_create(hub, xero, terms)
    plan = _plan_update(hub, xero, terms)
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


def _plan_update(hub: Hub, xero: XeroState, terms: Terms) -> Plan:
    moves = xero_moves(hub, terms.lanes)
    shadow = project(Side.XERO, hub.xero_shadow)
    to_delete = _gone("payments", hub, moves, terms.lanes)
    misplaced = list_misplaced(hub, xero.booked, terms.lanes, terms.account_for)
    to_delete += tuple(key for key in misplaced if key not in to_delete)
    to_remove = _gone("credits", hub, moves, terms.lanes)
    invoice_moves = tuple(sorted(path for path in moves if not path.startswith(("payments/", "credits/"))))
    touches_lines = any(path.startswith("lines/") for path in invoice_moves)
    hold = (
        judge_words(hub.record) or judge_items(hub.record, terms.items, invoice_moves)
        if touches_lines
        else None
    )
    # A voided invoice takes no payments either, where the void was not carried to the app.
    judged = tuple(moves) if shadow.get("status") == Status.CANCELLED else invoice_moves
    unbooked = list_unbooked(hub, xero.credits.made, terms.lanes)
    hold = (
        hold
        or judge_voided(shadow, unbooked)
        or judge_update(
            judged, hub.record, shadow, terms.organisation, is_credited=xero.is_credited, unbooked=unbooked
        )
    )
    if hold is not None:
        # Of an invoice with payments Xero still takes some fields; they need not wait for the others.
        goes = _still_editable(invoice_moves, hub, xero) if hold.code == PAID_LOCKED else ()
        # Taking a payment or a credit back is a way out of these two; beside any other hold it would be done silently.
        going = (to_delete, to_remove) if hold.code in {PAID_LOCKED, VOID_BLOCKED} else ((), ())
        deleted, removed, unfit = _make_way(*going, hub, xero, terms, _total_of(hub, terms))
        comes = Plan() if deleted or removed else _plan_beside(hold, hub, xero, terms, moves)
        return replace(
            comes, moves=goes, hold=unfit or hold, payments_to_delete=deleted, credits_to_remove=removed
        )
    if invoice_moves:
        return Plan(moves=invoice_moves, payments_to_delete=to_delete, credits_to_remove=to_remove)
    to_delete, to_remove, unfit = _make_way(to_delete, to_remove, hub, xero, terms, xero.total)
    if to_remove or (to_delete and _missing("credits", hub, moves)):
        # What is taken away makes room for what comes.
        return Plan(payments_to_delete=to_delete, credits_to_remove=to_remove, hold=unfit)
    if moves and shadow.get("status") == Status.DRAFT:
        return Plan(hold=_AWAITS_APPROVAL)
    is_equal = not (hub.open_conflicts or list_kept_apart(hub, terms.lanes))
    with_tax, total_hold = _mend_total(hub, xero, terms) if is_equal else (False, None)
    if with_tax:
        # Before any money: with payments or credits on it, Xero takes no tax amounts any more.
        return Plan(with_tax_amounts=True)
    settling, hold = _plan_settling(hub, xero, terms, moves, to_delete)
    hold = unfit or hold
    # Money goes on while the totals differ; but that all of it exceeds what is due has then no other cause.
    is_told = not moves or (hold is not None and hold.code in _EXCEEDING)
    return replace(settling, hold=total_hold or hold if is_told else hold)


def _plan_settling(
    hub: Hub, xero: XeroState, terms: Terms, moves: Mapping[str, object], to_delete: tuple[str, ...]
) -> tuple[Plan, Hold | None]:
    """The credits to apply, else the payments to make within what they leave due; beside what is held of them."""
    due = find_due(xero.total, hub.xero_shadow, xero.credits)
    missing = _missing("credits", hub, moves)
    applied = fit_credits(missing, hub.record, due, xero.credits, terms.credits, terms.organisation)
    if applied.keys:
        return Plan(credits_to_apply=applied.keys), applied.hold
    # What is about to be deleted is due again by the time that a payment is made.
    room = None if to_delete else due
    payments = _fit_payments(_missing("payments", hub, moves), hub, xero, terms, room)
    plan = Plan(
        payments_to_create=payments.keys,
        payments_to_delete=to_delete,
        payments_exceeding=payments.exceeding,
        overpaid_to_allocate=None
        if moves
        else find_uncovering(hub.xero_shadow, xero.amount_due, xero.credits),
    )
    return plan, applied.hold or payments.hold


def _make_way(
    to_delete: tuple[str, ...],
    to_remove: tuple[str, ...],
    hub: Hub,
    xero: XeroState,
    terms: Terms,
    total: str | None,
) -> tuple[tuple[str, ...], tuple[str, ...], Hold | None]:
    """The payments to delete and the credits to take off, without those that the app changed to what cannot be booked
    within that total, and why: until it can, what was paid or credited stays so in Xero.
    """
    # By then the credits are as the record has them.
    left = {**without_groups(hub.xero_shadow, "credits"), **only_groups(hub.record, "credits")}
    for key in to_delete:
        left = without_group(left, "payments", key)
    changed = [key for key in to_delete if key in keys_of(hub.record, "payments")]
    anew = _fit_payments(changed, hub, xero, terms, find_due(total, left, xero.credits))
    stays = set(changed) - {*anew.keys, *dict(anew.exceeding)}
    deleted = tuple(key for key in to_delete if key not in stays)
    removed, unfit = leave_unfit(
        to_remove, deleted, hub, total, xero.credits, terms.credits, terms.organisation
    )
    return deleted, removed, unfit or anew.hold


def _fit_payments(keys: list[str], hub: Hub, xero: XeroState, terms: Terms, room: Decimal | None) -> Fitting:
    """Those of the payments that can be booked within so much, and why the others cannot."""
    booked, hold = _list_booked(keys, hub, terms)
    open_, locked = leave_locked(booked, hub.record, terms.organisation)
    fitting = fit_payments(open_, hub.record, room, xero.credits, terms.credits.overpayments)
    return replace(fitting, hold=hold or locked or fitting.hold)


def _plan_beside(hold: Hold, hub: Hub, xero: XeroState, terms: Terms, moves: Mapping[str, object]) -> Plan:
    """What is paid or credited while Xero takes no other change: money need not wait until somebody gives way.

    Only what is due as the invoice stands there: what exceeds that may be due once the change is through.
    """
    is_open = hub.xero_shadow.get("status") == Status.SENT and "currency" not in moves
    if hold.code not in {PAID_LOCKED, LOCKED_PERIOD} or not is_open:
        return Plan()
    settling, _ = _plan_settling(hub, xero, terms, moves, ())
    return replace(settling, payments_exceeding=())


def _still_editable(moves: Iterable[str], hub: Hub, xero: XeroState) -> tuple[str, ...]:
    shadow = project(Side.XERO, hub.xero_shadow)
    return editable_when_paid(moves, hub.record, shadow, is_credited=xero.is_credited)


def _gone(kind: str, hub: Hub, moves: Collection[str], lanes: Lanes) -> tuple[str, ...]:
    """Keys of that kind that are to be taken away in Xero, or made anew there."""
    left_alone = hub.open_conflicts | hub.xero_apart.keys()
    found = groups_gone(kind, moves, hub.record, hub.xero_shadow, left_alone)
    return tuple(key for key in found if lanes.leads_to(Side.XERO, f"{kind}/{key}"))


def _missing(kind: str, hub: Hub, moves: Iterable[str]) -> list[str]:
    """Keys of that kind that the record has and Xero lacks."""
    wanted = set(keys_of(hub.record, kind)) - set(keys_of(hub.xero_shadow, kind))
    return [key for key in keys_of(dict.fromkeys(moves), kind) if key in wanted]


def _list_booked(missing: list[str], hub: Hub, terms: Terms) -> tuple[tuple[str, ...], Hold | None]:
    methods = {key: member(hub.record, "payments", key, "method") for key in missing}
    accounts = {terms.account_for(method) for method in methods.values()}
    unusable = judge_accounts(accounts, terms.organisation)
    if unusable is not None:
        return (), unusable
    booked = tuple(key for key in missing if terms.account_for(methods[key]) is not None)
    if len(booked) == len(missing):
        return booked, None
    unmapped = sorted({methods[key] or "no method" for key in missing if key not in booked})
    return booked, Hold(
        "payment_account_missing",
        f"A payment by {', '.join(unmapped)} was taken in the app, and no account in Xero is chosen for it.",
        "Choose one in the settings, under payment_accounts for the method or as payment_account for all.",
    )


def _total_of(hub: Hub, terms: Terms) -> str | None:
    known = totals(hub.record, terms.organisation.rates())
    return f"{known.total:.2f}" if known else None


def _mend_total(hub: Hub, xero: XeroState, terms: Terms) -> tuple[bool, Hold | None]:
    """Both sides agree on all but payments and credits: the totals must then agree to the cent, or somebody must know.

    Tax amounts mend what rounding can do, a cent for each line; a larger difference has a cause that we do not see (a
    discount by amount, a tax set by hand), and writing over it would be wrong.
    """
    shown = _total_of(hub, terms)
    if shown is None or xero.total is None or hub.record.get("status") == Status.CANCELLED:
        return False, None
    if shown == xero.total or are_totals_ignored(hub, shown, xero.total):
        return False, None
    is_rounding = abs(Decimal(shown) - Decimal(xero.total)) <= CENT * len(keys_of(hub.record, "lines"))
    if is_rounding and not xero.tax_amounts_sent and not covered(hub.xero_shadow):
        return True, None
    return False, Hold(
        "total_differs",
        f"The lines come to {shown}, and Xero shows {xero.total}.",
        "Compare the lines on both sides; a rounding line settles a cent.",
    )


def conflict_hold(hub: Hub, of: str = "") -> Hold | None:
    """The hold for conflicts that wait for a person; None where there are none, or all were left as they are."""
    paths = list_waiting(hub)
    if not paths:
        return None
    return Hold(
        "conflict_held",
        f"Both sides changed {', '.join(sorted(paths))}{of} to different values.",
        "Decide it by POST .../conflicts/{id}/resolve, or give it the same value on both sides; it goes on by itself "
        "then.",
    )
