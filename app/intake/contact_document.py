"""The partner's contact document, as its schema: a customer as it stands in the app, whole every time.

It is versioned like an invoice's document and answers to the same rules. Limits are Xero's own (FACTS 5), so that what
it shows can come back: a phone with its codes is longer than what goes there as its number, which is judged before.
"""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from app.intake.values import (
    AddressLine,
    Identity,
    Line,
    Name,
    Phone,
    Revision,
    Text50,
    Version,
    WebAddress,
    Word,
)

CONTACT_EXAMPLE: dict[str, Any] = {
    "id": "cus_17",
    "version": 4,
    "based_on": 0,
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
    "direct_phone": "02 9000 0001",
    "fax": None,
    "delivery_address": None,
    "account_number": None,
    "tax_number": None,
    "persons": [{"first_name": "Lee", "last_name": "Tran", "email": "lee@example.com", "gets_emails": True}],
    "groups": ["trade"],
    "url": "https://app.example/customers/17",
}
"""A document that every rule accepts; OpenAPI shows it."""


MAY_BE_UNSAID = frozenset({"direct_phone", "fax", "delivery_address", "persons"})
"""Fields that an app need not know: where it leaves them out, nothing of theirs is cleared."""


_LATER = MAY_BE_UNSAID | {"url"}
"""What is not stored where it is left out: so a document from before there was such a field is still the same one."""


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class PostalAddress(_Sent):
    """Where post goes; Xero prints it on invoices. It is one value: it changes as a whole."""

    lines: Annotated[list[AddressLine], Field(max_length=4)] = []
    city: Line | None = None
    region: Line | None = None
    postal_code: Text50 | None = None
    country: Text50 | None = None


class Person(_Sent):
    """Somebody at the customer's beside the first person."""

    first_name: Line | None = None
    last_name: Line | None = None
    email: Line | None = None
    gets_emails: bool = Field(default=False, strict=True, description="Is sent the invoices too.")


_CODES = (
    "One that changes goes to Xero with 50 characters at the most; Xero shows more where it has codes beside."
)
_NOT_SAID = "Left out: not said, what is known of it stays. Null clears it."


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
    first_name: Line | None = Field(default=None, description="Of the first person.")
    last_name: Line | None = Field(default=None, description="The same.")
    email: Line | None = None
    phone: Phone | None = Field(default=None, description=f"At work; Xero's default phone. {_CODES}")
    mobile: Phone | None = None
    direct_phone: Phone | None = Field(default=None, description=f"Past the switchboard. {_NOT_SAID}")
    fax: Phone | None = Field(default=None, description=_NOT_SAID)
    address: PostalAddress | None = Field(default=None, description="The postal one.")
    delivery_address: PostalAddress | None = Field(
        default=None, description=f"Where the work is; Xero's street address. {_NOT_SAID}"
    )
    account_number: Text50 | None = Field(
        default=None,
        description="Unique in Xero; a contact there that has it already is taken to be this one.",
    )
    tax_number: Text50 | None = None
    persons: Annotated[list[Person], Field(max_length=5)] | None = Field(
        default=None,
        description="Further people. They change as a whole, and Xero wants the contact to have an e-mail address "
        f"of its own. {_NOT_SAID}",
    )
    groups: Annotated[list[Word], Field(max_length=50)] = Field(
        default=[],
        description="The app's own words; `contact_groups` of the settings turns them into Xero's groups.",
    )

    url: WebAddress | None = Field(
        default=None,
        description="Opens the contact in your app. Shown beside Xero's link to it, and never sent to Xero: no field "
        "of a contact there would fit. Left out: none.",
    )

    def to_json(self) -> dict[str, Any]:
        """The document as it is stored: but for those of `_LATER` that were left out.

        A `based_on` of null says "none", which is 0.
        """
        stored = self.model_dump(mode="json")
        for name in _LATER - self.model_fields_set:
            del stored[name]
        if self.based_on is None and "based_on" in self.model_fields_set:
            stored["based_on"] = 0
        return stored
