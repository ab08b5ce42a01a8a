"""Payments: created and deleted in Xero, never edited (FACTS 5), after the invoice itself is as it should be.

A payment that was reconciled with the bank, or is part of a batch, is Xero's own: taken back in the app, it is given
back to the app.

The order for one payment is that of every create: intent on disk, call with our mark in the reference, id on disk. One
that the app changed is deleted and made anew, and that it goes is on disk before: cut in between, it would look as if a
person had taken it away in Xero. The totals that a payment moves are not guessed: the invoice is read again.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import uuid4

from app.db.findings.attempts import Attempt
from app.db.invoices.link_record import save_links
from app.domain.holds.refusals import explain
from app.domain.invoices.link import Intent
from app.domain.invoices.payment_links import (
    with_booked,
    with_payment_made,
    with_removal_begun,
    without_payment,
    without_removal,
)
from app.domain.invoices.recognition import payment_mark
from app.domain.record.fields import ABSENT, keys_of, member, member_of
from app.domain.record.merge import Conflict
from app.domain.record.sides import Side
from app.domain.xero.xero_invoice import PaymentWrite, Refused, XeroPayment
from app.reconcile.credits.overpayments import STAYS, left_to_pay
from app.reconcile.precedence import giving_way
from app.reconcile.recording.record import record
from app.reconcile.round import Round, unhurried
from app.reconcile.work import Work
from app.spending import spent_on

Due = tuple[Work, str]


async def apply_payments(current: Round, works: Sequence[Work]) -> bool:
    """Carry out the payments in the plans; True when a change for the partner was put into the feed."""
    create: list[Due] = []
    delete: list[Due] = []
    async for work in unhurried(works):
        plan = work.plan(current.terms)
        if work.refusal is None and not plan.writes_invoice:
            create += [(work, key) for key in plan.payments_to_create if left_to_pay(work.link, key) > 0]
            delete += [(work, key) for key in plan.payments_to_delete]
    told = False
    for work, key in delete:
        told |= await spent_on([work.link.id], _delete(current, work, key))
    async for batch in giving_way(current, create):
        told |= await _create(current, batch)
    return told


async def _create(current: Round, batch: Sequence[Due]) -> bool:
    intent = Intent(uuid4().hex, current.clock.now())
    for work, key in batch:
        work.link = work.link.with_intent(key, intent)
    links = {work.link.id: work.link for work, _ in batch}
    async with current.beginning() as session:
        await save_links(session, list(links.values()), intent.at, again=links)
    writes = [_build(current, work, key) for work, key in batch]
    answers = await spent_on(
        [work.link.id for work, _ in batch], current.xero.payments.create(writes, intent.key)
    )
    for (work, key), write, answer in zip(batch, writes, answers, strict=True):
        _take_answer(work, key, write, answer)
    return await record(current, list({id(work): work for work, _ in batch}.values()))


def _build(current: Round, work: Work, key: str) -> PaymentWrite:
    record = work.hub.record
    return PaymentWrite(
        xero_invoice_id=work.link.xero_invoice_id or "",
        xero_account_id=current.terms.account_for(member(record, "payments", key, "method")) or "",
        amount=left_to_pay(work.link, key),
        paid_on=date.fromisoformat(member(record, "payments", key, "paid_on")),
        reference=payment_mark(work.link.id, key),
    )


def _take_answer(work: Work, key: str, write: PaymentWrite, answer: XeroPayment | Refused) -> None:
    link = work.link.without_intent(key)
    amount = member(work.hub.record, "payments", key, "amount")
    moves = {f"payments/{key}": {"after": amount}}
    if isinstance(answer, XeroPayment):
        link = with_booked(link.with_payment_id(answer.xero_payment_id, key), key, write.xero_account_id)
        work.link = with_payment_made(link, key)
        work.attempts.append(Attempt(link.id, "pay", moves, "done"))
    else:
        work.link = link
        work.refusal = explain(answer.messages)
        work.attempts.append(Attempt(link.id, "pay", moves, "refused", work.refusal.message))


async def _delete(current: Round, work: Work, key: str) -> bool:
    xero_id = next(xero_id for xero_id, ours in work.link.payment_ids.items() if ours == key)
    held = await current.xero.payments.find(xero_id)
    if held is not None and held.is_fixed:
        _give_back(work, key)
        return await record(current, [work])
    if held is None and key in keys_of(work.hub.record, "payments"):
        # A person deleted it since our read, and may have made another: what is there is read and merged first.
        work.link = replace(work.link, xero_due=True)
        return await record(current, [work])
    refused = None
    if held is not None:
        await _begin_removal(current, work, key)
        refused = await current.xero.payments.delete(xero_id)
    moves = {f"payments/{key}": {"before": member(work.hub.xero_shadow, "payments", key, "amount")}}
    if refused is None:
        work.link = without_payment(work.link, key)
        said = STAYS if key in work.link.overpaid else None
        work.attempts.append(Attempt(work.link.id, "unpay", moves, "done", said))
    else:
        work.link = without_removal(work.link)
        work.refusal = explain(refused.messages)
        work.attempts.append(Attempt(work.link.id, "unpay", moves, "refused", work.refusal.message))
    return await record(current, [work])


async def _begin_removal(current: Round, work: Work, key: str) -> None:
    begun = with_removal_begun(work.link, "payments", key)
    if begun is work.link:
        await current.begin()
    else:
        work.link = begun
        async with current.beginning() as session:
            await save_links(session, [begun], current.clock.now(), again=[begun.id])


def _give_back(work: Work, key: str) -> None:
    """A payment that was reconciled with the bank is Xero's own: the app gets it back, and both values are kept."""
    hub, prefix = work.hub, f"payments/{key}/"
    if key in work.link.booked:
        # Its method is the app's word, and asks for no other account from now on.
        work.link = with_booked(work.link, key, work.link.booked[key].xero_account_id)
    theirs = {path: value for path, value in hub.xero_shadow.items() if path.startswith(prefix)}
    ours = {path: value for path, value in hub.record.items() if path.startswith(prefix)}
    if theirs.items() <= ours.items():
        said = "It was reconciled with the bank in Xero, or is part of a batch, and stays in the account where it is."
        work.attempts.append(Attempt(work.link.id, "unpay", {f"payments/{key}": {}}, "refused", said))
        return
    method = ours.get(prefix + "method") if ours else work.link.kept_methods.get(key)
    given = theirs | {prefix + "method": method}
    work.link = replace(
        work.link, hub=replace(hub, record={**hub.record, **given}, revision=hub.revision + 1)
    )
    values = [{member_of(path): value for path, value in fields.items()} for fields in (theirs, ours)]
    work.conflicts.append(
        Conflict(f"payments/{key}", values[0], values[1] or ABSENT, values[0], winner=Side.XERO)
    )
    said = "It was reconciled with the bank in Xero, or is part of a batch, and stays: the app gets it back."
    work.attempts.append(Attempt(work.link.id, "unpay", {f"payments/{key}": {}}, "refused", said))
