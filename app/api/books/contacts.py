"""Contacts: a document in by PUT, the resource out; a search of Xero's contacts, and a link chosen by hand."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from app.api.authentication import MEMBERS_WRITE, ConnectionId, OwnConnection, PartnerId, lock_own_connection
from app.api.books.contact_resource import Contact, FoundContacts, build_contact, build_found
from app.api.dependencies import Given, Services
from app.api.pages import Cursor, Limit, Page, read_cursor, write_cursor
from app.api.problems import documented
from app.db.connections import raise_generation
from app.db.contact_documents import save_wanted_contact
from app.db.contact_resources import KeptContact, find_kept_contact, list_kept_contacts
from app.db.contacts import list_contacts_by_xero_id
from app.db.documents import DocumentOutcome
from app.db.invoice_contacts import has_invoices_in_xero
from app.db.resources import Wanted
from app.db.session import ReadSession
from app.domain.connection import Connection
from app.domain.link import State
from app.domain.xero_contact import XeroContact
from app.intake.contact_document import CONTACT_EXAMPLE, ContactDocument
from app.intake.contact_documents import take_in_contact
from app.intake.documents import refuse_stale_version
from app.intake.refusals import Fault, InputRefused
from app.intake.values import Identity

router = APIRouter(prefix="/v1/connections/{connection_id}", tags=["contacts"], dependencies=[MEMBERS_WRITE])

ContactId = Annotated[Identity, Path(description="The partner's own id of the contact.", examples=["cus_17"])]

_MISSING = ("unauthorised", "not_found", "invalid_request")


class ContactChoice(BaseModel):
    """Which contact of Xero's this is."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"xero_contact_id": "4b1f2c7a-93d0-4a51-8f0e-7c2d9b6a1e55"}]},
    )

    xero_contact_id: UUID
    with_invoices: bool = Field(
        default=False,
        description="Move the contact's invoices in Xero too, if it is linked to another contact there by now.",
    )


@router.put(
    "/contacts/{contact_id}",
    operation_id="put_contact",
    summary="Send a contact as it stands in the app",
    responses={
        201: {"model": Contact, "description": "The first document of this contact was stored."},
        **documented(
            "malformed_body", *_MISSING, "connection_removed", "stale_document", "version_reused", "too_large",
            "invalid_document",
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
    response: Response,
    tasks: BackgroundTasks,
) -> Contact:
    """Stored and answered at once. It goes to Xero with the first invoice that does, and from then on whenever it
    changes. The same document again changes nothing; an older version than the one held is refused with 409.
    """
    if document.id != contact_id:
        message = f"must be {contact_id}, as in the address"
        raise InputRefused("invalid_document", "The document has another id.", [Fault("id", message)])
    async with services.database.writing() as session:
        connection = await lock_own_connection(session, partner_id, connection_id)
        taken = await take_in_contact(session, connection, document, services.clock.now())
        refuse_stale_version(taken.stored, document.version)
        contact = await _build(session, connection, contact_id)
    tasks.add_task(services.waker.reconcile_soon, taken.nudges)
    response.status_code = 201 if taken.stored.outcome is DocumentOutcome.CREATED else 200
    return contact


@router.get(
    "/contacts/{contact_id}",
    operation_id="get_contact",
    summary="One contact: where it stands on both sides, and why",
    responses=documented(*_MISSING),
)
async def get_contact(services: Given, connection: OwnConnection, contact_id: ContactId) -> Contact:
    """Answers from what is known; nobody is asked."""
    async with services.database.reading() as session:
        return await _build(session, connection, contact_id)


@router.get(
    "/contacts",
    operation_id="list_contacts",
    summary="Contacts of a connection, oldest first",
    responses=documented(*_MISSING),
)
async def list_contacts(
    services: Given,
    connection: OwnConnection,
    state: Annotated[State | None, Query(description="Only contacts in this state.")] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[Contact]:
    """Every contact that a document or an invoice named, on either side."""
    async with services.database.reading() as session:
        kept = await list_kept_contacts(
            session, connection.id, Wanted(state=state, after=read_cursor(cursor), limit=limit)
        )
    return Page(data=[build_contact(one, connection) for one in kept], next=write_cursor(kept, limit))


@router.get(
    "/xero-contacts",
    operation_id="search_xero_contacts",
    summary="Search the organisation's own contacts",
    responses=documented(*_MISSING, "not_authorised_yet", "xero_refused", "xero_unavailable"),
)
async def search_xero_contacts(
    services: Given,
    connection: OwnConnection,
    search: Annotated[
        str,
        Query(min_length=1, max_length=100, description="A part of a name, an e-mail address or a number."),
    ],
) -> FoundContacts:
    """Asks Xero, at the price of one call; archived contacts are left out. Link the right one by hand."""
    _require_organisation(connection)
    organisation = await services.organisations.open(connection.id)
    found = await organisation.contacts.search(search)
    async with services.database.reading() as session:
        links = await list_contacts_by_xero_id(session, connection.id, [c.xero_contact_id for c in found])
    linked = {link.xero_contact_id: link.partner_contact_id for link in links}
    return FoundContacts(
        data=[build_found(contact, linked.get(contact.xero_contact_id)) for contact in found]
    )


@router.put(
    "/contacts/{contact_id}/link",
    operation_id="link_contact",
    summary="Say by hand which contact of Xero's this one is",
    responses=documented(
        "malformed_body", *_MISSING, "connection_removed", "not_authorised_yet", "contact_in_use", "too_large",
        "xero_refused", "xero_unavailable",
    ),
)  # fmt: skip
async def link_contact(
    services: Given,
    partner_id: PartnerId,
    connection: OwnConnection,
    contact_id: ContactId,
    choice: ContactChoice,
    tasks: BackgroundTasks,
) -> Contact:
    """Xero is asked whether it may be; the link is made right after, and the two sides' details are merged.

    A contact whose invoices stand in Xero under another contact is linked anew only with `with_invoices`.
    """
    _require_organisation(connection)
    chosen_id = str(choice.xero_contact_id)
    async with services.database.reading() as session:
        kept = await _get_kept(session, connection, contact_id)
        links = await list_contacts_by_xero_id(session, connection.id, [chosen_id])
        has_invoices = await has_invoices_in_xero(session, connection.id, contact_id)
    others = [link.partner_contact_id for link in links if link.partner_contact_id != contact_id]
    moves = kept.xero_contact_id not in (None, chosen_id)
    if moves and has_invoices and not choice.with_invoices:
        detail = "Invoices of this contact stand in Xero under another contact; ask for them to be moved too."
        raise InputRefused("contact_in_use", detail, [Fault("with_invoices", "must be true to move them")])
    await fetch_usable_contact(services, connection, chosen_id, others)
    async with services.database.writing() as session:
        locked = await lock_own_connection(session, partner_id, connection.id)
        await save_wanted_contact(session, locked.id, contact_id, chosen_id)
        await raise_generation(session, locked.id)
        contact = await _build(session, locked, contact_id)
    tasks.add_task(services.waker.reconcile_soon, [connection.id])
    return contact


async def fetch_usable_contact(
    services: Services,
    connection: Connection,
    xero_id: str,
    others: Sequence[str] = (),
    *,
    field: str = "xero_contact_id",
) -> XeroContact:
    """The contact of Xero's that a person chose, asked for by one call; raises `invalid_request` naming `field`.

    `others` are contacts of the app that it is already.
    """
    _require_organisation(connection)
    organisation = await services.organisations.open(connection.id)
    chosen = next(iter(await organisation.contacts.fetch([xero_id])), None)
    if chosen is None:
        why = "Xero has no such contact"
    elif not chosen.is_usable:
        why = "is archived in Xero, or was merged into another contact"
    elif others:
        why = f"is linked to the app's contact {others[0]} already"
    else:
        return chosen
    raise InputRefused("invalid_request", "This contact cannot be chosen.", [Fault(field, why)])


def _require_organisation(connection: Connection) -> None:
    if connection.organisation is None:
        raise InputRefused("not_authorised_yet", "Authorise the connection first; then Xero can be asked.")


async def _build(session: ReadSession, connection: Connection, contact_id: str) -> Contact:
    return build_contact(await _get_kept(session, connection, contact_id), connection)


async def _get_kept(session: ReadSession, connection: Connection, contact_id: str) -> KeptContact:
    kept = await find_kept_contact(session, connection.id, contact_id)
    if kept is None:
        raise InputRefused("not_found", "This connection has no contact with that id.")
    return kept
