"""What Xero does with a posted invoice: create it, or lay it over the one that it identifies (FACTS 4).

Sent fields replace, fields that were not sent stay; lines are `line_lists`, which edits are allowed is `editing`.
Every complaint about one element is gathered and raised at once as `Refused`.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from urllib.parse import urlsplit
from uuid import uuid4

from app.sandbox.xero.books.amounts import ZERO, places
from app.sandbox.xero.books.invoices import Invoice
from app.sandbox.xero.books.journal import Event
from app.sandbox.xero.books.lines import LineRules
from app.sandbox.xero.books.organisation import Organisation
from app.sandbox.xero.books.totals import build_totals
from app.sandbox.xero.forms.elements import Element
from app.sandbox.xero.forms.refusals import Refused
from app.sandbox.xero.writes import editing
from app.sandbox.xero.writes.contact_writes import place_contact
from app.sandbox.xero.writes.line_lists import build_lines, read_basis

SENT_WARNING = "Only AUTHORISED invoices may have SentToContact updated."
NOT_FOUND = "An existing Invoice with the specified InvoiceID could not be found"
NUMBER_TAKEN = "Invoice # must be unique."


@dataclass(frozen=True, slots=True)
class Written:
    """An invoice as it was written, with the warnings that did not stop it."""

    invoice: Invoice
    warnings: tuple[str, ...] = ()


def create_invoice(organisation: Organisation, element: Element, unit_places: int, by_app: bool) -> Written:
    """PUT: always a new invoice. Raises Refused."""
    kind = element.text("Type") or ""
    if kind not in ("ACCREC", "ACCPAY"):
        raise Refused("Invoice not of valid type for creation")
    status = (element.text("Status") or "DRAFT").upper()
    if status not in editing.NEW_STATUSES:
        raise Refused("Invoice not of valid status for creation")
    contact = place_contact(organisation, element.one("Contact"), by_app)
    blank = Invoice(
        invoice_id=str(uuid4()),
        kind=kind,
        contact_id=contact.contact_id,
        status=status,
        issued_on=element.day("Date") or organisation.today(),
        amounts_are="Exclusive",
        currency=organisation.base_currency,
        updated_at=organisation.clock.now(),
        created_by_app=by_app,
    )
    return _write(organisation, element, None, blank, unit_places)


def save_invoice(
    organisation: Organisation,
    element: Element,
    unit_places: int,
    by_app: bool,
    invoice: Invoice | None = None,
) -> Written:
    """POST: update `invoice`, or the one that the element's id or number names; else create. Raises Refused."""
    before = invoice or _find(organisation, element)
    if before is None:
        return create_invoice(organisation, element, unit_places, by_app)
    wanted = (element.text("Status") or before.status).upper()
    messages = editing.refuse_status(before, wanted)
    if messages:
        raise Refused(*messages)
    if wanted in ("VOIDED", "DELETED"):
        return Written(_end(organisation, before, wanted))
    base = replace(before, status=wanted)
    if element.has("Contact"):
        contact = place_contact(organisation, element.one("Contact"), by_app)
        base = replace(base, contact_id=contact.contact_id)
    return _write(organisation, element, before, base, unit_places)


def _find(organisation: Organisation, element: Element) -> Invoice | None:
    invoice_id, number = element.text("InvoiceID"), element.text("InvoiceNumber")
    if invoice_id:
        found = organisation.invoices.find(invoice_id)
        if found is None:
            raise Refused(NOT_FOUND)
        return found
    if number and element.text("Type") != "ACCPAY":
        return organisation.invoices.find_numbered(number)
    return None


def _end(organisation: Organisation, invoice: Invoice, status: str) -> Invoice:
    """Void or delete: nothing else of the request counts."""
    messages = editing.refuse_lock(organisation, None, invoice)
    if messages:
        raise Refused(*messages)
    return keep(organisation, invoice, replace(invoice, status=status, is_sent=invoice.is_sent))


def _write(
    organisation: Organisation, element: Element, before: Invoice | None, base: Invoice, unit_places: int
) -> Written:
    rules = LineRules(
        organisation.line_books, read_basis(element, base.amounts_are), unit_places,
        is_approved=base.status in ("AUTHORISED", "PAID", "SUBMITTED"), is_sale=base.is_sale,
        takes_discounts=base.is_sale,
    )  # fmt: skip
    lines = build_lines(element, before.lines if before else None, rules)
    after = _header(organisation, element, base, rules)
    after = _summed(replace(after, amounts_are=rules.amounts_are, lines=lines))
    after, warnings = _marked_sent(element, after)
    messages = [*rules.messages, *_complaints(organisation, before, after)]
    if messages:
        raise Refused(*messages)
    return Written(keep(organisation, before, after), warnings)


def _header(organisation: Organisation, element: Element, base: Invoice, rules: LineRules) -> Invoice:
    """The fields of the header that were sent, laid over the ones held."""

    def text(name: str, held: str) -> str:
        return held if not element.has(name) else element.text(name) or ""

    number = _number(organisation, element, base, rules)
    currency = (element.text("CurrencyCode") or base.currency).upper()
    if not organisation.has_currency(currency):
        rules.say(f"Organisation is not subscribed to currency {currency}")
        currency = base.currency
    return replace(
        base,
        number=number,
        currency=currency,
        currency_rate=_rate(organisation, element, base, currency),
        issued_on=element.day("Date") or base.issued_on,
        due_on=element.day("DueDate") or base.due_on,
        reference=text("Reference", base.reference) if base.is_sale else "",
        url=text("Url", base.url),
        branding_theme_id=text("BrandingThemeID", base.branding_theme_id),
        expected_payment_on=element.day("ExpectedPaymentDate") or base.expected_payment_on,
        planned_payment_on=element.day("PlannedPaymentDate") or base.planned_payment_on,
    )


def _rate(organisation: Organisation, element: Element, base: Invoice, currency: str) -> Decimal:
    """The rate that was sent, to six places; the day's own where none ever was (FACTS 4.4)."""
    if currency == organisation.base_currency:
        return Decimal(1)
    sent = element.number("CurrencyRate")
    if sent:
        return places(sent, 6)
    return base.currency_rate if base.currency == currency else organisation.day_rate(currency)


def _number(organisation: Organisation, element: Element, base: Invoice, rules: LineRules) -> str:
    sent = element.text("InvoiceNumber") or base.number
    if not base.is_sale:
        return sent
    if not sent:
        return organisation.invoices.next_number()
    if len(sent) > 255 or not (sent.isascii() and sent.isprintable()):
        rules.say("The InvoiceNumber must be printable ASCII of at most 255 characters.")
    holder = organisation.invoices.find_numbered(sent)
    if holder is not None and holder.invoice_id != base.invoice_id:
        rules.say(NUMBER_TAKEN)
    return sent


def _summed(invoice: Invoice) -> Invoice:
    totals = build_totals(
        [(line.line_amount, line.tax_amount) for line in invoice.lines], invoice.amounts_are
    )
    return replace(invoice, sub_total=totals.sub_total, total_tax=totals.total_tax, total=totals.total)


def _marked_sent(element: Element, invoice: Invoice) -> tuple[Invoice, tuple[str, ...]]:
    """SentToContact counts only on approved invoices; elsewhere it is a warning (FACTS 4.8)."""
    sent = element.flag("SentToContact")
    if sent is None or sent == invoice.is_sent:
        return invoice, ()
    if not invoice.is_approved:
        return invoice, (SENT_WARNING,)
    return replace(invoice, is_sent=sent), ()


def _complaints(organisation: Organisation, before: Invoice | None, after: Invoice) -> list[str]:
    messages = editing.refuse_lock(organisation, before, after)
    if before is not None:
        messages += editing.refuse_paid(before, after)
    unknown_theme = organisation.theme_message(after.branding_theme_id)
    if unknown_theme:
        messages.append(unknown_theme)
    limit = organisation.plan_message(after.is_sale)
    if limit and after.is_approved and not (before and before.is_approved):
        messages.append(limit)
    if after.status != "DRAFT" and after.due_on is None:
        messages.append("The document DueDate field must be specified.")
    if after.total < 0:
        messages.append("The document total cannot be less than zero.")
    if len(after.reference) > 255:
        messages.append("The field Reference must be a string with a maximum length of 255.")
    if after.url and (urlsplit(after.url).scheme not in ("http", "https") or not urlsplit(after.url).netloc):
        messages.append("Url must be a valid absolute URL.")
    if "xero" in after.url.lower():
        messages.append("Url cannot contain the word xero.")
    return messages


def keep(organisation: Organisation, before: Invoice | None, after: Invoice) -> Invoice:
    """Save the invoice with its balance settled, its instant moved and its event told.

    A part-paid document whose DueDate or SentToContact alone changed keeps its UpdatedDateUTC and tells nothing
    (FACTS 0.10), which is why reads by If-Modified-Since and webhooks are never the whole truth.
    """
    settled = _settled(organisation, after)
    if before is not None and before.amount_applied and settled.amount_applied and _is_quiet(before, settled):
        return organisation.invoices.save(settled)
    stamped = replace(settled, updated_at=organisation.clock.stamp(before.updated_at if before else None))
    organisation.invoices.save(stamped)
    _mark_role(organisation, stamped)
    if stamped.status == "DELETED" and not organisation.behaviour.tells_deleted_drafts:
        return stamped
    kind = "UPDATE" if before else "CREATE"
    organisation.journal.tell(
        Event(organisation.tenant_id, "INVOICE", kind, stamped.invoice_id, stamped.updated_at)
    )
    return stamped


def _settled(organisation: Organisation, invoice: Invoice) -> Invoice:
    """PAID is set by Xero alone, once nothing is due; a zero total is paid at once."""
    if not invoice.is_approved:
        return invoice
    if invoice.amount_due > ZERO:
        return replace(invoice, status="AUTHORISED", fully_paid_on=None)
    paid_on = [payment.paid_on for payment in organisation.payments.list_of(invoice.invoice_id)]
    paid_on += [found.allocated_on for found in organisation.credits.allocations_of(invoice.invoice_id)]
    return replace(invoice, status="PAID", fully_paid_on=max(paid_on, default=invoice.issued_on))


def _is_quiet(before: Invoice, after: Invoice) -> bool:
    names = set(Invoice.__slots__)
    moved = {name for name in names if getattr(before, name) != getattr(after, name)}
    return bool(moved) and moved <= editing.QUIET_WHEN_PAID


def _mark_role(organisation: Organisation, invoice: Invoice) -> None:
    """IsCustomer and IsSupplier follow the first document and do not move the contact's UpdatedDateUTC."""
    contact = organisation.contacts.find(invoice.contact_id)
    if contact is None:
        return
    marked = replace(
        contact,
        is_customer=contact.is_customer or invoice.is_sale,
        is_supplier=contact.is_supplier or not invoice.is_sale,
    )
    if marked != contact:
        organisation.contacts.save(marked)
