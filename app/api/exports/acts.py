"""What a call does about exports, whoever makes it: a partner by a route, or an operator at the command line."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from app.api.authentication import lock_own_connection
from app.api.dependencies import Services
from app.api.exports.export_paths import get_kept_export
from app.api.exports.resource import ExportShown, build_export, find_budget
from app.db.exports.export_runs import NewExport
from app.domain.connections.connection import Connection, ConnectionState
from app.domain.exports.export import Days, Export, Order, Stage, choose_stages
from app.intake.refusals import Fault, InputRefused
from app.intake.values import Remark
from app.reconcile.exports.orders import ExportUnderWay, OrderRefused, open_export, order_export


class ExportAsked(BaseModel):
    """What to look at. A dry run unless it says otherwise: an export concerns a whole set of books, so what it would do
    can be read before anything is done, and is carried out by one more call.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
        json_schema_extra={
            "examples": [{"stages": ["payments"], "from": "2026-07-01", "to": "2026-09-30", "dry_run": True}]
        },
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
    issued_to: date | None = Field(
        default=None, alias="to", description="Invoices issued on this day or earlier; null or left out: all."
    )
    dry_run: StrictBool = Field(default=True, description="Only say what would be done.")
    all_contacts: StrictBool = Field(
        default=False, description="Also customers who have no invoice that was sent. They go to Xero."
    )
    note: Annotated[Remark, Field(max_length=200)] | None = Field(
        default=None, description="For whoever reads the list later."
    )


async def create(services: Services, partner_id: UUID, connection_id: UUID, asked: ExportAsked) -> Export:
    """Make an export, which begins by itself once a worker is woken. Raises `not_found`, `connection_removed`,
    `not_authorised_yet`, `invalid_request` for days that run backwards, and `export_under_way`, which names the other.
    """
    try:
        async with services.database.writing() as session:
            connection = await lock_own_connection(session, partner_id, connection_id)
            if connection.state is ConnectionState.PENDING:
                raise InputRefused("not_authorised_yet", "Authorise the connection in Xero first.")
            wanted = _build_new(asked, connection)
            return await open_export(session, connection.id, wanted, services.clock.now())
    except ExportUnderWay as other:
        raise _refuse_second(other) from None


async def tell(
    services: Services, partner_id: UUID, connection_id: UUID, export_id: UUID, order: Order
) -> Export:
    """Carry an order out; given twice, it changes nothing the second time. Raises `not_found`, `connection_removed`,
    `wrong_state`, and of a start `export_under_way`.
    """
    try:
        async with services.database.writing() as session:
            connection = await lock_own_connection(session, partner_id, connection_id)
            export = await get_kept_export(session, connection, export_id)
            return await order_export(session, export, order, services.clock.now())
    except OrderRefused as refused:
        detail = f"The export is {refused.export.state}, and cannot be told to {order}."
        raise InputRefused("wrong_state", detail) from None
    except ExportUnderWay as other:
        raise _refuse_second(other) from None


async def show(services: Services, export: Export, connection: Connection) -> ExportShown:
    """The export as the API shows it, beside the budget as it is now."""
    return build_export(export, connection, await find_budget(services, connection), services.clock.now())


def _build_new(asked: ExportAsked, connection: Connection) -> NewExport:
    is_said = "issued_from" in asked.model_fields_set
    first = asked.issued_from if is_said else connection.settings.sync_from
    if first and asked.issued_to and asked.issued_to < first:
        fault = Fault("to", f"must not be before {first}, from which on invoices are looked at")
        raise InputRefused("invalid_request", "No invoice can be issued on these days.", [fault])
    return NewExport(
        choose_stages(asked.stages),
        Days(first, asked.issued_to),
        asked.all_contacts,
        asked.dry_run,
        asked.note,
    )


def _refuse_second(other: ExportUnderWay) -> InputRefused:
    return InputRefused(
        "export_under_way",
        f"The export {other.export.id} is {other.export.state}: wait for it, or cancel it.",
        more={"export_id": str(other.export.id)},
    )
