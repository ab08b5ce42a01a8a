"""Payments and credits that are told one by one: each becomes its invoice's next document, and is taken in as that.

A payment lives in the document of its invoice, which is whole every time (DESIGN section 8), and its versions are the
document's. So whatever holds of a document holds here: a version that is older is stale, one that is held with other
content is refused, a revision that never was is named. Beyond that a version that leaves one out is refused: what the
app did in between never arrived, and a document made here would go over it unseen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from app.db.contacts.contact_resources import list_contact_details
from app.db.invoices.resources import KeptInvoice, list_invoices_by_id
from app.db.links.documents import DocumentOutcome
from app.db.postgres.session import WriteSession
from app.domain.connections.connection import Connection
from app.domain.connections.reckoning import build_reckoning
from app.domain.partner.next_document import AppDocument, Group, count_missing_versions
from app.domain.partner.partner_side import UNREADABLE, PartnerSide, Reckoning, view_partner
from app.intake.document import Document
from app.intake.documents import take_in_all
from app.intake.refusals import NO_INVOICE, Fault, InputRefused, list_faults
from app.intake.taking import Taken, build_invalid, take_in_turns

Contacts = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class PartEdit:
    """One payment or credit put into an invoice's document, or taken out of it where `part` is None.

    `version` is the document's that this makes; `based_on` None says nothing of a base.
    """

    invoice_id: str
    group: Group
    key: str
    version: int
    based_on: int | None
    part: Mapping[str, Any] | None

    @property
    def id(self) -> str:
        """That of the document that it is an edit of."""
        return self.invoice_id


@dataclass(frozen=True, slots=True)
class TakenPart:
    """What became of the document that an edit made; `was_there`: the app had that payment or credit before."""

    taken: Taken
    was_there: bool


async def take_in_parts(
    session: WriteSession, connection: Connection, edits: Sequence[PartEdit], at: datetime
) -> list[TakenPart]:
    """Take each in, in as many statements as one takes; those of one invoice one after the other, in their order.

    The connection's row is locked. Raises `connection_removed` alone: what is refused stands among the others.
    """
    had: dict[int, bool] = {}

    async def take(turn: Sequence[PartEdit]) -> list[Taken]:
        return await _take_turn(session, connection, turn, at, had)

    taken = await take_in_turns(edits, take)
    return [TakenPart(one, had.get(id(edit), False)) for edit, one in zip(edits, taken, strict=True)]


async def _take_turn(
    session: WriteSession,
    connection: Connection,
    edits: Sequence[PartEdit],
    at: datetime,
    had: dict[int, bool],
) -> list[Taken]:
    """Edits of as many invoices; `had` learns of each whether the app had what it is about."""
    kept = await list_invoices_by_id(session, connection.id, [edit.invoice_id for edit in edits])
    total_of, contacts = build_reckoning(connection), await _list_contacts(session, connection, kept)
    built: list[Document | InputRefused] = []
    for edit in edits:
        try:
            made_for = _find_document(edit, kept.get(edit.invoice_id), total_of, contacts)
            had[id(edit)] = made_for.document.has(edit.group, edit.key)
            built.append(_build_next(edit, made_for))
        except InputRefused as refused:
            built.append(refused)
    documents = [each for each in built if isinstance(each, Document)]
    found = iter(await take_in_all(session, connection, documents, at))
    return [each if isinstance(each, InputRefused) else next(found) for each in built]


async def _list_contacts(
    session: WriteSession, connection: Connection, kept: Mapping[str, KeptInvoice]
) -> Contacts:
    """Details of every contact that these invoices name on any side, as the app's own invoices have them."""
    hubs = [one.link.hub for one in kept.values()]
    named = {fields.get("contact") for hub in hubs for fields in (hub.record, hub.partner_shadow)}
    moved = {
        move[1]
        for hub in hubs
        for moves in hub.sent.values()
        for path, move in moves.items()
        if path == "contact"
    }
    ids = {key for key in named | moved if isinstance(key, str)}
    details = await list_contact_details(session, connection.id, sorted(ids))
    return {key: contact.in_app for key, contact in details.items()}


@dataclass(frozen=True, slots=True)
class _MadeFor:
    """The document that an edit was made to, and the base of the one that it makes where the edit says none.

    `is_repeat`: that document is the held one, which the edit may have made already.
    """

    document: AppDocument
    based_on: int | None
    is_repeat: bool


def _find_document(
    edit: PartEdit, kept: KeptInvoice | None, total_of: Reckoning, contacts: Contacts
) -> _MadeFor:
    if kept is None:
        raise InputRefused("not_found", NO_INVOICE)
    link, held = kept.link, kept.link.document
    side = _view(edit, kept, total_of)
    if held is not None and edit.version <= held.version:
        return _MadeFor(AppDocument(held.body, side.said, link.fees), held.body.get("based_on"), True)
    _refuse_gap(edit, kept, side)
    body = held.body if held else None
    total = total_of(side.held)
    document = AppDocument.of(link.partner_invoice_id, body, side, contacts, link.fees, total)
    # Said now, because the app may have acknowledged more by the time that the document is merged.
    return _MadeFor(document, link.hub.acked_revision, False)


def _view(edit: PartEdit, kept: KeptInvoice, total_of: Reckoning) -> PartnerSide:
    try:
        return view_partner(kept.link, total_of, edit.based_on)
    except UNREADABLE:
        detail = "The document that is held of this invoice cannot be read; send a whole new one."
        raise InputRefused("version_skipped", detail, [Fault("version", detail)]) from None


def _refuse_gap(edit: PartEdit, kept: KeptInvoice, side: PartnerSide) -> None:
    known = max(kept.document_version, kept.acked_version)
    held = {"held_version": known or None}
    if not side.held:
        detail = "No document of this invoice has come from the app; send it whole first."
        raise InputRefused("version_skipped", detail, [Fault("version", detail)], held)
    if edit.version <= known:
        detail = f"Version {edit.version} is what the app came to by applying a change; this needs a new one."
        raise InputRefused("version_reused", detail, [Fault("version", detail)], held)
    missing = count_missing_versions(
        edit.version,
        document_version=kept.document_version,
        acked_version=kept.acked_version,
        applied=kept.applied,
        based_on=side.based_on,
    )
    if missing:
        detail = (
            f"Version {edit.version} follows a version that never arrived; {known} is the newest known. "
            "Send the invoice's whole document."
        )
        raise InputRefused("version_skipped", detail, [Fault("version", detail)], held)


def _build_next(edit: PartEdit, made_for: _MadeFor) -> Document:
    """The app's next document, or the held one again."""
    document = made_for.document
    if edit.part is None and not made_for.is_repeat and not document.has(edit.group, edit.key):
        raise InputRefused("not_found", f"The app's invoice has no such entry among its {edit.group}.")
    body = (
        document.take_out(edit.group, edit.key)
        if edit.part is None
        else document.put_in(edit.group, edit.part)
    )
    based_on = made_for.based_on if edit.based_on is None else edit.based_on
    body = {**body, "version": edit.version, "based_on": based_on}
    if based_on is None:
        del body["based_on"]
    try:
        return Document.model_validate(body)
    except ValidationError as invalid:
        raise build_invalid(
            list_faults(invalid.errors(include_url=False, include_input=False), Document)
        ) from None


def is_created(part: TakenPart) -> bool:
    """Whether the app had no such payment or credit before it was taken in."""
    return (
        not isinstance(part.taken, InputRefused)
        and part.taken.stored.outcome in (DocumentOutcome.CREATED, DocumentOutcome.UPDATED)
        and not part.was_there
    )


def is_repeat(part: TakenPart) -> bool:
    """Whether the document that the edit makes is the held one."""
    return not isinstance(part.taken, InputRefused) and part.taken.stored.outcome is DocumentOutcome.UNCHANGED
