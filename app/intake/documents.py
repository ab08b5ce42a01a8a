"""A partner's document on its way in: what must hold of it as a whole, and how it is stored.

The API's PUT and the partner's webhook both come through here. A document that is refused leaves nothing behind; one
that is taken is stored with its triggers in the caller's transaction. Words that the connection's maps do not know
refuse nothing: the loop holds the link and says so (DESIGN section 8).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from app.db.contact_documents import save_mention
from app.db.documents import DocumentOutcome, StoredDocument, save_document
from app.db.partner_holdings import note_document
from app.db.session import WriteSession
from app.domain.connection import Connection, ConnectionState
from app.domain.coupling import refresh_unmapped
from app.domain.document import from_document
from app.domain.fields import Fields, line_keys
from app.domain.money import amount_of_line, money_text, totals
from app.intake.document import Document, DocumentCredit, DocumentLine, DocumentPayment
from app.intake.refusals import Fault, InputRefused


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of a document; `nudges` names the connections to wake after the commit."""

    stored: StoredDocument
    nudges: tuple[UUID, ...] = ()


async def take_in(
    session: WriteSession, connection: Connection, document: Document, at: datetime, prefix: str = ""
) -> TakenIn:
    """Store a document that passed its schema, and raise generations if it is news; the connection's row is locked.

    Raises `InputRefused`: `connection_removed`, `invalid_document`, `version_reused`. A stale document is an outcome,
    not a refusal: the caller says what it means. `prefix` stands before the fields that a refusal names.
    """
    if connection.state is ConnectionState.REMOVED:
        raise InputRefused("connection_removed", "This connection has been removed for good.")
    faults = [*_between_fields(document), *_against_connection(document, connection)]
    if faults:
        raise _invalid(faults, prefix)
    stored = await save_document(session, connection.id, document.to_json(), at)
    _refuse_contradiction(stored, document, prefix)
    if not stored.is_news:
        return TakenIn(stored)
    await save_mention(session, connection.id, document.to_json()["contact"], at)
    await note_document(session, connection.id, at)
    return TakenIn(stored, (connection.id,))


def refuse_stale(stored: StoredDocument, document: Document) -> None:
    """Raise `stale_document` for a caller who must hear that a newer version is held."""
    refuse_stale_version(stored, document.version)


def refuse_stale_version(stored: StoredDocument, version: int) -> None:
    """The same by the version alone, of a document of any kind."""
    if stored.outcome is DocumentOutcome.STALE:
        detail = f"Version {version} is older than version {stored.held_version}, which is held."
        raise InputRefused(
            "stale_document", detail, [Fault("version", detail)], {"held_version": stored.held_version}
        )


def _invalid(faults: Sequence[Fault], prefix: str) -> InputRefused:
    named = [Fault(_join(prefix, fault.field), fault.message) for fault in faults]
    return InputRefused("invalid_document", "The document cannot be taken; see errors.", named)


def _join(prefix: str, field: str) -> str:
    return f"{prefix}.{field}" if prefix else field


def _refuse_contradiction(stored: StoredDocument, document: Document, prefix: str) -> None:
    """A document that contradicts what we know of its own history was not stored."""
    if stored.outcome is DocumentOutcome.BASED_ON_UNKNOWN:
        message = f"is newer than our newest revision of this invoice ({stored.revision})"
        raise _invalid([Fault("based_on", message)], prefix)
    if stored.outcome is DocumentOutcome.VERSION_REUSED:
        detail = f"Version {document.version} is held with other content; a change needs a new version."
        field = Fault(_join(prefix, "version"), detail)
        raise InputRefused("version_reused", detail, [field], {"held_version": stored.held_version})


def _between_fields(document: Document) -> Iterator[Fault]:
    yield from _repeated("lines", document.lines)
    yield from _repeated("payments", document.payments or [])
    yield from _repeated("credits", document.credits or [])
    for position, line in enumerate(document.lines):
        if Decimal(line.discount_rate or 0) and Decimal(line.discount_amount or 0):
            yield Fault(f"lines.{position}.discount_amount", "must be left out where discount_rate is given")
    if document.due_on is not None and document.due_on < document.issued_on:
        yield Fault("due_on", f"must not be before issued_on ({document.issued_on})")
    if not document.lines and document.status in ("sent", "paid"):
        yield Fault("lines", "must have at least one entry once the invoice is sent")


def _repeated(
    kind: str, members: Iterable[DocumentLine | DocumentPayment | DocumentCredit]
) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for position, member in enumerate(members):
        if member.id in first:
            yield Fault(f"{kind}.{position}.id", f"{member.id} is the id of {kind}.{first[member.id]} too")
        first.setdefault(member.id, position)


def _against_connection(document: Document, connection: Connection) -> Iterator[Fault]:
    organisation = connection.organisation
    if organisation and document.currency not in organisation.currencies:
        known = ", ".join(organisation.currencies)
        yield Fault("currency", f"{document.currency} is not a currency of {organisation.name} ({known})")
    total = _find_total(document, connection)
    if total is None:
        return
    if total < 0:
        yield Fault("lines", f"come to {money_text(total)}; an invoice cannot be below zero")
    elif document.total is not None and Decimal(document.total) != total:
        yield Fault("total", f"says {money_text(document.total)}, but the lines come to {money_text(total)}")


def _find_total(document: Document, connection: Connection) -> Decimal | None:
    """What the lines come to; None where that depends on a tax that is not mapped, unless it is below zero anyway."""
    fields: Fields = from_document(
        document.to_json(), held={}, total_of=lambda _: None, received_on=document.issued_on
    )
    amounts = sum((amount_of_line(fields, key) for key in line_keys(fields)), Decimal("0.00"))
    if document.amounts_are != "tax_exclusive":
        return amounts
    if connection.organisation is None:
        return amounts if amounts < 0 else None
    vocabulary = connection.settings.vocabulary(connection.organisation)
    found = totals(refresh_unmapped(fields, vocabulary), connection.organisation.rates())
    return found.total if found else (amounts if amounts < 0 else None)
