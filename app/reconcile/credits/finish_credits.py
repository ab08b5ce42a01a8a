"""Credits whose making or voiding was begun and not recorded: looked for by their marks before anything else is done.

    making, cut before the call left    no credit carries the mark    the intent ends, it is made under a new key
    making, cut after Xero wrote        one does                      its id is recorded as if the answer had come
    voiding, allocation still there     seen on the credit note       the intent ends, and the plan takes it back anew
    voiding, allocation gone            seen on the credit note       it is voided now

A credit that was found and that the app has taken back meanwhile is voided if it is a note; money stays where it is.
"""

from collections.abc import Iterator, Sequence

from app.db.findings.attempts import Attempt
from app.db.invoices.invoice_links import list_unfinished
from app.domain.invoices.credit_links import (
    VOID,
    credit_mark,
    find_credit_id,
    intent_of,
    is_note_of_ours,
    void_of,
    with_credit_id,
)
from app.domain.invoices.link import Intent
from app.domain.record.credit import CreditKind
from app.domain.record.fields import keys_of
from app.domain.xero.xero_credit import XeroCredit
from app.reconcile.credits.overpayments import with_made
from app.reconcile.credits.remove_credits import void_note
from app.reconcile.doubt import SKEW
from app.reconcile.recording.record import record
from app.reconcile.round import Round
from app.reconcile.taking_up import take_up
from app.reconcile.work import Work
from app.spending import spent_on


async def finish_credits(current: Round) -> bool:
    """Settle every credit that was begun and not recorded; True when a change was put into the feed."""
    async with current.database.reading() as session:
        unfinished = await list_unfinished(session, current.connection_id)
    begun = [link for link in unfinished if any("/" in what for what in link.intents)]
    works = take_up(current, begun)
    if not works:
        return False
    for kind in CreditKind:
        await _finish_making(current, works, kind)
    told = await record(current, works)
    for work in works:
        for key in list(_keys_begun(work, VOID)):
            await spent_on([work.link.id], _finish_voiding(current, work, key))
            told |= await record(current, [work])
    return told


def _keys_begun(work: Work, what: str) -> Iterator[str]:
    return (name.partition("/")[2] for name in work.link.intents if name.startswith(f"{what}/"))


async def _finish_making(current: Round, works: Sequence[Work], kind: CreditKind) -> None:
    """One look for all that were begun of a kind."""
    begun = [(work, key) for work in works for key in _keys_begun(work, kind.value)]
    if not begun:
        return
    since = min(work.link.intents[intent_of(kind, key)].at for work, key in begun) - SKEW
    there = [
        found
        for found in await spent_on(
            [work.link.id for work, _ in begun], current.xero.credits.fetch_modified_since(kind, since)
        )
        if found.is_approved
    ]
    for work, key in begun:
        work.link = work.link.without_intent(intent_of(kind, key))
        mark = credit_mark(work.link.id, kind, key)
        found = next((credit for credit in there if credit.carries(mark)), None)
        if found is not None:
            _adopt(current, work, key, found)


def _adopt(current: Round, work: Work, key: str, found: XeroCredit) -> None:
    said = f"Found in Xero: the {found.kind.value.replace('_', ' ')} whose answer was lost had been made."
    work.attempts.append(Attempt(work.link.id, "credit", {}, "adopted", said))
    if found.kind is CreditKind.OVERPAYMENT:
        work.link = with_made(work.link, key, found)
        return
    work.link = with_credit_id(work.link, key, found.xero_credit_id)
    if is_note_of_ours(found.kind, key) and key not in keys_of(work.hub.record, "credits"):
        work.link = work.link.with_intent(void_of(key), Intent("", current.clock.now()))


async def _finish_voiding(current: Round, work: Work, key: str) -> None:
    credit_id = find_credit_id(work.link, key)
    found = await current.xero.credits.find(CreditKind.CREDIT_NOTE, credit_id) if credit_id else None
    if found is not None and found.allocated_to(work.link.xero_invoice_id or ""):
        work.link = work.link.without_intent(void_of(key))
    else:
        await void_note(current, work, key, found.number if found else None)
