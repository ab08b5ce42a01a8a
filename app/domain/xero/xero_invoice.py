"""What Xero holds and what we ask of it, in our own words: the values that cross the port to the Xero adapter.

`XeroInvoice` is an invoice as read or as answered to a write, with Xero's identities; `observed_fields` turns it into
the canonical form with the link's own keys, and `InvoiceWrite` is a write in canonical words. Neither knows JSON.
"""

import json
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType

from app.domain.record.credit import AppliedCredit, Overpaid, credit_fields, overpaid_fields
from app.domain.record.fields import LINE_ORDER, Fields, Value, decimal_text
from app.domain.record.sides import Status

BORN_IN_XERO = "xero-"

_STATUS = {
    "AUTHORISED": Status.SENT,
    "PAID": Status.SENT,
    "VOIDED": Status.CANCELLED,
    "DELETED": Status.CANCELLED,
}

DRAFTS = frozenset({"DRAFT", "SUBMITTED"})
"""Xero's words for what is not approved yet: it can be deleted and not voided (FACTS 4.1)."""


@dataclass(frozen=True, slots=True)
class XeroLine:
    """One line as Xero holds it; decimals are as Xero gave them, None where Xero gave nothing.

    `tracking` holds the options' names by their categories' names, at most two (FACTS 4.3), and `tracking_ids` the ids
    of both by category's name where Xero showed them. `account` is the account's code where it has one, `account_id`
    its id where Xero showed it.
    """

    xero_line_id: str
    description: str | None
    quantity: Decimal | None
    unit_price: Decimal | None
    discount_rate: Decimal | None
    item_code: str | None
    account: str | None
    tax_type: str | None
    tax_amount: Decimal | None = None
    discount_amount: Decimal | None = None
    tracking: Mapping[str, str] = field(default_factory=dict)
    account_id: str | None = field(default=None, compare=False)
    tracking_ids: Mapping[str, tuple[str, str]] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class XeroPayment:
    """One payment applied to the invoice in Xero.

    `is_fixed`: it was reconciled with the bank, or is part of a batch: Xero's own, not to be deleted from outside.
    `reference` is where a mark of ours stands.
    """

    xero_payment_id: str
    amount: Decimal
    paid_on: date
    is_fixed: bool = False
    reference: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class XeroInvoice:
    """An invoice as Xero holds it at `updated_at` (Xero's own clock, aware UTC).

    `status` is Xero's word, unknown words included. `payments` and `credits` are None where the answer did not carry
    them; `amount_paid` and `amount_credited` then tell whether any moved. `flaw` says, in words, why nothing of this
    may be believed but its id: what every such invoice says is missing, or does not add up.
    """

    xero_invoice_id: str
    is_receivable: bool
    status: str
    number: str | None
    reference: str | None
    issued_on: date | None
    due_on: date | None
    currency: str | None
    amounts_are: str
    is_sent: bool
    xero_contact_id: str
    contact_name: str | None
    url: str | None
    lines: tuple[XeroLine, ...]
    payments: tuple[XeroPayment, ...] | None
    total: Decimal
    amount_due: Decimal
    amount_paid: Decimal
    amount_credited: Decimal
    updated_at: datetime
    credits: tuple[AppliedCredit, ...] | None = None
    flaw: str | None = field(default=None, compare=False)

    @property
    def canonical_status(self) -> Status:
        """The record's word for Xero's; DRAFT, SUBMITTED and words that we do not know are drafts: they stay home."""
        return _STATUS.get(self.status, Status.DRAFT)

    @property
    def is_over(self) -> bool:
        """VOIDED and DELETED are terminal (FACTS 4.1)."""
        return self.canonical_status is Status.CANCELLED


@dataclass(frozen=True, slots=True)
class InvoicePage:
    """One page of a list, and how many pages there are where Xero says it."""

    invoices: tuple[XeroInvoice, ...]
    pages: int | None


@dataclass(frozen=True, slots=True)
class LineWrite:
    """One line to write whole: `xero_line_id` None makes a new one; members are canonical (see `sides.MEMBERS`).

    `xero_account_id` and `tracking_ids` (category id -> option id) are whom codes and names mean, where that is known.
    """

    xero_line_id: str | None
    members: Mapping[str, Value]
    tax_amount: Decimal | None = None
    xero_account_id: str | None = None
    tracking_ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InvoiceWrite:
    """A create (`xero_invoice_id` None) or an update that names only what moves.

    `header` maps canonical header names to canonical values; `lines` is None to leave the lines alone, else all of them
    in order (an existing line that is left out is deleted by Xero, FACTS 4.6). `url` is written on create only and
    carries the marker by which a lost create is found again; `branding_theme_id` and `currency_rate` (six places) are
    for a create too, and Xero's default where None. `is_draft`: Xero holds it as a draft, which it deletes and does not
    void.
    """

    xero_invoice_id: str | None
    header: Mapping[str, Value]
    lines: tuple[LineWrite, ...] | None
    xero_contact_id: str | None = None
    url: str | None = None
    branding_theme_id: str | None = None
    currency_rate: str | None = None
    is_draft: bool = False


@dataclass(frozen=True, slots=True)
class PaymentWrite:
    """A payment to create on an invoice, into the account with that id; `reference` carries our marker."""

    xero_invoice_id: str
    xero_account_id: str
    amount: Decimal
    paid_on: date
    reference: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Xero refused one element of a batch: its own words, in order. A value, not an exception."""

    messages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Identities:
    """Which of our keys each of Xero's ids stands for: line id -> key, payment id -> key, credit id -> key.

    `overpaid` says, by payment key, what of a payment stands in Xero as an overpayment.
    """

    lines: Mapping[str, str]
    payments: Mapping[str, str]
    credits: Mapping[str, str] = field(default_factory=dict)
    overpaid: Mapping[str, Overpaid] = field(default_factory=dict)


def observed_fields(
    invoice: XeroInvoice, identities: Identities, contact_key: str | None, held: Fields
) -> dict[str, Value]:
    """The invoice in Xero's projection, lines, payments and credits under the link's keys.

    `held` supplies the payments and the credits when the answer did not carry them.
    """
    fields: dict[str, Value] = {
        "number": invoice.number or None,
        "reference": invoice.reference or None,
        "status": invoice.canonical_status.value,
        "currency": invoice.currency,
        "amounts_are": invoice.amounts_are,
        "issued_on": invoice.issued_on.isoformat() if invoice.issued_on else None,
        "due_on": invoice.due_on.isoformat() if invoice.due_on else None,
        "contact": contact_key,
        "is_sent": invoice.is_sent,
        LINE_ORDER: [identities.lines[line.xero_line_id] for line in invoice.lines],
    }
    for line in invoice.lines:
        fields |= {
            f"lines/{identities.lines[line.xero_line_id]}/{k}": v for k, v in line_members(line).items()
        }
    if invoice.payments is None:
        fields |= {path: value for path, value in held.items() if path.startswith("payments/")}
    for payment in invoice.payments or ():
        prefix = f"payments/{identities.payments[payment.xero_payment_id]}/"
        fields[prefix + "amount"] = decimal_text(payment.amount)
        fields[prefix + "paid_on"] = payment.paid_on.isoformat()
    fields |= credit_fields(invoice.credits, identities.credits, held)
    return overpaid_fields(
        fields, identities.overpaid, are_payments_shown=invoice.payments is not None and not invoice.is_over
    )


def line_members(line: XeroLine) -> dict[str, Value]:
    """The canonical members of one of Xero's lines; a discount by amount and tracking are there only where they are."""
    members: dict[str, Value] = {
        "description": line.description or None,
        "quantity": _text(line.quantity),
        "unit_price": _text(line.unit_price),
        "discount_rate": _text(line.discount_rate or None),
        "item": line.item_code or None,
        "account": line.account,
        "tax_type": line.tax_type,
    }
    if line.discount_amount and not line.discount_rate:
        members["discount_amount"] = _text(line.discount_amount)
    if line.tracking:
        members["tracking"] = dict(line.tracking)
    return members


def match_lines(
    lines: Sequence[XeroLine],
    known: Mapping[str, str],
    shadow: Fields,
    *,
    answers_a_write: bool = False,
    in_doubt: Collection[str] = (),
) -> dict[str, str]:
    """Our key for each of Xero's line ids: known ids keep their key; an unknown id takes over a vanished line's key
    where it says the same, then where it describes the same; what is left is new and named after Xero's id.

    Xero gives every line a new id when all of them are written without one (FACTS 4.6), which is no edit. The
    answer to a write has the lines in the order of the write (`shadow` is then what was written), which settles
    what is left. Lines `in_doubt` are new ones of a write whose answer was lost: they may not be there at all, and what
    is may be a person's line, so that their order settles nothing where the money is another.
    """
    keys = {line.xero_line_id: known[line.xero_line_id] for line in lines if line.xero_line_id in known}
    vanished = _list_vanished(shadow, set(keys.values()))
    said = {line.xero_line_id: line_members(line) for line in lines if line.xero_line_id not in keys}
    # By what they say, since an invoice of hundreds of lines may have every one under another id.
    for sign in (_everything, _description):
        waiting: dict[str, deque[str]] = {}
        for key, members in vanished.items():
            waiting.setdefault(sign(members), deque()).append(key)
        for xero_id, members in said.items():
            alike = waiting.get(sign(members)) if sign(members) and xero_id not in keys else None
            if alike:
                keys[xero_id] = alike.popleft()
                del vanished[keys[xero_id]]
    unmatched = [line for line in lines if line.xero_line_id not in keys]
    if answers_a_write and len(unmatched) == len(vanished):
        keys |= {
            line.xero_line_id: key
            for line, (key, members) in zip(unmatched, vanished.items(), strict=True)
            if key not in in_doubt or _costs_the_same(said[line.xero_line_id], members)
        }
    return {
        line.xero_line_id: keys.get(line.xero_line_id, BORN_IN_XERO + line.xero_line_id) for line in lines
    }


def match_credits(invoice: XeroInvoice, known: Mapping[str, str]) -> dict[str, str]:
    """Our key for each of Xero's credit ids; one that we did not make is named after Xero's id."""
    return {
        credit.xero_credit_id: known.get(credit.xero_credit_id, BORN_IN_XERO + credit.xero_credit_id)
        for credit in invoice.credits or ()
    }


def match_payments(
    invoice: XeroInvoice, known: Mapping[str, str], held: Mapping[str, str] = MappingProxyType({})
) -> dict[str, str]:
    """Our key for each of Xero's payment ids; one that we did not make is named after Xero's id.

    `held` are the amounts, by key, of payments that Xero showed before. Xero edits no payment (FACTS 5): whoever
    corrects one there deletes it and makes another. So a new one takes over the key of one that is gone, of the same
    amount first.
    """
    shown = invoice.payments or ()
    keys = {
        each.xero_payment_id: known[each.xero_payment_id] for each in shown if each.xero_payment_id in known
    }
    gone = {key: amount for key, amount in held.items() if key not in keys.values()}
    for is_alike in (True, False):
        for payment in [each for each in shown if each.xero_payment_id not in keys]:
            amount = decimal_text(payment.amount)
            key = next((key for key in gone if not is_alike or gone[key] == amount), None)
            if key is not None:
                keys[payment.xero_payment_id] = key
                del gone[key]
    return {
        each.xero_payment_id: keys.get(each.xero_payment_id, BORN_IN_XERO + each.xero_payment_id)
        for each in shown
    }


def _list_vanished(shadow: Fields, there: Collection[str]) -> dict[str, dict[str, Value]]:
    """The members by name of each line that was held and is not there under an id that is known, in their order."""
    vanished: dict[str, dict[str, Value]] = {
        key: {} for key in shadow.get(LINE_ORDER) or [] if key not in there
    }
    if not vanished:
        return {}
    for path, value in shadow.items():
        kind, _, rest = path.partition("/")
        key, _, name = rest.partition("/")
        if kind == "lines" and key in vanished:
            vanished[key][name] = value
    return vanished


def _everything(members: Mapping[str, Value]) -> str:
    return json.dumps(members, sort_keys=True)


def _description(members: Mapping[str, Value]) -> str:
    """Empty where there is none, by which no line is known."""
    return members.get("description") or ""


def _costs_the_same(one: Mapping[str, Value], other: Mapping[str, Value]) -> bool:
    return all(one[name] == other.get(name) for name in ("quantity", "unit_price"))


def _text(value: Decimal | None) -> str | None:
    return None if value is None else decimal_text(value)
