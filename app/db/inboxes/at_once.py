"""Documents of invoices stored by one statement, which is a transaction in itself and takes one round trip.

It writes all that storing a document comes to: the link with what follows from it (`shelves`), what the invoice says of
its customer, and the webhook that brought it. Whoever calls it has judged each document by its connection as he knows
that. The statement takes a document only where the connection is still as it was known and held by nobody, and where
the document is news. For every other it writes nothing: that one is stored, or refused, the whole way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    CTE,
    BigInteger,
    Integer,
    Join,
    Select,
    Text,
    Uuid,
    and_,
    case,
    cast,
    literal,
    null,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import distinct_on, insert

from app.db.connections.facts_at_hand import mark_of
from app.db.connections.known import LIFE, Known
from app.db.contacts.contact_documents import build_details, build_saving_mentions
from app.db.links.documents import INVOICES, DocumentOutcome, Filed, Name
from app.db.links.link_ids import build_link_id
from app.db.links.shelves import build_follows, build_news
from app.db.postgres.built import among_asked, build_maker, whole_columns
from app.db.postgres.given import Types, bare, give, rows_given, types_of
from app.db.postgres.lent import LentConnection
from app.db.postgres.straight import run_alone
from app.db.tables import ConnectionRow, ContactLinkRow, InvoiceLinkRow, PartnerEventRow
from app.domain.connections.connection import Connection, ConnectionState


class Event(NamedTuple):
    """The partner's webhook that brought a document."""

    webhook_id: str
    event_type: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Judged:
    """A document against which nothing speaks by what is known of its connection."""

    known: Known
    filed: Filed
    event: Event | None = None


class Stored(NamedTuple):
    """That a document was stored, and its connection as it stood then."""

    outcome: DocumentOutcome
    link_id: UUID
    connection: Connection
    link: InvoiceLinkRow | None
    """As it stands then, where that was asked for."""


async def save_at_once(
    connection: LentConnection, judged: Sequence[Judged], *, is_shown: bool
) -> dict[Name, Stored]:
    """Store those that can be, and tell which; no invoice and no webhook may be named twice.

    Where it `is_shown` each comes back with its link, as whoever shows it wants it.
    """
    rows = [_build_row(position, each) for position, each in enumerate(judged)]
    known = {each.filed.connection_id: each.known for each in judged}
    given = give(_GIVEN, rows) | {"locked_ids": list(known)}
    found = await run_alone(connection, _build_statement(is_shown=is_shown), given)
    return {
        (connection_id, key): Stored(
            DocumentOutcome.CREATED if is_first else DocumentOutcome.UPDATED,
            link_id,
            known[connection_id].stand_now(*values[: len(LIFE)]),
            _make_link(values[len(LIFE) :]) if is_shown else None,
        )
        for connection_id, key, link_id, is_first, *values in found
    }


_SHOWN = whole_columns(InvoiceLinkRow)
_make_link = build_maker(_SHOWN, InvoiceLinkRow)


def _build_row(position: int, judged: Judged) -> dict[str, Any]:
    filed, known, event = judged.filed, judged.known, judged.event
    contact = filed.document["contact"]
    return {
        "id": build_link_id(filed.connection_id, "partner_invoice_id", filed.document["id"]),
        "connection_id": filed.connection_id,
        "partner_invoice_id": filed.document["id"],
        "correlation_id": filed.correlation_id,
        **INVOICES.build(filed.document, filed.at),
        "position": position,
        "partner_id": known.connection.partner_id,
        "settings_version": known.connection.settings_version,
        "facts_mark": known.mark,
        "contact_link_id": build_link_id(filed.connection_id, "partner_contact_id", contact["id"]),
        "partner_contact_id": contact["id"],
        **build_details(contact),
        "webhook_id": event.webhook_id if event else None,
        "event_type": event.event_type if event else None,
        "payload": dict(event.payload) if event else None,
    }


_BROUGHT = (
    "document", "document_version", "document_based_on", "document_at", "touched_at", "partner_number", "payment_fees",
    "correlation_id",
)  # fmt: skip
_OF_LINK = ("id", "connection_id", "partner_invoice_id", *_BROUGHT)
_GIVEN: Types = {
    **types_of(InvoiceLinkRow, *_OF_LINK),
    **types_of(ConnectionRow, "partner_id", "settings_version", "facts_mark"),
    "position": Integer,
    "contact_link_id": Uuid,
    **types_of(ContactLinkRow, "partner_contact_id", "details"),
    **types_of(PartnerEventRow, "webhook_id", "event_type", "payload"),
}


@cache
def _build_statement(*, is_shown: bool) -> Select[Any]:
    held = _hold_connections()
    fit = _list_fit(held)
    news = build_news(INVOICES, fit, _OF_LINK, _BROUGHT, is_whole=is_shown)
    life = (held.c[each] for each in LIFE)
    row = (news.c[str(each.key)] for each in _SHOWN) if is_shown else ()
    stored = select(news.c.connection_id, news.c.partner_key, news.c.id, news.c.is_first, *life, *row)
    parts = [*build_follows(INVOICES, news), _keep_mentions(fit, news), _keep_events(fit, news)]
    return stored.join_from(news, held, held.c.id == news.c.connection_id).add_cte(*parts)


def _hold_connections() -> CTE:
    """The connections that nobody holds, held until the statement ends."""
    table = bare(ConnectionRow).c
    columns = (table[each] for each in ("id", "partner_id", "settings_version", *LIFE))
    free = select(*columns, mark_of(table.facts_mark).label("facts_mark"))
    free = free.where(among_asked(table.id, "locked_ids"), table.state != ConnectionState.REMOVED)
    return free.order_by(table.id).with_for_update(key_share=True, skip_locked=True).cte("held")


def _list_fit(held: CTE) -> CTE:
    """The documents whose connection is held and still as it was known, whose webhook is new, and whose `based_on`
    names no revision that was never given out.
    """
    given, link, event = rows_given(_GIVEN), bare(InvoiceLinkRow).c, bare(PartnerEventRow).c
    is_its = (
        link.connection_id == given.c.connection_id,
        link.partner_invoice_id == given.c.partner_invoice_id,
    )
    came = event.partner_id == given.c.partner_id, event.webhook_id == given.c.webhook_id
    # One look into the index for each, whatever PostgreSQL thinks of the tables (see `each_found`).
    its = select(link.revision).where(*is_its).limit(1).lateral("its")
    before = select(event.id).where(*came).limit(1).lateral("before")
    based_on = given.c.document_based_on
    joined = given.join(held, held.c.id == given.c.connection_id)
    joined = joined.outerjoin(its, true()).outerjoin(before, true())
    return (
        select(*given.c)
        .select_from(joined)
        .where(
            held.c.partner_id == given.c.partner_id,
            held.c.settings_version == given.c.settings_version,
            held.c.facts_mark == given.c.facts_mark,
            or_(based_on.is_(None), based_on == 0, based_on <= its.c.revision),
            before.c.id.is_(None),
        )
        .cte("fit")
    )


def _join_stored(fit: CTE, news: CTE) -> Join:
    is_its = news.c.connection_id == fit.c.connection_id, news.c.partner_key == fit.c.partner_invoice_id
    return fit.join(news, and_(*is_its))


def _keep_mentions(fit: CTE, news: CTE) -> CTE:
    """What they say of their customers; where several name one, the last of them counts."""
    names = fit.c.connection_id, fit.c.partner_contact_id
    last = (
        select(
            fit.c.contact_link_id.label("id"),
            *names,
            literal(0, BigInteger).label("details_version"),
            cast(null(), BigInteger).label("details_based_on"),
            fit.c.document_at.label("details_at"),
            fit.c.touched_at,
            fit.c.details,
        )
        .ext(distinct_on(*names))
        .select_from(_join_stored(fit, news))
        .order_by(*names, fit.c.position.desc())
        .subquery("last")
    )
    return build_saving_mentions(last).cte("mentions_kept")


def _keep_events(fit: CTE, news: CTE) -> CTE:
    """The webhooks that brought them."""
    created, updated = DocumentOutcome.CREATED.value, DocumentOutcome.UPDATED.value
    outcome = case((news.c.is_first, literal(created, Text)), else_=literal(updated, Text))
    kept = {
        "partner_id": fit.c.partner_id,
        "webhook_id": fit.c.webhook_id,
        "connection_id": fit.c.connection_id,
        "event_type": fit.c.event_type,
        "payload": fit.c.payload,
        "outcome": outcome,
        "correlation_id": fit.c.correlation_id,
    }
    brought = select(*kept.values()).select_from(_join_stored(fit, news)).where(fit.c.webhook_id.is_not(None))
    saving = insert(bare(PartnerEventRow)).from_select(list(kept), brought)
    return saving.on_conflict_do_nothing(index_elements=["partner_id", "webhook_id"]).cte("events_kept")
