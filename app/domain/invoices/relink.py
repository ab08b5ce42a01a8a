"""What to take for the last agreement when a link turns out to be another invoice of Xero's.

The person says whose words stand where the two differ, of two that the person saw: what is edited in Xero after that is
not replaced. Payments and credits are never taken away by this: those that are alike on both sides are the same, the
others come in addition.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType

from app.domain.record.fields import Fields, Value, instant_in_words, keys_of, member, without_groups
from app.domain.record.sides import Side, Status, project
from app.domain.xero.xero_invoice import XeroInvoice


def why_not_relinked(
    invoice: XeroInvoice | None, record: Fields, owner: str | None, *, is_owed: bool = False
) -> str | None:
    """Why an invoice of Xero's cannot be the one of this record, in words; `owner` is the app's invoice that it is.

    `is_owed`: it is voided in Xero, and the app has money on it, which another invoice there may take (`voiding`).
    """
    if invoice is None:
        return "Xero has no such invoice."
    if invoice.flaw is not None:
        return f"What Xero shows of it cannot be read now: {invoice.flaw}."
    if not invoice.is_receivable:
        return "It is a bill, not a sales invoice."
    if invoice.canonical_status is not Status.SENT:
        return f"It is {invoice.status} in Xero; only an approved invoice can be linked."
    if owner is not None:
        return f"It is the app's invoice {owner} already."
    if record.get("status") != Status.SENT and not is_owed:
        return "The invoice is not sent, or is cancelled, in the app."
    return None


def why_overtaken(invoice: XeroInvoice, content: Side, decided_at: datetime) -> str | None:
    """Why the app's words may not go over what the invoice says in Xero, in words: somebody edited it there since that
    was decided, by Xero's clock. Where Xero's words stand, so do those of that edit.
    """
    if content is Side.XERO or invoice.updated_at <= decided_at:
        return None
    return (
        f"The chosen invoice was edited in Xero at {instant_in_words(invoice.updated_at)}, after it was decided that "
        "the app's words replace what it says. That edit stands: look at it, and decide again."
    )


def match_alike_payments(invoice: XeroInvoice, record: Fields) -> dict[str, str]:
    """Our key for each of Xero's payments that is like one of the record's: the same amount, at best the same day."""
    free = {key: member(record, "payments", key, "paid_on") for key in keys_of(record, "payments")}
    matched: dict[str, str] = {}
    for is_same_day in (True, False):
        for payment in invoice.payments or ():
            if payment.xero_payment_id in matched:
                continue
            key = next(
                (
                    key
                    for key, day in free.items()
                    if Decimal(member(record, "payments", key, "amount")) == payment.amount
                    and (day == payment.paid_on.isoformat() or not is_same_day)
                ),
                None,
            )
            if key is not None:
                matched[payment.xero_payment_id] = key
                del free[key]
    return matched


def match_alike_credits(invoice: XeroInvoice, record: Fields, known: Mapping[str, str]) -> dict[str, str]:
    """Our key for each of Xero's credits that is one of the record's: `known` by its id, or of one kind and amount, at
    best with the same number.
    """
    ours = set(keys_of(record, "credits"))
    amounts: dict[str, Decimal] = {}
    for credit in invoice.credits or ():
        amounts[credit.xero_credit_id] = amounts.get(credit.xero_credit_id, Decimal(0)) + credit.amount
    matched = {xero_id: known[xero_id] for xero_id in amounts if known.get(xero_id) in ours}
    free = sorted(ours - set(matched.values()))
    for is_same_number in (True, False):
        for credit in invoice.credits or ():
            if credit.xero_credit_id in matched:
                continue
            key = next(
                (
                    key
                    for key in free
                    if member(record, "credits", key, "kind") == credit.kind
                    and Decimal(member(record, "credits", key, "amount")) == amounts[credit.xero_credit_id]
                    and (member(record, "credits", key, "number") == credit.number or not is_same_number)
                ),
                None,
            )
            if key is not None:
                matched[credit.xero_credit_id] = key
                free.remove(key)
    return matched


def find_ground(
    record: Fields,
    seen: Fields,
    content: Side,
    payment_ids: Mapping[str, str],
    credit_ids: Mapping[str, str] = MappingProxyType({}),
    *,
    is_owed: bool = False,
) -> dict[str, Value]:
    """The base against which what Xero shows is merged; `payment_ids` and `credit_ids` are those that are alike. What
    Xero says of such a credit stands, as its number: Xero edits none.

    Of one that `is_owed` (see above; the record is given as if it were not cancelled) Xero says that it is not voided,
    and its number: the voided one keeps the other.
    """
    whose = seen if content is Side.PARTNER else project(Side.XERO, record)
    ground = without_groups(without_groups(whose, "payments"), "credits")
    if content is Side.XERO and record.get("is_sent"):
        # That it was sent is true, whatever the box in Xero says.
        ground["is_sent"] = seen.get("is_sent")
    if is_owed:
        ground |= {"status": Status.CANCELLED.value, "number": project(Side.XERO, record).get("number")}
    paid = tuple(f"payments/{key}/" for key in payment_ids.values())
    credited = tuple(f"credits/{key}/" for key in credit_ids.values())
    ground |= {path: value for path, value in seen.items() if path.startswith(paid)}
    ours = project(Side.XERO, record)
    return ground | {path: value for path, value in ours.items() if path.startswith(credited)}
