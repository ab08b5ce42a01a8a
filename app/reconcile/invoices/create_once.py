"""Create exactly once, whatever happens between our call and its answer (DESIGN section 4).

An intent (key and time) is committed on the link before the create is sent, and ended in the transaction that records
Xero's id. A link that has an intent and no id was cut off somewhere in between, so before anything else the loop looks:

    cut before the call left    not in Xero             the intent ends, it is created under a new key
    cut after Xero wrote        found, and ours         adopted: the id is recorded as if the answer had come
    answered with a 429         not in Xero             as the first

What is ours is told by `domain.invoices.recognition`, among the invoices that this app created since the intent and
that no link has yet. While any intent of a connection is open, no invoice is taken for one that was born in Xero.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from app.db.findings.attempts import Attempt
from app.db.invoices.invoice_links import list_by_xero_id, list_unfinished
from app.domain.crossing.trial_mark import is_of_a_test
from app.domain.holds.hold import hold_unreadable
from app.domain.invoices.adoption import as_adopted
from app.domain.invoices.link import INVOICE_INTENT, Intent
from app.domain.invoices.payment_links import with_payment
from app.domain.invoices.recognition import (
    Begun,
    carries_mark,
    is_marked,
    is_surely_of,
    payment_mark,
    recognise,
)
from app.domain.record.fields import decimal_text
from app.domain.xero.xero_invoice import XeroInvoice
from app.errors import XeroUnavailable
from app.reconcile.contacts.keys import contact_keys, known_contact_keys
from app.reconcile.contacts.recovered import link_recovered
from app.reconcile.doubt import (
    SKEW,
    learn_own_credits,
    learn_own_overpayments,
    list_marked_links,
    must_look,
)
from app.reconcile.facts.behind import learn_from_invoices
from app.reconcile.invoices.take_invoice import take_invoice
from app.reconcile.ports import READ_BATCH
from app.reconcile.recording.record import record
from app.reconcile.round import Round, batches
from app.reconcile.taking_up import take_up
from app.reconcile.work import Work
from app.spending import spent_on


async def finish_creates(current: Round) -> bool:
    """Settle every create that was begun and not recorded; True when a change was put into the feed."""
    async with current.database.reading() as session:
        unfinished = await list_unfinished(session, current.connection_id)
    if not unfinished:
        return False
    works = take_up(current, unfinished)
    await _finish_payments(current, works)
    await _finish_invoices(current, works)
    return await record(current, works)


async def _finish_invoices(current: Round, works: Sequence[Work]) -> None:
    begun = [work for work in works if INVOICE_INTENT in work.link.intents]
    if not begun:
        return
    found, keys = await _look_for(current, begun)
    for work in begun:
        ours = found.get(work.link.id)
        if ours is not None and ours.flaw is not None:
            _adopt_unread(work, ours, ours.flaw)
            continue
        await _end(current, work, ours, keys.get(ours.xero_contact_id) if ours else None)


async def _look_for(
    current: Round, begun: Sequence[Work]
) -> tuple[Mapping[UUID, XeroInvoice], Mapping[str, str]]:
    """What is in Xero of these creates, by link, and our keys of the contacts there."""
    since = min(work.link.intents[INVOICE_INTENT].at for work in begun) - SKEW
    ids = [work.link.id for work in begun]
    made = await spent_on(ids, current.xero.invoices.fetch_created_by_us(since))
    candidates = [candidate for candidate in made if not is_of_a_test(candidate.reference)]
    free = await _without_links(current, candidates)
    known = await list_marked_links(current, free)
    if known is None:
        keys = await spent_on(ids, contact_keys(current, _sound(candidates)))
    else:
        # Whose customers the others are is learned when their documents come again.
        keys = await known_contact_keys(current, {candidate.xero_contact_id for candidate in _sound(free)})
    found = _recognise([_describe(current, work) for work in begun], free, keys, known)
    again = [
        (work, ours) for work in begun if (ours := found.get(work.link.id)) is not None and ours.flaw is None
    ]
    sound = [ours for _, ours in again]
    await spent_on(ids, learn_from_invoices(current, [(ours, {}) for ours in sound]))
    if known is not None and again:
        await spent_on(found, link_recovered(current, again))
    # What was made may stand with another contact by now, into which its own was merged.
    stood = {ours.xero_invoice_id: (work.hub.unanswered or {}).get("contact") for work, ours in again}
    return found, {**keys, **await spent_on(found, contact_keys(current, sound, stood))}


def _recognise(
    begun: Sequence[Begun],
    free: Sequence[XeroInvoice],
    keys: Mapping[str, str],
    known: Collection[UUID] | None,
) -> dict[UUID, XeroInvoice]:
    """As `recognise`; of those that cannot be read the surest signs alone count, our mark and the number.

    Raises `XeroUnavailable` where one that cannot be read may be one of those that are not found: made again, it might
    be there twice.
    """
    found = recognise(begun, _sound(free), keys, known)
    unread = [invoice for invoice in free if invoice.flaw is not None]
    for one in begun:
        ours = next((each for each in unread if one.link_id not in found and is_surely_of(one, each)), None)
        if ours is not None and ours.xero_invoice_id:
            found[one.link_id] = ours
            unread.remove(ours)
    if unread and len(found) < len(begun):
        raise XeroUnavailable(f"Xero shows an invoice of this app that cannot be read: {unread[0].flaw}")
    return found


def _sound(invoices: Iterable[XeroInvoice]) -> list[XeroInvoice]:
    return [invoice for invoice in invoices if invoice.flaw is None]


def _adopt_unread(work: Work, ours: XeroInvoice, flaw: str) -> None:
    """It has arrived, and nothing else is known of it: it is read by its id from now on, and never made again."""
    intent = work.link.intents[INVOICE_INTENT]
    link = work.link.without_intent(INVOICE_INTENT)
    work.link = replace(link, xero_invoice_id=ours.xero_invoice_id, xero_due=True)
    work.refusal = hold_unreadable(flaw)
    work.attempts.append(_adopted(work.link.id, intent))


async def _end(current: Round, work: Work, ours: XeroInvoice | None, contact_key: str | None) -> None:
    """The create is over: what was found is adopted, and what was not is planned again."""
    intent = work.link.intents[INVOICE_INTENT]
    work.link = work.link.without_intent(INVOICE_INTENT)
    if work.hub.unanswered is not None:
        current.lease.looked_for.add(work.link.id)
    if ours is None:
        work.link = replace(work.link, hub=replace(work.hub, unanswered=None))
        return
    if is_marked(ours) and not carries_mark(work.link.id, ours):
        # Made for a link that is lost with the database: its payments and credits are known by what they are.
        work.link = as_adopted(work.link, ours)
    await learn_own_credits(current, work, ours)
    await learn_own_overpayments(current, work, ours)
    # A look after an older copy bears the copy's moment, and nothing was sent with it.
    take_invoice(current, work, ours, contact_key, was_sent=intent.at != current.connection.doubted_since)
    work.attempts.append(_adopted(work.link.id, intent))


def _describe(current: Round, work: Work) -> Begun:
    """A create as it is looked for; one that was surely sent is known by its likeness too."""
    url = work.hub.record.get("url") or "" if must_look(current, work.link.id) else None
    return Begun(work.link.id, work.hub.unanswered or {}, url)


async def _without_links(current: Round, candidates: Sequence[XeroInvoice]) -> list[XeroInvoice]:
    async with current.database.reading() as session:
        ids = [candidate.xero_invoice_id for candidate in candidates]
        links = await list_by_xero_id(session, current.connection_id, ids)
    taken = {link.xero_invoice_id for link in links}
    return [candidate for candidate in candidates if candidate.xero_invoice_id not in taken]


async def _finish_payments(current: Round, works: Sequence[Work]) -> None:
    begun = {
        payment_mark(work.link.id, key): (work, key)
        for work in works
        for key in work.link.intents
        if key != INVOICE_INTENT and "/" not in key  # what has a stroke is a credit, see `finish_credits`
    }
    for batch in batches(sorted(begun), READ_BATCH):
        call = current.xero.payments.fetch_by_reference(batch)
        there = await spent_on([begun[reference][0].link.id for reference in batch], call)
        for reference in batch:
            work, key = begun[reference]
            payment = there.get(reference)
            work.link = work.link.without_intent(key)
            if payment is not None:
                work.link = with_payment(
                    work.link.with_payment_id(payment.xero_payment_id, key),
                    key,
                    decimal_text(payment.amount),
                    payment.paid_on.isoformat(),
                )


def _adopted(link_id: UUID, intent: Intent) -> Attempt:
    said = f"Found in Xero: the create of {intent.at.isoformat(timespec='seconds')} had arrived."
    return Attempt(link_id, "create", {}, "adopted", said)
