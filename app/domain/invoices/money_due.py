"""What is due in Xero of the money on one invoice, its payments and credits.

The order keeps every amount legal: what should not be there goes first, then new credits are applied, then payments are
made, each within what is due at that moment (`fitting`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.domain.holds.hold import Hold
from app.domain.invoices.booking import list_misplaced
from app.domain.invoices.case import Case
from app.domain.invoices.credit_links import is_note_of_ours, kind_of
from app.domain.invoices.fitting import Fitting, find_due, fit_credits, fit_payments
from app.domain.invoices.plan import Plan
from app.domain.record.fields import Fields, keys_of, only_groups, without_group, without_groups
from app.domain.record.money import covered, credited
from app.domain.record.sides import Side


@dataclass(frozen=True, slots=True)
class Away:
    """The keys of payments to delete in Xero, and of credits to take off the invoice there."""

    payments: tuple[str, ...] = ()
    credits: tuple[str, ...] = ()


def list_away(case: Case) -> Away:
    """What Xero should not hold as it does: gone from the record, changed, or booked where it does not belong.

    Xero edits neither kind, so a changed one is taken away and made anew (FACTS 5).
    """
    misplaced = list_misplaced(case.hub, case.xero.booked, case.lanes, case.terms.account_for)
    payments = dict.fromkeys([*_list_gone("payments", case), *misplaced])
    return Away(tuple(payments), tuple(_list_gone("credits", case)))


def _list_gone(kind: str, case: Case) -> list[str]:
    changed, kept = keys_of(case.moves, kind), keys_of(case.record, kind)
    left_alone = case.hub.open_conflicts.union(case.hub.xero_apart)
    return [
        key
        for key in keys_of(case.hub.xero_shadow, kind)
        if (key in changed or key not in kept)
        and f"{kind}/{key}" not in left_alone
        and case.lanes.leads_to(Side.XERO, f"{kind}/{key}")
    ]


def list_missing(kind: str, case: Case) -> list[str]:
    """Keys of that kind that the record has and Xero lacks."""
    wanted = set(keys_of(case.record, kind)) - set(keys_of(case.hub.xero_shadow, kind))
    return [key for key in keys_of(case.moves, kind) if key in wanted]


def make_way_beside(away: Away, case: Case) -> tuple[Away, Hold | None]:
    """What of it is taken away beside a hold that taking money away may lift, and why the rest is not.

    What the app took back goes. What it changed goes where all that locks the invoice goes with it, for the lines move
    then; else only where it fits as the invoice stands in Xero.
    """
    going, unfit = make_way(away, case.total(), case)
    if _leaves_money(going, case):
        going, _ = make_way(going, case.xero.total, case, with_overpayments=False)
    return going, unfit


def _leaves_money(away: Away, case: Case) -> bool:
    """Whether something is paid or credited in Xero beside it, so that lines stay locked there."""
    shadow = case.hub.xero_shadow
    left = _without(_without(shadow, "payments", away.payments), "credits", away.credits)
    return bool(covered(left)) or (case.xero.is_credited and not credited(shadow))


def make_way(
    away: Away, total: str | None, case: Case, *, with_overpayments: bool = True
) -> tuple[Away, Hold | None]:
    """What of it is taken away now, and why the rest is not: what the app changed to what cannot be booked within that
    total. Until it can, what was paid or credited stays so in Xero. Unless `with_overpayments` a payment of which some
    is one, or would be, counts as none that can be booked.
    """
    if not away.payments and not away.credits:
        return away, None
    shadow, overpaid = case.hub.xero_shadow, case.xero.credits.overpaid
    # By the time that payments are made anew, the credits are as the record has them.
    anew = {**without_groups(shadow, "credits"), **only_groups(case.record, "credits")}
    due = find_due(total, _without(anew, "payments", away.payments), overpaid)
    paid = fit_payments(_list_changed("payments", away.payments, case), due, case)
    if not with_overpayments:
        paid = replace(paid, keys=tuple(key for key in paid.keys if key not in overpaid), exceeding=())
    payments = _leave_unfit("payments", away.payments, paid, case)

    left = _without(_without(shadow, "credits", away.credits), "payments", payments)
    changed = _list_changed("credits", away.credits, case)
    # A note is voided and made anew, under the settings as they are.
    notes = {key for key in changed if is_note_of_ours(kind_of(case.record, key), key)}
    applied = fit_credits(changed, find_due(total, left, overpaid), case, case.xero.credits.made - notes)
    return Away(payments, _leave_unfit("credits", away.credits, applied, case)), applied.hold or paid.hold


def _without(fields: Fields, kind: str, keys: Sequence[str]) -> Fields:
    for key in keys:
        fields = without_group(fields, kind, key)
    return fields


def _list_changed(kind: str, keys: Sequence[str], case: Case) -> list[str]:
    """Those that are to be made anew."""
    kept = keys_of(case.record, kind)
    return [key for key in keys if key in kept]


def _leave_unfit(kind: str, keys: Sequence[str], fitting: Fitting, case: Case) -> tuple[str, ...]:
    stays = set(_list_changed(kind, keys, case)) - {*fitting.keys, *dict(fitting.exceeding)}
    return tuple(key for key in keys if key not in stays)


def plan_coming(case: Case, to_delete: tuple[str, ...] = ()) -> tuple[Plan, Hold | None]:
    """The credits to apply, else the payments to make within what they leave due; beside what is held of them.

    `to_delete` are payments that are taken away before.
    """
    hub, xero = case.hub, case.xero
    due = find_due(xero.total, hub.xero_shadow, xero.credits.overpaid)
    applied = fit_credits(list_missing("credits", case), due, case, xero.credits.made)
    if applied.keys:
        return Plan(credits_to_apply=applied.keys), applied.hold
    # What is about to be deleted is due again by the time that a payment is made.
    paid = fit_payments(list_missing("payments", case), None if to_delete else due, case)
    plan = Plan(
        payments_to_create=paid.keys,
        payments_to_delete=to_delete,
        payments_exceeding=paid.exceeding,
        overpaid_to_allocate=None if case.moves else _find_uncovering(case),
    )
    return plan, applied.hold or paid.hold


def _find_uncovering(case: Case) -> str | None:
    """A payment of which something is an overpayment that covers nothing, while Xero says that the invoice is due."""
    if not case.xero.amount_due:
        return None
    paid = set(keys_of(case.hub.xero_shadow, "payments"))
    overpaid = case.xero.credits.overpaid.items()
    return next((key for key, part in overpaid if key in paid and part.allocated < part.amount), None)
