"""Whether an invoice as Xero shows it is still what we know of it, by what the loop would observe.

The comparison is the loop's own observation, made on a snapshot and thrown away, so that it finds a difference exactly
where a reconcile would: it does not go by Xero's UpdatedDateUTC, which not every change moves (FACTS 0.10). Where Xero
shows what we know, the two sides are set against each other: settled links must be equal, whatever we think of them.
What is from before (`domain.xero.lateness`) is nobody's edit, and is to be read again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from app.domain.findings.discrepancy import Found, find_moves_of_xero, find_unequal
from app.domain.invoices.link import InvoiceLink, State
from app.domain.invoices.plan import Plan
from app.domain.invoices.sums import Sums
from app.domain.invoices.tracking_names import with_names_of_now
from app.domain.record.sides import Side
from app.domain.xero.lateness import is_from_before
from app.domain.xero.xero_invoice import XeroInvoice
from app.reconcile.contacts.keys import known_contact_keys
from app.reconcile.invoices.take_invoice import take_invoice
from app.reconcile.recording.sums import sum_up
from app.reconcile.round import Round, unhurried
from app.reconcile.taking_up import take_up_one
from app.reconcile.work import Work


@dataclass(slots=True)
class Compared:
    """What came of comparing some links: those whose invoice is not as we know it, each difference, and their sums."""

    differing: list[InvoiceLink] = field(default_factory=list)
    found: list[tuple[UUID, Found]] = field(default_factory=list)
    sums: dict[UUID, tuple[Sums, datetime | None]] = field(default_factory=dict)


async def compare_links(
    current: Round, links: Sequence[InvoiceLink], invoices: Mapping[str, XeroInvoice], into: Compared
) -> None:
    """Compare these links with their invoices; no call is made.

    A link that is to be read anyway is left out, and so is one whose write was not answered.
    """
    asked = [link for link in links if not link.xero_due and link.hub.unanswered is None]
    named = {invoices[link.xero_invoice_id or ""].xero_contact_id for link in asked}
    keys = await known_contact_keys(current, named)
    async for link in unhurried(asked):
        invoice = invoices[link.xero_invoice_id or ""]
        _compare(current, link, invoice, keys.get(invoice.xero_contact_id), into)


def _compare(
    current: Round, link: InvoiceLink, invoice: XeroInvoice, contact_key: str | None, into: Compared
) -> None:
    trial = take_up_one(link, current.organisation)
    link = trial.link = with_names_of_now(trial.link, invoice.lines, current.organisation)
    if _differs(current, trial, invoice, contact_key):
        into.differing.append(link)
        if not is_from_before(invoice.updated_at, link.xero_updated_at, current.clock.now()):
            into.found += [(link.id, each) for each in _list_moves(link, trial, invoice)]
        return
    into.sums[link.id] = (sum_up(current, trial, Plan()), link.partner_at)
    if link.standing.state is State.SETTLED and not link.is_behind:
        moved_at = {Side.PARTNER: link.partner_at, Side.XERO: link.xero_updated_at}
        into.found += [(link.id, each) for each in find_unequal(link.hub, moved_at, current.lanes)]


def is_late(current: Round, work: Work, invoice: XeroInvoice, contact_key: str | None) -> bool:
    """Whether a read of what is linked came late: it is from before what we know, and shows something else."""
    link = work.link
    if not is_from_before(invoice.updated_at, link.xero_updated_at, current.clock.now()):
        return False
    trial = take_up_one(link, current.organisation)
    trial.link = with_names_of_now(trial.link, invoice.lines, current.organisation)
    return _differs(current, trial, invoice, contact_key)


def _differs(current: Round, trial: Work, invoice: XeroInvoice, contact_key: str | None) -> bool:
    before = trial.link
    with trial.guarded():
        take_invoice(current, trial, invoice, contact_key)
    return trial.is_broken or _known(trial.link) != _known(before)


def _list_moves(link: InvoiceLink, trial: Work, invoice: XeroInvoice) -> list[Found]:
    return find_moves_of_xero(
        link.hub, trial.hub.xero_shadow, known_at=link.xero_updated_at, seen_at=invoice.updated_at
    )


def _known(link: InvoiceLink) -> tuple[object, ...]:
    return dict(link.hub.xero_shadow), link.xero_status, link.xero_total, link.xero_amount_due
