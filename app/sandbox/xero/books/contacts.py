"""Contacts: the value that an organisation holds for each, the book that finds them, and their JSON.

Names are unique among active contacts, contact numbers and account numbers among all (FACTS 5, Contacts). The book
notes every change in the journal; rules about what may be written live in `contact_writes`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.sandbox.xero.books.journal import Journal
from app.sandbox.xero.forms.dates import net_instant

TEXTS = (
    "FirstName",
    "LastName",
    "CompanyNumber",
    "EmailAddress",
    "BankAccountDetails",
    "TaxNumber",
    "AccountsReceivableTaxType",
    "AccountsPayableTaxType",
    "SalesDefaultAccountCode",
    "PurchasesDefaultAccountCode",
)
ADDRESS_TYPES = ("STREET", "POBOX")
PHONE_TYPES = ("DDI", "DEFAULT", "FAX", "MOBILE")
_ALWAYS_SHOWN = ("EmailAddress", "BankAccountDetails")


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact. `texts` holds the plain text fields by Xero's names; a missing one was never set."""

    contact_id: str
    name: str
    updated_at: datetime
    status: str = "ACTIVE"
    number: str = ""
    account_number: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    addresses: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    phones: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    persons: tuple[Mapping[str, Any], ...] = ()
    is_customer: bool = False
    is_supplier: bool = False
    created_by_app: bool = False
    merged_into_id: str = ""
    """The contact that a person merged this one into; it is archived since."""

    def summary(self) -> dict[str, Any]:
        """The little that lists of invoices and payments show of their contact."""
        return {
            "ContactID": self.contact_id,
            "Name": self.name,
            "Addresses": [],
            "Phones": [],
            "ContactGroups": [],
            "ContactPersons": [],
            "HasValidationErrors": False,
        }

    def view(self) -> dict[str, Any]:
        """The whole contact as a read by id shows it."""
        shown: dict[str, Any] = {"ContactID": self.contact_id}
        if self.merged_into_id:
            shown["MergedToContactID"] = self.merged_into_id
        if self.number:
            shown["ContactNumber"] = self.number
        if self.account_number:
            shown["AccountNumber"] = self.account_number
        shown |= {"ContactStatus": self.status, "Name": self.name}
        shown |= {
            name: self.texts.get(name, "") for name in TEXTS if self.texts.get(name) or name in _ALWAYS_SHOWN
        }
        return shown | {
            "Addresses": [_address(kind, self.addresses.get(kind, {})) for kind in ADDRESS_TYPES],
            "Phones": [_phone(kind, self.phones.get(kind, {})) for kind in PHONE_TYPES],
            "UpdatedDateUTC": net_instant(self.updated_at),
            "ContactGroups": [],
            "IsSupplier": self.is_supplier,
            "IsCustomer": self.is_customer,
            "SalesTrackingCategories": [],
            "PurchasesTrackingCategories": [],
            "ContactPersons": [dict(person) for person in self.persons],
            "HasValidationErrors": False,
        }


def _address(kind: str, values: Mapping[str, str]) -> dict[str, str]:
    blank = dict.fromkeys(("City", "Region", "PostalCode", "Country", "AttentionTo"), "")
    return {"AddressType": kind, **blank, **values}


def _phone(kind: str, values: Mapping[str, str]) -> dict[str, str]:
    blank = dict.fromkeys(("PhoneNumber", "PhoneAreaCode", "PhoneCountryCode"), "")
    return {"PhoneType": kind, **blank, **values}


class ContactBook:
    """All contacts of one organisation, found by id, name, contact number or account number."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._by_id: dict[str, Contact] = {}
        self._ids_by_name: dict[str, set[str]] = {}

    def __iter__(self) -> Iterator[Contact]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def find(self, contact_id: str) -> Contact | None:
        """By ContactID."""
        return self._by_id.get(contact_id.lower())

    def find_named(self, name: str, status: str = "ACTIVE") -> Contact | None:
        """By exact name, upper and lower case alike."""
        ids = self._ids_by_name.get(name.casefold(), ())
        return next((self._by_id[key] for key in ids if self._by_id[key].status == status), None)

    def find_numbered(self, number: str) -> Contact | None:
        """By ContactNumber, whatever the status."""
        return next((contact for contact in self if contact.number and contact.number == number), None)

    def find_account_number(self, account_number: str) -> Contact | None:
        """By AccountNumber, whatever the status."""
        return next((contact for contact in self if contact.account_number == account_number), None)

    def save(self, contact: Contact) -> Contact:
        """Keep this value of the contact; undone if the journal rewinds."""
        before = self._by_id.get(contact.contact_id)
        self._place(before, contact)
        self._journal.note(lambda: self._place(contact, before))
        return contact

    def _place(self, old: Contact | None, new: Contact | None) -> None:
        if old is not None:
            self._ids_by_name[old.name.casefold()].discard(old.contact_id)
            if new is None:
                del self._by_id[old.contact_id]
        if new is not None:
            self._by_id[new.contact_id] = new
            self._ids_by_name.setdefault(new.name.casefold(), set()).add(new.contact_id)
