"""After an older copy of the database was restored: nothing is made in Xero that was made there already.

Between the copy and the loss, creates were sent of which the copy has no record. So while a connection is doubted:

    an invoice to be created    is looked for first, among what this app created since the copy: by our mark, where its
                                link was in the copy; else by number, by address or by its whole content
    an invoice of this app's    is never taken for one that was born in Xero; it waits for its document to come again
    a credit with our mark      that this invoice shows and the copy does not know, is known by it; payments are always
    an overpayment of ours      is shown by no invoice: where they are booked, all since the copy are read once in a
                                round, and those with this link's mark are known by it before anything is planned

The look is the one that follows a create whose answer was lost (`create_once`): an intent is put on disk, dated to the
copy, and nothing is sent; the next round settles it. What was looked for and not found is then created, and the lease
remembers that for as long as it is held.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from app.db.invoices.invoice_links import list_known_ids
from app.domain.invoices.credit_links import credit_mark, with_credit_id, with_overpaid
from app.domain.invoices.recognition import find_marked_link, own_payments
from app.domain.record.credit import CreditKind, Overpaid, Overpayments
from app.domain.record.fields import keys_of
from app.domain.xero.xero_credit import XeroCredit, find_own_key
from app.domain.xero.xero_invoice import XeroInvoice
from app.reconcile.round import Round
from app.reconcile.work import Work
from app.spending import spent_on

SKEW = timedelta(minutes=10)
"""How far Xero's clock may be behind ours without hiding a create from the look."""


def is_doubted(current: Round) -> bool:
    """Whether the connection's copy may lack what was made in Xero."""
    until = current.connection.doubted_until
    return current.connection.doubted_since is not None and until is not None and current.clock.now() < until


def must_look(current: Round, link_id: UUID) -> bool:
    """Whether a create of this link has to be looked for before it is sent."""
    return is_doubted(current) and link_id not in current.lease.looked_for


async def leave_out_ours(current: Round, invoices: Sequence[XeroInvoice]) -> Sequence[XeroInvoice]:
    """Those that may have been born in Xero: while in doubt, none that this app created since the copy.

    One call for each thousand of those in a round. They come in when their documents come again; those of which none
    ever does are brought in like any by a compare, once the doubt is over.
    """
    since = current.connection.doubted_since
    if not invoices or since is None or not is_doubted(current):
        return invoices
    if current.made_by_us is None:
        made = await current.xero.invoices.fetch_created_by_us(since - SKEW)
        current.made_by_us = frozenset(invoice.xero_invoice_id for invoice in made)
    return [invoice for invoice in invoices if invoice.xero_invoice_id not in current.made_by_us]


async def list_marked_links(current: Round, invoices: Sequence[XeroInvoice]) -> frozenset[UUID] | None:
    """The links of this copy that marks name, which keep what they marked; None where every mark is believed."""
    if not is_doubted(current):
        return None
    named = {link_id for invoice in invoices if (link_id := find_marked_link(invoice)) is not None}
    async with current.database.reading() as session:
        return frozenset(await list_known_ids(session, current.connection_id, named))


async def learn_own_credits(current: Round, work: Work, invoice: XeroInvoice) -> None:
    """Know by their marks the credits of ours that the copy does not know; one call for each that it does not."""
    if not is_doubted(current):
        return
    for credit in invoice.credits or ():
        if credit.xero_credit_id in work.link.credit_ids or credit.kind is CreditKind.OVERPAYMENT:
            continue
        call = current.xero.credits.find(credit.kind, credit.xero_credit_id)
        found = await spent_on([work.link.id], call)
        key = find_own_key(found, credit_mark(work.link.id, credit.kind, "")) if found else None
        if key is not None:
            work.link = with_credit_id(work.link, key, credit.xero_credit_id)


async def learn_own_overpayments(current: Round, work: Work, invoice: XeroInvoice) -> None:
    """Know by their marks what of this invoice's payments was booked as an overpayment since the copy.

    One that is all of its payment is remembered like one whose payment the app took back: the payment that comes again,
    or is in the record already, takes it up. One call for each thousand in a round, where payments are in play.
    """
    if not is_doubted(current) or current.terms.credits.overpayments is Overpayments.HOLD:
        return
    shown = set(own_payments(work.link.id, invoice).values())
    if not (shown | set(keys_of(work.hub.record, "payments"))) - set(work.link.overpaid):
        return
    mark = credit_mark(work.link.id, CreditKind.OVERPAYMENT, "")
    for credit in await _list_overpayments(current, work):
        key = find_own_key(credit, mark)
        if key is not None and key not in work.link.overpaid:
            part = _as_found(credit, is_whole=key not in shown)
            work.link = with_overpaid(work.link, key, part)


def _as_found(credit: XeroCredit, *, is_whole: bool) -> Overpaid:
    day = credit.issued_on or credit.updated_at.date()
    return Overpaid(credit.xero_credit_id, credit.total, day, is_whole, is_taken_back=is_whole)


async def _list_overpayments(current: Round, work: Work) -> Sequence[XeroCredit]:
    since = current.connection.doubted_since
    assert since is not None  # it is doubted
    if current.overpayments_made is None:
        call = current.xero.credits.fetch_modified_since(CreditKind.OVERPAYMENT, since - SKEW)
        found = await spent_on([work.link.id], call)
        current.overpayments_made = [credit for credit in found if credit.is_approved]
    return current.overpayments_made
