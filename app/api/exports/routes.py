"""Exports: asked for, listed, looked at. What they are told is in `orders`."""

from fastapi import APIRouter, BackgroundTasks, Response

from app.api.authentication import MEMBERS_WRITE, OwnConnection, PartnerId
from app.api.dependencies import Given
from app.api.exports import acts
from app.api.exports.acts import ExportAsked
from app.api.exports.export_paths import OwnExport
from app.api.exports.resource import ExportShown, build_export, find_budget
from app.api.pages import Cursor, Limit, Listing, Page, read_position, write_position
from app.api.problems import MISSING, documented
from app.db.exports.export_runs import list_exports

router = APIRouter(
    prefix="/v1/connections/{connection_id}/exports", tags=["exports"], dependencies=[MEMBERS_WRITE]
)

LISTING = Listing("exports")


@router.post(
    "",
    operation_id="create_export",
    summary="Export now, or see what an export would do",
    status_code=201,
    responses=documented(
        "malformed_body",
        *MISSING,
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
    response: Response,
) -> ExportShown:
    """Stored and answered at once; a worker takes it up. One at a time: another one is refused and names the first.

    Nothing new is invented: what is in scope is looked at again, and goes to Xero as it would by itself. On a
    connection that is paused or disconnected it waits.
    """
    export = await acts.create(services, partner_id, connection.id, asked)
    tasks.add_task(services.waker.reconcile_soon, [connection.id])
    response.headers["Location"] = f"/v1/connections/{connection.id}/exports/{export.id}"
    return await acts.show(services, export, connection)


@router.get("", operation_id="list_exports", summary="Exports, newest first", responses=documented(*MISSING))
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
    responses=documented(*MISSING),
)
async def get_one(services: Given, connection: OwnConnection, export: OwnExport) -> ExportShown:
    """Answers from what is known; nobody is asked."""
    return await acts.show(services, export, connection)
