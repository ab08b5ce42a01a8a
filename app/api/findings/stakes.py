"""From what a person says to the stakes of a decision: which paths are to have which value, by what is known now."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.api.findings.decision_input import Decision
from app.api.findings.given import read_given
from app.db.findings.conflicts import KeptConflict
from app.db.findings.discrepancies import KeptDiscrepancy
from app.domain.connections.connection import Connection
from app.domain.contacts.contact_link import ContactLink
from app.domain.findings.discrepancy import WHOLE, DiscrepancyKind, DiscrepancyState
from app.domain.findings.ignoring import TOTAL
from app.domain.findings.resolution import Resolution
from app.domain.findings.stake import Stake, is_apart, look, sides_of
from app.domain.invoices.link import InvoiceLink
from app.domain.record.basis import list_decided_together
from app.domain.record.fields import ABSENT, Absent, Value, member_of
from app.domain.record.hub import Hub, hold_of, list_behind_paths
from app.domain.record.path import is_group, read_at
from app.domain.record.sides import Side, with_xeros_number
from app.intake.refusals import Fault, InputRefused

Subject = KeptConflict | KeptDiscrepancy
Link = InvoiceLink | ContactLink

_SIDES = {"take_xero": Side.XERO, "take_partner": Side.PARTNER}


def build_stakes(
    connection: Connection, subject: Subject, link: Link, wish: Decision, waiting: Sequence[Resolution]
) -> tuple[Stake, ...]:
    """The stakes of this wish; raises `decision_refused` where it says nothing, `invalid_request` for wrong values."""
    if wish.action == "relink":
        return ()
    if wish.action == "ignore":
        return _stakes_to_ignore(subject, link.hub)
    if wish.action == "merged":
        _check_is_alone(subject, link.hub)
        values = _merge(connection, subject, link, wish.values or {})
    else:
        side = _SIDES[wish.action]
        values = {path: find_open_value(link.hub, path, side) for path in list_with(subject, link.hub)}
        values |= {_path_of(subject): find_value(subject, link.hub, side)}
    return tuple(_stake(subject, link.hub, path, value, waiting) for path, value in sorted(values.items()))


def _stake(
    subject: Subject, hub: Hub, path: str, value: Value | Absent, waiting: Sequence[Resolution]
) -> Stake:
    before = [each.value for resolution in waiting for each in resolution.stakes if each.path == path]
    return look(hub, path, value, decided_before=before, is_unexplained=_is_unexplained(subject, hub, path))


def _is_unexplained(subject: Subject, hub: Hub, path: str) -> bool:
    """A compare found the two sides different, and nothing is due that would change it."""
    return (
        isinstance(subject, KeptDiscrepancy)
        and subject.kind is DiscrepancyKind.VALUE_DIFFERS
        and path == subject.path
        and path in list_behind_paths(hub)
        and not is_apart(hub, path)
        and all(revision <= hub.acked_revision for revision in hub.sent)
    )


def _path_of(subject: Subject) -> str:
    if subject.path == WHOLE:
        raise InputRefused(
            "decision_refused",
            f"{subject.kind} is not of one field, so neither side's value can be taken."
            if isinstance(subject, KeptDiscrepancy)
            else "It names no field.",
            [Fault("action", "must be merged, relink or ignore here")],
        )
    return subject.path


def find_value(subject: Subject, hub: Hub, side: Side) -> Value | Absent:
    """A side's value: what it holds now while the two still differ, else what was kept of it."""
    path = subject.path
    is_open = isinstance(subject, KeptConflict) and path in hub.open_conflicts
    if is_open:
        return find_open_value(hub, path, side)
    is_left = isinstance(subject, KeptDiscrepancy) and subject.kind is DiscrepancyKind.VALUE_DIFFERS
    if is_left and side in sides_of(hub, path):
        return read_at(hold_of(hub, side), path)
    if isinstance(subject, KeptDiscrepancy) and subject.kind is DiscrepancyKind.OVERWRITTEN_IN_XERO:
        # What was lost in between nobody knows; what Xero held before, we read ourselves.
        return subject.values.get("base" if side is Side.XERO else "partner", ABSENT)
    return subject.values.get(side.value, ABSENT)


def find_open_value(hub: Hub, path: str, side: Side) -> Value | Absent:
    """What a side has at an open path."""
    if side in sides_of(hub, path):
        return read_at(hold_of(hub, side), path)
    # It is the other side's word (an account): what this side says in it follows this side's edits in the record.
    return read_at(with_xeros_number(hub.record), path)


def list_with(subject: Subject, hub: Hub) -> frozenset[str]:
    """The open paths that one side wins together, where the conflict is over one of them; else none."""
    together = list_decided_together(hub.open_conflicts)
    return together if isinstance(subject, KeptConflict) and subject.path in together else frozenset()


def _check_is_alone(subject: Subject, hub: Hub) -> None:
    """A value of its own means another sum under each basis, so there is none while the basis waits too."""
    if len(list_with(subject, hub)) > 1:
        raise InputRefused(
            "decision_refused",
            "How amounts are waits with lines of the invoice: take one side's, and edit it afterwards.",
            [Fault("action", "must be take_xero, take_partner or ignore here")],
        )


def _merge(
    connection: Connection, subject: Subject, link: Link, values: Mapping[str, Any]
) -> dict[str, Value | Absent]:
    if isinstance(subject, KeptConflict):
        return _merge_conflict(connection, subject, link, values)
    return read_given(values, link, connection.organisation)


def _merge_conflict(
    connection: Connection, conflict: KeptConflict, link: Link, values: Mapping[str, Any]
) -> dict[str, Value | Absent]:
    """Of a field, its value; of a whole line, values of its fields over those of the side that has the line."""
    own = [path for path in values if path != conflict.path and not path.startswith(f"{conflict.path}/")]
    if own:
        faults = [Fault(f"values.{path}", f"must be {conflict.path}, or lie in it") for path in own]
        raise InputRefused("invalid_request", "The conflict is about another field.", faults)
    if not is_group(conflict.path):
        return read_given(values, link, connection.organisation)
    there = read_at(link.hub.record, conflict.path)
    if not conflict.path.startswith("lines/") or isinstance(there, Absent):
        raise InputRefused(
            "decision_refused",
            f"{conflict.path} is not there any more, or is never edited: take one side's, or ignore it.",
            [Fault("action", "must be take_xero, take_partner or ignore here")],
        )
    given = read_given(values, link, connection.organisation)
    named = {member_of(path): value for path, value in given.items()}
    merged = {name: value for name, value in {**there, **named}.items() if value is not ABSENT}
    return {conflict.path: merged}


def _stakes_to_ignore(subject: Subject, hub: Hub) -> tuple[Stake, ...]:
    if subject.path != WHOLE:
        return tuple(look(hub, path, ABSENT) for path in sorted({subject.path, *list_with(subject, hub)}))
    if isinstance(subject, KeptDiscrepancy) and subject.kind is DiscrepancyKind.TOTAL_DIFFERS:
        seen = {side: subject.values.get(side.value, ABSENT) for side in Side}
        return (Stake(TOTAL, ABSENT, seen),)
    return ()


def is_same(resolution: Resolution, wish: Decision, stakes: Sequence[Stake]) -> bool:
    """Whether a resolution that is there already decided the very same."""
    return (
        resolution.action.value == wish.action
        and resolution.xero_id == (str(wish.xero_id) if wish.xero_id else None)
        and resolution.is_shared == wish.is_shared
        and resolution.content == wish.content
        and [(stake.path, stake.value) for stake in resolution.stakes]
        == [(stake.path, stake.value) for stake in stakes]
    )


def is_over(subject: Subject) -> bool:
    """Whether a discrepancy is resolved, so that there is nothing left to decide; a conflict can always be."""
    return isinstance(subject, KeptDiscrepancy) and subject.state is DiscrepancyState.RESOLVED
