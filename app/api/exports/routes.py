"""Exports: ordered, and told to start, pause, resume and cancel."""

from fastapi import APIRouter, BackgroundTasks

from app.api.authentication import MEMBERS_WRITE, OwnConnection, PartnerId
from app.api.dependencies import Given, Services
from app.api.exports import acts
from app.api.exports.acts import ExportAsked
from app.api.exports.own import ExportId, OwnExport
from app.api.exports.resource import ExportShown, build_export, find_budget
from app.api.pages import Cursor, Limit, Listing, Page, read_position, write_position
from app.api.problems import documented
from app.db.exports import list_exports
from app.domain.connection import Connection
from app.domain.export import Order

router = APIRouter(
    prefix="/v1/connections/{connection_id}/exports", tags=["exports"], dependencies=[MEMBERS_WRITE]
)

LISTING = Listing("exports")
_MISSING = ("unauthorised", "not_found", "invalid_request")
_REFUSED = (*_MISSING, "connection_removed", "wrong_state")


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
    connection: OwnConnection,
    asked: ExportAsked,
    tasks: BackgroundTasks,
) -> ExportShown:
    """Stored and answered at once; a worker takes it up. One at a time: another one is refused and names the first.

    Nothing new is invented: what is in scope is looked at again, and goes to Xero as it would by itself. On a
    connection that is paused or disconnected it waits.
    """
    export = await acts.create(services, partner_id, connection.id, asked)
    tasks.add_task(services.waker.reconcile_soon, [connection.id])
    return await acts.show(services, export, connection)


@router.get("", operation_id="list_exports", summary="Exports, newest first", responses=documented(*_MISSING))
async def list_connection_exports(
    services: Given, connection: OwnConnection, cursor: Cursor = None, limit: Limit = 100
) -> Page[ExportShown]:
    """Answers from what is known; nobody is asked."""
    async with services.database.reading() as session:
        found = await list_exports(session, connection.id, read_position(cursor, LISTING), limit)
    budget, now = await find_budget(services, connection), services.clock.now()
    shown = [build_export(export, connection, budget, now) for export in found]
    return Page(data=shown, next=write_position(LISTING, found, limit, lambda export: export.position))


@router.get(
    "/{export_id}",
    operation_id="get_export",
    summary="One export: how far it is, and what it costs",
    responses=documented(*_MISSING),
)
async def get_one(services: Given, connection: OwnConnection, export: OwnExport) -> ExportShown:
    """Answers from what is known; nobody is asked."""
    return await acts.show(services, export, connection)


@router.post(
    "/{export_id}/start",
    operation_id="start_export",
    summary="Carry out what a dry run showed",
    responses=documented(*_REFUSED, "export_under_way"),
)
async def start_export(
    services: Given,
    partner_id: PartnerId,
    connection: OwnConnection,
    export_id: ExportId,
    tasks: BackgroundTasks,
) -> ExportShown:
    """The very things of the dry run are carried out, each as it stands by then; a second call changes nothing."""
    return await _order(services, partner_id, connection, export_id, Order.START, tasks)


@router.post(
    "/{export_id}/pause",
    operation_id="pause_export",
    summary="Stop after the portion that is under way",
    responses=documented(*_REFUSED),
)
async def pause_export(
    services: Given,
    partner_id: PartnerId,
    connection: OwnConnection,
    export_id: ExportId,
    tasks: BackgroundTasks,
) -> ExportShown:
    """What was taken up is done, 200 things at the most; what people do on the connection goes on."""
    return await _order(services, partner_id, connection, export_id, Order.PAUSE, tasks)


@router.post(
    "/{export_id}/resume",
    operation_id="resume_export",
    summary="Go on with a paused export",
    responses=documented(*_REFUSED),
)
async def resume_export(
    services: Given,
    partner_id: PartnerId,
    connection: OwnConnection,
    export_id: ExportId,
    tasks: BackgroundTasks,
) -> ExportShown:
    """It goes on where it stopped."""
    return await _order(services, partner_id, connection, export_id, Order.RESUME, tasks)


@router.post(
    "/{export_id}/cancel",
    operation_id="cancel_export",
    summary="End an export",
    responses=documented(*_REFUSED),
)
async def cancel_export(
    services: Given,
    partner_id: PartnerId,
    connection: OwnConnection,
    export_id: ExportId,
    tasks: BackgroundTasks,
) -> ExportShown:
    """The portion that is under way is done, the rest has no outcome. What went to Xero stays there."""
    return await _order(services, partner_id, connection, export_id, Order.CANCEL, tasks)


async def _order(
    services: Services,
    partner_id: PartnerId,
    connection: Connection,
    export_id: ExportId,
    order: Order,
    tasks: BackgroundTasks,
) -> ExportShown:
    export = await acts.tell(services, partner_id, connection.id, export_id, order)
    tasks.add_task(services.waker.reconcile_soon, [connection.id])
    return await acts.show(services, export, connection)
