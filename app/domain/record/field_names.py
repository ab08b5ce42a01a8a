"""The names by which settings name fields, and which canonical paths each of them covers.

A name is what the documents say: `reference`, `lines/*/unit_price`, `contact.phone`. Where the two sides have a word
each for one fact (category and account), the app's word names both. Fields of contacts bear `contact.` in front, so
that `contact` alone is the customer that an invoice names. No path of a contact is one of an invoice, so a path says
by itself what it is of.
"""

from collections.abc import Mapping

from app.domain.record.fields import LINE_ORDER, group_of, member_of

INVOICES, CONTACTS, PAYMENTS, CREDITS, ITEMS = "invoices", "contacts", "payments", "credits", "items"
LINES = "lines"

CONTACT_FIELDS = (
    "name", "first_name", "last_name", "email", "phone", "mobile", "address", "account_number", "tax_number",
    "direct_phone", "fax", "delivery_address", "persons",
)  # fmt: skip
"""What both sides can hold of a contact."""

_APP_WORD = {"account": "category", "tax_type": "tax", "item": "item_code"}
_LINE_MEMBERS = (
    "description", "quantity", "unit_price", "discount_rate", "discount_amount", "category", "tax", "item_code",
)  # fmt: skip
_HEADER = (
    "number",
    "reference",
    "status",
    "currency",
    "amounts_are",
    "issued_on",
    "due_on",
    "sent_at",
    "contact",
)

POLICY_NAMES = (
    *_HEADER, LINES, *(f"{LINES}/*/{name}" for name in _LINE_MEMBERS), PAYMENTS, CREDITS,
    CONTACTS, *(f"contact.{name}" for name in CONTACT_FIELDS),
)  # fmt: skip
"""What a conflict can be over."""

FIELD_NAMES = (
    "reference", "issued_on", "due_on", "status", LINES,
    *(f"{LINES}/*/{name}" for name in ("description", "category", "item_code")),
    *(f"contact.{name}" for name in CONTACT_FIELDS),
)  # fmt: skip
"""What may travel otherwise than the thing that it is a field of. Sums and taxes may not: the totals would part."""

DISPENSABLE = frozenset(
    {"reference", f"{LINES}/*/item_code", *(f"contact.{n}" for n in CONTACT_FIELDS if n != "name")}
)
"""What a side can do without when a thing comes to it for the first time; all else it needs, or a person would."""


def names_of(path: str) -> tuple[str, ...]:
    """The names that cover a path of a field or a group, the most specific first; its entity's is the last.

    `lines/l1/account` is covered by `lines/*/category`, `lines` and `invoices`; `phone` by `contact.phone` and
    `contacts`.
    """
    if path in _OF_CONTACT:
        return f"contact.{path}", CONTACTS
    if path == LINE_ORDER:
        return LINES, INVOICES
    group = group_of(path)
    if group is None:
        return ("sent_at" if path == "is_sent" else path), INVOICES
    kind = group.partition("/")[0]
    if kind != LINES:
        return (kind,)
    if path == group:
        return LINES, INVOICES
    member = member_of(path)
    return f"{LINES}/*/{_APP_WORD.get(member, member)}", LINES, INVOICES


def entities_of(name: str) -> tuple[str, ...]:
    """What a named field can travel no further than: its lines, if it is one of theirs, and its entity."""
    if name.startswith("contact."):
        return (CONTACTS,)
    return (LINES, INVOICES) if name.startswith(f"{LINES}/") else (INVOICES,)


def find_named(path: str, chosen: Mapping[str, object]) -> str | None:
    """The most specific of the chosen names that covers a path."""
    return next((name for name in names_of(path) if name in chosen), None) if chosen else None


_OF_CONTACT = frozenset({*CONTACT_FIELDS, "groups"})
