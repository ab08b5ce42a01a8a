"""Gathers what must be known of one thing to say why it is not in step: a dozen queries at most, and no call."""

from datetime import datetime

from app.db.contacts.contact_links import list_contacts
from app.db.contacts.contact_resources import KeptContact
from app.db.findings.last_words import find_last_attempt, find_last_change
from app.db.invoices.invoice_links import list_by_partner_id
from app.db.invoices.resources import KeptInvoice
from app.db.postgres.session import ReadSession
from app.domain.connections.connection import Connection
from app.domain.contacts.contact_link import ContactLink, plan_contact
from app.domain.invoices.preview import Preview
from app.domain.record.money import totals
from app.domain.record.owed import next_change
from app.domain.why.facts import ContactFacts, InvoiceFacts
from app.reconcile.contacts.work import read_said
from app.reconcile.preview import OnPaper, preview


def address_of(connection: Connection) -> str:
    """The connection's address, as calls name it."""
    return f"/v1/connections/{connection.id}"


async def gather_invoice(
    session: ReadSession, connection: Connection, kept: KeptInvoice, now: datetime
) -> InvoiceFacts:
    """The facts of one invoice."""
    link = (await list_by_partner_id(session, connection.id, [kept.link.partner_invoice_id]))[0]
    seen: Preview | None = None
    if connection.organisation is not None:
        seen = (await preview(session, connection, [link]))[0]
    return InvoiceFacts(
        now=now,
        address=address_of(connection),
        connection=connection,
        link=link,
        is_behind=kept.is_behind,
        preview=seen,
        contact=await _find_contact(session, connection, seen),
        attempt=await find_last_attempt(session, link.id),
        change=await find_last_change(session, link.id),
        total=_total_of(connection, seen),
    )


async def _find_contact(
    session: ReadSession, connection: Connection, seen: Preview | None
) -> ContactLink | None:
    """The customer that the merged record names, with what the app said of it taken in."""
    key = seen.link.hub.record.get("contact") if seen else None
    if key is None or connection.organisation is None:
        return None
    footing = OnPaper(connection, connection.organisation)
    works = read_said(footing, await list_contacts(session, connection.id, [key]))
    return works[0].link if works else None


def _total_of(connection: Connection, seen: Preview | None) -> str | None:
    if seen is None or connection.organisation is None:
        return None
    found = totals(seen.link.hub.record, connection.organisation.rates())
    return f"{found.total:.2f}" if found else None


async def gather_contact(
    session: ReadSession, connection: Connection, kept: KeptContact, now: datetime
) -> ContactFacts:
    """The facts of one contact."""
    link = (await list_contacts(session, connection.id, [kept.partner_contact_id]))[0]
    if connection.organisation is not None:
        link = read_said(OnPaper(connection, connection.organisation), [link])[0].link
    lanes = connection.settings.lanes
    return ContactFacts(
        now=now,
        address=address_of(connection),
        connection=connection,
        link=link,
        is_behind=kept.is_behind,
        plan=plan_contact(link, lanes),
        next_change=next_change(link.hub, lanes),
        attempt=await find_last_attempt(session, link.id),
        change=await find_last_change(session, link.id),
    )
