"""The history of an invoice, a contact or a product: one list of all that happened to it, whichever table keeps it."""

from datetime import datetime
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from app.api.authentication import OwnConnection
from app.api.books.contact_paths import ContactId, get_kept_contact
from app.api.books.invoice_paths import InvoiceId, get_kept_invoice
from app.api.books.item_paths import ItemId, get_kept_item
from app.api.dependencies import Given
from app.api.pages import ByAge, Cursor, Limit, Listing, Page, SortedByAge, read_cursor, write_cursor
from app.api.problems import MISSING, documented
from app.db.findings.histories import Entry, Place, Subject, list_history
from app.db.invoices.resources import KeptInvoice
from app.db.postgres.session import ReadSession
from app.domain.connections.connection import Connection
from app.domain.findings.history import Happened, tell
from app.domain.invoices.link import InvoiceLink
from app.intake.refusals import Fault, InputRefused

router = APIRouter(prefix="/v1/connections/{connection_id}")


class HistoryEntry(BaseModel):
    """One thing that happened."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "document",
                    "at": "2026-11-20T03:15:00Z",
                    "sentence": "The app's version 7 was taken in.",
                    "references": {"version": 7, "based_on": 12},
                }
            ]
        },
    )

    kind: Happened
    at: datetime
    sentence: str
    references: dict[str, Any] = Field(
        description="What names it elsewhere (`attempt_id`, `conflict_id`, `discrepancy_id`, `resolution_id`, "
        "`event_id`, `cursor` and `revision` of a change, `version` of a document), and what is kept of it."
    )


class AskedHistory(NamedTuple):
    """Which page, and from which end."""

    cursor: str | None
    limit: int
    sort: ByAge


async def get_asked(
    cursor: Cursor = None, limit: Limit = 100, sort: SortedByAge = ByAge.CREATED
) -> AskedHistory:
    """As it was asked for."""
    return AskedHistory(cursor, limit, sort)


GivenHistory = Annotated[AskedHistory, Depends(get_asked)]


@router.get(
    "/invoices/{invoice_id}/history",
    tags=["invoices"],
    operation_id="get_invoice_history",
    summary="All that happened to one invoice, oldest first or newest first",
    responses=documented(*MISSING),
)
async def get_invoice_history(
    services: Given,
    connection: OwnConnection,
    invoice_id: InvoiceId,
    asked: GivenHistory,
) -> Page[HistoryEntry]:
    """Documents taken in, Xero's events, changes sent and answered, attempts, conflicts, discrepancies, decisions and
    holds, among which is what a person set aside.
    """
    async with services.database.reading() as session:
        kept = await get_kept_invoice(session, connection, invoice_id)
        subject = _name_invoice(connection, kept)
        return await _list(session, subject, asked)


@router.get(
    "/contacts/{contact_id}/history",
    tags=["contacts"],
    operation_id="get_contact_history",
    summary="All that happened to one contact, oldest first or newest first",
    responses=documented(*MISSING),
)
async def get_contact_history(
    services: Given,
    connection: OwnConnection,
    contact_id: ContactId,
    asked: GivenHistory,
) -> Page[HistoryEntry]:
    """The same as of an invoice; what its invoices said of it is not among its documents."""
    async with services.database.reading() as session:
        kept = await get_kept_contact(session, connection, contact_id)
        named = {"CONTACT": [kept.xero_contact_id]} if kept.xero_contact_id else {}
        subject = Subject(connection.id, kept.id, connection.tenant_id, named)
        return await _list(session, subject, asked)


@router.get(
    "/items/{item_id}/history",
    tags=["items"],
    operation_id="get_item_history",
    summary="All that happened to one product, oldest first or newest first",
    responses=documented(*MISSING),
)
async def get_item_history(
    services: Given,
    connection: OwnConnection,
    item_id: ItemId,
    asked: GivenHistory,
) -> Page[HistoryEntry]:
    """Documents taken in, attempts and holds, among which is what a person set aside. Products have no conflicts, and
    Xero sends no events about items.
    """
    async with services.database.reading() as session:
        kept = await get_kept_item(session, connection, item_id)
        return await _list(session, Subject(connection.id, kept.id, connection.tenant_id, {}), asked)


def _name_invoice(connection: Connection, kept: KeptInvoice) -> Subject:
    """Xero tells of a credit by an event of the credit, whichever invoices it is set against."""
    link: InvoiceLink = kept.link
    named = {"INVOICE": [link.xero_invoice_id]} if link.xero_invoice_id else {}
    of_credits = sorted(link.credit_ids)
    named |= {category: of_credits for category in ("CREDITNOTE", "PREPAYMENT", "OVERPAYMENT") if of_credits}
    return Subject(connection.id, link.id, connection.tenant_id, named)


async def _list(session: ReadSession, subject: Subject, asked: AskedHistory) -> Page[HistoryEntry]:
    listing = Listing("history", asked.sort, {"link": subject.link_id})
    found = await list_history(
        session,
        subject,
        after=_read_place(asked.cursor, listing),
        limit=asked.limit,
        is_newest_first=asked.sort.is_newest_first,
    )
    at_end = len(found) < asked.limit
    following = None if at_end else write_cursor(listing, _write_place(found[-1]))
    return Page(data=[_show(entry) for entry in found], next=following)


def _show(entry: Entry) -> HistoryEntry:
    return HistoryEntry(
        kind=entry.kind, at=entry.at, sentence=tell(entry.kind, entry.facts), references=dict(entry.facts)
    )


def _write_place(entry: Entry) -> tuple[str, int, int]:
    at, rank, number = entry.place
    return at.isoformat(), rank, number


def _read_place(cursor: str | None, listing: Listing) -> Place | None:
    place = read_cursor(cursor, listing, 3)
    if place is None:
        return None
    try:
        return datetime.fromisoformat(place[0]), int(place[1]), int(place[2])
    except ValueError:
        raise InputRefused(
            "invalid_request", "The cursor is none of ours.", [Fault("cursor", "is none of ours")]
        ) from None
