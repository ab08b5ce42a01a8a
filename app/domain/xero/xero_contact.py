"""A contact as Xero holds it and as we ask for it: the values that cross the port to the Xero adapter."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.domain.record.fields import Value

Part = Mapping[str, str]
"""One phone or one address as Xero names its fields, its type among them."""


@dataclass(frozen=True, slots=True)
class XeroContact:
    """A contact as Xero holds it; `contact_number` is the slot for our marker, or another app's.

    `address` is the postal one, which Xero prints on invoices (FACTS 4.3), in the form of `domain.contacts.contact`, as
    the `delivery_address` and the `persons` beside the first are; persons are None where the answer did not carry them.
    `phones` and `addresses` are all that Xero holds, as it said them: an update sends those back that it does not move.
    `is_erased`: the person asked to be forgotten (GDPRREQUEST), which counts as archived too.
    """

    xero_contact_id: str
    name: str
    email: str | None
    phone: str | None
    contact_number: str | None
    is_archived: bool
    merged_into_id: str | None
    updated_at: datetime | None
    first_name: str | None = None
    last_name: str | None = None
    mobile: str | None = None
    address: Mapping[str, Value] | None = None
    account_number: str | None = None
    tax_number: str | None = None
    direct_phone: str | None = None
    fax: str | None = None
    delivery_address: Mapping[str, Value] | None = None
    persons: tuple[Mapping[str, Value], ...] | None = None
    is_erased: bool = False
    phones: tuple[Part, ...] = ()
    addresses: tuple[Part, ...] = ()
    group_ids: tuple[str, ...] = ()

    @property
    def is_usable(self) -> bool:
        """Whether an invoice may name it."""
        return not self.is_archived and self.merged_into_id is None


@dataclass(frozen=True, slots=True)
class ContactWrite:
    """A contact to create, or an update that names only what moves.

    `fields` are canonical (`domain.contacts.contact`). `held` is the contact as it was just read, None for a create;
    its other phones and addresses go back as they are. `contact_number` is our marker, None to leave the slot alone.
    `is_archived`: archive it.
    """

    fields: Mapping[str, Value]
    contact_number: str | None = None
    held: XeroContact | None = None
    is_archived: bool = False


@dataclass(frozen=True, slots=True)
class ContactGroup:
    """A group of contacts that people made in Xero."""

    group_id: str
    name: str
