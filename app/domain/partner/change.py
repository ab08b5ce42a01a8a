"""A change as the partner receives it: entries of path, before and after, in the words of the partner's document.

Lines that come or go, and payments and credits (which are never edited), are whole entries; everything else is a
field. The status is the shown one: an invoice that a payment completes goes from "sent" to "paid" in the same change.
One that goes back to "sent" takes the word away that stood for a payment: that payment is then said as what it is, or
the app would show less than was paid, and take the rest back with its next document.
"""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from app.domain.partner.document import (
    IMPLIED_PAYMENT,
    shown_status,
    to_credit,
    to_document,
    to_line,
    to_payment,
)
from app.domain.record.fields import ABSENT, Fields, group_of, keys_of, member_of
from app.domain.record.moves import Move

Contacts = Mapping[str, Mapping[str, Any]]

_WHOLE = {"payments": to_payment, "credits": to_credit}
"""What is never edited, and how the document shows one."""

_IMPLIED = f"payments/{IMPLIED_PAYMENT}"


def entries(
    moves: Mapping[str, Move],
    view: Fields,
    wanted: Fields,
    contacts: Contacts,
    totals: tuple[Decimal | None, Decimal | None],
    *,
    contacts_in_app: Contacts | None = None,
) -> list[dict[str, Any]]:
    """The entries for moves that bring the partner from `view` to `wanted`; `totals` are those of the two.

    `contacts_in_app` are the details that the app's own invoices have, where they are not `contacts`.
    """
    before = to_document("", view, contacts_in_app or contacts, totals[0]) if view else {}
    after = to_document("", wanted, contacts, totals[1])
    there = (_list_groups(view), _list_groups(wanted))
    listed: dict[str, tuple[Any, Any]] = {}
    for path in sorted(moves):
        group = group_of(path)
        if group is None:
            listed[path] = (_header(before, view, path), _header(after, wanted, path))
        else:
            listed |= _group_entry(path, group, view, wanted, there)
    statuses = (shown_status(view, totals[0]), shown_status(wanted, totals[1]))
    if statuses[0] != statuses[1]:
        listed["status"] = statuses
    is_implied = all(IMPLIED_PAYMENT in keys_of(fields, "payments") for fields in (view, wanted))
    if statuses == ("paid", "sent") and is_implied and _IMPLIED not in listed:
        listed |= _group_entry(_IMPLIED, _IMPLIED, {}, wanted, (set(), there[1]))
    return [{"path": path, "before": was, "after": now} for path, (was, now) in listed.items()]


def _header(document: Mapping[str, Any], fields: Fields, path: str) -> Any:
    if path == "line_order":
        return fields.get(path)
    return document.get(path)


def _list_groups(fields: Fields) -> set[str]:
    """Every line, payment and credit that is there, `lines/l1`; asked once, as there may be hundreds."""
    return {f"{kind}/{key}" for kind in ("lines", *_WHOLE) for key in keys_of(fields, kind)}


def _group_entry(
    path: str, group: str, view: Fields, wanted: Fields, there: tuple[set[str], set[str]]
) -> dict[str, tuple[Any, Any]]:
    kind, _, key = group.partition("/")
    was, now = (group in groups for groups in there)
    if kind in _WHOLE:
        show = _WHOLE[kind]
        return {group: (show(view, key) if was else None, show(wanted, key) if now else None)}
    if was and now:
        name = member_of(path)
        return {path: (to_line(view, key)[name], to_line(wanted, key)[name])}
    return {group: (to_line(view, key) if was else None, to_line(wanted, key) if now else None)}


def in_the_apps_words(
    listed: Sequence[Mapping[str, Any]], said: Mapping[str, Any], moved_since: Collection[str]
) -> list[dict[str, Any]]:
    """The entries with the app's own word for nothing (an empty text, a discount of zero) as `before`, where its newest
    document (`said`) has one and no change that it took moved it since: to the letter null is another value.

    Its status is its own word too: an invoice of which nothing is due may be said to be sent or paid.
    """
    if any(entry["path"] == "status" for entry in listed) and not any(map(_may_move_status, moved_since)):
        listed = [
            {**entry, "before": said["status"]} if entry["path"] == "status" and "status" in said else entry
            for entry in listed
        ]
    lines = {line["id"]: line for line in said.get("lines", ())}
    return [
        {**entry, "before": _say_before(entry["path"], entry["before"], said, lines)}
        if entry["path"] not in moved_since
        else dict(entry)
        for entry in listed
    ]


def _may_move_status(path: str) -> bool:
    """Whether a change of that path can have taken the shown status along: what is due, or how much that is."""
    return path in ("status", "amounts_are") or group_of(path) is not None


def _say_before(
    path: str, before: Any, said: Mapping[str, Any], lines: Mapping[str, Mapping[str, Any]]
) -> Any:
    group = group_of(path)
    if group is not None and not group.startswith("lines/"):
        return before
    held: Mapping[str, Any] = said if group is None else lines.get(group.partition("/")[2], {})
    if path == group and isinstance(before, Mapping):
        return {name: _say_nothing(value, held.get(name)) for name, value in before.items()}
    return _say_nothing(before, held.get(member_of(path)))


def _say_nothing(before: Any, held: Any) -> Any:
    is_nothing = isinstance(held, str) and not held.strip("0.")
    return held if before is None and is_nothing else before


def moves_to_json(moves: Mapping[str, Move]) -> dict[str, dict[str, Any]]:
    """Moves for keeping: an absent side is left out."""
    return {
        path: {
            name: value for name, value in zip(("before", "after"), move, strict=True) if value is not ABSENT
        }
        for path, move in moves.items()
    }


def moves_from_json(stored: Mapping[str, Mapping[str, Any]]) -> dict[str, Move]:
    """The moves that `moves_to_json` kept."""
    return {path: (move.get("before", ABSENT), move.get("after", ABSENT)) for path, move in stored.items()}
