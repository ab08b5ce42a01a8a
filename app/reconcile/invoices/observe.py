"""Observe: take in what each side holds now, and merge it into the record.

The partner's side is the newest document that it sent (`take_document`). Xero's side (`take_invoice`) is read fresh in
batches, but only where there is a reason: an event newer than what we hold, an unanswered write, or a write that is
about to be made (read right before writing, since Xero has no compare-and-set). A read that comes late is made once
more, as is one that does not show what is linked; what still comes late, or is not there, is held.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from app.domain.holds.hold import Hold, hold_unreadable
from app.domain.xero.lateness import hold_older
from app.domain.xero.xero_invoice import XeroInvoice
from app.reconcile.contacts.keys import contact_keys, follow_sharers
from app.reconcile.doubt import learn_own_credits, learn_own_overpayments
from app.reconcile.facts.behind import learn_from_invoices
from app.reconcile.footing import Footing
from app.reconcile.invoices.differences import is_late
from app.reconcile.invoices.take_document import read_paid_anew, take_document
from app.reconcile.invoices.take_invoice import expected_of, take_invoice
from app.reconcile.overwritten import tell_overwritten
from app.reconcile.round import Round, unhurried
from app.reconcile.work import Work
from app.spending import spent_on

MISSING_IN_XERO = Hold(
    "missing_in_xero",
    "Xero no longer has this invoice.",
    "If it was removed on purpose, cancel it in the app; otherwise ask Xero's support.",
)


async def observe(current: Round, works: Sequence[Work]) -> None:
    """Look at both sides of each work's link."""
    taken_up = [work for work in works if work.link.skip is None]
    async for work in unhurried(taken_up):
        with work.guarded():
            take_document(current, work)
    await follow_sharers(current, taken_up)
    due = []
    async for work in unhurried(taken_up):
        with work.guarded():
            if not work.is_broken and needs_a_read(current, work):
                due.append(work)
    await _read(current, due)
    await _take_in(current, due)
    await tell_overwritten(current, "INVOICE", {_xero_id(work): work for work in due})
    async for work in unhurried(taken_up):
        with work.guarded():
            read_paid_anew(current, work)


def needs_a_read(current: Footing, work: Work) -> bool:
    """Whether Xero may hold something else than we know, or is about to be written."""
    link = work.link
    if link.xero_invoice_id is None:
        return False
    return link.xero_due or link.hub.unanswered is not None or not work.plan(current.terms).is_empty


def _xero_id(work: Work) -> str:
    return work.link.xero_invoice_id or ""


async def _read(current: Round, due: Sequence[Work]) -> None:
    """Read by id what is not fresh yet, and what stands in the way of a number with it; where many moved, `moved` has
    read most of it by pages.
    """
    ids = [(xero_id, work.link.id) for work in due for xero_id in (work.in_its_way, _xero_id(work))]
    await current.read({xero_id: link_id for xero_id, link_id in ids if xero_id})


async def _learn(current: Round, due: Sequence[Work]) -> Mapping[str, str]:
    """Know all that the invoices name; answers our keys of their contacts."""
    shown = [(work, found) for work in due if (found := current.fresh.get(_xero_id(work))) is not None]
    await learn_from_invoices(current, [(found, work.hub.xero_shadow) for work, found in shown])
    stood = {_xero_id(work): expected_of(work.link).get("contact") for work in due}
    asking = contact_keys(current, [found for _, found in shown], stood)
    return await spent_on([work.link.id for work in due], asking)


async def _take_in(current: Round, due: Sequence[Work]) -> None:
    """Merge what was read, once all is known that the invoices name."""
    contacts = await _learn(current, due)
    late = [work for work in due if _is_unshown(current, work) or _find_late(current, work, contacts)]
    if late:
        for work in late:
            current.fresh.pop(_xero_id(work), None)
        await _read(current, late)
        contacts = {**contacts, **await _learn(current, late)}
    async for work in unhurried(due):
        invoice = current.fresh.get(_xero_id(work))
        if invoice is None:
            flaw = current.flaws.get(_xero_id(work))
            work.refusal = MISSING_IN_XERO if flaw is None else hold_unreadable(flaw)
            # What was read for a write that is held now is to be read again before it.
            work.link = replace(work.link, xero_due=work.link.xero_due or flaw is not None)
            continue
        if (older := _find_late(current, work, contacts)) is not None:
            work.refusal = hold_older("invoice", older.updated_at)
            work.link = replace(work.link, xero_due=True)
            continue
        await learn_own_credits(current, work, invoice)
        await learn_own_overpayments(current, work, invoice)
        with work.guarded():
            take_invoice(current, work, invoice, contacts.get(invoice.xero_contact_id))


def _is_unshown(current: Round, work: Work) -> bool:
    return _xero_id(work) not in current.fresh and _xero_id(work) not in current.flaws


def _find_late(current: Round, work: Work, contacts: Mapping[str, str]) -> XeroInvoice | None:
    """What was read of it, where that came late."""
    found = current.fresh.get(_xero_id(work))
    if found is None or not is_late(current, work, found, contacts.get(found.xero_contact_id)):
        return None
    return found
