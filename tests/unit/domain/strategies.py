"""Random invoices in canonical form, from words so few that two of them often say the same thing.

`records` are consistent as the hub keeps them: whole lines, an order that names exactly the lines, both sides' words.
`properties` makes every run draw the same examples, so that a failure is the change's doing and not the day's.
"""

from collections.abc import Mapping
from itertools import combinations, permutations, product
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from app.domain.record.fields import LINE_ORDER, group_of
from app.domain.record.sides import HEADER, MEMBERS, Side, holds
from tests.unit.domain.samples import VOCABULARY

properties = settings(max_examples=80, deadline=None, derandomize=True)

WORDS = st.sampled_from([None, "A", "B", "C"])
SENT_AT = "2026-11-20T03:15:00Z"


def is_shared(path: str) -> bool:
    """Whether both sides hold that path."""
    return holds(Side.PARTNER, path) and holds(Side.XERO, path)


def only_held_by(side: Side, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that a side holds, a cancelled invoice's too."""
    return {path: value for path, value in fields.items() if holds(side, path)}


_ORDERS = [order for length in range(4) for order in permutations(["l1", "l2", "l3"], length)]
_PAYMENTS = [keys for length in range(3) for keys in combinations(["p1", "p2"], length)]
_LINES: list[dict[str, Any]] = [
    {
        "description": description,
        "quantity": "1",
        "unit_price": unit_price,
        "discount_rate": discount_rate,
        "item_code": item,
        "item": item,
        "category": category,
        "tax": tax,
        "account": VOCABULARY.account_of(category),
        "tax_type": VOCABULARY.tax_type_of(tax, "tax_inclusive"),
    }
    for description, unit_price, discount_rate, category, tax, item in product(
        ["A", "B"],
        ["10", "20.5"],
        [None, "10"],
        ["materials", None, "xero:260"],
        ["gst", None],
        [None, "TAP"],
    )
]
_LINES.append(_LINES[0] | {"discount_amount": "1.5", "tracking": {"Region": "North"}})
_LINES.append(dict.fromkeys(_LINES[0]) | {"description": "Only words"})
_MONEY = [
    {"amount": amount, "paid_on": paid_on, "method": method}
    for amount, paid_on, method in product(["10", "20.5"], ["2026-11-20", "2026-11-21"], [None, "card"])
]
_CREDITS = [
    {"kind": kind, "amount": amount, "applied_on": "2026-11-21", "number": number, "reason": reason}
    for kind, amount, number, reason in product(
        ["credit_note", "prepayment"], ["10", "20.5"], [None, "CN-1"], [None, "A"]
    )
]


@st.composite
def records(draw: st.DrawFn, statuses: tuple[str, ...] = ("sent",)) -> dict[str, Any]:
    """A whole record."""
    is_sent = draw(st.booleans())
    order = draw(st.sampled_from(_ORDERS))
    fields: dict[str, Any] = {
        "number": draw(WORDS),
        "reference": draw(WORDS),
        "due_on": draw(st.sampled_from([None, "2026-12-04", "2026-12-11"])),
        "issued_on": "2026-11-20",
        "status": draw(st.sampled_from(statuses)),
        "currency": "AUD",
        "amounts_are": "tax_inclusive",
        "contact": draw(st.sampled_from(["c1", "c2"])),
        "is_sent": is_sent,
        "sent_at": SENT_AT if is_sent else None,
        "url": draw(WORDS),
        "job": draw(st.sampled_from([None, {"id": "j1", "name": "Roof"}])),
        LINE_ORDER: list(order),
    }
    for group, members in [
        *((f"lines/{key}", _LINES) for key in order),
        *((f"payments/{key}", _MONEY) for key in draw(st.sampled_from(_PAYMENTS))),
        *((f"credits/{key}", _CREDITS) for key in draw(st.sampled_from(_PAYMENTS))),
    ]:
        fields |= {f"{group}/{name}": value for name, value in draw(st.sampled_from(members)).items()}
    return fields


def shared_records() -> st.SearchStrategy[dict[str, Any]]:
    """Records of what both sides hold alone, where the two sides mean the same in all respects."""
    return records().map(lambda fields: {path: value for path, value in fields.items() if is_shared(path)})


def foreign_to(side: Side, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Paths of `before` that a side cannot hold, of the header and of the groups that are still there after."""
    groups = {group_of(path) for path in after}
    return [path for path in before if not holds(side, path) and group_of(path) in groups | {None}]


def every_name() -> set[str]:
    """Every name of a field that any side holds, to see that the records above leave out none."""
    members = {name for side in Side for kind in MEMBERS[side].values() for name in kind}
    return members | {name for side in Side for name in HEADER[side]}
