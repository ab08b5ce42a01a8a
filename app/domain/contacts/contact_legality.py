"""What Xero takes of a contact, known before the call, and what its refusals of contacts mean (FACTS 5, Contacts).

Names are unique among active contacts, account numbers and contact numbers among all; neither can be known before the
call, because others write too, so those come from Xero's words.
"""

import re
from collections.abc import Iterable, Sequence

from app.domain.contacts.contact import tidy_name
from app.domain.holds.hold import Hold
from app.domain.holds.refusals import (
    ABOUT_CONTACTS,
    CONTACT_ARCHIVED,
    CONTACT_INVALID,
    CONTACT_NAME_TAKEN,
    CONTACT_PERSONS,
    explain,
)
from app.domain.record.fields import Fields

CONTACT_ACCOUNT_NUMBER_TAKEN = "contact_account_number_taken"
CONTACT_EMAIL_INVALID = "contact_email_invalid"
CONTACT_ERASED = "contact_erased"
CONTACT_LINK_REFUSED = "contact_link_refused"
CONTACT_NAME_INVALID = "contact_name_invalid"
CONTACT_NUMBER_TAKEN = "contact_number_taken"

CONTACT_CODES = ABOUT_CONTACTS | {
    CONTACT_ACCOUNT_NUMBER_TAKEN,
    CONTACT_EMAIL_INVALID,
    CONTACT_ERASED,
    CONTACT_NAME_INVALID,
    CONTACT_NUMBER_TAKEN,
}
"""Holds, of contacts and of the invoices that need them, that an edit of a contact on either side may lift."""

TAKEN = frozenset(
    {
        CONTACT_NAME_TAKEN,
        CONTACT_NUMBER_TAKEN,
        CONTACT_ACCOUNT_NUMBER_TAKEN,
        "duplicate_account_number",
    }
)
"""Those that a contact which is linked to nothing may bring about, and lift by giving up what it has."""

LONGEST = {
    **dict.fromkeys(("name", "first_name", "last_name", "email"), 255),
    **dict.fromkeys(("phone", "mobile", "direct_phone", "fax", "account_number", "tax_number"), 50),
}
"""Characters, by field (Xero's specification); a phone goes to Xero as its number alone."""

_EMAIL = re.compile(r"[^@\säëïöüÿ]+@[^@\säëïöüÿ]+\.[^@\säëïöüÿ]+", re.IGNORECASE)
"""Umlauts are not supported (Xero's specification)."""

_MEANINGS: tuple[tuple[str, str, str], ...] = (
    (
        r"contact number .*already exists",
        CONTACT_NUMBER_TAKEN,
        "Find the contact in Xero and link it by hand.",
    ),
    (
        r"account number .*(already exists|unique)",
        CONTACT_ACCOUNT_NUMBER_TAKEN,
        "Give one of the two contacts another account number.",
    ),
    (
        r"contact name.*(unique|already)|unique across all active",
        CONTACT_NAME_TAKEN,
        "Give one of the two another name, or link that contact by hand.",
    ),
    (
        r"additional people",
        CONTACT_PERSONS,
        "Give the contact an e-mail address, or take the persons off.",
    ),
    (r"(?<!no )e-?mail address", CONTACT_EMAIL_INVALID, "Correct the e-mail address."),
    (r"contact name cannot contain", CONTACT_NAME_INVALID, "Take the angle brackets out of the name."),
)


def tell_two_as_one(owner: str) -> str:
    """The cure where Xero's contact is another of the app's already."""
    return (
        "If the two are one customer, link this one to the same contact of Xero by hand, with is_shared, "
        f"or name the customer by the id {owner} in the app's invoices. "
        "If they are not, give them different names and numbers."
    )


def explain_contact(messages: Sequence[str]) -> Hold:
    """The hold for a refusal of a contact; the sentence carries Xero's own words."""
    for code in reasons_for(messages):
        cure = next(cure for _, known, cure in _MEANINGS if known == code)
        return Hold(code, f"Xero refused it: {' '.join(messages)}", cure)
    return explain(messages)


def reasons_for(messages: Sequence[str]) -> list[str]:
    """The codes that Xero's words mean, of those that are about contacts alone, in the order of the table."""
    said = "\n".join(messages)
    return [code for pattern, code, _ in _MEANINGS if re.search(pattern, said, re.IGNORECASE)]


def judge_contact(fields: Fields, paths: Iterable[str]) -> Hold | None:
    """Whether Xero would take these values at these paths."""
    moved = set(paths)
    name, email = tidy_name(fields.get("name") or ""), fields.get("email")
    if "name" in moved and (not name or "<" in name or ">" in name):
        return Hold(
            CONTACT_NAME_INVALID,
            "Xero takes no contact without a name, and no name with angle brackets.",
            "Give the contact another name.",
        )
    if "email" in moved and not _is_email(email):
        return Hold(
            CONTACT_EMAIL_INVALID,
            f"{email!r} is no e-mail address that Xero takes.",
            "Correct the e-mail address.",
        )
    too_long = next((path for path in LONGEST if path in moved and _is_too_long(fields, path)), None)
    if too_long is not None:
        return _refuse_length(too_long, len(fields[too_long]))
    persons = fields.get("persons") or []
    if moved & {"persons", "email"} and persons and not email:
        return Hold(
            CONTACT_PERSONS,
            "Xero takes no persons beside the first while the contact itself has no e-mail address.",
            "Give the contact an e-mail address, or take the persons off.",
        )
    odd = next((person["email"] for person in persons if not _is_email(person["email"])), None)
    if "persons" in moved and odd:
        return Hold(
            CONTACT_EMAIL_INVALID,
            f"{odd!r} is no e-mail address that Xero takes.",
            "Correct the e-mail address of that person.",
        )
    return None


def _is_too_long(fields: Fields, path: str) -> bool:
    return len(fields.get(path) or "") > LONGEST[path]


def _refuse_length(path: str, length: int) -> Hold:
    words = path.replace("_", " ")
    return Hold(
        CONTACT_INVALID,
        f"The contact's {words} has {length} characters, and Xero takes {LONGEST[path]}.",
        "Shorten it in the app.",
    )


def _is_email(address: str | None) -> bool:
    """Whether Xero takes it; none at all is taken."""
    return not address or bool(_EMAIL.fullmatch(address))


def judge_use(name: str | None, unusable: str | None) -> Hold | None:
    """Whether an invoice may name the contact, or an edit reach it; `unusable` is `archived`, `erased` or None."""
    if unusable is None:
        return None
    if unusable == "erased":
        return Hold(
            CONTACT_ERASED,
            f"The contact {name!r} was erased in Xero at that person's request.",
            "Choose another customer.",
        )
    return Hold(
        CONTACT_ARCHIVED,
        f"The contact {name!r} is archived in Xero, which then takes it for no invoice and no edit.",
        "Restore the contact in Xero; it goes on by itself then. Or choose another customer.",
    )
