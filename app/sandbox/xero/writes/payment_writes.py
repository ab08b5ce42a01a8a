"""Making and deleting payments of invoices, and refunds of credits (FACTS 5): nothing else can be done with one.

Either moves its document: amounts, status, UpdatedDateUTC, and so an event of the document; there is none for the
payment itself. Whether Xero deletes a reconciled payment is not known (FACTS 8): `Behaviour` says.
"""

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

from app.sandbox.xero.books.accounts import Account
from app.sandbox.xero.books.amounts import cents
from app.sandbox.xero.books.credits import CREDIT_NOTE, FAMILIES, Credit
from app.sandbox.xero.books.invoices import Invoice
from app.sandbox.xero.books.organisation import Organisation
from app.sandbox.xero.books.payments import Payment
from app.sandbox.xero.forms.elements import Element
from app.sandbox.xero.forms.refusals import NotBuilt, Refused
from app.sandbox.xero.writes.allocation_writes import keep_credit
from app.sandbox.xero.writes.invoice_writes import keep

NOT_FOUND = "The document with the supplied id was not found for this endpoint."
TOO_MUCH = "Payment amount exceeds the amount outstanding on this document"
NOT_AUTHORISED = "Payments can only be made against Authorised documents"
RECONCILED = "The payment has been reconciled with a bank statement line and cannot be deleted."
NO_ACCOUNT = "You must specify an Account code or Account ID for the payment."


def create_payment(organisation: Organisation, element: Element) -> Payment:
    """Pay an invoice, or refund a credit. Raises Refused with every reason against it."""
    if element.has("BatchPayment"):
        raise NotBuilt("batch payments")
    document = _document(organisation, element)
    messages: list[str] = []
    account = _account(organisation, element, messages)
    amount = cents(element.number("Amount") or Decimal(0))
    paid_on = element.day("Date") or organisation.today()
    open_amount = document.amount_due if isinstance(document, Invoice) else document.remaining
    if document.status != "AUTHORISED":
        messages.append(NOT_AUTHORISED)
    elif amount > open_amount:
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
        document_id=document.invoice_id if isinstance(document, Invoice) else document.credit_id,
        account_id=account.account_id,
        amount=amount,
        paid_on=paid_on,
        kind=_kind(document),
        updated_at=organisation.clock.stamp(),
        reference=element.text("Reference") or "",
        is_reconciled=element.flag("IsReconciled") or False,
    )
    organisation.payments.save(payment)
    _apply(organisation, document, amount)
    return payment


def delete_payment(organisation: Organisation, payment: Payment, element: Element) -> Payment:
    """POST of Status DELETED; every other change of a payment is refused."""
    if element.text("Status") != "DELETED":
        raise Refused("Payments cannot be edited: only their Status can be set to DELETED.")
    if payment.status == "DELETED":
        raise Refused("This payment has already been deleted.")
    if payment.is_reconciled and not organisation.behaviour.deletes_reconciled_payments:
        raise Refused(RECONCILED)
    locked = organisation.lock_message(payment.paid_on)
    if locked:
        raise Refused(locked)
    invoice = organisation.invoices.find(payment.document_id)
    document = invoice if invoice is not None else organisation.credits.get(payment.document_id)
    deleted = replace(payment, status="DELETED", updated_at=organisation.clock.stamp(payment.updated_at))
    organisation.payments.save(deleted)
    _apply(organisation, document, -payment.amount)
    return deleted


def reconcile_payment(organisation: Organisation, payment: Payment, is_reconciled: bool) -> Payment:
    """Match the payment with a line of the bank statement, or undo that, as a person does. No event is told."""
    at = organisation.clock.stamp(payment.updated_at)
    return organisation.payments.save(replace(payment, is_reconciled=is_reconciled, updated_at=at))


def _kind(document: Invoice | Credit) -> str:
    if isinstance(document, Invoice):
        return "ACCRECPAYMENT" if document.is_sale else "ACCPAYPAYMENT"
    return document.family.refund if document.is_sale else "APCREDITPAYMENT"


def _apply(organisation: Organisation, document: Invoice | Credit, amount: Decimal) -> None:
    """Move the document by so much money."""
    if isinstance(document, Invoice):
        keep(organisation, document, replace(document, amount_paid=document.amount_paid + amount))
    else:
        refunded = document.amount_refunded + amount
        keep_credit(organisation, document, replace(document, amount_refunded=refunded))


def _document(organisation: Organisation, element: Element) -> Invoice | Credit:
    """What is paid or refunded. Raises Refused."""
    found: Invoice | Credit | None = None
    for family in FAMILIES:
        nested = element.one(family.name)
        key = (nested.text(family.id_name) or nested.text(f"{family.name}Number")) if nested else None
        found = found or (organisation.credits.find(family, key) if key else None)
    number = element.text("CreditNoteNumber")
    found = found or (organisation.credits.find(CREDIT_NOTE, number) if number else None)
    if not element.has("CreditNoteNumber") and not any(element.has(family.name) for family in FAMILIES):
        found = _invoice(organisation, element)
    if found is None:
        raise Refused(NOT_FOUND)
    return found


def _invoice(organisation: Organisation, element: Element) -> Invoice | None:
    nested = element.one("Invoice") or Element({})
    invoice_id = nested.text("InvoiceID")
    number = nested.text("InvoiceNumber") or element.text("InvoiceNumber")
    if invoice_id:
        return organisation.invoices.find(invoice_id)
    return organisation.invoices.find_numbered(number) if number else None


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
