"""The partner's contact document, as its schema: a customer as it stands in the app, whole every time.

It is versioned like an invoice's document and answers to the same rules. Limits are Xero's own (FACTS 5), so that what
is taken here can stand there.
"""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from app.intake.values import Identity, Line, Name, Revision, Text50, Version, Word

CONTACT_EXAMPLE: dict[str, Any] = {
    "id": "cus_17",
    "version": 4,
    "based_on": 2,
    "name": "Kim Tran",
    "first_name": "Kim",
    "last_name": "Tran",
    "email": "kim@example.com",
    "phone": "0400 000 000",
    "mobile": None,
    "address": {
        "lines": ["4 Wattle St"],
        "city": "Parramatta",
        "region": "NSW",
        "postal_code": "2150",
        "country": "Australia",
    },
    "account_number": None,
    "tax_number": None,
    "groups": ["trade"],
}
"""A document that every rule accepts; OpenAPI shows it."""


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class PostalAddress(_Sent):
    """Where post goes; Xero prints it on invoices. It is one value: it changes as a whole."""

    lines: Annotated[list[Line], Field(max_length=4)] = []
    city: Line | None = None
    region: Line | None = None
    postal_code: Text50 | None = None
    country: Text50 | None = None


class ContactDocument(_Sent):
    """A contact as it stands in the partner's app. It goes to Xero with the first invoice that goes there."""

    model_config = ConfigDict(
        extra="forbid", hide_input_in_errors=True, json_schema_extra={"examples": [CONTACT_EXAMPLE]}
    )

    id: Identity
    version: Version = Field(description="Grows by one with every change of the contact in the app.")
    based_on: Revision | None = Field(
        default=None,
        description="The newest revision of ours that the app had applied to this contact when it wrote this; null or "
        "0: none. Left out, the newest that the app acknowledged is taken.",
    )
    name: Name = Field(
        description="The organisation's, or the person's. Unique in Xero among active contacts."
    )
    first_name: Line | None = None
    last_name: Line | None = None
    email: Line | None = None
    phone: Text50 | None = None
    mobile: Text50 | None = None
    address: PostalAddress | None = None
    account_number: Text50 | None = Field(
        default=None,
        description="Unique in Xero; a contact there that has it already is taken to be this one.",
    )
    tax_number: Text50 | None = None
    groups: Annotated[list[Word], Field(max_length=50)] = Field(
        default=[],
        description="The app's own words; `contact_groups` of the settings turns them into Xero's groups.",
    )

    def to_json(self) -> dict[str, Any]:
        """The document as it is stored: every field there. A `based_on` of null says "none", which is 0."""
        stored = self.model_dump(mode="json")
        if self.based_on is None and "based_on" in self.model_fields_set:
            stored["based_on"] = 0
        return stored
