"""What a payment exceeds: booked in Xero as the customer's overpayment, before the payment of what is due.

In the record the payment stays whole. In Xero it is two things: a payment of what was due (none where nothing was) and
an overpayment, of which Xero lets no app delete anything (FACTS 5). So a payment that the app takes back leaves its
overpayment where it is, and one that comes again takes it up again. In this order a cut loses and doubles nothing: an
overpayment is recognised by its mark, and the payment is then made of what is left of it.

Where the app corrects the payment to a smaller one, what was too much is needed after all: the overpayment is set
against the invoice for as much as that, and taken off again before the payment changes once more.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import uuid4

from app.db.findings.attempts import Attempt
from app.domain.invoices.credit_links import (
    credit_mark,
    find_covering,
    with_overpaid,
    without_overpaid,
)
from app.domain.invoices.credit_refusals import explain_credit
from app.domain.invoices.link import InvoiceLink
from app.domain.invoices.payment_links import with_exceeding, with_payment_made, without_payment
from app.domain.invoices.plan import Plan
from app.domain.record.credit import CreditKind, Overpaid
from app.domain.record.fields import Fields, decimal_text, member, without_group
from app.domain.xero.xero_credit import CreditLine, CreditWrite, XeroCredit
from app.reconcile.credits.make_credits import Making, find_contact, make_credits
from app.reconcile.credits.remove_credits import remove_allocations
from app.reconcile.precedence import giving_way
from app.reconcile.recording.record import record
from app.reconcile.round import Round
from app.reconcile.work import Work
from app.spending import spent_on

COVERS = (
    "What of a payment was booked as an overpayment is set against the invoice, which needs it after all."
)
STAYS = (
    "What of it was booked as an overpayment stays on the customer's account in Xero, which lets no app delete it: "
    "refund it or use it there."
)


async def settle_overpayments(current: Round, plans: Sequence[tuple[Work, Plan]]) -> bool:
    """Book what payments exceed, and follow payments that are an overpayment alone; True when the feed got a change."""
    told = False
    for work, plan in plans:
        told |= await spent_on([work.link.id], _forget_voided(current, work, plan))
        told |= await spent_on([work.link.id], _free(current, work, plan))
        if work.refusal is None and _take_back(work, plan) | _take_up(work, plan):
            told |= await record(current, [work])
        if work.refusal is None and plan.overpaid_to_allocate is not None:
            told |= await spent_on([work.link.id], _allocate(current, work, plan.overpaid_to_allocate))
    makings = [
        Making(work, key, write)
        for work, plan in plans
        for key, excess in plan.payments_exceeding
        if work.refusal is None and (write := _build(current, work, key, excess)) is not None
    ]
    async for batch in giving_way(current, makings):
        for making, made in zip(batch, await make_credits(current, batch), strict=True):
            if made is not None:
                making.work.link = with_made(making.work.link, making.key, made)
        told |= await record(current, list({id(making.work): making.work for making in batch}.values()))
    return told


async def _forget_voided(current: Round, work: Work, plan: Plan) -> bool:
    """A person may have voided an overpayment unheard: what is done next with its payment does not count on it."""
    touched = {*plan.payments_to_create, *plan.payments_to_delete, plan.overpaid_to_allocate}
    gone = [
        key
        for key, part in work.link.overpaid.items()
        if key in touched and await _is_voided(current, part.xero_overpayment_id)
    ]
    for key in gone:
        # The app's word stands: what Xero still has of the payment differs from it, and the next plan mends that.
        held = _without_part(work.hub.xero_shadow, key, work.link.overpaid[key])
        work.link = without_overpaid(work.link, key)
        work.take_hub(replace(work.hub, xero_shadow=held))
    return await record(current, [work]) if gone else False


async def _is_voided(current: Round, overpayment_id: str) -> bool:
    found = await current.xero.credits.find(CreditKind.OVERPAYMENT, overpayment_id)
    return found is None or not found.is_approved


def _without_part(shadow: Fields, key: str, part: Overpaid) -> Fields:
    path = f"payments/{key}/amount"
    left = Decimal(shadow.get(path, 0)) - part.amount
    return {**shadow, path: decimal_text(left)} if left > 0 else without_group(shadow, "payments", key)


def with_made(link: InvoiceLink, key: str, made: XeroCredit) -> InvoiceLink:
    """The link with what of a payment is an overpayment in Xero by now."""
    if member(link.hub.record, "payments", key, "amount") is not None:
        return with_exceeding(link, key, made.xero_credit_id, made.total)
    # The app took the payment back while the answer was lost: the money stays where it is, and is remembered.
    part = Overpaid(made.xero_credit_id, made.total, made.updated_at.date(), True, is_taken_back=True)
    return with_overpaid(link, key, part)


def left_to_pay(link: InvoiceLink, key: str) -> Decimal:
    """What of a payment is to be made as such, beside what of it is an overpayment already."""
    part = link.overpaid.get(key)
    amount = Decimal(member(link.hub.record, "payments", key, "amount"))
    return amount - part.amount if part else amount


def _take_back(work: Work, plan: Plan) -> bool:
    """Payments that are an overpayment alone and that the app took back: there is no payment in Xero to delete."""
    moved = False
    for key in plan.payments_to_delete:
        part = work.link.overpaid.get(key)
        if part is None or key in work.link.payment_ids.values():
            continue
        moves = {f"payments/{key}": {"before": str(part.amount)}}
        work.attempts.append(Attempt(work.link.id, "unpay", moves, "done", STAYS))
        work.link = without_payment(with_overpaid(work.link, key, replace(part, is_taken_back=True)), key)
        moved = True
    return moved


def _take_up(work: Work, plan: Plan) -> bool:
    """Payments that came again while their overpayment stayed where it was: no more is to be paid than what is left."""
    moved = False
    for key in plan.payments_to_create:
        is_going = key in plan.payments_to_delete
        if is_going or key not in work.link.overpaid or left_to_pay(work.link, key) > 0:
            continue
        link, part = work.link, work.link.overpaid[key]
        amount = Decimal(member(work.hub.record, "payments", key, "amount"))
        # Corrected to less than that: the rest of the overpayment stands for nothing here.
        whole = replace(part, amount=min(part.amount, amount), is_whole=True, is_taken_back=False)
        taken_up = with_payment_made(with_overpaid(link, key, whole), key)
        # Nothing moved in Xero, so what it showed as due still is.
        work.link = replace(taken_up, xero_due=link.xero_due)
        moved = True
    return moved


async def _allocate(current: Round, work: Work, key: str) -> bool:
    """Set against the invoice what of a payment is an overpayment and covers it after all."""
    link, part = work.link, work.link.overpaid[key]
    amount = find_covering(link, part)
    await current.begin()
    refused = await current.xero.credits.allocate(
        CreditKind.OVERPAYMENT,
        part.xero_overpayment_id,
        link.xero_invoice_id or "",
        amount,
        part.paid_on,
        uuid4().hex,
    )
    if refused is None:
        covering = replace(part, allocated=part.allocated + amount)
        work.link = replace(with_overpaid(link, key, covering), xero_due=True)
        work.attempts.append(Attempt(link.id, "credit", {}, "done", COVERS))
    else:
        work.refusal = explain_credit(refused.messages)
        work.attempts.append(Attempt(link.id, "credit", {}, "refused", work.refusal.message))
    return await record(current, [work])


async def _free(current: Round, work: Work, plan: Plan) -> bool:
    """Take overpayments off the invoice whose payments are about to go, so that what comes instead finds room."""
    told = False
    for key in plan.payments_to_delete:
        part = work.link.overpaid.get(key)
        if work.refusal is not None or part is None or not part.allocated:
            continue
        refused = await remove_allocations(current, work, CreditKind.OVERPAYMENT, part.xero_overpayment_id)
        if refused is None:
            free = replace(part, allocated=Decimal(0))
            work.link = replace(with_overpaid(work.link, key, free), xero_due=True)
        else:
            work.refusal = explain_credit(refused.messages)
        told |= await record(current, [work])
    return told


def _build(current: Round, work: Work, key: str, excess: Decimal) -> CreditWrite | None:
    """The overpayment, into the account of the payment; None while the invoice's contact is not known."""
    record_, contact = work.hub.record, find_contact(current, work)
    if contact is None:
        return None
    return CreditWrite(
        kind=CreditKind.OVERPAYMENT,
        xero_contact_id=contact,
        issued_on=date.fromisoformat(member(record_, "payments", key, "paid_on")),
        currency=record_["currency"],
        amounts_are="no_tax",
        lines=(CreditLine(f"Paid beyond {record_.get('number') or 'an invoice'}", excess),),
        reference=credit_mark(work.link.id, CreditKind.OVERPAYMENT, key),
        xero_account_id=current.terms.account_for(member(record_, "payments", key, "method")),
    )
