"""Observe: take in what each side holds now, and merge it into the record.

The partner's side is the newest document that it sent. Xero's side is read fresh in batches, but only where there is a
reason: an event newer than what we hold, an unanswered write, or a write that is about to be made (read right before
writing, since Xero has no compare-and-set).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from app.db.findings.attempts import Attempt
from app.domain.crossing.numbering import part_numbers
from app.domain.findings.discrepancy import Found, find_left_over
from app.domain.holds.hold import Hold
from app.domain.invoices.account_codes import Moved, with_misplaced
from app.domain.invoices.due_date import with_due_date
from app.domain.invoices.link import InvoiceLink
from app.domain.invoices.recognition import own_payments
from app.domain.invoices.tracking_names import with_names_of_now
from app.domain.partner.change import moves_to_json
from app.domain.partner.document import IMPLIED_PAYMENT, from_document, with_implied_at_most, without_implied
from app.domain.record.coupling import refresh_unmapped, translate_anew
from app.domain.record.fields import Absent, Fields, decimal_text, keys_of, member, member_of
from app.domain.record.hub import hold_of, partner_view
from app.domain.record.item_code import translate_items
from app.domain.record.money import covered, totals
from app.domain.record.moves import list_groups, list_moves_arrived
from app.domain.record.observing import catch_up, observe_document, observe_xero, xero_answered
from app.domain.record.over import over_on_both
from app.domain.record.path import read_at
from app.domain.record.sides import Side
from app.domain.xero.former_codes import said_by_codes_of_now
from app.domain.xero.xero_invoice import (
    Identities,
    XeroInvoice,
    match_credits,
    match_lines,
    match_payments,
    observed_fields,
)
from app.reconcile.contacts.keys import contact_keys, follow_sharers, key_of_contact
from app.reconcile.credit_links import with_overpaid_apart
from app.reconcile.doubt import learn_own_credits, learn_own_overpayments
from app.reconcile.facts.behind import learn_from_invoices
from app.reconcile.footing import Footing
from app.reconcile.invoices.writes import takes_lines, with_lines_along
from app.reconcile.overwritten import tell_overwritten
from app.reconcile.ports import READ_BATCH
from app.reconcile.round import Round, batches, unhurried
from app.reconcile.work import NEVER, Work
from app.spending import spent_on

MISSING_IN_XERO = Hold(
    "missing_in_xero",
    "Xero no longer has this invoice.",
    "If it was removed on purpose, cancel it in the app; otherwise ask Xero's support.",
)


async def observe(current: Round, works: Sequence[Work]) -> None:
    """Look at both sides of each work's link."""
    due = []
    taken_up = [work for work in works if work.link.skip is None]
    async for work in unhurried(taken_up):
        with work.guarded():
            take_document(current, work)
    await follow_sharers(current, taken_up)
    async for work in unhurried(taken_up):
        with work.guarded():
            if not work.is_broken and needs_a_read(current, work):
                due.append(work)
    await _read(current, [work.link for work in due])
    read = [current.fresh[i] for work in due if (i := _xero_id(work)) in current.fresh]
    seen = [(invoice, work.hub.xero_shadow) for work in due if (invoice := current.fresh.get(_xero_id(work)))]
    await learn_from_invoices(current, seen)
    stood = {_xero_id(work): _expected_of(work.link).get("contact") for work in due}
    contacts = await spent_on([work.link.id for work in due], contact_keys(current, read, stood))
    async for work in unhurried(due):
        invoice = current.fresh.get(_xero_id(work))
        if invoice is None:
            work.refusal = MISSING_IN_XERO
            continue
        await learn_own_credits(current, work, invoice)
        await learn_own_overpayments(current, work, invoice)
        with work.guarded():
            take_invoice(current, work, invoice, contacts.get(invoice.xero_contact_id))
    await tell_overwritten(current, "INVOICE", {_xero_id(work): work for work in due})
    async for work in unhurried(taken_up):
        with work.guarded():
            read_paid_anew(current, work)


def read_paid_anew(current: Footing, work: Work) -> None:
    """What "paid" implies is never more than what is due beside the payments and credits that came to light since.

    Both sides may say at once that the invoice is paid, one in a word and one by a payment: it is then paid once. The
    shadow moves with the record, because the document said no amount.
    """
    hub = work.hub
    if IMPLIED_PAYMENT in keys_of(hub.xero_shadow, "payments"):
        return
    total = _total_of(current, hub.record)
    if total is None or IMPLIED_PAYMENT not in keys_of(hub.record, "payments"):
        return
    due = total - covered(without_implied(hub.record))
    hub = replace(
        hub,
        record=with_implied_at_most(hub.record, due),
        partner_shadow=with_implied_at_most(hub.partner_shadow, due),
    )
    work.link = replace(work.link, hub=hub)


def take_document(current: Footing, work: Work) -> None:
    """Merge the partner's newest document, if the record has not taken it in."""
    rules, document = current.rules, work.link.document
    if work.hub.has_apart:
        at, partner_at = work.link.xero_updated_at or NEVER, work.partner_at(NEVER)
        work.moved(catch_up(work.hub, rules=rules, xero_at=at, partner_at=partner_at))
    if document is not None and work.link.has_news_from_partner:
        based_on = work.hub.acked_revision if document.based_on is None else document.based_on
        seen = from_document(
            document.body,
            held=partner_view(work.hub, based_on),
            total_of=lambda fields: _total_of(current, fields),
            received_on=current.connection.find_day(document.received_at).isoformat(),
        )
        work.moved(
            observe_document(
                work.hub,
                seen,
                version=document.version,
                based_on=document.based_on,
                rules=rules,
                at=document.received_at,
                xero_at=work.link.xero_updated_at or NEVER,
            )
        )
    # Until Xero holds it, nobody there can have chosen another account: the maps decide, as they are now.
    translate = translate_anew if work.link.xero_invoice_id is None else refresh_unmapped
    mapped = with_due_date(
        translate(work.hub.record, rules.vocabulary),
        current.connection.settings.due_days,
        current.organisation.sales_terms,
    )
    mapped = translate_items(mapped, work.hub.xero_shadow, rules.vocabulary.items)
    mapped = part_numbers(
        mapped,
        current.connection.settings.numbering,
        work.hub.xero_shadow.get("number"),
        is_in_xero=work.link.xero_invoice_id is not None,
    )
    work.link = replace(work.link, hub=over_on_both(replace(work.hub, record=mapped)))


def _total_of(current: Footing, fields: Fields) -> Decimal | None:
    known = totals(refresh_unmapped(fields, current.rules.vocabulary), current.organisation.rates())
    return known.total if known else None


def needs_a_read(current: Footing, work: Work) -> bool:
    """Whether Xero may hold something else than we know, or is about to be written."""
    link = work.link
    if link.xero_invoice_id is None:
        return False
    return link.xero_due or link.hub.unanswered is not None or not work.plan(current.terms).is_empty


def _xero_id(work: Work) -> str:
    return work.link.xero_invoice_id or ""


async def _read(current: Round, links: Sequence[InvoiceLink]) -> None:
    """Read by id what is not fresh yet; where many moved, `moved` has read most of it by pages."""
    wanted = {link.xero_invoice_id: link for link in links if link.xero_invoice_id not in current.fresh}
    for batch in batches([xero_id for xero_id in wanted if xero_id is not None], READ_BATCH):
        found = await spent_on([wanted[xero_id].id for xero_id in batch], current.xero.invoices.fetch(batch))
        current.fresh |= {invoice.xero_invoice_id: invoice for invoice in found}


def take_invoice(
    current: Round, work: Work, invoice: XeroInvoice, contact_key: str | None, *, wrote: Fields | None = None
) -> None:
    """Merge what Xero shows; `wrote` is what it should show, when this is the answer to a write of ours."""
    link, invoice = with_overpaid_apart(work.link, invoice)
    invoice = said_by_codes_of_now(invoice, current.organisation)
    link = with_names_of_now(link, invoice.lines, current.organisation)
    expected = wrote if wrote is not None else _expected_of(link)
    answers = wrote is not None or link.hub.unanswered is not None
    identities = Identities(
        match_lines(
            invoice.lines,
            link.line_ids,
            expected,
            answers_a_write=answers,
            in_doubt=() if wrote is not None else _list_in_doubt(link),
        ),
        match_payments(
            invoice, {**own_payments(link.id, invoice), **link.payment_ids}, _list_replaceable(link, expected)
        ),
        match_credits(invoice, link.credit_ids),
        link.overpaid,
    )
    key = key_of_contact(current, invoice.xero_contact_id, expected.get("contact"), contact_key)
    seen = observed_fields(invoice, identities, key, expected)
    rules, at, partner_at = current.rules, invoice.updated_at, work.partner_at(NEVER)
    link, wrote = _with_misplaced(link, wrote, seen, work.moved_codes)
    if wrote is None:
        work.attempts += _landed(link, seen, invoice.updated_at)
        known, view = work.before.hub.record, hold_of(work.hub, Side.PARTNER)
        work.moved(observe_xero(link.hub, seen, rules=rules, at=at, partner_at=partner_at, remembered=known))
        work.discrepancies += _list_left_over(work, link, view, at)
    else:
        work.moved(xero_answered(link.hub, wrote, seen, rules=rules, at=at, partner_at=partner_at))
    work.is_renumbered |= link.hub.xero_shadow.get("number") != work.hub.xero_shadow.get("number")
    work.link = replace(work.link.as_held_by_xero(invoice, work.link.hub, identities), overpaid=link.overpaid)


def _list_left_over(work: Work, known: InvoiceLink, view: Fields, at: datetime) -> list[Found]:
    """What stays in Xero of payments that somebody deleted there; `view` is what the app holds."""
    paths = [f"payments/{key}" for key in known.overpaid]
    gone = [path for path in paths if path in list_groups(known.hub.record) and work.has_left_over(path)]
    shown = {path: read_at(view, path) for path in gone}
    return [
        find_left_over(path, payment, known.overpaid[member_of(path)].amount, at)
        for path, payment in shown.items()
        if not isinstance(payment, Absent)
    ]


def _with_misplaced(
    link: InvoiceLink, wrote: Fields | None, seen: Fields, moved: Moved
) -> tuple[InvoiceLink, Fields | None]:
    """Of what was written, or tried, what Xero booked by a code that another account had by then (`account_codes`)."""
    if not moved:
        return link, wrote
    if wrote is not None:
        return link, with_misplaced(wrote, seen, moved)
    if link.hub.unanswered is None:
        return link, None
    tried = with_misplaced(link.hub.unanswered, seen, moved)
    return replace(link, hub=replace(link.hub, unanswered=tried)), None


def _expected_of(link: InvoiceLink) -> Fields:
    """What a read should show: what was tried and not answered, or what Xero is known to hold."""
    return link.hub.unanswered or link.hub.xero_shadow


def _list_replaceable(link: InvoiceLink, expected: Fields) -> dict[str, str]:
    """The payments that Xero showed and both sides still count on, with what is a payment of each there.

    None that is an overpayment alone, or that we may have taken away ourselves; nor what "paid" stands for, which is
    reckoned anew.
    """
    held = link.hub.xero_shadow
    parts = {key: part.amount for key, part in link.overpaid.items()}
    alone = {key for key, part in link.overpaid.items() if part.is_whole}
    common = set(keys_of(expected, "payments")) & set(keys_of(link.hub.record, "payments"))
    known = common & set(link.payment_ids.values()) - alone - {IMPLIED_PAYMENT}
    return {
        key: decimal_text(Decimal(member(held, "payments", key, "amount")) - parts.get(key, 0))
        for key in keys_of(held, "payments")
        if key in known
    }


def _list_in_doubt(link: InvoiceLink) -> set[str]:
    """The new lines of an update whose answer was lost; of a create that is found, all that was sent had arrived."""
    held = link.hub.xero_shadow
    tried = link.hub.unanswered if held else None
    return set(keys_of(tried or {}, "lines")) - set(keys_of(held, "lines"))


def _landed(link: InvoiceLink, seen: Fields, at: datetime) -> list[Attempt]:
    """The update whose answer was lost, if what it wrote is there: it may have gone over somebody's edit like any."""
    tried = link.hub.unanswered
    if tried is None or link.xero_invoice_id is None:
        return []
    moves = list_moves_arrived(link.hub.xero_shadow, tried, seen)
    if not moves:
        return []
    if takes_lines(moves, tried):
        moves = with_lines_along(moves, tried)
    said = "Found in Xero: the update whose answer was lost had arrived."
    return [Attempt(link.id, "update", moves_to_json(moves), "adopted", said, link.read_updated_at, at)]
