"""A partner's document on its way in: what must hold of it as a whole, and how it is stored.

The API's PUT and the partner's webhook both come through here. A document that is refused leaves nothing behind; one
that is taken is stored with its triggers in the caller's transaction. Words that the connection's maps do not know
refuse nothing: the loop holds the link and says so (DESIGN section 8).
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from app.db.contact_documents import save_mentions
from app.db.documents import INVOICES, StoredDocument, save_documents
from app.db.moments import insert_moments, list_taken
from app.db.partner_holdings import note_document
from app.db.session import WriteSession
from app.domain.connection import Connection
from app.domain.coupling import refresh_unmapped
from app.domain.document import from_document
from app.domain.fields import Fields, line_keys
from app.domain.money import amount_of_line, money_text, totals
from app.intake.document import Document, DocumentCredit, DocumentLine, DocumentPayment
from app.intake.refusals import Fault, InputRefused
from app.intake.taking import (
    Taken,
    TakenIn,
    build_invalid,
    count_stored,
    find_contradiction,
    raise_refusal,
    refuse_removed,
    take_in_turns,
)


async def take_in(
    session: WriteSession, connection: Connection, document: Document, at: datetime, prefix: str = ""
) -> TakenIn:
    """Store a document that passed its schema, and raise generations if it is news; the connection's row is locked.

    Raises `InputRefused`: `connection_removed`, `invalid_document`, `version_reused`. A stale document is an outcome,
    not a refusal: the caller says what it means. `prefix` stands before the fields that a refusal names.
    """
    [taken] = await take_in_all(session, connection, [document], at)
    return raise_refusal(taken, prefix)


async def take_in_all(
    session: WriteSession, connection: Connection, documents: Sequence[Document], at: datetime
) -> list[Taken]:
    """The same for several, each by itself, in as many statements as one takes; raises `connection_removed` alone."""
    refuse_removed(connection)

    async def take(turn: Sequence[Document]) -> list[Taken]:
        return await _take_turn(session, connection, turn, at)

    return await take_in_turns(documents, take)


async def _take_turn(
    session: WriteSession, connection: Connection, documents: Sequence[Document], at: datetime
) -> list[Taken]:
    """What becomes of documents of which no id comes twice."""
    refused = {document.id: why for document in documents if (why := _find_faults(document, connection))}
    fit = [document for document in documents if document.id not in refused]
    stored = await _store(session, connection, fit, at)
    return [refused.get(document.id) or stored[document.id] for document in documents]


def _find_faults(document: Document, connection: Connection) -> InputRefused | None:
    faults = [*_between_fields(document), *_against_connection(document, connection)]
    return build_invalid(faults) if faults else None


async def _store(
    session: WriteSession, connection: Connection, documents: Sequence[Document], at: datetime
) -> dict[str, Taken]:
    """What storing each came to, by id."""
    bodies = [document.to_json() for document in documents]
    stored = await save_documents(session, INVOICES, connection.id, bodies, at)
    count_stored("invoice", stored)
    news = [body for body, one in zip(bodies, stored, strict=True) if one.is_news]
    if news:
        await save_mentions(session, connection.id, [body["contact"] for body in news], at)
        await insert_moments(session, connection.id, list_taken(bodies, stored, at))
        await note_document(session, connection.id, at)
    return {
        document.id: find_contradiction(one, document.version, "invoice") or _tell(one, connection)
        for document, one in zip(documents, stored, strict=True)
    }


def _tell(stored: StoredDocument, connection: Connection) -> TakenIn:
    return TakenIn(stored, (connection.id,) if stored.is_news else ())


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
