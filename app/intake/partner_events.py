"""POST /webhooks/partner/{partner_id}: the partner's documents as signed webhooks (Standard Webhooks).

The library verifies the raw bytes with a secret of the partner's own, of which several count while one takes the place
of another; a partner that is unknown looks like a wrong
signature. A webhook is stored once by its id, in the transaction that stores its document, and answered after the
commit. A document that is refused is answered with a problem document and leaves nothing behind, so it may be sent
again.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError
from standardwebhooks import Webhook, WebhookVerificationError
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from app.db.arrivals import has_partner_event, lock_connection
from app.db.connections import find_connection
from app.db.events import insert_partner_event
from app.db.partners import Partner, find_partner
from app.db.session import ReadSession, WriteSession
from app.db.webhook_secrets import list_secrets
from app.domain.connection import Connection
from app.intake.bodies import MalformedBody, read_json
from app.intake.contact_document import ContactDocument
from app.intake.contact_documents import take_in_contact
from app.intake.dependencies import IntakeServices
from app.intake.document import Document
from app.intake.documents import take_in
from app.intake.refusals import Fault, InputRefused, list_faults
from app.intake.taking import TakenIn
from app.metrics import EVENTS
from app.tracing import span

_LONGEST_WEBHOOK_ID = 255

IGNORED = "ignored"
"""The outcome of an event of a type that nobody knows: it is kept, and nothing is made of it."""


class ChangedInvoice(BaseModel):
    """What an `invoice.changed` carries: the whole document and the connection that it belongs to."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    connection_id: UUID
    document: Document


class ChangedContact(BaseModel):
    """What a `contact.changed` carries: the whole document and the connection that it belongs to."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    connection_id: UUID
    document: ContactDocument


class InvoiceChanged(BaseModel):
    """The envelope of Standard Webhooks; members of it that we do not use are let be."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    type: Literal["invoice.changed"]
    data: ChangedInvoice


class ContactChanged(BaseModel):
    """The same envelope around a contact."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    type: Literal["contact.changed"]
    data: ChangedContact


_KNOWN: Mapping[str, type[InvoiceChanged] | type[ContactChanged]] = {
    "invoice.changed": InvoiceChanged,
    "contact.changed": ContactChanged,
}
"""The types that are taken in; others are kept and let be."""


async def take_partner_event(request: Request) -> Response:
    """Answer one webhook of a partner: 200 stored or seen before, 401 not the partner's, a problem when refused."""
    services: IntakeServices = request.app.state.intake
    body = await request.body()
    partner = await _find_partner(services, request.path_params["partner_id"])
    if partner is None or not await _is_signed(services, partner, body, request):
        return Response(status_code=401)
    with span("intake", source="partner"):
        nudges = await _store(services, partner, request.headers["webhook-id"], _read_event(body))
    return Response(background=BackgroundTask(services.waker.reconcile_soon, nudges))


async def _find_partner(services: IntakeServices, partner_id: str) -> Partner | None:
    try:
        wanted = UUID(partner_id)
    except ValueError:
        return None
    async with services.database.reading() as session:
        return await find_partner(session, wanted)


async def _is_signed(services: IntakeServices, partner: Partner, body: bytes, request: Request) -> bool:
    """Whether the partner signed it within the last five minutes; the library reads no clock but the machine's."""
    async with services.database.reading() as session:
        secrets = (await list_secrets(session, [partner.id], services.clock.now()))[partner.id]
    opened = [services.vault.decrypt(secret.sealed) for secret in secrets]
    if not any(_verifies(secret, body, request) for secret in opened):
        return False
    return len(request.headers["webhook-id"]) <= _LONGEST_WEBHOOK_ID


def _verifies(secret: str, body: bytes, request: Request) -> bool:
    try:
        Webhook(secret).verify(body, dict(request.headers), json_parse=False)
    except (WebhookVerificationError, ValueError):
        # A ValueError is the library's for a header or a body that it cannot take apart.
        return False
    return True


def _read_event(body: bytes) -> dict[str, Any]:
    try:
        event = read_json(body)
    except MalformedBody:
        raise InputRefused(
            "malformed_body", "The body is no JSON that can be kept.", [Fault("body", "must be valid JSON")]
        ) from None
    if not isinstance(event, dict) or not isinstance(event.get("type"), str):
        raise InputRefused("invalid_request", "A webhook says its type.", [Fault("type", "must be a string")])
    return event


async def _store(
    services: IntakeServices, partner: Partner, webhook_id: str, event: dict[str, Any]
) -> Sequence[UUID]:
    """Store the webhook with what becomes of it, in one transaction; one that is there already changes nothing."""
    changed = parse_event(event)
    async with services.database.writing() as session:
        outcome: str = IGNORED
        nudges: tuple[UUID, ...] = ()
        connection_id = await _find_connection_id(session, partner, event) if changed is None else None
        if changed is not None:
            connection = await lock_connection(session, changed.connection_id, partner_id=partner.id)
            if connection is None:
                field = Fault("data.connection_id", "is no connection of yours")
                raise InputRefused("invalid_request", "The connection is not known.", [field])
            if await has_partner_event(session, partner.id, webhook_id):
                return ()
            taken = await take_in_changed(session, connection, changed, services.clock.now())
            outcome, nudges = taken.stored.outcome.value, taken.nudges
            connection_id = connection.id
        await insert_partner_event(
            session, partner.id, webhook_id, event["type"], event, outcome, connection_id
        )
    EVENTS.labels("partner", "other" if changed is None else event["type"]).inc()
    return nudges


async def _find_connection_id(session: ReadSession, partner: Partner, event: dict[str, Any]) -> UUID | None:
    """The partner's connection that an event names of which nothing is made; None where it names none."""
    data = event.get("data")
    try:
        named = (
            UUID(str(data["connection_id"])) if isinstance(data, dict) and "connection_id" in data else None
        )
    except ValueError:
        named = None
    found = await find_connection(session, named, partner_id=partner.id) if named else None
    return found.id if found else None


async def take_in_changed(
    session: WriteSession, connection: Connection, changed: ChangedInvoice | ChangedContact, at: datetime
) -> TakenIn:
    """Take in the document of an event, by the rules of a document that comes any other way."""
    if isinstance(changed, ChangedContact):
        return await take_in_contact(session, connection, changed.document, at, prefix="data.document")
    return await take_in(session, connection, changed.document, at, prefix="data.document")


def parse_event(event: Mapping[str, Any]) -> ChangedInvoice | ChangedContact | None:
    """What an event carries, None for a type of which nothing is made; raises `invalid_document`."""
    if event["type"] not in _KNOWN:
        return None
    try:
        return _KNOWN[event["type"]].model_validate(event).data
    except ValidationError as error:
        faults = list_faults(error.errors(include_url=False, include_input=False))
        raise InputRefused("invalid_document", "The document cannot be taken; see errors.", faults) from None
