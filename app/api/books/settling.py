"""How payments and credits are shown as parts of an invoice: each side's own, with the ids by which they are known."""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, Field

from app.api.books.sides import Sides, show_amount
from app.domain.invoices.beside import members_of
from app.domain.invoices.link import InvoiceLink
from app.domain.record.fields import keys_of

CreditKind = Literal["credit_note", "prepayment", "overpayment"]


class AppPayment(BaseModel):
    """A payment as the app has it."""

    id: str
    amount: str
    currency: str | None
    paid_on: str | None
    method: str | None
    fee: str | None = Field(description="What it cost the business; the app's alone.")


class XeroPayment(BaseModel):
    """A payment as Xero has it; `id` is the one by which the app knows it."""

    id: str
    xero_payment_id: str | None = Field(
        description="Null where all of it stands in Xero as an overpayment, or where it is not known yet."
    )
    xero_overpayment_id: str | None = Field(description="Of what was paid beyond the invoice.")
    amount: str
    currency: str | None
    paid_on: str | None


class AppCredit(BaseModel):
    """A credit note, a deposit or an overpayment as the app has it."""

    id: str
    kind: CreditKind
    amount: str
    currency: str | None
    applied_on: str | None
    number: str | None
    reason: str | None


class XeroCredit(BaseModel):
    """The same as Xero has it: what of it is set against this invoice."""

    id: str
    xero_credit_id: str | None
    kind: CreditKind
    amount: str
    currency: str | None
    applied_on: str | None
    number: str | None


def list_app_payments(link: InvoiceLink, sides: Sides) -> list[AppPayment]:
    """In the order of the app's document."""
    return [show_app_payment(link, sides, key) for key in keys_of(sides.partner, "payments")]


def show_app_payment(link: InvoiceLink, sides: Sides, key: str) -> AppPayment:
    """One payment that the app has."""
    members = members_of(sides.partner, "payments", key) or {}
    return AppPayment(
        id=key,
        amount=show_amount(members["amount"]) or "",
        currency=sides.partner.get("currency"),
        paid_on=members.get("paid_on"),
        method=members.get("method"),
        fee=show_amount(link.fees.get(key)),
    )


def list_xero_payments(link: InvoiceLink, sides: Sides) -> list[XeroPayment]:
    """In the order in which Xero shows them."""
    return [show_xero_payment(link, sides, key) for key in keys_of(sides.xero, "payments")]


def show_xero_payment(link: InvoiceLink, sides: Sides, key: str) -> XeroPayment:
    """One payment that Xero has."""
    members = members_of(sides.xero, "payments", key) or {}
    overpaid = link.overpaid.get(key)
    return XeroPayment(
        id=key,
        xero_payment_id=find_xero_id(link.payment_ids, key),
        xero_overpayment_id=overpaid.xero_overpayment_id if overpaid else None,
        amount=show_amount(members["amount"]) or "",
        currency=sides.currency,
        paid_on=members.get("paid_on"),
    )


def list_app_credits(sides: Sides) -> list[AppCredit]:
    """In the order of the app's document."""
    return [show_app_credit(sides, key) for key in keys_of(sides.partner, "credits")]


def show_app_credit(sides: Sides, key: str) -> AppCredit:
    """One credit that the app has."""
    members = members_of(sides.partner, "credits", key) or {}
    return AppCredit(
        id=key,
        kind=members["kind"],
        amount=show_amount(members["amount"]) or "",
        currency=sides.partner.get("currency"),
        applied_on=members.get("applied_on"),
        number=members.get("number"),
        reason=members.get("reason"),
    )


def list_xero_credits(link: InvoiceLink, sides: Sides) -> list[XeroCredit]:
    """In the order in which Xero applied them."""
    return [show_xero_credit(link, sides, key) for key in keys_of(sides.xero, "credits")]


def show_xero_credit(link: InvoiceLink, sides: Sides, key: str) -> XeroCredit:
    """One credit that Xero has applied."""
    members = members_of(sides.xero, "credits", key) or {}
    return XeroCredit(
        id=key,
        xero_credit_id=find_xero_id(link.credit_ids, key),
        kind=members["kind"],
        amount=show_amount(members["amount"]) or "",
        currency=sides.currency,
        applied_on=members.get("applied_on"),
        number=members.get("number"),
    )


def find_xero_id(ids: Mapping[str, str], key: str) -> str | None:
    """Xero's id of what the app knows by that key."""
    return next((xero_id for xero_id, ours in ids.items() if ours == key), None)
