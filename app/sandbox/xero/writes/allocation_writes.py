"""Setting a credit against an invoice and taking it back (FACTS 5: allocations are no payments, and are deletable).

Either moves both documents (the credit's remaining amount and status, the invoice's AmountCredited and AmountDue), and
so tells an event of each. Xero's own words for a refused allocation are not known: these are ours.
"""

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

from app.sandbox.xero.books.amounts import ZERO, cents
from app.sandbox.xero.books.credits import Allocation, Credit
from app.sandbox.xero.books.invoices import Invoice
from app.sandbox.xero.books.journal import Event
from app.sandbox.xero.books.organisation import Organisation
from app.sandbox.xero.forms.dates import utc_string
from app.sandbox.xero.forms.elements import Element
from app.sandbox.xero.forms.refusals import Refused
from app.sandbox.xero.writes.invoice_writes import NOT_FOUND, keep

NOT_AUTHORISED = "Credits can only be allocated to Authorised documents"
TOO_MUCH_CREDIT = "The amount allocated exceeds the remaining credit"
TOO_MUCH_DUE = "The amount allocated exceeds the amount outstanding on this document"
OTHER_CONTACT = "A credit can only be allocated to an invoice of the same contact and currency."


def allocate(organisation: Organisation, credit: Credit, element: Element) -> Allocation:
    """Set a part of the credit against an invoice. Raises Refused with every reason against it."""
    invoice = _invoice(organisation, element)
    credit = organisation.credits.get(credit.credit_id)
    amount = cents(element.number("Amount") or Decimal(0))
    allocated_on = element.day("Date") or organisation.today()
    messages = _complaints(credit, invoice, amount)
    locked = organisation.lock_message(allocated_on)
    if locked:
        messages.append(locked)
    if messages:
        raise Refused(*messages)
    made = Allocation(str(uuid4()), credit.credit_id, invoice.invoice_id, amount, allocated_on)
    organisation.credits.save_allocation(made)
    _apply(organisation, credit, invoice, amount)
    return made


def remove_allocation(organisation: Organisation, allocation: Allocation) -> Allocation:
    """Delete an allocation. Raises Refused where it is gone already or lies in a locked period."""
    locked = organisation.lock_message(allocation.allocated_on)
    if locked:
        raise Refused(locked)
    invoice = organisation.invoices.find(allocation.invoice_id)
    if allocation.is_deleted or invoice is None:
        raise Refused("This allocation has already been deleted.")
    gone = organisation.credits.save_allocation(replace(allocation, is_deleted=True))
    _apply(organisation, organisation.credits.get(allocation.credit_id), invoice, -allocation.amount)
    return gone


def keep_credit(organisation: Organisation, before: Credit | None, after: Credit) -> Credit:
    """Save the credit with its status settled, its instant moved and its event told. PAID is set by Xero alone."""
    if after.is_approved:
        is_used_up = after.remaining <= ZERO
        after = replace(
            after,
            status="PAID" if is_used_up else "AUTHORISED",
            used_up_on=organisation.today() if is_used_up else None,
        )
    stamped = replace(after, updated_at=organisation.clock.stamp(before.updated_at if before else None))
    organisation.credits.save(stamped)
    data = {"Type": stamped.kind, "Status": stamped.status}
    if stamped.family.category != "CREDITNOTE":
        data["UpdatedDateUTCString"] = utc_string(stamped.updated_at).replace("+00:00", "Z")
    kind = "UPDATE" if before else "CREATE"
    organisation.journal.tell(
        Event(
            organisation.tenant_id,
            stamped.family.category,
            kind,
            stamped.credit_id,
            stamped.updated_at,
            data,
        )
    )
    return stamped


def _invoice(organisation: Organisation, element: Element) -> Invoice:
    nested = element.one("Invoice") or Element({})
    invoice_id, number = nested.text("InvoiceID"), nested.text("InvoiceNumber")
    found = None
    if invoice_id:
        found = organisation.invoices.find(invoice_id)
    elif number:
        found = organisation.invoices.find_numbered(number)
    if found is None:
        raise Refused(NOT_FOUND)
    return found


def _complaints(credit: Credit, invoice: Invoice, amount: Decimal) -> list[str]:
    messages = []
    if amount <= 0:
        messages.append("The amount allocated must be greater than zero.")
    if credit.status != "AUTHORISED" or invoice.status != "AUTHORISED" or credit.is_sale != invoice.is_sale:
        messages.append(NOT_AUTHORISED)
    elif amount > credit.remaining:
        messages.append(TOO_MUCH_CREDIT)
    elif amount > invoice.amount_due:
        messages.append(TOO_MUCH_DUE)
    if (credit.contact_id, credit.currency) != (invoice.contact_id, invoice.currency):
        messages.append(OTHER_CONTACT)
    return messages


def _apply(organisation: Organisation, credit: Credit, invoice: Invoice, amount: Decimal) -> None:
    keep_credit(organisation, credit, replace(credit, amount_allocated=credit.amount_allocated + amount))
    keep(organisation, invoice, replace(invoice, amount_credited=invoice.amount_credited + amount))
