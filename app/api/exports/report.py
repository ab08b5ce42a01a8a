"""What came of an export, thing by thing: in pages, and as a sheet to download."""

from collections.abc import AsyncIterator
from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from app.api.authentication import MEMBERS_WRITE, OwnConnection
from app.api.books.contact_resource import CONTACT_DEEP_LINK
from app.api.dependencies import Given, Services
from app.api.exports.export_paths import OwnExport
from app.api.pages import AfterNumber, Limit, Page, write_number
from app.api.problems import MISSING, documented
from app.db.exports.export_things import list_things, sum_things
from app.domain.connections.connection import Connection
from app.domain.exports.export import Export, ExportOutcome, Stage, ThingKind
from app.domain.exports.export_sheet import Cell, Sum, build_head, build_rows, build_sums
from app.domain.exports.export_thing import Thing
from app.domain.record.money import money_text

router = APIRouter(
    prefix="/v1/connections/{connection_id}/exports", tags=["exports"], dependencies=[MEMBERS_WRITE]
)

ROWS_AT_ONCE = 1000

WantedStage = Annotated[Stage | None, Query(description="Only this stage.")]
WantedOutcome = Annotated[
    ExportOutcome | None, Query(description="Only this outcome; of a dry run: as it is planned.")
]
_MISSING = documented(*MISSING)


class ExportThing(BaseModel):
    """One thing that an export looked at."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "number": 311,
                    "kind": "invoice",
                    "stage": "invoices",
                    "id": "inv_8801",
                    "invoice_id": "inv_8801",
                    "xero_id": "0f2a3b64-5a0c-4a40-8f61-6f6a3b1c9d21",
                    "partner_number": "INV-0042",
                    "xero_number": "INV-0042",
                    "customer": "Kim Tran",
                    "currency": "AUD",
                    "total": "1890.00",
                    "xero_total": "1890.00",
                    "planned": "created",
                    "outcome": "created",
                    "code": None,
                    "message": None,
                    "cure": None,
                    "paths": [],
                    "deep_link": "https://go.xero.com/app/!Ab1c2/invoicing/view/0f2a3b64-5a0c-4a40-8f61-6f6a3b1c9d21",
                    "done_at": "2026-11-20T03:16:03Z",
                }
            ]
        }
    )

    number: int
    kind: ThingKind
    stage: Stage
    id: str = Field(description="Your own id of it.")
    invoice_id: str | None = Field(description="The invoice that a payment or a credit is of, or that it is.")
    xero_id: str | None
    partner_number: str | None = Field(description="Of a product: its code.")
    xero_number: str | None = Field(description="The number that it has in Xero, or would have.")
    customer: str | None
    currency: str | None
    total: str | None = Field(description="What it comes to on your side.")
    xero_total: str | None = Field(description="What it comes to in Xero.")
    planned: ExportOutcome = Field(description="What was foreseen.")
    outcome: ExportOutcome | None = Field(description="What came of it; null until then.")
    code: str | None
    message: str | None
    cure: str | None
    paths: list[str] = Field(description="What would be changed in Xero, or was.")
    deep_link: str | None = Field(description="Opens it in Xero.")
    done_at: datetime | None


class ExportSum(BaseModel):
    """What the things of one kind, outcome and currency come to on both sides."""

    kind: ThingKind
    outcome: ExportOutcome
    currency: str
    things: int
    total: str
    xero_total: str


class ExportReport(Page[ExportThing]):
    """A page of things, and what all of them come to; sums are of what has its outcome, of a dry run as planned."""

    export_id: UUID
    sums: list[ExportSum]


@router.get(
    "/{export_id}/report",
    operation_id="get_export_report",
    summary="What came of each thing, or would, with the reasons",
    responses=_MISSING,
)
async def get_report(
    services: Given,
    connection: OwnConnection,
    export: OwnExport,
    after: AfterNumber,
    stage: WantedStage = None,
    outcome: WantedOutcome = None,
    limit: Limit = 100,
) -> ExportReport:
    """Customers first, then products, then each invoice with its payments and credits."""
    async with services.database.reading() as session:
        things = await list_things(
            session,
            export.id,
            after=after,
            limit=limit,
            stage=stage,
            outcome=outcome,
            is_dry=export.dry_run,
        )
        sums = await sum_things(session, export.id, is_dry=export.dry_run)
    return ExportReport(
        export_id=export.id,
        data=[show_thing(thing, connection) for thing in things],
        next=write_number(things, limit, lambda thing: thing.id),
        sums=[show_sum(each) for each in sums],
    )


@router.get(
    "/{export_id}/report.csv",
    operation_id="download_export_report",
    summary="The same as CSV, one row a thing",
    response_class=StreamingResponse,
    responses={
        200: {"description": "The sheet, streamed.", "content": {"text/csv": {"schema": {"type": "string"}}}},
        **_MISSING,
    },
)
async def download_report(
    services: Given,
    connection: OwnConnection,
    export: OwnExport,
    stage: WantedStage = None,
    outcome: WantedOutcome = None,
) -> StreamingResponse:
    """UTF-8; rows of the kind `sum` come last. No cell is taken for a formula by a spreadsheet."""
    return StreamingResponse(
        write_sheet(services, connection, export, stage, outcome),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="export-{export.id}.csv"'},
    )


async def write_sheet(
    services: Services,
    connection: Connection,
    export: Export,
    stage: Stage | None = None,
    outcome: ExportOutcome | None = None,
) -> AsyncIterator[str]:
    """The sheet, some lines at a time."""
    yield build_head()
    async for things in _list_all(services, export, stage, outcome):
        yield build_rows(_row(thing, connection) for thing in things)
    async with services.database.reading() as session:
        sums = await sum_things(session, export.id, is_dry=export.dry_run)
    yield build_sums(sums)


async def list_shown(
    services: Services, connection: Connection, export: Export
) -> AsyncIterator[ExportThing]:
    """Every thing as the API shows it."""
    async for things in _list_all(services, export):
        for thing in things:
            yield show_thing(thing, connection)


async def _list_all(
    services: Services,
    export: Export,
    stage: Stage | None = None,
    outcome: ExportOutcome | None = None,
) -> AsyncIterator[list[Thing]]:
    """Page by page, each read by itself: a slow reader holds no connection to the database."""
    after = 0
    while True:
        async with services.database.reading() as session:
            things = await list_things(
                session,
                export.id,
                after=after,
                limit=ROWS_AT_ONCE,
                stage=stage,
                outcome=outcome,
                is_dry=export.dry_run,
            )
        if things:
            yield things
            after = things[-1].id
        if len(things) < ROWS_AT_ONCE:
            return


def show_thing(thing: Thing, connection: Connection) -> ExportThing:
    """A thing as the API shows it."""
    face = thing.face
    return ExportThing(
        number=thing.id,
        kind=thing.kind,
        stage=thing.stage,
        id=thing.key or face.partner_id,
        invoice_id=_invoice_id(thing),
        xero_id=face.xero_id,
        partner_number=face.partner_number,
        xero_number=face.xero_number,
        customer=face.customer,
        currency=face.currency,
        total=_money(face.total),
        xero_total=_money(face.xero_total),
        planned=thing.planned,
        outcome=thing.outcome,
        code=thing.code,
        message=thing.message,
        cure=thing.cure,
        paths=list(thing.paths),
        deep_link=find_deep_link(thing, connection),
        done_at=thing.done_at,
    )


def _row(thing: Thing, connection: Connection) -> dict[str, Cell]:
    face = thing.face
    return {
        "kind": thing.kind.value,
        "stage": thing.stage.value,
        "partner_id": thing.key or face.partner_id,
        "invoice_id": _invoice_id(thing),
        "xero_id": face.xero_id,
        "partner_number": face.partner_number,
        "xero_number": face.xero_number,
        "customer": face.customer,
        "currency": face.currency,
        "total": face.total,
        "xero_total": face.xero_total,
        "planned": thing.planned.value,
        "outcome": thing.outcome.value if thing.outcome else None,
        "code": thing.code,
        "message": thing.message,
        "cure": thing.cure,
        "deep_link": find_deep_link(thing, connection),
    }


def _invoice_id(thing: Thing) -> str | None:
    return thing.face.partner_id if thing.is_part or thing.kind is ThingKind.INVOICE else None


def find_deep_link(thing: Thing, connection: Connection) -> str | None:
    """The page of Xero that shows a thing; of a payment or a credit its invoice's."""
    organisation, page_id = connection.organisation, thing.face.xero_page_id
    if organisation is None or organisation.short_code is None or page_id is None:
        return None
    if thing.kind is ThingKind.CONTACT:
        return CONTACT_DEEP_LINK.format(short_code=organisation.short_code, contact_id=page_id)
    return organisation.address_of_invoice(page_id)


def show_sum(each: Sum) -> ExportSum:
    """A sum as the API shows it."""
    return ExportSum(
        kind=each.kind,
        outcome=each.outcome,
        currency=each.currency,
        things=each.things,
        total=money_text(each.total),
        xero_total=money_text(each.xero_total),
    )


def _money(amount: Decimal | None) -> str | None:
    return None if amount is None else money_text(amount)
