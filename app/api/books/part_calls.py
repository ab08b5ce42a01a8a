"""What the calls about payments and about credits share: the edit that they make, and the invoice that it is in."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from app.api.authentication import lock_own_connection
from app.api.books.batches import BatchOutcome, DocumentTaken, find_said, list_nudges, show_taken
from app.api.books.invoice_paths import get_kept_invoice
from app.api.books.sides import Sides, view_sides
from app.api.dependencies import Services
from app.db.invoices.resources import KeptInvoice, find_kept_invoice
from app.db.postgres.session import ReadSession
from app.domain.connections.connection import Connection
from app.domain.connections.reckoning import build_reckoning
from app.domain.invoices.beside import Beside, list_beside
from app.domain.partner.next_document import Group
from app.intake.part_documents import SentCredit, SentPayment
from app.intake.parts import PartEdit, TakenPart, is_created, is_repeat, take_in_parts
from app.intake.refusals import Fault, InputRefused
from app.intake.taking import raise_refusal, refuse_stale


class FoundPart(NamedTuple):
    """One payment or credit beside its invoice."""

    connection: Connection
    kept: KeptInvoice
    sides: Sides
    part: Beside


Check = Callable[[FoundPart | None], None]
"""Judges a payment or credit as it stands, None where nobody has it; raises where it is not as the caller wants it."""


class PartTaken(DocumentTaken):
    """What became of one payment or credit of several; the version is that of its invoice's document."""

    invoice_id: str | None


class Edited(NamedTuple):
    """What one edit came to; `found` is None where nobody has the payment or credit any more."""

    found: FoundPart | None
    is_new: bool
    nudges: Sequence[UUID]

    def get_part(self) -> FoundPart:
        """What was put in; raises `stale_document` where the app has applied a change since that took it out again."""
        if self.found is None:
            detail = (
                "That version is held, and a change that the app has applied since took the entry out again."
            )
            raise InputRefused("stale_document", detail, [Fault("version", detail)])
        return self.found


def check_address(sent: SentPayment | SentCredit, invoice_id: str, key: str) -> None:
    """Raise `invalid_document` for one that names another place than it was sent to."""
    pairs = (("invoice_id", sent.invoice_id, invoice_id), ("id", sent.id, key))
    faults = [
        Fault(name, f"must be {asked}, as in the address") for name, said, asked in pairs if said != asked
    ]
    if faults:
        raise InputRefused("invalid_document", "It names another place.", faults)


def build_edit(group: Group, sent: SentPayment | SentCredit) -> PartEdit:
    """The edit that puts it into its invoice."""
    return PartEdit(sent.invoice_id, group, sent.id, sent.version, sent.base, sent.part)


async def edit_part(
    services: Services,
    partner_id: UUID,
    connection_id: UUID,
    edit: PartEdit,
    *,
    check: Check | None,
) -> Edited:
    """Take one edit in, and what then stands of its payment or credit; raises what it was refused for.

    `check` raises for what it was before that does not meet the caller's conditions; nothing is stored then. An edit
    that finds its own result in place needs none: it was sent twice.
    """
    async with services.database.writing() as session:
        connection = await lock_own_connection(session, partner_id, connection_id)
        before = await _find_before(session, connection, edit) if check else None
        [part] = await take_in_parts(session, connection, [edit], services.clock.now())
        if check and not is_repeat(part):
            check(before)
        taken = raise_refusal(part.taken)
        refuse_stale(taken.stored, edit.version)
        kept = await get_kept_invoice(session, connection, edit.invoice_id)
    found = find_part(connection, kept, edit.group, edit.key)
    return Edited(found, is_created(part), taken.nudges)


async def _find_before(session: ReadSession, connection: Connection, edit: PartEdit) -> FoundPart | None:
    kept = await find_kept_invoice(session, connection.id, edit.invoice_id)
    return find_part(connection, kept, edit.group, edit.key) if kept else None


async def edit_parts(
    services: Services, partner_id: UUID, connection_id: UUID, edits: Sequence[PartEdit]
) -> list[TakenPart]:
    """Take several in, each by itself."""
    async with services.database.writing() as session:
        connection = await lock_own_connection(session, partner_id, connection_id)
        return await take_in_parts(session, connection, edits, services.clock.now())


def merge_parts(
    read: Sequence[SentPayment | SentCredit | InputRefused], taken: Sequence[TakenPart]
) -> list[TakenPart]:
    """What became of every element: `taken` has those that could be read, in their order."""
    left = iter(taken)
    return [TakenPart(each, False) if isinstance(each, InputRefused) else next(left) for each in read]


def show_part_taken(element: Any, part: TakenPart) -> PartTaken:
    """The answer for one element as it was sent; `created` says that the app had it for the first time."""
    shown = show_taken(element, part.taken)
    if shown.outcome is BatchOutcome.UPDATED and is_created(part):
        shown.outcome = BatchOutcome.CREATED
    return PartTaken(**dict(shown), invoice_id=find_said(element, "invoice_id"))


def list_part_nudges(taken: Sequence[TakenPart]) -> list[UUID]:
    """The connections to wake after the commit."""
    return list_nudges([part.taken for part in taken])


def find_part(connection: Connection, kept: KeptInvoice, group: Group, key: str) -> FoundPart | None:
    """One payment or credit of an invoice by the id under which the app knows it; None where nobody has it."""
    sides = view_sides(kept, build_reckoning(connection))
    parts = list_beside(group, sides.record, sides.partner, sides.xero)
    part = next((each for each in parts if each.key == key), None)
    return FoundPart(connection, kept, sides, part) if part else None


async def get_part(
    services: Services, connection: Connection, group: Group, invoice_id: str, key: str
) -> FoundPart:
    """The same; raises `not_found`."""
    async with services.database.reading() as session:
        kept = await get_kept_invoice(session, connection, invoice_id)
    found = find_part(connection, kept, group, key)
    if found is None:
        raise InputRefused("not_found", f"This invoice has no such entry among its {group}.")
    return found
