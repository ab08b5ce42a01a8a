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
    Revision,
    Total,
    UnitPrice,
    Version,
    WebAddress,
    Word,
)

EXAMPLE: dict[str, Any] = {
    "id": "inv_8801",
    "number": "INV-0042",
    "version": 7,
    "based_on": 12,
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
    "total": "1890.00",
}
"""A document that every rule accepts; OpenAPI shows it."""


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class Job(_Sent):
    """The job that the invoice is for; Xero never sees it."""

    id: Identity
    name: Line | None = None


class Contact(_Sent):
    """The customer. It is made in Xero with the first invoice that goes there, and never edited by an invoice."""

    id: Identity
    name: Name
    email: Line | None = None
    phone: Line | None = None


class DocumentLine(_Sent):
    """One line. Its id stays with it for life: lines are compared and merged by id, never by position."""

    id: Identity
    description: LongText | None = None
    quantity: Quantity | None = "1"
    unit_price: UnitPrice | None
    category: Word | None = Field(
        default=None, description="Chooses the revenue account by the connection's map; null means `general`."
    )
    item_code: Annotated[str, Field(strict=True, max_length=30)] | None = None
    discount_rate: Percentage | None = Field(default=None, description="Percent off this line.")
    tax: Word | None = Field(
        default=None, description="Chooses the tax rate by the connection's map; null means `none`."
    )


class DocumentPayment(_Sent):
    """A payment that the app knows of. It is never edited: take it away and add another."""

    id: Identity
    amount: Amount
    paid_on: Day
    method: Word | None = None


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
    amounts_are: Literal["tax_inclusive", "tax_exclusive", "no_tax"]
    issued_on: Day
    due_on: Day | None = None
    reference: Line | None = None
    url: WebAddress | None = None
    job: Job | None = None
    contact: Contact
    lines: list[DocumentLine] = Field(max_length=500)
    payments: Annotated[list[DocumentPayment], Field(max_length=500)] | None = Field(
        default=None, description="Left out or null: not said, what is known of payments stays."
    )
    total: Total | None = Field(
        default=None, description="What the customer was told. If it is given it must equal the lines."
    )

    def to_json(self) -> dict[str, Any]:
        """The document as it is stored: every field there, instants in UTC.

        A `based_on` of null says "none", which is 0; only one that is left out stays unsaid.
        """
        stored = self.model_dump(mode="json")
        if self.based_on is None and "based_on" in self.model_fields_set:
            stored["based_on"] = 0
        return stored
