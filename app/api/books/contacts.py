"""Contacts one by one, and many documents at once: in by PUT, the resource out. Lists are `contact_lists`."""

from typing import Annotated, Any

from fastapi import APIRouter, BackgroundTasks, Response
from pydantic import BaseModel, ConfigDict, Field

from app.api.authentication import MEMBERS_WRITE, ConnectionId, OwnConnection, PartnerId, lock_own_connection
from app.api.books.batches import (
    MANY_REFUSED,
    MOST_DOCUMENTS,
    DocumentsTaken,
    ShownAs,
    take_in_batch,
)
from app.api.books.contact_paths import ContactId, get_kept_contact
from app.api.books.contact_resource import Contact, build_contact
from app.api.books.writing import GivenWriting
from app.api.dependencies import Given
from app.api.etags import (
    READ_RESPONSES,
    Conditions,
    ReadConditions,
    WriteConditions,
    answer_read,
    build_etag,
    check_conditions,
)
from app.api.problems import MISSING, documented
from app.db.contacts.contact_resources import find_kept_contact
from app.db.links.documents import DocumentOutcome
from app.db.postgres.session import ReadSession
from app.domain.connections.connection import Connection
from app.intake.contact_document import CONTACT_EXAMPLE, ContactDocument
from app.intake.contact_documents import take_in_contact, take_in_contacts
from app.intake.refusals import Fault, InputRefused
from app.intake.taking import refuse_stale
from app.tracing import span

router = APIRouter(
    prefix="/v1/connections/{connection_id}/contacts", tags=["contacts"], dependencies=[MEMBERS_WRITE]
)


class Contacts(BaseModel):
    """Contacts as they stand in the app; a whole call has at most a megabyte."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"contacts": [CONTACT_EXAMPLE]}]}
    )

    contacts: list[Annotated[Any, ShownAs(ContactDocument)]] = Field(min_length=1, max_length=MOST_DOCUMENTS)


@router.put(
    "/{contact_id}",
    operation_id="put_contact",
    summary="Send a contact as it stands in the app",
    responses={
        201: {"model": Contact, "description": "The first document of this contact was stored."},
        **documented(
            "malformed_body", *MISSING, "connection_removed", "stale_document", "version_reused",
            "resource_changed", "exists_already", "too_large", "invalid_document",
        ),
    },
    openapi_extra={
        "requestBody": {"content": {"application/json": {"examples": {"whole": {"value": CONTACT_EXAMPLE}}}}}
    },
)  # fmt: skip
async def put_contact(
    services: Given,
    partner_id: PartnerId,
    connection_id: ConnectionId,
    contact_id: ContactId,
    document: ContactDocument,
    conditions: WriteConditions,
    response: Response,
    tasks: BackgroundTasks,
) -> Contact:
    """Stored and answered at once. It goes to Xero with the first invoice that does, and from then on whenever it
    changes. The same document again changes nothing, whatever conditions came with it; an older version than the one
    held is refused with 409.
    """
    if document.id != contact_id:
        message = f"must be {contact_id}, as in the address"
        raise InputRefused("invalid_document", "The document has another id.", [Fault("id", message)])
    with span("intake", source="partner"):
        async with services.database.writing() as session:
            connection = await lock_own_connection(session, partner_id, connection_id)
            await _check(session, connection, conditions, document)
            taken = await take_in_contact(session, connection, document, services.clock.now())
            refuse_stale(taken.stored, document.version)
            contact = await _build(session, connection, contact_id)
    tasks.add_task(services.waker.reconcile_soon, taken.nudges)
    response.status_code = 201 if taken.stored.outcome is DocumentOutcome.CREATED else 200
    response.headers["ETag"] = build_etag(contact)
    return contact


async def _check(
    session: ReadSession, connection: Connection, conditions: Conditions, document: ContactDocument
) -> None:
    """Judge the conditions of a write, unless it finds its own document in place."""
    if conditions == Conditions(None, None):
        return
    kept = await find_kept_contact(session, connection.id, document.id)
    if kept is None or kept.document is None or dict(kept.document) != document.to_json():
        check_conditions(conditions, build_contact(kept, connection) if kept else None)


@router.put(
    "",
    operation_id="put_contacts",
    summary="Send up to a hundred contacts at once",
    responses=documented(*MANY_REFUSED),
)
async def put_contacts(writing: GivenWriting, sent: Contacts) -> DocumentsTaken:
    """Each is taken or refused by itself, as by a call of its own, and answered for in the order in which they came.

    Several versions of one contact are taken one after the other. A batch that is sent again changes nothing.
    """
    with span("intake", source="partner"):
        return await take_in_batch(writing, ContactDocument, sent.contacts, take_in_contacts)


@router.get(
    "/{contact_id}",
    operation_id="get_contact",
    summary="One contact: where it stands on both sides, and why",
    response_model=Contact,
    responses={**READ_RESPONSES, **documented(*MISSING)},
)
async def get_contact(
    services: Given,
    connection: OwnConnection,
    contact_id: ContactId,
    conditions: ReadConditions,
    response: Response,
) -> BaseModel | Response:
    """Answers from what is known; nobody is asked."""
    async with services.database.reading() as session:
        return answer_read(await _build(session, connection, contact_id), conditions, response)


async def _build(session: ReadSession, connection: Connection, contact_id: str) -> Contact:
    return build_contact(await get_kept_contact(session, connection, contact_id), connection)
