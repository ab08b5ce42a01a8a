"""A product of the partner and its item in Xero: what is due there, decided purely.

Items carry no conflict story, because Xero tells nobody when one is edited: the edits that a person makes in Xero are
seen when the list is read, and stay. The partner's word is written where the partner has said something new since, and
only there:

    the partner changed it since    Xero changed it since    what Xero then holds
    yes                             either                   the partner's word
    no                              yes                      Xero's own, untouched
    no                              no                       as it was

The link keeps what decides this: `partner_shadow` is the partner's newest word, `xero_shadow` what Xero is known to
hold, `record` what Xero should hold, all in Xero's words. An item that was in Xero before (I2) is adopted as it is:
only what it lacks is filled in, whatever else differs waits for the partner's next change of that field. A word that
the document leaves out says nothing, and clears nothing in Xero, but for the description.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from app.domain.holds.skip import Skip
from app.domain.invoices.link import Intent, Standing
from app.domain.record.coupling import UnknownWord, Vocabulary
from app.domain.record.fields import Fields, Value, decimal_text
from app.domain.record.item_code import fold
from app.domain.xero.xero_item import ItemWrite, XeroItem

NAMES = ("code", "name", "description", "unit_price", "account", "tax_type")
SALE = ("unit_price", "account", "tax_type")
LONGEST_NAME = 50

GONE = "missing_in_xero"
"""Held with this code, only a new document makes an item again: somebody took it out of Xero."""


@dataclass(frozen=True, slots=True)
class ItemLink:
    """One product's link, as it was loaded at `generation`.

    `unanswered` is what Xero was asked to hold by a write whose answer is not recorded; `intent` stands beside it while
    that write was a create. `skip` stands while a person has set it aside.
    """

    id: UUID
    partner_item_id: str
    xero_item_id: str | None
    generation: int
    document: Mapping[str, Any]
    standing: Standing
    record: Fields = field(default_factory=dict)
    partner_shadow: Fields = field(default_factory=dict)
    xero_shadow: Fields = field(default_factory=dict)
    unanswered: Fields | None = None
    intent: Intent | None = None
    skip: Skip | None = None

    @property
    def code_key(self) -> str:
        """The code that the item should have, as codes are compared."""
        return fold(self.record["code"])


def fields_from_document(document: Mapping[str, Any], vocabulary: Vocabulary) -> dict[str, Value]:
    """The document in Xero's words; raises `UnknownWord` for a category or tax that the maps do not know.

    Unlike on a line, a category or tax that is left out means nothing: no account and no tax are sent for it.
    """
    category, tax, price = document.get("category"), document.get("tax"), document.get("unit_price")
    of_item = vocabulary.account_of_item(document["code"])
    account = vocabulary.account_of(category, document["code"]) if category or of_item else None
    tax_type = vocabulary.tax_type_of(tax, None, account) if tax else None
    if category and account is None:
        raise UnknownWord("category", category)
    if tax and tax_type is None:
        raise UnknownWord("tax", tax)
    return {
        "code": document["code"],
        "name": document["name"],
        "description": document.get("description") or None,
        "unit_price": None if price is None else decimal_text(price),
        "account": account,
        "tax_type": tax_type,
    }


def fields_from_line(members: Mapping[str, Value], code: str) -> dict[str, Value]:
    """The item that a line describes, `members` being the line's by name: for `unknown_item` set to `create`."""
    description = members.get("description") or code
    return {
        "code": code,
        "name": " ".join(description.split())[:LONGEST_NAME].rstrip() or code,
        "description": description,
        **{name: members.get(name) for name in SALE},
    }


def take_document(link: ItemLink, said: Fields) -> ItemLink:
    """The link once the partner's newest word is in its record."""
    edits = {name: said[name] for name in NAMES if said[name] != link.partner_shadow.get(name)}
    return replace(link, record={**link.record, **edits}, partner_shadow=dict(said))


def follow_code(link: ItemLink, account: str | None, former: Collection[str]) -> ItemLink:
    """The link where the account that its document names has that code now, and had `former` ones: no edit of the app.

    What Xero is known to hold is left: whether it booked by the code of before or followed the account, its list tells.
    """
    before = link.partner_shadow.get("account")
    if before is None or before == account or before not in former:
        return link
    record = {**link.record, "account": account} if link.record.get("account") == before else link.record
    return replace(link, record=record, partner_shadow={**link.partner_shadow, "account": account})


def take_item(link: ItemLink, item: XeroItem) -> ItemLink:
    """The link once Xero was seen to hold that item, whether a write of ours was answered by it or it was read."""
    seen = item.fields
    base = _base(link, seen)
    theirs = {
        name: seen[name]
        for name in NAMES
        if seen[name] != base.get(name) and link.record.get(name) == base.get(name)
    }
    return replace(
        link,
        xero_item_id=item.xero_item_id,
        record={**link.record, **theirs},
        xero_shadow=seen,
        unanswered=None,
        intent=None,
    )


def _base(link: ItemLink, seen: Fields) -> Fields:
    """What Xero held before somebody else moved it: a lost create was ours whole, a lost update where it is found."""
    tried = link.unanswered
    if tried is None or link.xero_item_id is None:
        return tried or link.xero_shadow
    landed = {name: tried.get(name) for name in NAMES if tried.get(name) == seen[name]}
    return {**link.xero_shadow, **landed}


def adopt(link: ItemLink, item: XeroItem) -> ItemLink:
    """The link once an item that was in Xero before is its own: Xero's values stand, what it lacks is the partner's."""
    seen = item.fields
    record = {name: link.record.get(name) if seen[name] is None else seen[name] for name in NAMES}
    return replace(
        link,
        xero_item_id=item.xero_item_id,
        record=record,
        xero_shadow=seen,
        unanswered=None,
        intent=None,
    )


def forget_item(link: ItemLink) -> ItemLink:
    """The link once its item is gone from Xero: what the partner says next makes a new one."""
    return replace(
        link,
        xero_item_id=None,
        record=dict(link.partner_shadow),
        xero_shadow={},
        unanswered=None,
        intent=None,
    )


def list_due(link: ItemLink) -> tuple[str, ...]:
    """The names of what a write would have to move."""
    return tuple(
        name
        for name in NAMES
        if link.record.get(name) != link.xero_shadow.get(name)
        and (link.record.get(name) is not None or name == "description")
    )


def target_of(link: ItemLink) -> dict[str, Value]:
    """What Xero holds once everything that is due is written."""
    return {
        **dict.fromkeys(NAMES),
        **link.xero_shadow,
        **{name: link.record.get(name) for name in list_due(link)},
    }


def build_write(link: ItemLink) -> ItemWrite:
    """A create of everything, or an update of what is due.

    The terms of sale go together, as Xero may take them for one value; the code is always said (the specification asks
    for it).
    """
    target, due = target_of(link), set(list_due(link))
    named = set(NAMES)
    if link.xero_item_id is not None:
        named = due | {"code"} | (set(SALE) if due & set(SALE) else set())
    said = {
        name: target[name] for name in NAMES if name in named and (target[name] is not None or name in due)
    }
    return ItemWrite(link.xero_item_id, said)


def differing_fields(link: ItemLink) -> dict[str, tuple[Value, Value]]:
    """Where the partner's word and Xero's differ, by name: what the partner said, what Xero holds."""
    if link.xero_item_id is None:
        return {}
    return {
        name: (link.partner_shadow[name], link.xero_shadow.get(name))
        for name in NAMES
        if link.partner_shadow.get(name) not in (None, link.xero_shadow.get(name))
    }
