"""The full compare: every linked invoice is read and set against what we know of it, whatever its time says.

Some changes move no timestamp (the sent mark and the due date of part-paid invoices, FACTS 0.10), so neither webhooks
nor sweeps can find them. What differs is made due, and the loop merges it as it merges everything else; a link whose
invoice is gone is made due too. Each difference is kept as a discrepancy, which closes by itself once it is merged. On
the way, invoices that we do not know are brought in as far back as a sweep looks.

One step is one page or a few reads by id, and ends with what is left recorded; between two steps the loop does other
work, people's first. So a compare holds one page in memory, nobody waits for it, and one that was cut off goes on.
It costs ceil(invoices of the organisation / 1000) calls or ceil(linked invoices / 40) plus one, whichever is fewer;
a connection without links costs none.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta

import structlog

from app.db.connections import compares
from app.db.findings.discrepancies import insert_discrepancies
from app.db.invoices.invoice_links import list_by_xero_id, mark_xero_due
from app.db.invoices.sums import save_sums
from app.domain.connections.compare_run import CompareRun
from app.domain.invoices.link import InvoiceLink
from app.domain.xero.xero_invoice import XeroInvoice
from app.errors import RequestRefused
from app.reconcile.facts.behind import learn_from_invoices
from app.reconcile.invoices.differences import Compared, compare_links
from app.reconcile.ports import PAGE_SIZE, READ_BATCH
from app.reconcile.round import Round, batches
from app.reconcile.seeking import OVERLAP
from app.reconcile.triggers import link_born
from app.reconcile.untold import note_finds

READS_OF_A_STEP = 5
"""Reads by id in one step; a page is a step of its own."""

LINKS_AT_ONCE = 200
"""Loaded with their records at a time."""

PUT_OFF = timedelta(hours=6)
"""When a compare that Xero refused to answer goes on: the rest of the connection's work must not wait for it."""

log = structlog.get_logger(__name__)


async def compare_step(current: Round) -> bool:
    """Do the next part of the connection's compare; True while more of it is left for now."""
    try:
        return await _step(current)
    except RequestRefused as refused:
        log.error("compare_put_off", reason=str(refused))
        async with current.lease.recording() as session:
            await compares.put_off_compare(session, current.connection_id, current.clock.now() + PUT_OFF)
        return False


async def _step(current: Round) -> bool:
    run = current.connection.compare_run
    if run is None:
        async with current.lease.recording() as session:
            run = await compares.begin_compare(session, current.connection_id, current.clock.now())
    async with current.database.reading() as session:
        left = await compares.count_uncompared(session, current.connection_id)
    if left and run.wants_page(left, READ_BATCH):
        await _compare_page(current, run)
    elif left:
        await _compare_by_id(current, replace(run, page=None))
    else:
        async with current.lease.recording() as session:
            await compares.finish_compare(session, current.connection_id, run, current.clock.now())
        log.info("compared", calls=run.calls, invoices=run.invoices, differing=run.differing)
    return left > 0


async def _compare_page(current: Round, run: CompareRun) -> None:
    assert run.page is not None  # or the run would not want one
    sync_from = current.connection.settings.sync_from
    answer = await current.xero.invoices.fetch_page(run.page, issued_from=sync_from)
    is_last = len(answer.invoices) < PAGE_SIZE if answer.pages is None else run.page >= answer.pages
    run = replace(run, page=None if is_last else run.page + 1, pages=answer.pages)
    strangers = await _take_read(current, run, answer.invoices)
    seen_by_sweeps = current.connection.created_at - OVERLAP
    await link_born(current, [invoice for invoice in strangers if invoice.updated_at > seen_by_sweeps])


async def _compare_by_id(current: Round, run: CompareRun) -> None:
    async with current.database.reading() as session:
        wanted = await compares.list_uncompared(session, current.connection_id, READS_OF_A_STEP * READ_BATCH)
    found: list[XeroInvoice] = []
    for batch in batches(wanted, READ_BATCH):
        found += await current.xero.invoices.fetch(batch)
    reads = -(-len(wanted) // READ_BATCH)
    await _take_read(current, run, found, reads=reads, missing=_missing(wanted, found))


def _missing(wanted: Sequence[str], found: Sequence[XeroInvoice]) -> set[str]:
    return set(wanted) - {invoice.xero_invoice_id for invoice in found}


async def _take_read(
    current: Round,
    run: CompareRun,
    invoices: Sequence[XeroInvoice],
    *,
    reads: int = 1,
    missing: Collection[str] = (),
) -> list[XeroInvoice]:
    """Make due what differs, what is missing and what cannot be read, and record how far it came; answers invoices
    without a link.
    """
    by_id = {invoice.xero_invoice_id: invoice for invoice in invoices if invoice.flaw is None}
    unread = {invoice.xero_invoice_id for invoice in invoices} - by_id.keys()
    known: set[str | None] = set()
    compared = Compared()
    for ids in batches(list(by_id), LINKS_AT_ONCE):
        links = await _load(current, ids)
        known |= {link.xero_invoice_id for link in links}
        seen = [(by_id[link.xero_invoice_id or ""], link.hub.xero_shadow) for link in links]
        await learn_from_invoices(current, seen)
        await compare_links(current, links, by_id, compared)
    differing, now = compared.differing, current.clock.now()
    run = replace(
        run,
        calls=run.calls + reads,
        invoices=run.invoices + len(known) + len(missing),
        differing=run.differing + len(differing) + len(missing),
    )
    gone = await _load(current, {*missing, *unread})
    async with current.lease.recording() as session:
        await mark_xero_due(session, [link.id for link in (*differing, *gone)])
        await insert_discrepancies(session, current.connection_id, compared.found, now)
        await save_sums(session, current.connection_id, compared.sums)
        await compares.forget_compared(session, current.connection_id, {*by_id, *missing, *unread})
        await compares.save_compare(session, current.connection_id, run)
    current.keep(by_id[link.xero_invoice_id or ""] for link in differing)
    newer = [link for link in differing if _has_moved(link, by_id[link.xero_invoice_id or ""])]
    await note_finds(current, newer, by_id)
    return [invoice for xero_id, invoice in by_id.items() if xero_id not in known]


async def _load(current: Round, xero_ids: Collection[str]) -> list[InvoiceLink]:
    async with current.database.reading() as session:
        return await list_by_xero_id(session, current.connection_id, xero_ids)


def _has_moved(link: InvoiceLink, invoice: XeroInvoice) -> bool:
    """Only what moved the timestamp is told by events; the rest is what compares are for."""
    return link.xero_updated_at is None or invoice.updated_at > link.xero_updated_at
