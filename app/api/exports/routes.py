"""Exports: ordered, and told to start, pause, resume and cancel."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks
from pydantic import BaseModel, ConfigDict, Field

from app.api.authentication import MEMBERS_WRITE, ConnectionId, OwnConnection, PartnerId, lock_own_connection
from app.api.dependencies import Given, Services
from app.api.exports.own import ExportId, OwnExport, known
from app.api.exports.resource import ExportShown, build_export, find_budget
from app.api.pages import Cursor, Limit, Page, read_cursor, write_cursor
from app.api.problems import documented
from app.db.exports import NewExport, find_export, list_exports
from app.domain.connection import Connection, ConnectionState
from app.domain.export import Export, Order, Stage, choose_stages
from app.intake.refusals import InputRefused
from app.reconcile.exports.orders import ExportUnderWay, OrderRefused, open_export, order_export

router = APIRouter(
    prefix="/v1/connections/{connection_id}/exports", tags=["exports"], dependencies=[MEMBERS_WRITE]
)

_MISSING = ("unauthorised", "not_found", "invalid_request")
_REFUSED = (*_MISSING, "connection_removed", "wrong_state")


class ExportAsked(BaseModel):
    """What to look at. A dry run unless it says otherwise: an export concerns a whole set of books, so what it would do
    can be read before anything is done, and is carried out by one more call.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
        json_schema_extra={"examples": [{"stages": ["payments"], "from": "2026-07-01", "dry_run": True}]},
    )

    stages: Annotated[list[Stage], Field(min_length=1, max_length=len(Stage))] = Field(
        description="What to look at; stages that these need are added. An invoice travels whole: its payments and "
        "credits go with it, and the stages after `invoices` say which of them are reported on."
    )
    issued_from: date | None = Field(
        default=None,
        alias="from",
        description="Invoices issued on this day or later; null: all. Left out: the setting `sync_from`.",
    )
    dry_run: bool = Field(default=True, description="Only say what would be done.")
    all_contacts: bool = Field(
        default=False, description="Also customers who have no invoice that was sent. They go to Xero."
    )
    note: str | None = Field(default=None, max_length=200, description="For whoever reads the list later.")


@router.post(
    "",
    operation_id="create_export",
    summary="Export now, or see what an export would do",
    status_code=201,
    responses=documented(
        "malformed_body",
        *_MISSING,
        "connection_removed",
        "not_authorised_yet",
        "export_under_way",
        "too_large",
    ),
)
async def create_export(
    services: Given,
    partner_id: PartnerId,
    connection_id: ConnectionId,
    asked: ExportAsked,
    tasks: BackgroundTasks,
) -> ExportShown:
    """Stored and answered at once; a worker takes it up. One at a time: another one is refused and names the first.

    Nothing new is invented: what is in scope is looked at again, and goes to Xero as it would by itself. On a
    connection that is paused or disconnected it waits.
    """
    try:
        async with services.database.writing() as session:
            connection = await lock_own_connection(session, partner_id, connection_id)
            if connection.state is ConnectionState.PENDING:
                raise InputRefused("not_authorised_yet", "Authorise the connection in Xero first.")
            wanted = _build_new(asked, connection)
            export = await open_export(session, connection.id, wanted, services.clock.now())
    except ExportUnderWay as other:
        raise refuse_second(other) from None
    tasks.add_task(services.waker.reconcile_soon, [connection.id])
    return await _show(services, export, connection)


def _build_new(asked: ExportAsked, connection: Connection) -> NewExport:
    is_said = "issued_from" in asked.model_fields_set
    return NewExport(
        choose_stages(asked.stages),
        asked.issued_from if is_said else connection.settings.sync_from,
        asked.all_contacts,
        asked.dry_run,
        asked.note,
    )


def refuse_second(other: ExportUnderWay) -> InputRefused:
    """The refusal that names the export under way."""
    return InputRefused(
        "export_under_way",
        f"The export {other.export.id} is {other.export.state}: wait for it, or cancel it.",
        more={"export_id": str(other.export.id)},
    )


@router.get("", operation_id="list_exports", summary="Exports, newest first", responses=documented(*_MISSING))
async def list_connection_exports(
    services: Given, connection: OwnConnection, cursor: Cursor = None, limit: Limit = 100
) -> Page[ExportShown]:
    """Answers from what is known; nobody is asked."""
    async with services.database.reading() as session:
        found = await list_exports(session, connection.id, read_cursor(cursor), limit)
    budget, now = await find_budget(services, connection), services.clock.now()
    shown = [build_export(export, connection, budget, now) for export in found]
    return Page(data=shown, next=write_cursor(found, limit))


@router.get(
    "/{export_id}",
    operation_id="get_export",
    summary="One export: how far it is, and what it costs",
    responses=documented(*_MISSING),
)
async def get_one(services: Given, connection: OwnConnection, export: OwnExport) -> ExportShown:
    """Answers from what is known; nobody is asked."""
    return await _show(services, export, connection)


@router.post(
    "/{export_id}/start",
    operation_id="start_export",
    summary="Carry out what a dry run showed",
    responses=documented(*_REFUSED, "export_under_way"),
)
async def start_export(
    services: Given,
    partner_id: PartnerId,
    connection_id: ConnectionId,
    export_id: ExportId,
    tasks: BackgroundTasks,
) -> ExportShown:
    """The very things of the dry run are carried out, each as it stands by then; a second call changes nothing."""
    return await _order(services, partner_id, connection_id, export_id, Order.START, tasks)


@router.post(
    "/{export_id}/pause",
    operation_id="pause_export",
    summary="Stop after the portion that is under way",
    responses=documented(*_REFUSED),
)
async def pause_export(
    services: Given,
    partner_id: PartnerId,
    connection_id: ConnectionId,
    export_id: ExportId,
    tasks: BackgroundTasks,
) -> ExportShown:
    """What was taken up is done, 200 things at the most; what people do on the connection goes on."""
    return await _order(services, partner_id, connection_id, export_id, Order.PAUSE, tasks)


@router.post(
    "/{export_id}/resume",
    operation_id="resume_export",
    summary="Go on with a paused export",
    responses=documented(*_REFUSED),
)
async def resume_export(
    services: Given,
    partner_id: PartnerId,
    connection_id: ConnectionId,
    export_id: ExportId,
    tasks: BackgroundTasks,
) -> ExportShown:
    """It goes on where it stopped."""
    return await _order(services, partner_id, connection_id, export_id, Order.RESUME, tasks)


@router.post(
    "/{export_id}/cancel",
    operation_id="cancel_export",
    summary="End an export",
    responses=documented(*_REFUSED),
)
async def cancel_export(
    services: Given,
    partner_id: PartnerId,
    connection_id: ConnectionId,
    export_id: ExportId,
    tasks: BackgroundTasks,
) -> ExportShown:
    """The portion that is under way is done, the rest has no outcome. What went to Xero stays there."""
    return await _order(services, partner_id, connection_id, export_id, Order.CANCEL, tasks)


async def _order(
    services: Services,
    partner_id: PartnerId,
    connection_id: ConnectionId,
    export_id: ExportId,
    order: Order,
    tasks: BackgroundTasks,
) -> ExportShown:
    try:
        async with services.database.writing() as session:
            connection = await lock_own_connection(session, partner_id, connection_id)
            export = known(await find_export(session, export_id, connection.id))
            export = await order_export(session, export, order, services.clock.now())
    except OrderRefused as refused:
        detail = f"The export is {refused.export.state}, and cannot be told to {order}."
        raise InputRefused("wrong_state", detail) from None
    except ExportUnderWay as other:
        raise refuse_second(other) from None
    tasks.add_task(services.waker.reconcile_soon, [connection.id])
    return await _show(services, export, connection)


async def _show(services: Services, export: Export, connection: Connection) -> ExportShown:
    return build_export(export, connection, await find_budget(services, connection), services.clock.now())
