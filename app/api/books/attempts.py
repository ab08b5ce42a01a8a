"""What was tried on Xero for one invoice, one contact or one product, and what came of it, in Xero's own words."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from app.api.authentication import OwnConnection
from app.api.books.contact_paths import ContactId, get_kept_contact
from app.api.books.invoice_paths import InvoiceId, get_kept_invoice
from app.api.books.item_paths import ItemId, get_kept_item
from app.api.dependencies import Given
from app.api.pages import AskedNumbers, Page, write_number
from app.api.problems import MISSING, documented
from app.db.findings.attempts import list_attempts
from app.db.postgres.numbered import Numbered
from app.db.postgres.session import ReadSession

router = APIRouter(prefix="/v1/connections/{connection_id}")


class Attempt(BaseModel):
    """One action on Xero: what was to be moved (before and after by path), and what came of it.

    What is the same before and after only went along, as it had been read, since Xero takes some lists whole or not;
    `lines` without either stands for those of an invoice.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 311,
                    "action": "update",
                    "outcome": "done",
                    "message": None,
                    "moves": {"reference": {"before": "PO 1177", "after": "PO 1178"}},
                    "at": "2026-11-20T03:15:01Z",
                    "correlation_id": "5f0e7c1a9b3d4f62a8c01d7e4b9f2a36",
                }
            ]
        }
    )

    id: int
    action: Literal["create", "update", "pay", "unpay", "credit", "uncredit", "link", "unlink", "join"] | str
    outcome: Literal["done", "refused", "unknown", "adopted"] | str
    message: str | None
    moves: dict[str, Any]
    at: datetime
    correlation_id: str | None = Field(
        description="The `X-Correlation-Id` of the call or webhook that last brought something to be carried out; null "
        "where a search found it."
    )


@router.get(
    "/invoices/{invoice_id}/attempts",
    tags=["invoices"],
    operation_id="list_attempts",
    summary="What was tried on Xero for one invoice, oldest first or newest first",
    responses=documented(*MISSING),
)
async def list_invoice_attempts(
    services: Given, connection: OwnConnection, invoice_id: InvoiceId, page: AskedNumbers
) -> Page[Attempt]:
    """Refusals carry Xero's own words."""
    async with services.database.reading() as session:
        kept = await get_kept_invoice(session, connection, invoice_id)
        return await _list(session, kept.id, page)


@router.get(
    "/contacts/{contact_id}/attempts",
    tags=["contacts"],
    operation_id="list_contact_attempts",
    summary="What was tried on Xero for one contact, oldest first or newest first",
    responses=documented(*MISSING),
)
async def list_contact_attempts(
    services: Given, connection: OwnConnection, contact_id: ContactId, page: AskedNumbers
) -> Page[Attempt]:
    """Refusals carry Xero's own words; links made and undone by hand are among them."""
    async with services.database.reading() as session:
        kept = await get_kept_contact(session, connection, contact_id)
        return await _list(session, kept.id, page)


@router.get(
    "/items/{item_id}/attempts",
    tags=["items"],
    operation_id="list_item_attempts",
    summary="What was tried on Xero for one product, oldest first or newest first",
    responses=documented(*MISSING),
)
async def list_item_attempts(
    services: Given, connection: OwnConnection, item_id: ItemId, page: AskedNumbers
) -> Page[Attempt]:
    """Refusals carry Xero's own words; what was adopted because Xero had an item of its code is among them."""
    async with services.database.reading() as session:
        kept = await get_kept_item(session, connection, item_id)
        return await _list(session, kept.id, page)


async def _list(session: ReadSession, link_id: UUID, page: Numbered) -> Page[Attempt]:
    found = await list_attempts(session, link_id, page)
    attempts = [Attempt.model_validate(each, from_attributes=True) for each in found]
    return Page(data=attempts, next=write_number(found, page.limit, lambda one: one.id))
