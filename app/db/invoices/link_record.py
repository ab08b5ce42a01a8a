"""How the loop records what it found of invoice links. How a document comes in is `documents`."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Select, TableValuedAlias, Update, bindparam, or_, update

from app.db.connections.leases import Fenced, while_ours
from app.db.invoices.credits import credits_to_row
from app.db.links.hub_columns import HUB, build_standing, hub_to_row
from app.db.postgres.given import Types, bare, give, rows_given, types_of
from app.db.postgres.session import WriteSession
from app.db.tables import InvoiceLinkRow
from app.domain.invoices.link import InvoiceLink, State
from app.domain.invoices.retry import next_retry
from app.domain.record.fields import Fields, keys_of
from app.domain.record.hub import partner_view


async def save_links(
    session: WriteSession, links: Sequence[InvoiceLink], at: datetime, *, again: Collection[UUID]
) -> None:
    """Record what the loop found. Columns that intake and delivery own are left to them.

    The generation that was seen is recorded as settled, except of the links named in `again`, which stay behind; a
    trigger that came since keeps a link behind anyway. The caller holds the connection's row, as everybody does who
    writes to its links.
    """
    if links:
        await session.execute(SAVING_LINKS, give_links(links, at, again))


async def begin_links(
    fenced: Fenced, links: Sequence[InvoiceLink], at: datetime, versions: Mapping[UUID, int]
) -> set[UUID]:
    """Note on links what is about to be tried, in the one statement that holds the lease's fence too; all stay behind.

    Answers on which: not on one of which the app has sent another document by now than the version given for it.
    """
    rows = [_to_row(link, at, again=(link.id,)) | {_VERSION: versions.get(link.id)} for link in links]
    return await fenced.execute(_BEGINNING, {"saved_at": at, **give(_BEGUN, rows)})


def give_links(links: Sequence[InvoiceLink], at: datetime, again: Collection[UUID]) -> dict[str, Any]:
    """The parameters of `SAVING_LINKS`."""
    return {"saved_at": at, **give(_SAVED, [_to_row(link, at, again) for link in links])}


_SAVED = types_of(
    InvoiceLinkRow,
    *HUB,
    "id",
    "acked_revision",
    "xero_invoice_id",
    "partner_number",
    "xero_number",
    "state",
    "reason_code",
    "reason_message",
    "reason_cure",
    "reason_way",
    "held_by",
    "retry_at",
    "settled_generation",
    "shown_status",
    "has_parts",
    "line_ids",
    "payment_ids",
    "intents",
    "xero_due",
    "xero_status",
    "xero_total",
    "xero_amount_due",
    "xero_updated_at",
    "read_updated_at",
    "tax_amounts_sent",
    "credit_ids",
    "overpaid",
    "kept_methods",
    "booked",
    "account_ids",
)
"""The columns that belong to the loop."""

_VERSION = "version_seen"
_BEGUN: Types = {**_SAVED, _VERSION: BigInteger}


def _build_saving(rows: TableValuedAlias) -> Update:
    table = bare(InvoiceLinkRow)
    kept, given = table.c, rows.c
    computed = build_standing(kept, given, bindparam("saved_at", type_=DateTime(timezone=True)))
    as_given = {name: given[name] for name in _SAVED if name not in ("id", *computed)}
    return update(table).where(kept.id == given.id).values(**as_given, **computed)


SAVING_LINKS = _build_saving(rows_given(_SAVED))


def _build_beginning() -> Select[tuple[UUID, UUID]]:
    kept, given = bare(InvoiceLinkRow).c, rows_given(_BEGUN)
    is_as_seen = or_(given.c[_VERSION].is_(None), given.c[_VERSION] == kept.document_version)
    saving = _build_saving(given).where(is_as_seen)
    return while_ours(lambda is_ours: saving.where(is_ours).returning(kept.id))


_BEGINNING = _build_beginning()


def _to_row(link: InvoiceLink, at: datetime, again: Collection[UUID]) -> dict[str, Any]:
    hub, standing = link.hub, link.standing
    return {
        **hub_to_row(hub),
        "id": link.id,
        "acked_revision": hub.acked_revision,
        "xero_invoice_id": link.xero_invoice_id,
        "partner_number": _partner_number(link),
        "xero_number": hub.xero_shadow.get("number"),
        "state": standing.state.value,
        "reason_code": standing.code,
        "reason_message": standing.message,
        "reason_cure": standing.cure,
        "reason_way": standing.way.value if standing.way else None,
        "held_by": standing.held_by,
        "retry_at": next_retry(standing.code, at) if standing.state is State.HELD else None,
        "settled_generation": link.generation - (link.id in again),
        "shown_status": link.shown_status,
        "has_parts": any(_has_parts(fields) for fields in (hub.record, hub.xero_shadow)),
        "line_ids": dict(link.line_ids),
        "payment_ids": dict(link.payment_ids),
        "intents": {what: {"key": i.key, "at": i.at.isoformat()} for what, i in link.intents.items()},
        "xero_due": link.xero_due,
        "xero_status": link.xero_status,
        "xero_total": link.xero_total,
        "xero_amount_due": link.xero_amount_due,
        "xero_updated_at": link.xero_updated_at,
        "read_updated_at": link.read_updated_at,
        "tax_amounts_sent": link.tax_amounts_sent,
        "kept_methods": dict(link.kept_methods),
        "booked": {key: [by.method, by.xero_account_id] for key, by in link.booked.items()},
        "account_ids": dict(link.account_ids),
        **credits_to_row(link),
    }


def _has_parts(fields: Fields) -> bool:
    return bool(keys_of(fields, "payments") or keys_of(fields, "credits"))


def _partner_number(link: InvoiceLink) -> str | None:
    """The number that the app shows: of its newest document, or of a change that it has taken since."""
    if link.document is not None and link.has_news_from_partner:
        return link.document.body.get("number")
    return partner_view(link.hub, link.hub.acked_revision).get("number")
