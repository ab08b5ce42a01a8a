"""A link's payments: the link once Xero is known to hold one, or no more, and before one of its money goes. Pure."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from app.domain.invoices.booking import Booked
from app.domain.invoices.credit_links import with_overpaid
from app.domain.invoices.link import InvoiceLink
from app.domain.record.credit import Overpaid
from app.domain.record.fields import keys_of, member, without_group


def with_payment(link: InvoiceLink, key: str, amount: str, paid_on: str) -> InvoiceLink:
    """The link now that Xero is known to hold that payment; the totals it moved are read next."""
    prefix = f"payments/{key}/"
    shadow = {**link.hub.xero_shadow, prefix + "amount": amount, prefix + "paid_on": paid_on}
    return replace(link, hub=replace(link.hub, xero_shadow=shadow), xero_due=True)


def with_payment_made(link: InvoiceLink, key: str) -> InvoiceLink:
    """The link now that Xero is known to hold that payment as the record has it."""
    amount, paid_on = (member(link.hub.record, "payments", key, name) for name in ("amount", "paid_on"))
    return with_payment(link, key, amount, paid_on)


def with_exceeding(link: InvoiceLink, key: str, xero_overpayment_id: str, exceeding: Decimal) -> InvoiceLink:
    """The link once so much of that payment is an overpayment in Xero; where that is all of it, there is no payment to
    make, and Xero holds it.
    """
    amount, paid_on = (member(link.hub.record, "payments", key, name) for name in ("amount", "paid_on"))
    is_whole = exceeding >= Decimal(amount)
    part = Overpaid(xero_overpayment_id, exceeding, date.fromisoformat(paid_on), is_whole)
    link = with_overpaid(link, key, part)
    return with_payment_made(link, key) if is_whole else link


def without_payment(link: InvoiceLink, key: str) -> InvoiceLink:
    """The link now that Xero is known not to hold that payment any more."""
    kept = without_group(link.hub.xero_shadow, "payments", key)
    ids = {xero_id: ours for xero_id, ours in link.payment_ids.items() if ours != key}
    booked = {other: by for other, by in link.booked.items() if other != key}
    hub = replace(link.hub, xero_shadow=kept, unanswered=None)
    return replace(link, hub=hub, payment_ids=ids, booked=booked, xero_due=True)


def with_removal_begun(link: InvoiceLink, kind: str, key: str) -> InvoiceLink:
    """The link as it is before one of its `payments` or `credits` goes to be made anew, because the app changed it.

    Found gone after a cut, it was our doing. One that the app took back may be found gone: that is what it wants.
    """
    if key not in keys_of(link.hub.record, kind):
        return link
    left = without_group(link.hub.xero_shadow, kind, key)
    return replace(link, hub=replace(link.hub, unanswered=left))


def without_removal(link: InvoiceLink) -> InvoiceLink:
    """The link once Xero refused to take it away."""
    return replace(link, hub=replace(link.hub, unanswered=None))


def with_booked(link: InvoiceLink, key: str, xero_account_id: str) -> InvoiceLink:
    """The link that remembers that a payment was booked there, by the method that it has now."""
    method = member(link.hub.record, "payments", key, "method")
    return replace(link, booked={**link.booked, key: Booked(method, xero_account_id)})
