"""The partner's contact document: how the app fills and edits it, and when a change of Plumbline's may be applied.

Pure, like `document` and `compare_and_set` for invoices: a change names fields with `before` and `after`, and is
refused whole where any of them holds neither. A contact is flat; its address is one value.
"""

import copy
from typing import Any

from app.sandbox.partner.compare_and_set import UnknownPath, is_same

Document = dict[str, Any]

FIELDS: Document = {
    "name": None,
    "first_name": None,
    "last_name": None,
    "email": None,
    "phone": None,
    "mobile": None,
    "address": None,
    "account_number": None,
    "tax_number": None,
    "direct_phone": None,
    "fax": None,
    "delivery_address": None,
    "persons": [],
    "groups": [],
}


def build_contact(said: Document) -> Document:
    """The first version, from what a person said or an invoice named."""
    known = {name: value for name, value in said.items() if name in FIELDS}
    return {**copy.deepcopy(FIELDS), **copy.deepcopy(known), "id": said["id"], "version": 1, "based_on": None}


def edit_contact(document: Document, changes: Document) -> Document:
    """The next version after a person's edit."""
    unknown = changes.keys() - FIELDS.keys()
    if unknown:
        raise ValueError(f"a contact has no {', '.join(sorted(unknown))}")
    return {**document, **copy.deepcopy(changes), "version": document["version"] + 1}


def list_moved_contact(document: Document, fields: list[Document]) -> list[str]:
    """The paths whose value is neither `before` nor already `after`; none: the change may be applied."""
    return [entry["path"] for entry in fields if not _is_expected(document, entry)]


def apply_contact(document: Document, fields: list[Document]) -> Document:
    """The contact with every `after` in place; version and based_on are left to the caller."""
    return {**document, **{entry["path"]: copy.deepcopy(entry["after"]) for entry in fields}}


def _is_expected(document: Document, entry: Document) -> bool:
    path = entry["path"]
    if path not in FIELDS:
        raise UnknownPath(path)
    held = document.get(path)
    return is_same(held, entry["before"], path) or is_same(held, entry["after"], path)
