"""By which keys a contact that Xero has already may be taken for one of the app's (FEATURES I2, I8). Pure.

Our own mark always matches: it says that the contact was made or joined by us.
"""

from collections.abc import Collection
from enum import StrEnum

from app.domain.contacts.contact import tidy_name
from app.domain.record.fields import Fields
from app.domain.xero.xero_contact import XeroContact


class ContactKey(StrEnum):
    """What may be believed beside our mark.

    `account_number`: the same account number. `name_and_email`: the same name, and the same e-mail address. `name`: the
    same name, with no e-mail addresses that contradict each other, one of the two having none included.
    """

    ACCOUNT_NUMBER = "account_number"
    NAME_AND_EMAIL = "name_and_email"
    NAME = "name"

    def matches(self, ours: Fields, contact: XeroContact) -> bool:
        """Whether the contact is the app's by this key; names are unique among Xero's active contacts only."""
        if self is ContactKey.ACCOUNT_NUMBER:
            number = ours.get("account_number")
            return bool(number) and contact.account_number == number
        mail, theirs = (ours.get("email") or "").casefold(), (contact.email or "").casefold()
        is_known = bool(mail and theirs)
        is_same = mail == theirs if is_known else self is ContactKey.NAME
        return is_named(contact, ours) and is_same


EVERY_KEY = tuple(ContactKey)
"""In the order in which they are tried: the surest first."""


def is_named(contact: XeroContact, ours: Fields) -> bool:
    """Whether an active contact has our name; an archived namesake is nobody's match."""
    return contact.is_usable and contact.name.casefold() == tidy_name(ours.get("name") or "").casefold()


def in_order(keys: Collection[ContactKey]) -> tuple[ContactKey, ...]:
    """The keys that were chosen, the surest first, each once."""
    return tuple(key for key in EVERY_KEY if key in keys)
