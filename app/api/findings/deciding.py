"""Taking a decision: checked against what is known, stored, and left to the loop to carry out.

The caller holds the connection's row, so that what is known does not move between the look and the store. The same
decision again, while it waits or still stands, is the decision that is there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from app.api.authentication import Caller
from app.api.findings.decision_input import Decision
from app.api.findings.stakes import Link, Subject, build_stakes, is_over, is_same
from app.db.connections.connections import raise_generation
from app.db.contacts.contact_links import find_contact_link, list_contacts, list_contacts_by_xero_id
from app.db.findings.conflicts import KeptConflict, find_conflict
from app.db.findings.discrepancies import KeptDiscrepancy, find_discrepancy
from app.db.findings.resolutions import (
    find_kept_resolution,
    find_latest_resolution,
    insert_resolution,
    list_waiting_resolutions,
)
from app.db.invoices.invoice_contacts import has_invoices_in_xero
from app.db.invoices.invoice_links import list_by_xero_id, list_links
from app.db.postgres.session import ReadSession, WriteSession
from app.domain.connections.connection import Connection
from app.domain.contacts.contact_legality import tell_two_as_one
from app.domain.contacts.contact_link import ContactLink
from app.domain.findings.decision import find_closed, say_closed, wanted_by
from app.domain.findings.resolution import Action, Resolution, ResolutionState
from app.domain.findings.stake import Stake
from app.domain.findings.undo import wanted_back
from app.domain.holds.thing import Thing
from app.domain.invoices.link import InvoiceLink
from app.domain.record.fields import Absent, Value
from app.domain.record.path import read_at, same_at
from app.domain.record.sides import Side
from app.intake.refusals import Fault, InputRefused

STANDS = (ResolutionState.WAITING, ResolutionState.DONE)


@dataclass(frozen=True, slots=True)
class Taken:
    """A decision that is stored; `is_new`: by this call."""

    resolution_id: UUID
    is_new: bool


async def get_conflict(session: ReadSession, connection: Connection, conflict_id: int) -> KeptConflict:
    """That conflict of the connection; raises `not_found`."""
    found = await find_conflict(session, connection.id, conflict_id)
    if found is None:
        raise InputRefused("not_found", "This connection has no conflict with that id.")
    return found


async def get_discrepancy(
    session: ReadSession, connection: Connection, discrepancy_id: int
) -> KeptDiscrepancy:
    """That discrepancy of the connection; raises `not_found`."""
    found = await find_discrepancy(session, connection.id, discrepancy_id)
    if found is None:
        raise InputRefused("not_found", "This connection has no discrepancy with that id.")
    return found


async def get_link(session: ReadSession, connection: Connection, subject: Subject) -> Link:
    """The link that a finding is of."""
    link: Link | None = next(iter(await list_links(session, [subject.link_id])), None)
    link = link or await find_contact_link(session, connection.id, subject.link_id)
    assert link is not None  # links are never deleted
    return link


async def take_decision(
    session: WriteSession,
    connection: Connection,
    caller: Caller,
    subject: Subject,
    wish: Decision,
    now: datetime,
) -> Taken:
    """Store what a person decided about a conflict or a discrepancy, and give the loop a reason to look."""
    link = await get_link(session, connection, subject)
    waiting = (await list_waiting_resolutions(session, [link.id])).get(link.id, [])
    stakes = build_stakes(connection, subject, link, wish, waiting)
    conflict_id, discrepancy_id = _number(subject)
    earlier = await find_latest_resolution(session, conflict_id=conflict_id, discrepancy_id=discrepancy_id)
    if earlier is not None and is_same(earlier, wish, stakes) and _still_stands(earlier, link):
        return Taken(earlier.id, is_new=False)
    if is_over(subject):
        raise InputRefused(
            "decision_refused", "The discrepancy is resolved already; there is nothing to decide."
        )
    if wish.action not in ("ignore", "relink"):
        check_directions(connection, link, wanted_by(stakes))
    await _check_contact(session, connection, wish, stakes)
    if wish.action == "relink":
        await _check_relink(session, connection, link, wish)
    resolution = Resolution(
        id=uuid4(),
        link_id=link.id,
        action=Action(wish.action),
        decided_at=_after(waiting, now),
        stakes=stakes,
        xero_id=str(wish.xero_id) if wish.xero_id else None,
        content=Side(wish.content),
        is_shared=wish.is_shared,
        conflict_id=conflict_id,
        discrepancy_id=discrepancy_id,
    )
    await _store(session, connection, caller, link, resolution, wish.note)
    return Taken(resolution.id, is_new=True)


async def take_undo(
    session: WriteSession,
    connection: Connection,
    caller: Caller,
    resolution_id: UUID,
    note: str | None,
    now: datetime,
) -> Taken:
    """Store that a resolution is to be taken back; raises `decision_refused` where that is plainly too late."""
    kept = await find_kept_resolution(session, connection.id, resolution_id)
    if kept is None:
        raise InputRefused("not_found", "This connection has no resolution with that id.")
    target = kept.resolution
    earlier = await find_latest_resolution(session, undoes=target.id)
    if earlier is not None and earlier.state in STANDS:
        return Taken(earlier.id, is_new=False)
    if target.action is Action.UNDO or target.state not in STANDS:
        raise InputRefused("decision_refused", f"It cannot be taken back: it is {_name(target)}.")
    link = next(iter(await list_links(session, [target.link_id])), None) or await find_contact_link(
        session, connection.id, target.link_id
    )
    assert link is not None  # links are never deleted
    if target.carried_at is not None and not _values_stand(target, link):
        raise InputRefused("decision_refused", "It cannot be taken back: its fields were edited since.")
    if target.carried_at is not None and target.action not in (Action.IGNORE, Action.RELINK):
        check_directions(connection, link, wanted_back(target.stakes, target.moves))
    waiting = (await list_waiting_resolutions(session, [link.id])).get(link.id, [])
    undo = Resolution(
        id=uuid4(),
        link_id=link.id,
        action=Action.UNDO,
        decided_at=_after(waiting, now),
        stakes=target.stakes,
        undoes=target.id,
        conflict_id=target.conflict_id,
        discrepancy_id=target.discrepancy_id,
    )
    await _store(session, connection, caller, link, undo, note)
    return Taken(undo.id, is_new=True)


def check_directions(
    connection: Connection, link: Link, wanted: Mapping[str, Mapping[Side, Value | Absent]]
) -> None:
    """Raises `decision_refused` where a value would have to go where nothing goes by the settings."""
    closed = find_closed(link.hub, wanted, connection.settings.lanes)
    if closed:
        path = closed[0][0]
        raise InputRefused(
            "decision_refused", say_closed(closed), [Fault("action", f"must leave {path} as it is there")]
        )


async def _store(
    session: WriteSession,
    connection: Connection,
    caller: Caller,
    link: Link,
    resolution: Resolution,
    note: str | None,
) -> None:
    kind = Thing.CONTACT if isinstance(link, ContactLink) else Thing.INVOICE
    await insert_resolution(session, connection.id, kind, resolution, note=note, key_id=caller.key_id)
    await raise_generation(session, connection.id)


def _number(subject: Subject) -> tuple[int | None, int | None]:
    """The conflict's id and the discrepancy's, one of them."""
    return (subject.id, None) if isinstance(subject, KeptConflict) else (None, subject.id)


def _still_stands(resolution: Resolution, link: Link) -> bool:
    if resolution.state is ResolutionState.DONE:
        return _values_stand(resolution, link)
    return resolution.state is ResolutionState.WAITING


def _values_stand(resolution: Resolution, link: Link) -> bool:
    """Whether the record still says what was decided, where it was a value."""
    if resolution.action not in (Action.TAKE_XERO, Action.TAKE_PARTNER, Action.MERGED):
        return True
    record = link.hub.record
    return all(same_at(each.path, read_at(record, each.path), each.value) for each in resolution.stakes)


def _after(waiting: list[Resolution], now: datetime) -> datetime:
    """A moment after everything that waits, so that decisions of one link keep their order whatever clocks say."""
    newest = max((each.decided_at for each in waiting), default=None)
    return now if newest is None else max(now, newest + timedelta(microseconds=1))


def _name(target: Resolution) -> str:
    return "itself the undoing of another" if target.action is Action.UNDO else target.state.replace("_", " ")


async def _check_contact(
    session: ReadSession, connection: Connection, wish: Decision, stakes: Sequence[Stake]
) -> None:
    """The contact that an invoice is given must be there."""
    given = [str(each.value) for each in stakes if wish.action == "merged" and each.path == "contact"]
    if given and not await list_contacts(session, connection.id, given):
        fault = Fault("values.contact", "is no contact of this connection")
        raise InputRefused("invalid_request", "The contact is not known.", [fault])


async def _check_relink(session: ReadSession, connection: Connection, link: Link, wish: Decision) -> None:
    """What is known of the other identity here; Xero is asked when it is carried out."""
    if isinstance(link, ContactLink):
        found = await _find_contact_fault(session, connection, link, wish)
    else:
        found = await _find_invoice_fault(session, connection, link, wish)
    if found is not None:
        raise InputRefused("invalid_request", "It cannot be linked to that.", [found])


_ITS_OWN = Fault("xero_id", "is what it is linked to already")


async def _find_contact_fault(
    session: ReadSession, connection: Connection, link: ContactLink, wish: Decision
) -> Fault | None:
    chosen, own = str(wish.xero_id), link.partner_contact_id
    holders = await list_contacts_by_xero_id(session, connection.id, [chosen])
    others = [each.partner_contact_id for each in holders]
    if link.xero_contact_id not in (None, chosen) and not wish.with_invoices:
        await _check_no_invoices(session, connection, own)
    if link.xero_contact_id == chosen:
        return _ITS_OWN
    if others and own not in others and not wish.is_shared:
        return Fault("xero_id", f"is the app's contact {others[-1]} already. {tell_two_as_one(others[-1])}")
    return None


async def _find_invoice_fault(
    session: ReadSession, connection: Connection, link: InvoiceLink, wish: Decision
) -> Fault | None:
    chosen, own = str(wish.xero_id), link.partner_invoice_id
    others = [each.partner_invoice_id for each in await list_by_xero_id(session, connection.id, [chosen])]
    if wish.is_shared:
        return Fault("is_shared", "is of contacts alone: an invoice of Xero's is one of the app's")
    if link.xero_invoice_id == chosen:
        return _ITS_OWN
    if others and own not in others:
        return Fault("xero_id", f"is linked to {others[0]} of the app already")
    return None


async def _check_no_invoices(session: ReadSession, connection: Connection, contact_id: str) -> None:
    if await has_invoices_in_xero(session, connection.id, contact_id):
        raise InputRefused(
            "contact_in_use",
            "Invoices of this contact stand in Xero under another contact; ask for them to be moved too.",
            [Fault("with_invoices", "must be true to move them")],
        )
