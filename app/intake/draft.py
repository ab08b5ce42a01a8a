"""What asks for a draft invoice in Xero from a deal, as its schema: the deal, the customer, what is to be otherwise.

Whatever is left out has its default from the deal, the organisation and the day (FEATURES O6).
"""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.intake.contact_document import PostalAddress
from app.intake.document import DocumentLine
from app.intake.values import Currency, Day, Identity, Line, Name, Text50, Total, WebAddress, Word

DRAFT_EXAMPLE: dict[str, Any] = {
    "deal": {
        "id": "deal_204",
        "name": "Bathroom renovation, 4 Wattle St",
        "amount": "4200.00",
        "url": "https://app.example/deals/204",
    },
    "contact": {
        "organisation": "Wattle Street Developments",
        "first_name": "Kim",
        "last_name": "Tran",
        "email": "kim@example.com",
        "phone": "0400 000 000",
    },
    "reference": "PO 1177",
    "tax": "gst",
}
"""A call that every rule accepts; OpenAPI shows it."""


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class Deal(_Asked):
    """The deal that the invoice is made from."""

    id: Identity
    name: Name = Field(description="Described so on the invoice's line.")
    amount: Total = Field(description="The line's price, with tax or without as `amounts_are` says.")
    url: WebAddress | None = Field(
        default=None, description="Xero shows it beside the invoice, to lead back."
    )


class DraftContact(_Asked):
    """The customer, in one of three ways: `id`, `xero_contact_id`, or the customer's own fields.

    By fields, a contact of that name that is known here already is taken, as long as no other e-mail address is known
    of it; else one is made, and in Xero it is matched before any is created.
    """

    id: Identity | None = Field(default=None, description="Of a contact that is known here.")
    xero_contact_id: UUID | None = Field(
        default=None, description="Of a contact that a search of Xero found."
    )
    organisation: Name | None = Field(
        default=None, description="The contact's name; without it the person's is."
    )
    first_name: Line | None = None
    last_name: Line | None = None
    email: Line | None = None
    phone: Text50 | None = Field(default=None, description="At work.")
    address: PostalAddress | None = None

    @property
    def name(self) -> str:
        """The organisation's name, else first and last name; empty where none is given (FEATURES O6)."""
        person = " ".join(part.strip() for part in (self.first_name, self.last_name) if part and part.strip())
        return (self.organisation or "").strip() or person

    @property
    def has_fields(self) -> bool:
        """Whether any of the customer's own fields is given."""
        told = (self.organisation, self.first_name, self.last_name, self.email, self.phone, self.address)
        return any(value is not None for value in told)


class Draft(_Asked):
    """A draft invoice in Xero, wanted from a deal."""

    model_config = ConfigDict(
        extra="forbid", hide_input_in_errors=True, json_schema_extra={"examples": [DRAFT_EXAMPLE]}
    )

    id: Identity | None = Field(
        default=None,
        description="Your own id of the invoice; left out, `deal-` and the deal's id. One id is one draft.",
    )
    deal: Deal
    contact: DraftContact
    issued_on: Day | None = Field(default=None, description="Left out: today, in the business's time zone.")
    due_on: Day | None = Field(default=None, description="Left out: 30 days after `issued_on`.")
    reference: Line | None = None
    lines: Annotated[list[DocumentLine], Field(min_length=1, max_length=500)] | None = Field(
        default=None, description="Left out: one line, with the deal's name and amount."
    )
    currency: Currency | None = Field(default=None, description="Left out: the organisation's own.")
    amounts_are: Literal["tax_inclusive", "tax_exclusive", "no_tax"] = "tax_exclusive"
    tax: Word | None = Field(
        default=None,
        description="Of the line that is made from the deal, by the connection's map; null: `none`.",
    )

    @property
    def invoice_id(self) -> str:
        """The partner's id of the invoice."""
        return self.id or f"deal-{self.deal.id}"

    def to_json(self) -> dict[str, Any]:
        """What was asked, as it is kept and compared with a second call."""
        return self.model_dump(mode="json", exclude_none=True)
