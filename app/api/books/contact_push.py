"""A contact to Xero by itself, without an invoice: made there or matched, by the loop, and waited for."""

from datetime import timedelta
from uuid import UUID

from fastapi import APIRouter, Response

from app.api.authentication import MEMBERS_WRITE, ConnectionId, PartnerId, lock_own_connection
from app.api.books.contact_paths import ContactId
from app.api.books.contact_resource import Contact, build_contact
from app.api.bounded_wait import wait_until
from app.api.dependencies import Given, Services
from app.api.problems import MISSING, documented
from app.db.connections.connections import find_connection, raise_generation
from app.db.contacts.contact_documents import save_push_wanted
from app.db.contacts.contact_resources import find_kept_contact
from app.domain.connections.connection import ConnectionState
from app.domain.invoices.link import State
from app.intake.refusals import InputRefused

router = APIRouter(
    prefix="/v1/connections/{connection_id}/contacts", tags=["contacts"], dependencies=[MEMBERS_WRITE]
)


@router.post(
    "/{contact_id}/push",
    operation_id="push_contact",
    summary="Bring a contact to Xero now, without an invoice",
    responses={
        202: {"model": Contact, "description": "It is wanted and not in Xero yet; see `reason`."},
        **documented(*MISSING, "connection_removed"),
    },
)
async def push_contact(
    services: Given,
    partner_id: PartnerId,
    connection_id: ConnectionId,
    contact_id: ContactId,
    response: Response,
) -> Contact:
    """Matched with a contact that Xero has by its numbers, or name and e-mail address, else made, exactly once.

    It is waited for, some seconds at the most. What keeps it from Xero is its `reason`; it goes by itself once that is
    mended. A contact that is in Xero is answered as it stands.
    """
    async with services.database.writing() as session:
        connection = await lock_own_connection(session, partner_id, connection_id)
        if await save_push_wanted(session, connection_id, contact_id):
            await raise_generation(session, connection_id)
    await services.waker.reconcile_soon([connection_id])

    async def look() -> Contact:
        return await _build(services, connection_id, contact_id)

    is_worked = connection.state is ConnectionState.ACTIVE and not connection.waits_for_run
    patience = services.answer_wait if is_worked else timedelta(0)
    told = await wait_until(look, lambda seen: bool(seen.xero) or seen.state is not State.BEHIND, patience)
    response.status_code = 200 if told.xero else 202
    return told


async def _build(services: Services, connection_id: UUID, contact_id: str) -> Contact:
    async with services.database.reading() as session:
        connection = await find_connection(session, connection_id)
        kept = await find_kept_contact(session, connection_id, contact_id)
    if connection is None or kept is None:
        raise InputRefused("not_found", "This connection has no contact with that id.")
    return build_contact(kept, connection)
