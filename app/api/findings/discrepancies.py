"""Discrepancies: differences for a person to look at, field by field, with where each came from; as JSON and as CSV."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import ConfigDict

from app.api.authentication import (
    MEMBERS_WRITE,
    OwnConnection,
)
from app.api.dependencies import Given, Services
from app.api.findings.choices import Offered, list_offers
from app.api.findings.deciding import get_discrepancy, get_link
from app.api.findings.discrepancy_resource import EXAMPLE, Discrepancy, show_discrepancy
from app.api.findings.resolution_resource import Resolution
from app.api.findings.resolving import RESPONSES, GivenDeciding
from app.api.findings.spreadsheet import MEDIA_TYPE, stream
from app.api.pages import AskedNumbers, Page, write_number
from app.api.problems import MISSING, documented
from app.db.findings.discrepancies import KeptDiscrepancy, WantedDiscrepancies, list_discrepancies
from app.db.postgres.numbered import Numbered
from app.domain.connections.connection import Connection
from app.domain.findings.discrepancy import DiscrepancyKind, DiscrepancyState
from app.domain.record.fields import instant_text
from app.intake.values import Identity

router = APIRouter(
    prefix="/v1/connections/{connection_id}/discrepancies",
    tags=["discrepancies"],
    dependencies=[MEMBERS_WRITE],
)

DiscrepancyId = Annotated[int, Path(ge=1, le=2**63 - 1, description="The discrepancy's id.", examples=[3])]

PAGE_OF_A_SHEET = 500

_CSV: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {MEDIA_TYPE: {"schema": {"type": "string"}}},
        "description": "All of them, one in a row.",
    }
}


class DiscrepancyInWords(Discrepancy):
    """A discrepancy with what can be chosen."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **EXAMPLE,
                    "choices": [{"action": "ignore", "meaning": "It stays as it is.", "value": None}],
                }
            ]
        }
    )

    choices: list[Offered]


async def _read_filter(
    invoice_id: Annotated[Identity | None, Query(description="Only this invoice.")] = None,
    contact_id: Annotated[Identity | None, Query(description="Only this contact.")] = None,
    kind: Annotated[DiscrepancyKind | None, Query(description="Only this kind.")] = None,
    state: Annotated[DiscrepancyState | None, Query(description="Only those in this state.")] = None,
) -> WantedDiscrepancies:
    return WantedDiscrepancies(
        partner_invoice_id=invoice_id, partner_contact_id=contact_id, kind=kind, state=state
    )


Filter = Annotated[WantedDiscrepancies, Depends(_read_filter)]


@router.get(
    "",
    operation_id="list_discrepancies",
    summary="Discrepancies, oldest first or newest first",
    response_model=Page[Discrepancy],
    responses={**_CSV, **documented(*MISSING)},
)
async def list_connection_discrepancies(
    request: Request,
    services: Given,
    connection: OwnConnection,
    page: AskedNumbers,
    wanted: Filter,
) -> Page[Discrepancy] | Response:
    """One for each field. With `Accept: text/csv` all of them at once, as a sheet.

    A difference whose cause is gone closes by itself: `state=open` is what is left to look at.
    """
    if MEDIA_TYPE in request.headers.get("accept", ""):
        return _write_sheet(services, connection, wanted)
    found = await _list(services, connection, replace(wanted, page=page))
    return Page(
        data=[Discrepancy(**show_discrepancy(one)) for one in found],
        next=write_number(found, page.limit, lambda one: one.id),
    )


@router.get(
    ".csv",
    operation_id="export_discrepancies",
    summary="All discrepancies as a sheet",
    response_class=Response,
    responses={**_CSV, **documented(*MISSING)},
)
async def export_discrepancies(services: Given, connection: OwnConnection, wanted: Filter) -> Response:
    """Streamed, and safe to open: no cell is taken for a formula."""
    return _write_sheet(services, connection, wanted)


@router.get(
    "/{discrepancy_id}",
    operation_id="get_discrepancy",
    summary="One discrepancy, and what can be chosen",
    responses=documented(*MISSING),
)
async def get_one_discrepancy(
    services: Given, connection: OwnConnection, discrepancy_id: DiscrepancyId
) -> DiscrepancyInWords:
    """Answers from what is known; nobody is asked."""
    async with services.database.reading() as session:
        kept = await get_discrepancy(session, connection, discrepancy_id)
        link = await get_link(session, connection, kept)
    return DiscrepancyInWords(
        **show_discrepancy(kept), choices=list_offers(kept, link, connection.settings.lanes)
    )


@router.post(
    "/{discrepancy_id}/resolve",
    operation_id="resolve_discrepancy",
    summary="Decide a discrepancy",
    responses=RESPONSES,
)
async def resolve_discrepancy(deciding: GivenDeciding, discrepancy_id: DiscrepancyId) -> Resolution:
    """Stored at once and carried out right after, as a conflict's; the same decision again is the one that is there."""
    return await deciding.resolve(get_discrepancy, discrepancy_id)


async def _list(
    services: Services, connection: Connection, wanted: WantedDiscrepancies
) -> list[KeptDiscrepancy]:
    async with services.database.reading() as session:
        return await list_discrepancies(session, connection.id, wanted)


_COLUMNS = ("id", "invoice_id", "contact_id", "number", "kind", "path", "base", "partner", "xero", "moved_by",
            "moved_at", "state", "found_at", "closed_at", "closed_because", "message")  # fmt: skip


def _write_sheet(services: Services, connection: Connection, wanted: WantedDiscrepancies) -> Response:
    async def fetch_page(after: int) -> tuple[list[Sequence[Any]], int | None]:
        page = replace(wanted, page=Numbered(after, PAGE_OF_A_SHEET))
        found = await _list(services, connection, page)
        return [_row(one) for one in found], found[-1].id if len(found) == PAGE_OF_A_SHEET else None

    return stream("discrepancies", _COLUMNS, fetch_page)


def _row(kept: KeptDiscrepancy) -> list[Any]:
    shown = show_discrepancy(kept) | {name: kept.values.get(name) for name in ("base", "partner", "xero")}
    return [_plain(shown[name]) for name in _COLUMNS]


def _plain(value: Any) -> Any:
    return instant_text(value) if isinstance(value, datetime) else value
