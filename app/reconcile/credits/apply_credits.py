"""Credits: made in Xero, set against their invoice and taken back, never edited (FACTS 5).

Two calls for a new one, and what is on disk between them:

    before it is made        its intent; a cut is settled by `finish_credits`, which looks for our mark
    made, not allocated      Xero's id beside its key; the next round reads the invoice and the credit, and allocates
    allocated                the shadow; an allocation whose answer was lost is seen on the invoice and its credit

Nothing is doubled by a stale read either: a credit has the amount of its entry, and Xero allocates no more of it. Taken
back in the app, the allocation goes; a credit note that we made is then voided, while a deposit stays on the customer's
account, since Xero lets no app delete it (FACTS 5). A credit that was born in Xero stays there with what it has left.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import uuid4

from app.db.findings.attempts import Attempt
from app.db.invoices.invoice_links import mark_xero_due
from app.domain.invoices.credit_lines import split_by_tax
from app.domain.invoices.credit_links import (
    credit_mark,
    find_credit_id,
    is_applied,
    kind_of,
    with_credit,
    with_credit_id,
    without_credit_id,
)
from app.domain.invoices.credit_refusals import CREDIT_OTHER_CONTACT, explain_credit, used_elsewhere
from app.domain.invoices.plan import Plan
from app.domain.record.credit import CreditKind
from app.domain.record.fields import member
from app.domain.xero.xero_credit import CreditLine, CreditWrite
from app.reconcile.credits.make_credits import Making, find_contact, make_credits, part_waiting
from app.reconcile.credits.overpayments import settle_overpayments
from app.reconcile.credits.remove_credits import remove_credit
from app.reconcile.facts.behind import learn_accounts
from app.reconcile.precedence import giving_way
from app.reconcile.recording.record import record
from app.reconcile.round import Round, unhurried
from app.reconcile.work import Work, list_once
from app.spending import spent_on

Due = tuple[Work, str]

_CALLED = {CreditKind.CREDIT_NOTE: "Credit for", CreditKind.PREPAYMENT: "Deposit for"}


async def apply_credits(current: Round, works: Sequence[Work]) -> bool:
    """Carry out what the plans say of credits; True when a change for the partner was put into the feed."""
    plans = [
        (work, plan)
        async for work in unhurried(works)
        if work.refusal is None and not (plan := work.plan(current.terms)).writes_invoice
    ]
    told = False
    for work, plan in plans:
        for key in plan.credits_to_remove:
            told |= await spent_on([work.link.id], remove_credit(current, work, key))
    told |= await settle_overpayments(current, plans)
    told |= await _apply(current, [(work, key) for work, plan in plans for key in plan.credits_to_apply])
    await _read_again(current, [work for work, plan in plans if _moves_credits(plan)])
    return told


def _moves_credits(plan: Plan) -> bool:
    return bool(plan.credits_to_apply or plan.credits_to_remove or plan.overpaid_to_allocate)


async def _apply(current: Round, due: Sequence[Due]) -> bool:
    """Make those that Xero lacks, look at those that it has, and set each against its invoice."""
    lacking = [(work, key) for work, key in due if find_credit_id(work.link, key) is None]
    known = [(work, key) for work, key in due if find_credit_id(work.link, key) is not None]
    told = await _make(current, lacking)
    for work, key in known:
        told |= await spent_on([work.link.id], _look(current, work, key))
    for work, key in due:
        is_made = find_credit_id(work.link, key) is not None
        if work.refusal is None and is_made and not is_applied(work.link, key):
            told |= await spent_on([work.link.id], _allocate(current, work, key))
    return told


async def _read_again(current: Round, works: Sequence[Work]) -> None:
    """Have the invoices read in the next round: the events of what we just did are then old news and cost no call."""
    due = [work.link.id for work in works if work.link.xero_due]
    if due:
        async with current.lease.recording() as session:
            await mark_xero_due(session, due)


async def _make(current: Round, due: Sequence[Due]) -> bool:
    told = False
    if due:
        # Where Xero goes by a line's code, a credit on the account that has it now would stay there: none is edited.
        await learn_accounts(current)
    for is_note in (True, False):
        makings = [
            Making(work, key, write)
            for work, key in due
            if (kind_of(work.hub.record, key) is CreditKind.CREDIT_NOTE) is is_note
            and (write := _build(current, work, key)) is not None
        ]
        ready, waiting = await part_waiting(current, makings)
        told |= await record(current, list_once(making.work for making in waiting))
        async for batch in giving_way(current, ready):
            for making, made in zip(batch, await make_credits(current, batch), strict=True):
                if made is not None:
                    making.work.link = with_credit_id(making.work.link, making.key, made.xero_credit_id)
            told |= await record(current, list_once(making.work for making in batch))
    return told


def _build(current: Round, work: Work, key: str) -> CreditWrite | None:
    """The credit as Xero is asked for it; None while the invoice's contact is not known, which its next read tells."""
    record_, kind = work.hub.record, kind_of(work.hub.record, key)
    contact, terms = find_contact(current, work), current.terms.credits
    if contact is None:
        return None
    said = member(record_, "credits", key, "reason")
    called = f"{_CALLED[kind]} {record_.get('number') or 'an invoice'}"
    amount = Decimal(member(record_, "credits", key, "amount"))
    account, vocabulary = terms.account_of(kind), current.rules.vocabulary
    booked_to = current.organisation.find_account(account or "")
    account_id = booked_to.account_id if booked_to else None
    return CreditWrite(
        kind=kind,
        xero_contact_id=contact,
        issued_on=date.fromisoformat(member(record_, "credits", key, "applied_on")),
        currency=record_["currency"],
        amounts_are=record_["amounts_are"],
        lines=tuple(
            CreditLine(said or called, part, account, vocabulary.tax_type_on(account, tax_type), account_id)
            for tax_type, part in split_by_tax(record_, current.organisation.rates(), amount)
        ),
        reference=credit_mark(work.link.id, kind, key),
        number=member(record_, "credits", key, "number") if kind is CreditKind.CREDIT_NOTE else None,
        xero_account_id=terms.bank_account_id if kind is CreditKind.PREPAYMENT else None,
    )


async def _look(current: Round, work: Work, key: str) -> bool:
    """A credit that exists already, before it is allocated: it may be allocated since, used elsewhere, or voided."""
    xero_id, kind = find_credit_id(work.link, key) or "", kind_of(work.hub.record, key)
    amount = Decimal(member(work.hub.record, "credits", key, "amount"))
    found = await current.xero.credits.find(kind, xero_id)
    applied = found.allocated_to(work.link.xero_invoice_id or "") if found else ()
    if applied:
        work.link = with_credit(work.link, key, sum((part.amount for part in applied), Decimal(0)))
        work.attempts.append(
            Attempt(work.link.id, "credit", {}, "adopted", "Found in Xero: the credit was allocated.")
        )
    elif found is None or not found.is_approved:
        # Somebody voided it in Xero: the next round makes another.
        work.link = without_credit_id(work.link, key)
    elif found.remaining < amount:
        work.refusal = used_elsewhere(kind, found.remaining, amount)
    elif work.stood.code == CREDIT_OTHER_CONTACT and found.xero_contact_id != find_contact(current, work):
        # Xero has refused that once, and would again.
        work.refusal = work.stood.hold
    else:
        return False
    return await record(current, [work])


async def _allocate(current: Round, work: Work, key: str) -> bool:
    record_, link = work.hub.record, work.link
    amount, kind = Decimal(member(record_, "credits", key, "amount")), kind_of(record_, key)
    await current.begin()
    refused = await current.xero.credits.allocate(
        kind,
        find_credit_id(link, key) or "",
        link.xero_invoice_id or "",
        amount,
        date.fromisoformat(member(record_, "credits", key, "applied_on")),
        uuid4().hex,
    )
    moves = {f"credits/{key}": {"after": str(amount)}}
    if refused is None:
        work.link = with_credit(link, key, amount)
        work.attempts.append(Attempt(link.id, "credit", moves, "done"))
    else:
        work.refusal = explain_credit(refused.messages)
        work.attempts.append(Attempt(link.id, "credit", moves, "refused", work.refusal.message))
    return await record(current, [work])
