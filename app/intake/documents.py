"""A partner's document on its way in: what must hold of it as a whole, and how it is stored.

The API's PUT and the partner's webhook both come through here. A document that is refused leaves nothing behind; one
that is taken is stored with its triggers in the caller's transaction. Words that the connection's maps do not know
refuse nothing: the loop holds the link and says so (DESIGN section 8).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import partial

from app.db.contacts.contact_documents import save_mentions
from app.db.links.documents import INVOICES, Name, save_documents
from app.db.postgres.session import WriteSession
from app.domain.connections.connection import Connection
from app.domain.partner.document import from_document
from app.domain.record.coupling import refresh_unmapped
from app.domain.record.money import Totals, decimal_or_zero, line_amount, money_text, quantity_or_one, totals
from app.intake.document import Document, DocumentCredit, DocumentLine, DocumentPayment
from app.intake.inherited import NOTHING, Inherited, list_inherited
from app.intake.refusals import Fault, InputRefused
from app.intake.taking import (
    Arrival,
    Taken,
    TakenIn,
    build_invalid,
    build_removed,
    count_stored,
    is_removed,
    list_arrivals,
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
    return await take_in_arrivals(session, list_arrivals(connection, documents, at))


async def take_in_arrivals(session: WriteSession, arrivals: Sequence[Arrival[Document]]) -> list[Taken]:
    """The same for several of any connections, whose rows are locked; raises nothing: each is refused by itself."""
    return await take_in_turns(arrivals, partial(_take_turn, session))


async def _take_turn(session: WriteSession, arrivals: Sequence[Arrival[Document]]) -> list[Taken]:
    """What becomes of documents of which no id comes twice."""
    faulty = [each for each in arrivals if _find_refusal(each, NOTHING) is not None]
    before = await list_inherited(session, faulty)
    judged = ((each.id, _find_refusal(each, before.get(each.id, NOTHING))) for each in faulty)
    refused = {name: why for name, why in judged if why is not None}
    fit = [each for each in arrivals if each.id not in refused]
    stored = await _store(session, fit) if fit else {}
    return [refused.get(each.id) or stored[each.id] for each in arrivals]


def has_no_fault(arrival: Arrival[Document]) -> bool:
    """Whether nothing speaks against a document, whatever is held."""
    return _find_refusal(arrival, NOTHING) is None


def _find_refusal(arrival: Arrival[Document], before: Inherited) -> InputRefused | None:
    """Why a document is refused: for no fault that the app's invoice had before."""
    if is_removed(arrival.connection):
        return build_removed()
    faults = [
        *_between_fields(arrival.document, before),
        *_against_connection(arrival.document, arrival.connection, before),
    ]
    return build_invalid(faults) if faults else None


async def _store(session: WriteSession, arrivals: Sequence[Arrival[Document]]) -> dict[Name, Taken]:
    """What storing each came to, by name."""
    filed = [each.file() for each in arrivals]
    stored = await save_documents(session, INVOICES, filed)
    count_stored("invoice", stored)
    news = [each for each, one in zip(filed, stored, strict=True) if one.is_news]
    if news:
        await save_mentions(session, [replace(each, document=each.document["contact"]) for each in news])
    return {each.id: each.tell(one, "invoice") for each, one in zip(arrivals, stored, strict=True)}


def _between_fields(document: Document, before: Inherited) -> Iterator[Fault]:
    yield from _repeated("lines", document.lines)
    yield from _repeated("payments", document.payments or [])
    yield from _repeated("credits", document.credits or [])
    for position, line in enumerate(document.lines):
        if Decimal(line.discount_rate or 0) and Decimal(line.discount_amount or 0):
            yield Fault(f"lines.{position}.discount_amount", "must be left out where discount_rate is given")
    is_due_before_issued = document.due_on is not None and document.due_on < document.issued_on
    if is_due_before_issued and not before.due_before_issued:
        yield Fault("due_on", f"must not be before issued_on ({document.issued_on})")
    if not document.lines and document.status in ("sent", "paid") and not before.no_lines:
        yield Fault("lines", "must have at least one entry once the invoice is sent")


def _repeated(
    kind: str, members: Iterable[DocumentLine | DocumentPayment | DocumentCredit]
) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for position, member in enumerate(members):
        if member.id in first:
            yield Fault(f"{kind}.{position}.id", f"{member.id} is the id of {kind}.{first[member.id]} too")
        first.setdefault(member.id, position)


def _against_connection(document: Document, connection: Connection, before: Inherited) -> Iterator[Fault]:
    organisation = connection.organisation
    if organisation and document.currency not in {*organisation.currencies, before.currency}:
        known = ", ".join(organisation.currencies)
        yield Fault("currency", f"{document.currency} is not a currency of {organisation.name} ({known})")
    yield from _of_totals(document, _find_total(document, connection), before)


def _of_totals(document: Document, total: Decimal | None, before: Inherited) -> Iterator[Fault]:
    """What is wrong with what the lines come to, None where that is not known, and with what they are said to."""
    if total is not None and total < 0 and not before.below_zero:
        yield Fault("lines", f"come to {money_text(total)}; an invoice cannot be below zero")
    elif document.total is None:
        return
    elif Decimal(document.total) < 0 and not before.below_zero:
        yield Fault("total", "must be at least 0")
    elif total is not None and Decimal(document.total) != total:
        yield Fault("total", f"says {money_text(document.total)}, but the lines come to {money_text(total)}")


def _find_total(document: Document, connection: Connection) -> Decimal | None:
    """What the lines come to; None where that depends on a tax that is not mapped, unless it is below zero anyway."""
    amounts = sum(map(_find_amount, document.lines), Decimal("0.00"))
    if document.amounts_are != "tax_exclusive":
        return amounts
    found = _find_totals(document, connection)
    return found.total if found else (amounts if amounts < 0 else None)


def _find_amount(line: DocumentLine) -> Decimal:
    said = (line.unit_price, line.discount_rate, line.discount_amount)
    return line_amount(quantity_or_one(line.quantity), *map(decimal_or_zero, said))


def _find_totals(document: Document, connection: Connection) -> Totals | None:
    """What the document comes to by the connection's taxes; None where one of them is not known."""
    if connection.organisation is None:
        return None
    fields = from_document(
        document.to_json(), held={}, total_of=lambda _: None, received_on=document.issued_on
    )
    vocabulary = connection.settings.vocabulary(connection.organisation)
    return totals(refresh_unmapped(fields, vocabulary), connection.organisation.rates())
