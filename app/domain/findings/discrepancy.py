"""Discrepancies: differences for a person to look at, each with what is known of where it came from (FEATURES E9, E10).

    overwritten_in_xero   somebody edited in Xero between our read and our write: the edit may be lost
    value_differs         a compare found a side with another value than the record, and nothing was due
    total_differs         every field agrees, and the totals do not
    missing_in_xero       Xero no longer has what is linked
    missing_at_partner    the app's own list does not have what it was sent
    payment_on_voided     Xero voided it, and the app has money on it that was never booked
    overpayment_left      a payment was deleted in Xero, and what of it is an overpayment stays there

A discrepancy closes by itself when its cause is gone. Whose edit a difference is follows from the shadows: the side
whose value is no longer what both had agreed on. When it was made is known only where that side's clock tells.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from app.domain.crossing.left_out import list_left_out
from app.domain.findings.stake import is_apart, sides_of
from app.domain.record.direction import OPEN, Lanes
from app.domain.record.fields import ABSENT, Absent, Fields, Value, differing
from app.domain.record.held import covers
from app.domain.record.hub import Hub, hold_of, list_behind_paths
from app.domain.record.path import read_at
from app.domain.record.sides import Side

WHOLE = ""
"""The path of a difference that is not of one field."""

LINES_ALONG = "lines"
"""Stands among the moves of a write, with no values, where lines went along that it does not move: Xero's are replaced
whole by what was read of them.
"""


class DiscrepancyKind(StrEnum):
    """See the table above."""

    OVERWRITTEN_IN_XERO = "overwritten_in_xero"
    VALUE_DIFFERS = "value_differs"
    TOTAL_DIFFERS = "total_differs"
    MISSING_IN_XERO = "missing_in_xero"
    MISSING_AT_PARTNER = "missing_at_partner"
    PAYMENT_ON_VOIDED = "payment_on_voided"
    OVERPAYMENT_LEFT = "overpayment_left"


class DiscrepancyState(StrEnum):
    """open: for a person to look at. ignored: left as it is while the values stay. resolved: decided, or gone."""

    OPEN = "open"
    IGNORED = "ignored"
    RESOLVED = "resolved"


class MovedBy(StrEnum):
    """Which side moved away from what both had agreed on, as far as it is known."""

    PARTNER = "partner"
    XERO = "xero"
    BOTH = "both"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Found:
    """A difference as it was found, at a path or `WHOLE`. `values` has `base`, `partner`, `xero`, as far as known."""

    kind: DiscrepancyKind
    message: str
    path: str = WHOLE
    values: Mapping[str, Any] = field(default_factory=dict)
    moved_by: MovedBy = MovedBy.UNKNOWN
    moved_at: datetime | None = None


def find_overwritten(moves: Mapping[str, Mapping[str, Any]], at: datetime) -> list[Found]:
    """The fields of a write of ours that may have gone over an edit made in Xero at `at`.

    What Xero held before is the base, what we wrote is the partner's value; what was lost, nobody can tell any more.
    """
    return [_build_overwritten(path, move, at) for path, move in sorted(moves.items())]


def _build_overwritten(path: str, move: Mapping[str, Any], at: datetime) -> Found:
    is_of_lines = path == LINES_ALONG
    what = "a line was" if is_of_lines else "it was"
    return Found(
        DiscrepancyKind.OVERWRITTEN_IN_XERO,
        f"Somebody changed it in Xero at {at}, between our read and our write: perhaps {what} overwritten.",
        WHOLE if is_of_lines else path,
        {name: move[kept] for name, kept in (("base", "before"), ("partner", "after")) if kept in move},
        MovedBy.XERO,
        at,
    )


def find_moves_of_xero(
    known: Hub, seen: Fields, *, known_at: datetime | None, seen_at: datetime
) -> list[Found]:
    """What Xero shows otherwise than we knew: edits there that no event had told of yet."""
    moved_at = seen_at if known_at is None or seen_at > known_at else None
    view = hold_of(known, Side.PARTNER)
    return [
        Found(
            DiscrepancyKind.VALUE_DIFFERS,
            "Xero shows another value than was known; the edit was made there."
            + ("" if moved_at else " It moved no timestamp, so that nothing tells when."),
            path,
            _values(
                base=_at(known.xero_shadow, path), partner=_shown(known, view, path), xero=_at(seen, path)
            ),
            MovedBy.XERO,
            moved_at,
        )
        for path in differing(known.xero_shadow, seen)
    ]


def find_unequal(hub: Hub, moved_at: Mapping[Side, datetime | None], lanes: Lanes = OPEN) -> list[Found]:
    """The fields at which a side is known to hold something else than the record; held conflicts, and what does not
    travel, are left out.
    """
    explained = list_left_out(hub, lanes)
    paths = sorted(
        path
        for path in list_behind_paths(hub)
        if not (is_apart(hub, path) or any(covers(each, path) for each in explained))
    )
    return [_unequal(hub, path, moved_at) for path in paths]


def _unequal(hub: Hub, path: str, moved_at: Mapping[Side, datetime | None]) -> Found:
    sides = {side: read_at(hold_of(hub, side), path) for side in sides_of(hub, path)}
    agreed = read_at(hub.record, path)
    moved = [side for side, value in sides.items() if value != agreed]
    # Where one side still holds the record, that is what both had agreed on; else nobody knows.
    base = agreed if len(moved) < len(sides) else ABSENT
    moved_by = MovedBy(moved[0].value) if len(moved) == 1 and len(sides) > 1 else MovedBy.UNKNOWN
    at = moved_at[moved[0]] if moved_by is not MovedBy.UNKNOWN else None
    values = {side.value: value for side, value in sides.items()}
    message = "The two sides are taken for settled, and yet a value differs from the record."
    return Found(DiscrepancyKind.VALUE_DIFFERS, message, path, _values(base=base, **values), moved_by, at)


def find_why_gone(
    kind: DiscrepancyKind,
    path: str,
    values: Mapping[str, Any],
    hub: Hub,
    standing: str | None,
    *,
    totals_agree: bool,
    has_left_over: bool = False,
    is_relinked: bool = False,
    lanes: Lanes = OPEN,
) -> str | None:
    """Why the cause of a discrepancy is gone by now, in words, or None; `standing` is the code with which it is held,
    and it `has_left_over` what stays in Xero of the payment at that path. `is_relinked`: a person just parted it from
    what it was in Xero.

    What the app's own list told of a version is over with the next version, or when the app takes it back.
    """
    match kind:
        case DiscrepancyKind.VALUE_DIFFERS:
            return _find_why_equal(path, hub, lanes)
        case DiscrepancyKind.OVERWRITTEN_IN_XERO:
            if is_relinked:
                return "It is another one in Xero since, or none."
            is_as_written = _at(hub.record, path) == values.get("partner", ABSENT)
            return None if is_as_written else "The field was edited again since."
        case DiscrepancyKind.MISSING_IN_XERO:
            return None if standing == kind else "Xero has it again."
        case DiscrepancyKind.PAYMENT_ON_VOIDED:
            return None if standing == kind else "There is no money on a voided invoice any more."
        case DiscrepancyKind.OVERPAYMENT_LEFT:
            why = "The overpayment is used up or voided, or its payment is there again."
            return None if has_left_over else why
    version = values.get("version")
    if version is not None:
        return "A newer document came." if hub.partner_version > version else None
    return "The totals agree." if kind is DiscrepancyKind.TOTAL_DIFFERS and totals_agree else None


def _find_why_equal(path: str, hub: Hub, lanes: Lanes) -> str | None:
    if path not in list_behind_paths(hub):
        return "Both sides hold the same value."
    does_travel = not any(covers(each, path) for each in list_left_out(hub, lanes))
    return None if does_travel else "By the settings it does not travel: each side keeps its own."


def find_left_over(path: str, payment: Value, left: Decimal, at: datetime) -> Found:
    """A payment, at its path and as the app had it, was deleted in Xero, and so much of it is an overpayment there."""
    whole = Decimal(payment["amount"])
    return Found(
        DiscrepancyKind.OVERPAYMENT_LEFT,
        f"The payment of {whole:.2f} was deleted in Xero, and {left:.2f} of it, booked there as an overpayment, stay "
        "on the customer's account: refund or void them in Xero, or set them against an invoice there. If the payment "
        "was deleted by mistake, take the app's, and it is made again.",
        path,
        {"base": payment, "partner": payment},
        MovedBy.XERO,
        at,
    )


def find_stated_total(stated: Decimal, known: Decimal, xero: Decimal | None, version: int) -> Found:
    """The app states another total for a version of an invoice than its document, as we have it, comes to."""
    values = {"base": f"{known:.2f}", "partner": f"{stated:.2f}", "version": version}
    return Found(
        DiscrepancyKind.TOTAL_DIFFERS,
        f"The app states {stated:.2f} for version {version}, and its document comes to {known:.2f}.",
        values=values if xero is None else {**values, "xero": f"{xero:.2f}"},
        moved_by=MovedBy.PARTNER,
    )


def find_missing_at_partner(version: int) -> Found:
    """The app's list of all that it has does not name an invoice that it had in that version."""
    return Found(
        DiscrepancyKind.MISSING_AT_PARTNER,
        "The app's list of all its invoices does not name it, and Xero has it.",
        values={"version": version},
        moved_by=MovedBy.PARTNER,
    )


def find_gone_at_partner(kind: str, partner_id: str) -> Found:
    """The app neither lists a thing any more nor has it when it is asked for by its id."""
    return Found(
        DiscrepancyKind.MISSING_AT_PARTNER,
        f"The app lists no {kind} {partner_id} any more, and answers that it has none; it stays here and in Xero.",
        values={"held": {"id": partner_id}},
        moved_by=MovedBy.PARTNER,
    )


def _values(**values: Value | Absent) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not ABSENT}


def _at(fields: Fields, path: str) -> Value | Absent:
    return fields.get(path, ABSENT)


def _shown(hub: Hub, view: Fields, path: str) -> Value | Absent:
    return _at(view, path) if Side.PARTNER in sides_of(hub, path) else ABSENT
