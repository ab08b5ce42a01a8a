"""What would become of one invoice: its plan is carried out in memory, the next one made, until nothing is left.

Nothing is read, written or kept: the same values give the same answer. Xero is taken to do what it is asked. The order
in which an invoice, its credits and its payments go out is `domain.plan`'s own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from app.domain.credit import Overpaid
from app.domain.fields import Fields, member
from app.domain.hold import Hold
from app.domain.link import InvoiceLink
from app.domain.money import totals
from app.domain.plan import Plan, Terms, build_plan
from app.reconcile.create_once import with_payment, without_payment
from app.reconcile.credit_links import with_credit, with_credit_id, without_credit
from app.reconcile.overpayments import left_to_pay
from app.reconcile.writes import create_target, update_target

FORESEEN = "foreseen"
"""In place of an id that Xero would give."""

MOST_PLANS = 8
"""An invoice, its tax amounts, credits taken and given, overpayments and payments, and one that finds nothing to do."""


@dataclass(slots=True)
class Foreseen:
    """The first plan; the keys of what would be made after it, overpayments with their amounts; what would hold it."""

    plan: Plan
    link: InvoiceLink
    payments: set[str] = field(default_factory=set)
    credits: set[str] = field(default_factory=set)
    overpayments: dict[str, Decimal] = field(default_factory=dict)
    hold: Hold | None = None


def foresee(link: InvoiceLink, terms: Terms) -> Foreseen:
    """What would become of a link under these terms; its document has been taken in."""
    plan = build_plan(link.hub, link.xero_state, terms)
    seen = Foreseen(plan, link)
    rates = terms.organisation.rates()
    for _ in range(MOST_PLANS):
        seen.hold = seen.hold or plan.hold
        if plan.is_empty:
            break
        seen.link = replace(_carry_out(seen, plan, rates), xero_due=False)
        plan = build_plan(seen.link.hub, seen.link.xero_state, terms)
    return seen


def _carry_out(seen: Foreseen, plan: Plan, rates: Mapping[str, Decimal]) -> InvoiceLink:
    link = seen.link
    if plan.writes_invoice:
        return _write(link, plan, rates)
    for key in plan.payments_to_delete:
        link = without_payment(link, key)
    for key in plan.credits_to_remove:
        link = without_credit(link, key)
    for key in plan.credits_to_apply:
        seen.credits.add(key)
        link = with_credit_id(link, key, f"{FORESEEN}-{key}")
        link = with_credit(link, key, Decimal(member(link.hub.record, "credits", key, "amount")))
    for key, excess in plan.payments_exceeding:
        seen.overpayments[key] = excess
        link = _overpay(link, key, excess)
    for key in plan.payments_to_create:
        seen.payments.add(key)
        link = _pay(link, key)
    return link


def _write(link: InvoiceLink, plan: Plan, rates: Mapping[str, Decimal]) -> InvoiceLink:
    target: Fields = create_target(link.hub) if plan.create else link.hub.xero_shadow
    if plan.moves:
        target = update_target(link.hub, plan)
    known = totals(link.hub.record, rates)
    return replace(
        link,
        hub=replace(link.hub, xero_shadow=dict(target)),
        xero_invoice_id=link.xero_invoice_id or FORESEEN,
        xero_total=f"{known.total:.2f}" if known else link.xero_total,
        tax_amounts_sent=link.tax_amounts_sent or plan.with_tax_amounts,
    )


def _overpay(link: InvoiceLink, key: str, excess: Decimal) -> InvoiceLink:
    amount = Decimal(member(link.hub.record, "payments", key, "amount"))
    paid_on = date.fromisoformat(member(link.hub.record, "payments", key, "paid_on"))
    part = Overpaid(FORESEEN, excess, paid_on, is_whole=excess >= amount)
    link = replace(link, overpaid={**link.overpaid, key: part})
    return _pay(link, key) if left_to_pay(link, key) <= 0 else link


def _pay(link: InvoiceLink, key: str) -> InvoiceLink:
    amount, paid_on = (member(link.hub.record, "payments", key, name) for name in ("amount", "paid_on"))
    return with_payment(link, key, amount, paid_on)
