"""The partner's document, as its schema (DESIGN section 8): whole state, every time.

The schema checks each field alone; what must hold between fields and against the connection is left to `documents`.
Unknown fields are refused, because a misspelt one would be lost in silence. What our own changes can show (a line
from Xero without a price) is accepted when it comes back.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.intake.values import (
    Amount,
    Currency,
    Day,
    Identity,
    Instant,
    Line,
    LongText,
    Name,
    Percentage,
    Quantity,
    Rate,
    Revision,
    Sum,
    Text30,
    Total,
    UnitPrice,
    Version,
    WebAddress,
    Word,
)

MOST_LINES = 2_000
"""More than anybody writes by hand: an app must be able to say again what a person or a program wrote in Xero."""

EXAMPLE: dict[str, Any] = {
    "id": "inv_8801",
    "number": "INV-0042",
    "version": 7,
    "based_on": 0,
    "status": "sent",
    "sent_at": "2026-11-20T03:15:00Z",
    "currency": "AUD",
    "amounts_are": "tax_inclusive",
    "issued_on": "2026-11-20",
    "due_on": "2026-12-04",
    "reference": "PO 1177",
    "url": "https://app.example/i/8801",
    "job": {"id": "job_311", "name": "Hot water system, 4 Wattle St"},
    "contact": {"id": "cus_17", "name": "Kim Tran", "email": "kim@example.com", "phone": "0400 000 000"},
    "lines": [
        {
            "id": "l1",
            "description": "Supply and fit 250 L unit",
            "quantity": "1",
            "unit_price": "1890.00",
            "category": "materials",
            "item_code": None,
            "discount_rate": None,
            "tax": "gst",
        }
    ],
    "payments": [{"id": "p1", "amount": "500.00", "paid_on": "2026-11-20", "method": "card"}],
    "credits": [],
    "total": "1890.00",
}
"""A document that every rule accepts; OpenAPI shows it."""


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class Job(_Sent):
    """The job that the invoice is for; Xero never sees it."""

    id: Identity
    name: Line | None = None


class InvoiceContact(_Sent):
    """The customer, named. It is made in Xero with the first invoice that goes there, and never edited by an invoice.

    Name, email and phone count for a customer that is said here for the first time. Once it is in Xero, or has been
    said by version, here or in a document of its own, they edit nothing; so no old invoice can undo a customer's edit.
    With `version` they count as a document of the customer that says these three fields.
    """

    id: Identity
    name: Name
    email: Line | None = None
    phone: Line | None = None
    version: Version | None = Field(
        default=None,
        description="The customer's own version in the app; older than the one held: nothing is edited.",
    )
    based_on: Revision | None = Field(
        default=None,
        description="With `version`: the newest revision of ours that the app had applied to the customer.",
    )


class DocumentLine(_Sent):
    """One line. Its id stays with it for life: lines are compared and merged by id, never by position."""

    id: Identity
    description: LongText | None = None
    quantity: Quantity | None = "1"
    unit_price: UnitPrice | None
    category: Word | None = Field(
        default=None, description="Chooses the revenue account by the connection's map; null means `general`."
    )
    item_code: Text30 | None = None
    discount_rate: Percentage | None = Field(default=None, description="Percent off this line.")
    discount_amount: Amount | None = Field(
        default=None, description="Money off this line, before tax where amounts are; instead of a rate."
    )
    tax: Word | None = Field(
        default=None, description="Chooses the tax rate by the connection's map; null means `none`."
    )


class DocumentPayment(_Sent):
    """A payment that the app knows of. It is never edited: take it away and add another."""

    id: Identity
    amount: Amount
    paid_on: Day
    method: Word | None = None
    fee: Total | None = Field(
        default=None,
        description="What the payment cost the business, as for a card. It is kept and shown, and is yours alone: it "
        "changes no amount, no change names it, and Xero never sees it.",
    )


class DocumentCredit(_Sent):
    """What lowers the amount due without being a payment. It is never edited: take it away and add another."""

    id: Identity
    kind: Literal["credit_note", "prepayment", "overpayment"] = Field(
        description="`prepayment` is a deposit, taken before there was an invoice. An `overpayment` comes from Xero: "
        "what a customer pays beyond an invoice is said as a payment."
    )
    amount: Amount = Field(description="With tax.")
    applied_on: Day
    number: Line | None = Field(
        default=None, description="A credit note's own number; Xero gives it one otherwise. Null: not said."
    )
    reason: Line | None = Field(default=None, description="Shown to the customer. Null: not said.")


class Document(_Sent):
    """An invoice as it stands in the partner's app."""

    model_config = ConfigDict(
        extra="forbid", hide_input_in_errors=True, json_schema_extra={"examples": [EXAMPLE]}
    )

    id: Identity
    number: Line | None = None
    version: Version = Field(description="Grows by one with every change of the document in the app.")
    based_on: Revision | None = Field(
        default=None,
        description="The newest revision of ours that the app had applied when it wrote this; null or 0: none. Left "
        "out, the newest that the app acknowledged is taken, which may undo a change that crossed this document.",
    )
    status: Literal["draft", "sent", "paid", "cancelled"] = Field(
        description="A draft stays home. `paid` without payments means one payment of what is due."
    )
    sent_at: Instant | None = Field(default=None, description="When the customer was sent it.")
    currency: Currency
    currency_rate: Rate | None = Field(
        default=None,
        description="Xero's CurrencyRate of an invoice in another currency; Xero takes the day's if it is left out. "
        "Said once, when the invoice is made in Xero.",
    )
    amounts_are: Literal["tax_inclusive", "tax_exclusive", "no_tax"]
    issued_on: Day
    due_on: Day | None = None
    reference: Line | None = None
    url: WebAddress | None = None
    job: Job | None = None
    contact: InvoiceContact
    lines: list[DocumentLine] = Field(
        max_length=MOST_LINES, description="At least one once the invoice is sent."
    )
    payments: Annotated[list[DocumentPayment], Field(max_length=500)] | None = Field(
        default=None, description="Left out or null: not said, what is known of payments stays."
    )
    credits: Annotated[list[DocumentCredit], Field(max_length=500)] | None = Field(
        default=None, description="Left out or null: not said, what is known of credits stays."
    )
    total: Sum | None = Field(
        default=None,
        description="What the customer was told. If it is given it must equal the lines, and not be below zero.",
    )

    def to_json(self) -> dict[str, Any]:
        """The document as it is stored: every field there, instants in UTC.

        A `based_on` of null says "none", which is 0; only one that is left out stays unsaid.
        """
        stored = self.model_dump(mode="json")
        if self.credits is None:
            # So that a document of an app that knows no credits is the same as it was stored before there were any.
            del stored["credits"]
        if self.based_on is None and "based_on" in self.model_fields_set:
            stored["based_on"] = 0
        for payment in stored["payments"] or ():
            if payment["fee"] is None:
                del payment["fee"]
        # Documents that were stored before these fields existed stay equal to those that do not use them.
        stored["contact"] = {
            name: value
            for name, value in stored["contact"].items()
            if value is not None or name not in ("version", "based_on")
        }
        return stored
