"""What Xero's events of credit notes, prepayments and overpayments point to: the invoices that they are set against.

It is not documented whether an allocation also tells an event of its invoice (FACTS 3), so an event of a credit is
followed in two steps. Links that know the credit are due, which finds an allocation that was removed; and the credit
itself is read, all of a kind in one call, for the invoices that its allocations name. An event that is no newer than
what is known of every link that knows the credit is our own write coming back, and costs nothing; so does a bill's.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import reduce
from uuid import UUID

from app.db.inboxes.events import XeroEvent
from app.db.invoices.credits import TouchedLink, list_touched
from app.db.invoices.invoice_links import list_links, mark_xero_due
from app.db.invoices.link_record import save_links
from app.db.links.following import follow_links
from app.db.postgres.session import WriteSession
from app.domain.invoices.credit_links import with_used_up, without_overpaid
from app.domain.record.credit import CreditKind
from app.domain.xero.xero_credit import XeroCredit, find_marked_link
from app.reconcile.doubt import SKEW
from app.reconcile.round import Round

KINDS = {
    "CREDITNOTE": CreditKind.CREDIT_NOTE,
    "PREPAYMENT": CreditKind.PREPAYMENT,
    "OVERPAYMENT": CreditKind.OVERPAYMENT,
}
"""The categories of Xero's events, and what each is about (FACTS 0.1)."""

_OF_BILLS = ("ACCPAY", "SPEND", "AP")


async def follow_credits(current: Round, events: Sequence[XeroEvent]) -> bool:
    """Mark the links due that these events touch; True where they had news. Doing it again changes nothing but costs a
    read of them.
    """
    about = {
        event.resource_id: event
        for event in sorted(events, key=lambda event: event.id)
        if event.category in KINDS and not (event.resource_type or "").startswith(_OF_BILLS)
    }
    if not about:
        return False
    async with current.database.reading() as session:
        known = await list_touched(session, current.connection_id, about, ())
    news = {xero_id: event for xero_id, event in about.items() if _is_news(event, known)}
    if not news:
        return False
    found = await _fetch(current, news)
    named = [part.xero_invoice_id for credit in found for part in credit.allocations]
    async with current.lease.recording() as session:
        await _forget_voided(session, current, found)
        await _note_used_up(session, current, found)
        touched = await list_touched(session, current.connection_id, news, named)
        newest = max((event.dated_at for event in news.values() if event.dated_at), default=None)
        due = [link.id for link in touched if _is_behind(link, newest)]
        await mark_xero_due(session, due, current.clock.now())
        await follow_links(session, _list_followed(touched, due, news))
    return True


async def _forget_voided(session: WriteSession, current: Round, found: Sequence[XeroCredit]) -> None:
    """What of a payment was an overpayment that somebody voided is paid no more: the next read shows what is left."""
    voided = {
        credit.xero_credit_id: link_id
        for credit in found
        if credit.kind is CreditKind.OVERPAYMENT and not credit.is_approved
        if (link_id := find_marked_link(credit)) is not None
    }
    links = await list_links(session, voided.values()) if voided else []
    known = {
        link.id: [key for key, part in link.overpaid.items() if part.xero_overpayment_id in voided]
        for link in links
    }
    less = [reduce(without_overpaid, known[link.id], link) for link in links if known[link.id]]
    await save_links(session, less, current.clock.now(), again=[link.id for link in less])


async def _note_used_up(session: WriteSession, current: Round, found: Sequence[XeroCredit]) -> None:
    """What was left of a payment that is gone, and was refunded or set against an invoice: nobody has to look at it."""
    used = {
        credit.xero_credit_id: link_id
        for credit in found
        if credit.kind is CreditKind.OVERPAYMENT and credit.is_approved and not credit.remaining
        if (link_id := find_marked_link(credit)) is not None
    }
    links = await list_links(session, used.values()) if used else []
    news = [(link, with_used_up(link, used)) for link in links]
    moved = [after for before, after in news if after is not before]
    await save_links(session, moved, current.clock.now(), again=[link.id for link in moved])


def _list_followed(
    touched: Sequence[TouchedLink], due: Collection[UUID], news: Mapping[str, XeroEvent]
) -> dict[UUID, str]:
    """The id under which the credit was told of that a link knows; a link that knows none of them, of the newest."""
    newest = max(news.values(), key=lambda event: event.id)
    told = {
        link.id: next((news[key] for key in link.credit_ids if key in news), newest).correlation_id
        for link in touched
    }
    return {link_id: told_as for link_id in due if (told_as := told.get(link_id))}


def _is_news(event: XeroEvent, known: Sequence[TouchedLink]) -> bool:
    """Whether the event tells more than the links that know the credit have seen; none of them means that it may."""
    links = [link for link in known if event.resource_id in link.credit_ids]
    return not links or any(_is_behind(link, event.dated_at) for link in links)


def _is_behind(link: TouchedLink, dated_at: datetime | None) -> bool:
    return dated_at is None or link.xero_updated_at is None or dated_at > link.xero_updated_at


async def _fetch(current: Round, news: Mapping[str, XeroEvent]) -> list[XeroCredit]:
    """The credits that the events name: by their kind all that moved since the first of them, what is missing by id.

    The look begins a little earlier, because an event may be dated later than what it tells of.
    """
    found: list[XeroCredit] = []
    for category, kind in KINDS.items():
        wanted = {xero_id: event for xero_id, event in news.items() if event.category == category}
        dated = [event.dated_at for event in wanted.values() if event.dated_at]
        if dated:
            moved = await current.xero.credits.fetch_modified_since(kind, min(dated) - SKEW)
            found += [credit for credit in moved if credit.xero_credit_id in wanted]
        for xero_id in sorted(wanted.keys() - {credit.xero_credit_id for credit in found}):
            one = await current.xero.credits.find(kind, xero_id)
            found += [one] if one else []
    return found
