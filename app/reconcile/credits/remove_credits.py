"""Take a credit back in Xero that the app has taken back: its allocation goes, and our own credit note is voided.

That a note is to be voided is on disk before its allocation goes. Without that, a note whose allocation a person in
Xero removed could not be told from one that the app took back; the first is the person's to use elsewhere. The same is
on disk before a credit goes that the app changed, and that is to be made anew.
"""

from decimal import Decimal

from app.db.findings.attempts import Attempt
from app.db.invoices.link_record import save_links
from app.domain.invoices.credit_links import (
    find_credit_id,
    is_note_of_ours,
    kind_of,
    void_of,
    without_credit,
    without_credit_id,
    without_number,
)
from app.domain.invoices.credit_refusals import explain_credit, used_elsewhere
from app.domain.invoices.link import Intent
from app.domain.invoices.payment_links import with_removal_begun, without_removal
from app.domain.record.credit import CreditKind
from app.domain.record.fields import member
from app.domain.xero.xero_invoice import Refused
from app.reconcile.recording.record import record
from app.reconcile.round import Round
from app.reconcile.work import Work

_STAYS = {
    CreditKind.CREDIT_NOTE: "The credit note itself was made in Xero and stays there.",
    CreditKind.PREPAYMENT: "The deposit itself stays on the customer's account in Xero, which lets no app delete it: "
    "refund it or use it there.",
    CreditKind.OVERPAYMENT: "The overpayment itself stays on the customer's account in Xero, which lets no app delete "
    "it: refund it or use it there.",
}
_UNNAMED = Refused(("Xero does not name the allocation, so it cannot be removed from here",))


async def remove_credit(current: Round, work: Work, key: str) -> bool:
    """Take one credit off its invoice; True when a change for the partner was put into the feed."""
    kind, credit_id = kind_of(work.hub.xero_shadow, key), find_credit_id(work.link, key)
    number = member(work.hub.xero_shadow, "credits", key, "number")
    is_voided_after = is_note_of_ours(kind, key)
    if not is_voided_after and await _is_short(current, work, key, credit_id):
        return await record(current, [work])
    await _begin(current, work, key, is_voided_after=is_voided_after)
    moves = {f"credits/{key}": {"before": member(work.hub.xero_shadow, "credits", key, "amount")}}
    refused = await remove_allocations(current, work, kind, credit_id)
    if refused is not None:
        work.link = without_removal(work.link.without_intent(void_of(key)))
        work.refusal = explain_credit(refused.messages)
        work.attempts.append(Attempt(work.link.id, "uncredit", moves, "refused", work.refusal.message))
        return await record(current, [work])
    work.link = without_credit(work.link, key)
    said = None if is_voided_after else _STAYS[kind]
    work.attempts.append(Attempt(work.link.id, "uncredit", moves, "done", said))
    told = await record(current, [work])
    if is_voided_after:
        await void_note(current, work, key, number)
        told |= await record(current, [work])
    return told


async def _is_short(current: Round, work: Work, key: str, credit_id: str | None) -> bool:
    """Whether the app wants more of a credit than there is: until it can be, what is applied of it stays so."""
    kind, wanted = kind_of(work.hub.xero_shadow, key), member(work.hub.record, "credits", key, "amount")
    is_same = wanted is not None and kind_of(work.hub.record, key) is kind
    found = await current.xero.credits.find(kind, credit_id) if is_same and credit_id else None
    if found is None:
        return False
    here = sum((part.amount for part in found.allocated_to(work.link.xero_invoice_id or "")), Decimal(0))
    if Decimal(wanted) > found.remaining + here:
        work.refusal = used_elsewhere(kind, found.remaining + here, Decimal(wanted))
    return work.refusal is not None


async def void_note(current: Round, work: Work, key: str, number: str | None) -> None:
    """Void a credit note of ours that covers nothing any more; one that is used elsewhere stays, no longer ours.

    `number` is the note's own, which it keeps: the next one has what the app says, if that is another.
    """
    credit_id, refused = find_credit_id(work.link, key), None
    if credit_id is not None:
        await current.begin()
        refused = await current.xero.credits.void(credit_id)
    work.link = without_number(without_credit_id(work.link.without_intent(void_of(key)), key), key, number)
    if refused is not None:
        said = f"The credit note stays in Xero, which does not void it: {' '.join(refused.messages)}"
        work.attempts.append(Attempt(work.link.id, "uncredit", {}, "refused", said))


async def _begin(current: Round, work: Work, key: str, *, is_voided_after: bool) -> None:
    now, begun = current.clock.now(), with_removal_begun(work.link, "credits", key)
    if is_voided_after:
        begun = begun.with_intent(void_of(key), Intent("", now))
    if begun is not work.link:
        work.link = begun
        async with current.beginning() as session:
            await save_links(session, [begun], now, again=[begun.id])


async def remove_allocations(
    current: Round, work: Work, kind: CreditKind, credit_id: str | None
) -> Refused | None:
    """Remove all allocations of the credit to this invoice; those that are gone already need no call."""
    found = await current.xero.credits.find(kind, credit_id) if credit_id else None
    if found is None:
        return None
    for allocation in found.allocated_to(work.link.xero_invoice_id or ""):
        named = allocation.xero_allocation_id
        if named is None:
            return _UNNAMED
        await current.begin()
        refused = await current.xero.credits.remove_allocation(kind, found.xero_credit_id, named)
        if refused is not None:
            return refused
    return None
