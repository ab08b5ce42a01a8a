"""Making and deleting payments (FACTS 5, Payments): the only two things that can be done with one.

Either moves its invoice: amounts, status, FullyPaidOnDate, UpdatedDateUTC, and so an INVOICE event; there is no event
for the payment itself. Refusals raise `Refused`; what the sandbox does not pay (credit notes and such) `NotBuilt`.
"""

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

from app.sandbox.xero.accounts import Account
from app.sandbox.xero.amounts import cents
from app.sandbox.xero.elements import Element
from app.sandbox.xero.invoice_writes import keep
from app.sandbox.xero.invoices import Invoice
from app.sandbox.xero.organisation import Organisation
from app.sandbox.xero.payments import Payment
from app.sandbox.xero.refusals import NotBuilt, Refused

NOT_FOUND = "The document with the supplied id was not found for this endpoint."
TOO_MUCH = "Payment amount exceeds the amount outstanding on this document"
NOT_AUTHORISED = "Payments can only be made against Authorised documents"
NO_ACCOUNT = "You must specify an Account code or Account ID for the payment."


def create_payment(organisation: Organisation, element: Element) -> Payment:
    """Pay an invoice. Raises Refused with every reason against it."""
    for name in ("CreditNote", "Prepayment", "Overpayment", "BatchPayment", "CreditNoteNumber"):
        if element.has(name):
            raise NotBuilt(f"payments of a {name} are not built in this sandbox")
    invoice = _invoice(organisation, element)
    messages: list[str] = []
    account = _account(organisation, element, messages)
    amount = cents(element.number("Amount") or Decimal(0))
    paid_on = element.day("Date") or organisation.today()
    if invoice.status != "AUTHORISED":
        messages.append(NOT_AUTHORISED)
    elif amount > invoice.amount_due:
        messages.append(TOO_MUCH)
    if amount <= 0:
        messages.append("Payment amount must be greater than zero.")
    locked = organisation.lock_message(paid_on)
    if locked:
        messages.append(locked)
    if messages or account is None:
        raise Refused(*messages)
    payment = Payment(
        payment_id=str(uuid4()),
        invoice_id=invoice.invoice_id,
        account_id=account.account_id,
        amount=amount,
        paid_on=paid_on,
        kind="ACCRECPAYMENT" if invoice.is_sale else "ACCPAYPAYMENT",
        updated_at=organisation.clock.stamp(),
        reference=element.text("Reference") or "",
        is_reconciled=element.flag("IsReconciled") or False,
    )
    organisation.payments.save(payment)
    keep(organisation, invoice, replace(invoice, amount_paid=invoice.amount_paid + amount))
    return payment


def delete_payment(organisation: Organisation, payment: Payment, element: Element) -> Payment:
    """POST of Status DELETED; every other change of a payment is refused."""
    if element.text("Status") != "DELETED":
        raise Refused("Payments cannot be edited: only their Status can be set to DELETED.")
    if payment.status == "DELETED":
        raise Refused("This payment has already been deleted.")
    locked = organisation.lock_message(payment.paid_on)
    if locked:
        raise Refused(locked)
    invoice = organisation.invoices.find(payment.invoice_id)
    if invoice is None:
        raise Refused(NOT_FOUND)
    deleted = replace(payment, status="DELETED", updated_at=organisation.clock.stamp(payment.updated_at))
    organisation.payments.save(deleted)
    keep(organisation, invoice, replace(invoice, amount_paid=invoice.amount_paid - payment.amount))
    return deleted


def _invoice(organisation: Organisation, element: Element) -> Invoice:
    nested = element.one("Invoice") or Element({})
    invoice_id = nested.text("InvoiceID")
    number = nested.text("InvoiceNumber") or element.text("InvoiceNumber")
    found = None
    if invoice_id:
        found = organisation.invoices.find(invoice_id)
    elif number:
        found = organisation.invoices.find_numbered(number)
    if found is None:
        raise Refused(NOT_FOUND)
    return found


def _account(organisation: Organisation, element: Element, messages: list[str]) -> Account | None:
    """The account that the money goes to: a bank, or one that takes payments (FACTS 5)."""
    nested = element.one("Account") or Element({})
    account_id, code = nested.text("AccountID"), nested.text("Code") or element.text("Code")
    if not account_id and not code:
        messages.append(NO_ACCOUNT)
        return None
    account = organisation.chart.find(account_id, code)
    if account is None or account.status != "ACTIVE" or not (account.is_bank or account.takes_payments):
        messages.append(
            "The account is not valid for payments: it must be an active bank account or have payments enabled."
        )
        return None
    return account
