"""Partners' webhooks on their way to disk: those that come at about the same time are stored in one transaction.

A webhook is stored once by its id, in the transaction that stores its document. What is refused leaves nothing behind.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.db.connections.arrivals import lock_connections
from app.db.connections.connections import find_connection
from app.db.connections.known import KnownConnections
from app.db.inboxes.at_once import Event
from app.db.inboxes.events import WebhookName, find_stored, insert_partner_events
from app.db.postgres.session import Database, ReadSession, WriteSession
from app.domain.connections.connection import Connection
from app.intake.at_once import SentDocument, take_in_at_once
from app.intake.contact_document import ContactDocument
from app.intake.contact_documents import take_in_contact_arrivals
from app.intake.document import Document
from app.intake.documents import take_in_arrivals
from app.intake.fresh_rates import FreshRates
from app.intake.inbox import HELD, Held
from app.intake.partner_event import DOCUMENT_FIELD, IGNORED, ChangedContact, ChangedInvoice
from app.intake.refusals import Fault, InputRefused
from app.intake.taking import Arrival, Sent, Taken, TakenIn
from app.metrics import EVENTS

Nudges = Sequence[UUID]
Saved = Nudges | InputRefused
"""Which connections to wake, or why nothing was stored."""


@dataclass(frozen=True, slots=True)
class PartnerWebhook:
    """A webhook that its partner signed; `changed` is what it carries, None where nothing is made of its type."""

    partner_id: UUID
    webhook_id: str
    event: Mapping[str, Any]
    changed: ChangedInvoice | ChangedContact | None
    at: datetime
    correlation_id: str | None

    @property
    def name(self) -> WebhookName:
        return self.partner_id, self.webhook_id


async def save_at_once(
    database: Database, known: KnownConnections, webhooks: Sequence[PartnerWebhook]
) -> list[Saved | None]:
    """Store those that can be by a single statement; None for every other."""
    taken = await take_in_at_once(database, known, [_build_sent(each) for each in webhooks])
    _count([each for each, one in zip(webhooks, taken, strict=True) if one])
    return [one.taken.nudges if one else None for one in taken]


def find_whose(webhook: PartnerWebhook) -> UUID | None:
    """The connection that a webhook carries a document for."""
    return webhook.changed.connection_id if webhook.changed else None


async def may_differ(rates: FreshRates, webhook: PartnerWebhook, saved: Saved) -> bool:
    """Whether what became of it may be something else by the tax rates of now."""
    changed = webhook.changed
    if not isinstance(changed, ChangedInvoice):
        return False
    return await rates.may_differ(changed.connection_id, changed.document, saved)


def _build_sent(webhook: PartnerWebhook) -> SentDocument | None:
    changed = webhook.changed
    if not isinstance(changed, ChangedInvoice):
        return None
    return SentDocument(
        webhook.partner_id,
        changed.connection_id,
        changed.document,
        webhook.at,
        webhook.correlation_id,
        Event(webhook.webhook_id, webhook.event["type"], webhook.event),
    )


async def save_webhooks(
    database: Database, known: KnownConnections, webhooks: Sequence[PartnerWebhook], *, waits: bool
) -> list[Saved | Held]:
    """Store them with what becomes of each, in order; one that is there already changes nothing."""
    first = {webhook.name: webhook for webhook in reversed(webhooks)}
    saved = await _save_once(database, known, list(first.values()), waits=waits)
    return [
        saved[each.name] if each is first[each.name] else _tell_again(saved[each.name]) for each in webhooks
    ]


def _tell_again(saved: Saved | Held) -> Saved | Held:
    """What the second of two hears that came at the same moment."""
    return saved if isinstance(saved, InputRefused | Held) else ()


async def _save_once(
    database: Database, known: KnownConnections, webhooks: Sequence[PartnerWebhook], *, waits: bool
) -> dict[WebhookName, Saved | Held]:
    """What becomes of webhooks of which none comes twice."""
    named = {each.changed.connection_id for each in webhooks if each.changed is not None}
    async with database.writing() as session:
        locked = await lock_connections(session, named, waits=waits)
        known.remember(locked.values())
        stored = await find_stored(session, [each.name for each in webhooks])
        told: dict[WebhookName, Saved | Held] = dict.fromkeys(stored, ())
        told |= {
            each.name: _tell_unlocked(waits=waits) for each in webhooks if _is_unlocked(each, locked, told)
        }
        fit = [each for each in webhooks if each.name not in told]
        taken = await _take_in(session, fit, locked)
        kept = [each for each in fit if not isinstance(taken.get(each.name), InputRefused)]
        await insert_partner_events(session, [await _build_row(session, each, taken) for each in kept])
    _count(kept)
    return told | {each.name: _tell(taken.get(each.name)) for each in fit}


def _count(kept: Sequence[PartnerWebhook]) -> None:
    for kind, number in Counter(each.event["type"] if each.changed else "other" for each in kept).items():
        EVENTS.labels("partner", kind).inc(number)


def _find_own(webhook: PartnerWebhook, locked: Mapping[UUID, Connection]) -> Connection | None:
    """The connection that a webhook names, if it is locked, and its partner's."""
    assert webhook.changed is not None
    connection = locked.get(webhook.changed.connection_id)
    return connection if connection and connection.partner_id == webhook.partner_id else None


def _is_unlocked(
    webhook: PartnerWebhook, locked: Mapping[UUID, Connection], told: Mapping[WebhookName, Saved | Held]
) -> bool:
    """Whether it carries a document of a connection that is not locked, or none of its partner's."""
    return webhook.name not in told and webhook.changed is not None and _find_own(webhook, locked) is None


def _tell_unlocked(*, waits: bool) -> InputRefused | Held:
    if not waits:
        return HELD
    field = Fault("data.connection_id", "is no connection of yours")
    return InputRefused("invalid_request", "The connection is not known.", [field])


async def _take_in(
    session: WriteSession, webhooks: Sequence[PartnerWebhook], locked: Mapping[UUID, Connection]
) -> dict[WebhookName, Taken]:
    """What becomes of the documents of those that carry one."""
    invoices: dict[WebhookName, Arrival[Document]] = {}
    contacts: dict[WebhookName, Arrival[ContactDocument]] = {}
    for each in webhooks:
        if isinstance(each.changed, ChangedInvoice):
            invoices[each.name] = _build_arrival(each, each.changed.document, locked)
        elif isinstance(each.changed, ChangedContact):
            contacts[each.name] = _build_arrival(each, each.changed.document, locked)
    of_invoices = await take_in_arrivals(session, list(invoices.values()))
    of_contacts = await take_in_contact_arrivals(session, list(contacts.values()))
    return dict(zip([*invoices, *contacts], [*of_invoices, *of_contacts], strict=True))


def _build_arrival(
    webhook: PartnerWebhook, document: Sent, locked: Mapping[UUID, Connection]
) -> Arrival[Sent]:
    connection = _find_own(webhook, locked)
    assert connection is not None  # or it would have been told
    return Arrival(connection, document, webhook.at, webhook.correlation_id)


async def _build_row(
    session: ReadSession, webhook: PartnerWebhook, taken: Mapping[WebhookName, Taken]
) -> dict[str, Any]:
    """How a webhook is kept of which something was made, or nothing by its type."""
    one = taken.get(webhook.name)
    connection_id = webhook.changed.connection_id if webhook.changed else await _find_named(session, webhook)
    return {
        "partner_id": webhook.partner_id,
        "webhook_id": webhook.webhook_id,
        "connection_id": connection_id,
        "event_type": webhook.event["type"],
        "payload": dict(webhook.event),
        "outcome": one.stored.outcome.value if isinstance(one, TakenIn) else IGNORED,
        "correlation_id": webhook.correlation_id,
    }


async def _find_named(session: ReadSession, webhook: PartnerWebhook) -> UUID | None:
    """The partner's connection that an event names of which nothing is made; None where it names none."""
    data = webhook.event.get("data")
    try:
        named = (
            UUID(str(data["connection_id"])) if isinstance(data, dict) and "connection_id" in data else None
        )
    except ValueError:
        named = None
    found = await find_connection(session, named, partner_id=webhook.partner_id) if named else None
    return found.id if found else None


def _tell(taken: Taken | None) -> Saved:
    if taken is None:
        return ()
    return taken.under(DOCUMENT_FIELD) if isinstance(taken, InputRefused) else taken.nudges
