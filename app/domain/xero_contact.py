"""A contact as Xero holds it and as we ask for it: the values that cross the port to the Xero adapter."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class XeroContact:
    """A contact as Xero holds it; `contact_number` is the slot for our marker, or another app's."""

    xero_contact_id: str
    name: str
    email: str | None
    phone: str | None
    contact_number: str | None
    is_archived: bool
    merged_into_id: str | None
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class ContactWrite:
    """A contact to create: the name, optional details, and our marker."""

    name: str
    email: str | None
    phone: str | None
    contact_number: str
