"""The change feed: what the partner's side must now show, by cursor, for apps with and without a webhook."""

from typing import Annotated, Any

from fastapi import APIRouter, BackgroundTasks
from pydantic import BaseModel, ConfigDict, Field, StrictInt

from app.api.authentication import MEMBERS_WRITE, ConnectionId, OwnConnection, PartnerId, lock_own_connection
from app.api.dependencies import Given
from app.api.pages import AfterNumber, Limit, Page, write_number
from app.api.problems import MISSING, documented
from app.db.connections.connections import raise_generation
from app.db.delivery.changes import acknowledge_upto, find_newest_cursor, list_changes
from app.intake.refusals import Fault, InputRefused

router = APIRouter(
    prefix="/v1/connections/{connection_id}/changes", tags=["changes"], dependencies=[MEMBERS_WRITE]
)


class ChangedField(BaseModel):
    """One entry of a change: apply `after` only where the app still holds `before`; null is not there."""

    path: str
    before: Any
    after: Any


class Change(BaseModel):
    """One change of one invoice or one contact, in order for each; the same object comes by webhook as `data`.

    It has `invoice_id` and `invoice`, or `contact_id` and `contact`, never both.
    """

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "cursor": 1042,
                    "connection_id": "6d0dc7b6-7a0f-4b38-9d2a-3d4f5a8f2f10",
                    "business_id": "biz_204",
                    "invoice_id": "inv_8801",
                    "revision": 13,
                    "fields": [{"path": "reference", "before": "PO 1177", "after": "PO 1178"}],
                    "caused_by": {"side": "xero", "at": "2026-11-20T04:00:00Z", "version": None},
                    "invoice": {"id": "inv_8801", "reference": "PO 1178"},
                }
            ]
        },
    )

    cursor: int
    connection_id: str
    business_id: str
    invoice_id: str | None = None
    contact_id: str | None = None
    revision: int = Field(description="Send it as `based_on` once it is applied.")
    fields: list[ChangedField]
    caused_by: dict[str, Any]
    invoice: dict[str, Any] | None = Field(
        default=None, description="The invoice's whole document as it must now stand."
    )
    contact: dict[str, Any] | None = Field(
        default=None, description="The contact's whole document as it must now stand."
    )


class Acknowledgement(BaseModel):
    """Everything up to this cursor has been applied by the app."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"cursor": 1042}]})

    cursor: Annotated[StrictInt, Field(ge=0, le=2**63 - 1)]


class Acknowledged(BaseModel):
    """How many changes were waiting for this."""

    acknowledged: int


@router.get(
    "",
    operation_id="list_changes",
    summary="The feed after a cursor, oldest first",
    response_model_exclude_unset=True,
    responses=documented(*MISSING),
)
async def list_feed(
    services: Given, connection: OwnConnection, after: AfterNumber, limit: Limit = 100
) -> Page[Change]:
    """A change that a newer one of the same invoice or contact replaced before it was taken is left out."""
    async with services.database.reading() as session:
        found = await list_changes(session, connection.id, after, limit)
    changes = [Change.model_validate({"cursor": one.cursor, **one.body}) for one in found]
    return Page(data=changes, next=write_number(found, limit, lambda one: one.cursor))


@router.post(
    "/acknowledge",
    operation_id="acknowledge_changes",
    summary="Tell that the app has applied every change up to a cursor",
    responses=documented("malformed_body", *MISSING, "connection_removed", "too_large"),
)
async def acknowledge_changes(
    services: Given,
    partner_id: PartnerId,
    connection_id: ConnectionId,
    said: Acknowledgement,
    tasks: BackgroundTasks,
) -> Acknowledged:
    """For apps that read the feed; those with a webhook acknowledge by answering it. A second call changes nothing."""
    async with services.database.writing() as session:
        connection = await lock_own_connection(session, partner_id, connection_id)
        newest = await find_newest_cursor(session, connection.id)
        if said.cursor > newest:
            fault = Fault("cursor", f"is newer than the newest change ({newest})")
            raise InputRefused("invalid_request", "Nothing that far has been in the feed.", [fault])
        count = await acknowledge_upto(session, connection.id, said.cursor, services.clock.now())
        if count:
            await raise_generation(session, connection.id, has_answer=True)
    if count:
        tasks.add_task(services.waker.reconcile_soon, [connection.id])
    return Acknowledged(acknowledged=count)
