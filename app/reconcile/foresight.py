"""What would follow one upon another in Xero: the plan, carried out on paper until nothing more is due.

The loop plans again after every answer: payments wait for the invoice, credits for what must go first. Here each answer
is taken to be what was asked, which is what Xero gives unless it refuses or somebody edits meanwhile. Pure.
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from app.domain.holds.hold import Hold
from app.domain.invoices.credit_links import (
    find_covering,
    find_credit_id,
    with_credit,
    with_credit_id,
    with_overpaid,
    without_credit,
)
from app.domain.invoices.link import InvoiceLink
from app.domain.invoices.payment_links import with_exceeding, with_payment_made, without_payment
from app.domain.invoices.plan import Plan, Terms
from app.domain.invoices.planning import build_plan
from app.domain.invoices.preview import Step, StepKind
from app.domain.record.direction import Lanes
from app.domain.record.fields import ABSENT, Fields, member
from app.domain.record.money import totals
from app.domain.record.moves import list_moves_at
from app.domain.record.sides import Status
from app.reconcile.invoices.writes import create_target, update_target

MOST_TURNS = 20
"""More than any invoice needs; a plan that moved nothing ends it sooner."""

ON_PAPER = "on-paper"
"""Stands for the id that Xero would give."""


def foresee(link: InvoiceLink, terms: Terms) -> tuple[tuple[Step, ...], Hold | None]:
    """Every step that would follow, and what stops the rest."""
    steps: list[Step] = []
    hold: Hold | None = None
    for _ in range(MOST_TURNS):
        plan = build_plan(link.hub, link.xero_state, terms)
        hold = plan.hold
        taken = list(_list_steps(link, plan, terms))
        after = _carry_out(link, plan, terms)
        if not taken or after == link:
            break
        steps += taken
        link = after
    return tuple(steps), hold


def _list_steps(link: InvoiceLink, plan: Plan, terms: Terms) -> Iterator[Step]:
    """The steps of one plan; while the invoice itself is to be written, everything else waits."""
    if plan.writes_invoice:
        yield _writing(link, plan, terms.lanes)
        return
    record, shadow = link.hub.record, link.hub.xero_shadow
    for key in plan.credits_to_remove:
        yield _settling(StepKind.REMOVE_CREDIT, "credits", key, _amount(shadow, "credits", key), None)
    for key, excess in plan.payments_exceeding:
        yield _settling(StepKind.BOOK_OVERPAYMENT, "payments", key, None, f"{excess}")
    if plan.overpaid_to_allocate is not None:
        part = link.overpaid[plan.overpaid_to_allocate]
        yield _settling(
            StepKind.APPLY_CREDIT, "payments", plan.overpaid_to_allocate, None, f"{find_covering(link, part)}"
        )
    for key in plan.credits_to_apply:
        yield _settling(StepKind.APPLY_CREDIT, "credits", key, None, _amount(record, "credits", key))
    for key in plan.payments_to_delete:
        yield _settling(StepKind.DELETE_PAYMENT, "payments", key, _amount(shadow, "payments", key), None)
    for key in plan.payments_to_create:
        yield _settling(StepKind.MAKE_PAYMENT, "payments", key, None, _amount(record, "payments", key))


def _writing(link: InvoiceLink, plan: Plan, lanes: Lanes) -> Step:
    hub = link.hub
    if plan.create:
        target = create_target(hub, lanes)
        return Step(StepKind.CREATE, {path: (ABSENT, value) for path, value in target.items()})
    target = update_target(hub, plan, lanes)
    moves = list_moves_at(plan.moves, hub.xero_shadow, target)
    if hub.record.get("status") == Status.CANCELLED:
        return Step(StepKind.VOID, moves)
    return Step(StepKind.UPDATE if plan.moves else StepKind.SEND_TAX_AMOUNTS, moves)


def _settling(kind: StepKind, group: str, key: str, before: str | None, after: str | None) -> Step:
    move = (ABSENT if before is None else before, ABSENT if after is None else after)
    return Step(kind, {f"{group}/{key}/amount": move}, (key,))


def _amount(fields: Fields, group: str, key: str) -> str | None:
    amount: str | None = member(fields, group, key, "amount")
    return amount


def _carry_out(link: InvoiceLink, plan: Plan, terms: Terms) -> InvoiceLink:
    """The link as it would be once Xero had done what the plan asks."""
    if plan.writes_invoice:
        return _written(link, plan, terms)
    for key in plan.credits_to_remove:
        link = without_credit(link, key)
    for key, excess in plan.payments_exceeding:
        link = with_exceeding(link, key, ON_PAPER, excess)
    if plan.overpaid_to_allocate is not None:
        part = link.overpaid[plan.overpaid_to_allocate]
        covering = replace(part, allocated=part.allocated + find_covering(link, part))
        link = with_overpaid(link, plan.overpaid_to_allocate, covering)
    for key in plan.credits_to_apply:
        if find_credit_id(link, key) is None:
            link = with_credit_id(link, key, f"{ON_PAPER}-{key}")
        link = with_credit(link, key, Decimal(_amount(link.hub.record, "credits", key) or 0))
    for key in plan.payments_to_delete:
        link = without_payment(link, key)
    for key in plan.payments_to_create:
        link = with_payment_made(link, key)
    # What Xero showed as due is no longer so, and what it will show nobody knows yet.
    return replace(link, xero_due=False, xero_amount_due=None)


def _written(link: InvoiceLink, plan: Plan, terms: Terms) -> InvoiceLink:
    """Xero shows what was written, and the totals that the lines come to."""
    hub = link.hub
    target = create_target(hub, terms.lanes) if plan.create else update_target(hub, plan, terms.lanes)
    expected = totals(hub.record, terms.organisation.rates())
    return replace(
        link,
        hub=replace(hub, xero_shadow=target, unanswered=None),
        xero_invoice_id=link.xero_invoice_id or ON_PAPER,
        xero_total=f"{expected.total:.2f}" if expected else link.xero_total,
        xero_amount_due=None,
        tax_amounts_sent=link.tax_amounts_sent or plan.with_tax_amounts,
    )
