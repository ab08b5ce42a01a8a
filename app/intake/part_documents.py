"""One payment or credit as it is sent by itself: what its document says of it, and in which version of the invoice."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from app.intake.document import DocumentCredit, DocumentPayment
from app.intake.values import Identity, Revision, Version

_VERSION = Field(
    description="The next version of the invoice's document in the app, to which this one payment or credit brought it."
)
_BASED_ON = Field(
    default=None,
    description="The newest revision of ours that the app had applied to the invoice; null or 0: none. Left out, the "
    "newest that the app acknowledged is taken.",
)

PAYMENT_EXAMPLE: dict[str, Any] = {
    "invoice_id": "inv_8801",
    "id": "p1",
    "version": 8,
    "based_on": 0,
    "amount": "500.00",
    "paid_on": "2026-11-20",
    "method": "card",
    "fee": "8.75",
}
CREDIT_EXAMPLE: dict[str, Any] = {
    "invoice_id": "inv_8801",
    "id": "c1",
    "version": 9,
    "based_on": 0,
    "kind": "credit_note",
    "amount": "100.00",
    "applied_on": "2026-11-21",
    "number": None,
    "reason": "Goodwill",
}


class _Addressed(BaseModel):
    invoice_id: Identity
    version: Annotated[Version, _VERSION]
    based_on: Annotated[Revision | None, _BASED_ON]

    @property
    def part(self) -> dict[str, Any]:
        """The payment or credit itself, as a document lists it."""
        return self.model_dump(mode="json", exclude={"invoice_id", "version", "based_on"})

    @property
    def base(self) -> int | None:
        """The revision that it is based on: 0 where it said that there was none, None where it said nothing."""
        return (self.based_on or 0) if "based_on" in self.model_fields_set else None


class SentPayment(_Addressed, DocumentPayment):
    """A payment, put into its invoice's document."""

    model_config = ConfigDict(
        extra="forbid", hide_input_in_errors=True, json_schema_extra={"examples": [PAYMENT_EXAMPLE]}
    )


class SentCredit(_Addressed, DocumentCredit):
    """A credit, put into its invoice's document."""

    model_config = ConfigDict(
        extra="forbid", hide_input_in_errors=True, json_schema_extra={"examples": [CREDIT_EXAMPLE]}
    )
