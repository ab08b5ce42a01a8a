"""Which contact of Xero's one of the app's is, said by hand: a search of Xero's contacts, a link made and undone."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Query
from pydantic import BaseModel, ConfigDict, Field, StrictBool

from app.api.authentication import MEMBERS_WRITE, ConnectionId, OwnConnection, PartnerId, lock_own_connection
from app.api.books.contact_paths import ContactId, get_kept_contact
from app.api.books.contact_resource import Contact, FoundContact, build_contact, build_found
from app.api.dependencies import Given, Services
from app.api.pages import Cursor, Listing, Page, read_cursor, read_number, write_cursor
from app.api.problems import MISSING, documented
from app.db.connections.connections import raise_generation
from app.db.contacts.contact_documents import save_wanted_contact
from app.db.contacts.contact_links import list_contacts_by_xero_id
from app.db.invoices.invoice_contacts import has_invoices_in_xero
from app.domain.connections.connection import Connection
from app.domain.contacts.contact_legality import tell_two_as_one
from app.domain.contacts.contact_link import UNLINKED
from app.domain.xero.xero_contact import XeroContact
from app.intake.refusals import Fault, InputRefused
from app.spending import spent_on

router = APIRouter(prefix="/v1/connections/{connection_id}", tags=["contacts"], dependencies=[MEMBERS_WRITE])


class ContactChoice(BaseModel):
    """Which contact of Xero's this is."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"xero_contact_id": "4b1f2c7a-93d0-4a51-8f0e-7c2d9b6a1e55"}]},
    )

    xero_contact_id: UUID
    with_invoices: StrictBool = Field(
        default=False,
        description="Move the contact's invoices in Xero too, if it is linked to another contact there by now.",
    )
    is_shared: StrictBool = Field(
        default=False,
        description="Link it although another of your contacts is that one already: both are one customer. Invoices of "
        "either name the one contact in Xero, each keeps its own here, and what either says of the customer reaches "
        "the other through Xero.",
    )


@router.get(
    "/xero-contacts",
    operation_id="search_xero_contacts",
    summary="Search the organisation's own contacts",
    responses=documented(*MISSING, "not_authorised_yet", "xero_refused", "xero_unavailable"),
)
async def search_xero_contacts(
    services: Given,
    connection: OwnConnection,
    search: Annotated[
        str,
        Query(min_length=1, max_length=100, description="A part of a name, an e-mail address or a number."),
    ],
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=100, description="How many at most.")] = 100,
) -> Page[FoundContact]:
    """Asks Xero, at the price of one call for a page; archived contacts are left out. Link the right one by hand."""
    _require_organisation(connection)
    listing = Listing("xero-contacts", "xero", {"search": search, "limit": limit})
    number = _read_page(cursor, listing)
    organisation = await services.organisations.open(connection.id)
    found = await organisation.contacts.search(search, number, limit)
    async with services.database.reading() as session:
        links = await list_contacts_by_xero_id(session, connection.id, [c.xero_contact_id for c in found])
    linked = {link.xero_contact_id: link.partner_contact_id for link in links}
    return Page(
        data=[build_found(contact, linked.get(contact.xero_contact_id)) for contact in found],
        next=write_cursor(listing, [number + 1]) if len(found) == limit else None,
    )


def _read_page(cursor: str | None, listing: Listing) -> int:
    """The number of Xero's page that a cursor leads to, 1 without one."""
    place = read_cursor(cursor, listing, 1)
    return 1 if place is None else read_number(place[0])


@router.put(
    "/contacts/{contact_id}/link",
    operation_id="link_contact",
    summary="Say by hand which contact of Xero's this one is",
    responses=documented(
        "malformed_body", *MISSING, "connection_removed", "not_authorised_yet", "contact_in_use", "too_large",
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

    A contact whose invoices stand in Xero under another contact is linked anew only with `with_invoices`; one of Xero's
    that is another of your contacts already is shared only with `is_shared`.
    """
    _require_organisation(connection)
    chosen_id = str(choice.xero_contact_id)
    async with services.database.reading() as session:
        kept = await get_kept_contact(session, connection, contact_id)
        links = await list_contacts_by_xero_id(session, connection.id, [chosen_id])
        has_invoices = await has_invoices_in_xero(session, connection.id, contact_id)
    # Those that had it before this one; where it has it already, nothing is shared that was not.
    is_asked = choice.is_shared or kept.xero_contact_id == chosen_id
    others = [] if is_asked else [link.partner_contact_id for link in links]
    moves = kept.xero_contact_id not in (None, chosen_id)
    if moves and has_invoices and not choice.with_invoices:
        detail = "Invoices of this contact stand in Xero under another contact; ask for them to be moved too."
        raise InputRefused("contact_in_use", detail, [Fault("with_invoices", "must be true to move them")])
    await spent_on([kept.id], fetch_usable_contact(services, connection, chosen_id, others))
    async with services.database.writing() as session:
        locked = await lock_own_connection(session, partner_id, connection.id)
        await save_wanted_contact(session, locked.id, contact_id, chosen_id, is_shared=choice.is_shared)
        await raise_generation(session, locked.id)
        contact = build_contact(await get_kept_contact(session, locked, contact_id), locked)
    tasks.add_task(services.waker.reconcile_soon, [connection.id])
    return contact


@router.delete(
    "/contacts/{contact_id}/link",
    operation_id="unlink_contact",
    summary="Say by hand that a contact is none of those that Xero has",
    responses=documented(*MISSING, "connection_removed", "contact_in_use"),
)
async def unlink_contact(
    services: Given,
    partner_id: PartnerId,
    connection_id: ConnectionId,
    contact_id: ContactId,
    tasks: BackgroundTasks,
    with_invoices: Annotated[
        bool,
        Query(
            description="Unlink it although invoices in Xero stand under it: they are moved to the contact that it is "
            "matched with or made as, and the one that it leaves becomes a contact of its own."
        ),
    ] = False,
) -> Contact:
    """Carried out right after; nothing is changed in Xero. With the next invoice the contact is matched or made anew.

    One that is linked to nothing stays as it is.
    """
    async with services.database.writing() as session:
        connection = await lock_own_connection(session, partner_id, connection_id)
        kept = await get_kept_contact(session, connection, contact_id)
        if not with_invoices and await has_invoices_in_xero(session, connection.id, contact_id):
            detail = "Invoices of this contact stand in Xero under its link; ask for them to be moved too."
            raise InputRefused(
                "contact_in_use", detail, [Fault("with_invoices", "must be true to move them")]
            )
        if kept.xero_contact_id is not None or kept.is_behind:
            await save_wanted_contact(session, connection.id, contact_id, UNLINKED)
            await raise_generation(session, connection.id)
        contact = build_contact(await get_kept_contact(session, connection, contact_id), connection)
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
        why = f"is the app's contact {others[-1]} already. {tell_two_as_one(others[-1])}"
    else:
        return chosen
    raise InputRefused("invalid_request", "This contact cannot be chosen.", [Fault(field, why)])


def _require_organisation(connection: Connection) -> None:
    if connection.organisation is None:
        raise InputRefused("not_authorised_yet", "Authorise the connection first; then Xero can be asked.")
