"""Xero's side: an invoice as Xero shows it, read or as the answer to a write, merged into the record."""

from datetime import datetime
from decimal import Decimal

from app.db.findings.attempts import Attempt
from app.domain.findings.discrepancy import Found, find_left_over
from app.domain.invoices.account_codes import Moved, with_misplaced
from app.domain.invoices.credit_links import with_overpaid_apart
from app.domain.invoices.link import InvoiceLink
from app.domain.invoices.recognition import own_payments
from app.domain.invoices.tracking_names import with_names_of_now
from app.domain.partner.change import moves_to_json
from app.domain.partner.document import IMPLIED_PAYMENT
from app.domain.record.fields import Absent, Fields, decimal_text, keys_of, member, member_of
from app.domain.record.hub import hold_of
from app.domain.record.moves import list_groups, list_moves_arrived
from app.domain.record.observing import observe_xero, xero_answered
from app.domain.record.path import read_at
from app.domain.record.replaced import replace
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
from app.reconcile.contacts.keys import key_of_contact
from app.reconcile.invoices.writes import takes_lines, with_lines_along
from app.reconcile.round import Round
from app.reconcile.work import NEVER, Work


def take_invoice(
    current: Round,
    work: Work,
    invoice: XeroInvoice,
    contact_key: str | None,
    *,
    wrote: Fields | None = None,
    was_sent: bool = True,
) -> None:
    """Merge what Xero shows; `wrote` is what it should show, when this is the answer to a write of ours. What is not
    answered `was_sent`, but for a create that was only looked for.
    """
    link, invoice = with_overpaid_apart(work.link, invoice)
    invoice = said_by_codes_of_now(invoice, current.organisation)
    link = with_names_of_now(link, invoice.lines, current.organisation)
    expected = wrote if wrote is not None else expected_of(link)
    identities = _identify(link, invoice, expected, is_answer=wrote is not None)
    key = key_of_contact(current, invoice.xero_contact_id, expected.get("contact"), contact_key)
    seen = observed_fields(invoice, identities, key, expected)
    rules, at, partner_at = current.rules, invoice.updated_at, work.partner_at(NEVER)
    link, wrote = _with_misplaced(link, wrote, seen, work.moved_codes)
    if wrote is None:
        work.attempts += _landed(link, seen, invoice.updated_at)
        known, view = work.before.hub.record, hold_of(work.hub, Side.PARTNER)
        work.moved(
            observe_xero(
                link.hub,
                seen,
                rules=rules,
                at=at,
                partner_at=partner_at,
                remembered=known,
                was_sent=was_sent,
            )
        )
        work.discrepancies += _list_left_over(work, link, view, at)
    else:
        work.moved(xero_answered(link.hub, wrote, seen, rules=rules, at=at, partner_at=partner_at))
    work.is_renumbered |= link.hub.xero_shadow.get("number") != work.hub.xero_shadow.get("number")
    work.link = replace(work.link.as_held_by_xero(invoice, work.link.hub, identities), overpaid=link.overpaid)


def _identify(link: InvoiceLink, invoice: XeroInvoice, expected: Fields, *, is_answer: bool) -> Identities:
    """Which of the link's lines, payments and credits those of the invoice are."""
    lines = match_lines(
        invoice.lines,
        link.line_ids,
        expected,
        answers_a_write=is_answer or link.hub.unanswered is not None,
        in_doubt=() if is_answer else _list_in_doubt(link),
    )
    known = {**own_payments(link.id, invoice), **link.payment_ids}
    payments = match_payments(invoice, known, _list_replaceable(link, expected))
    return Identities(lines, payments, match_credits(invoice, link.credit_ids), link.overpaid)


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


def expected_of(link: InvoiceLink) -> Fields:
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
    # Nothing is known of Xero's side before the answer to a create.
    if tried is None or link.xero_invoice_id is None or not link.hub.xero_shadow:
        return []
    moves = list_moves_arrived(link.hub.xero_shadow, tried, seen)
    if not moves:
        return []
    if takes_lines(moves, tried):
        moves = with_lines_along(moves, tried)
    said = "Found in Xero: the update whose answer was lost had arrived."
    return [Attempt(link.id, "update", moves_to_json(moves), "adopted", said, link.read_updated_at, at)]
