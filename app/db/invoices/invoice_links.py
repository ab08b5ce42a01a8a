"""Invoice links as the loop works on them: what is behind, whose they are in Xero, and what makes them due.

How the loop records them is `link_record`, how a document comes in is `documents`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    null,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from app.db.delivery.changes import find_sent
from app.db.invoices.credits import credits_from_row
from app.db.links.hub_columns import SentChanges, hub_from_row
from app.db.links.link_ids import build_link_id
from app.db.links.skips import skip_from_row
from app.db.postgres.built import among_asked, asked, fetch_whole, whole
from app.db.postgres.given import bare
from app.db.postgres.session import ReadSession, WriteSession
from app.db.tables import InvoiceLinkRow
from app.domain.holds.hold import Way
from app.domain.invoices.booking import Booked
from app.domain.invoices.link import (
    AWAITING_PARTNER,
    WORK_LEFT,
    Document,
    Intent,
    InvoiceLink,
    Standing,
    State,
)
from app.domain.record.hub import Hub
from app.domain.record.item_code import in_xero_words, with_item_words
from app.domain.record.kind import INVOICE

_LINK = bare(InvoiceLinkRow).c


async def list_behind(
    session: ReadSession, connection_id: UUID, limit: int, *, touched_after: datetime | None = None
) -> list[InvoiceLink]:
    """Links of a connection that are behind, the longest waiting first; with an instant, those touched since."""
    asking: dict[str, Any] = {"of_connection": connection_id, "at_most": limit}
    if touched_after is None:
        return await _load(session, await fetch_whole(session, _BEHIND, asking))
    asking["touched_after"] = touched_after
    return await _load(session, await fetch_whole(session, _BEHIND_LATELY, asking))


_OF_CONNECTION = _LINK.connection_id == asked("of_connection", _LINK.connection_id)
_IS_BEHIND = and_(_OF_CONNECTION, _LINK.generation > _LINK.settled_generation)
_LONGEST_WAITING_FIRST = (_LINK.touched_at, _LINK.id)
_AT_MOST = bindparam("at_most", type_=Integer)
_BEHIND = whole(InvoiceLinkRow).where(_IS_BEHIND).order_by(*_LONGEST_WAITING_FIRST).limit(_AT_MOST)
_BEHIND_LATELY = _BEHIND.where(_LINK.touched_at > asked("touched_after", _LINK.touched_at))


async def list_answered(session: ReadSession, connection_id: UUID, limit: int) -> list[InvoiceLink]:
    """Links that are behind for the app's answer to a change alone: no newer document, nothing due in Xero."""
    asking = {"of_connection": connection_id, "at_most": limit}
    return await _load(session, await fetch_whole(session, _ANSWERED, asking))


_ANSWERED = (
    whole(InvoiceLinkRow)
    .where(
        _IS_BEHIND,
        _LINK.reason_code == AWAITING_PARTNER,
        _LINK.xero_due.is_(False),
        _LINK.document_version <= _LINK.merged_version,
    )
    .order_by(*_LONGEST_WAITING_FIRST)
    .limit(_AT_MOST)
)


async def list_by_xero_id(
    session: ReadSession, connection_id: UUID, xero_invoice_ids: Iterable[str]
) -> list[InvoiceLink]:
    """The links of those Xero invoices."""
    asking = {"of_connection": connection_id, "ids": list(xero_invoice_ids)}
    return await _load(session, await fetch_whole(session, _BY_XERO_ID, asking))


_BY_XERO_ID = whole(InvoiceLinkRow).where(_OF_CONNECTION, among_asked(_LINK.xero_invoice_id, "ids"))


async def list_by_partner_id(
    session: ReadSession, connection_id: UUID, partner_invoice_ids: Iterable[str]
) -> list[InvoiceLink]:
    """The links of those invoices of the partner."""
    asking = {"of_connection": connection_id, "ids": list(partner_invoice_ids)}
    return await _load(session, await fetch_whole(session, _BY_PARTNER_ID, asking))


_BY_PARTNER_ID = whole(InvoiceLinkRow).where(_OF_CONNECTION, among_asked(_LINK.partner_invoice_id, "ids"))


async def list_links(session: ReadSession, link_ids: Collection[UUID]) -> list[InvoiceLink]:
    """The invoice links of these ids; ids of other links are left out."""
    return await _load(session, await fetch_whole(session, _BY_ID, {"ids": list(link_ids)}))


_BY_ID = whole(InvoiceLinkRow).where(among_asked(_LINK.id, "ids"))


async def list_known_ids(
    session: ReadSession, connection_id: UUID, link_ids: Collection[UUID]
) -> Sequence[UUID]:
    """Those of these link ids that are of the connection's invoices."""
    row = InvoiceLinkRow
    known = select(row.id).where(row.connection_id == connection_id, row.id.in_(list(link_ids)))
    return (await session.execute(known)).scalars().all()


async def _load(session: ReadSession, rows: Sequence[InvoiceLinkRow]) -> list[InvoiceLink]:
    sent = await find_sent(session, rows)
    return [link_from_row(row, sent[row.id]) for row in rows]


def link_from_row(row: InvoiceLinkRow, sent: SentChanges) -> InvoiceLink:
    """The domain value of a row; `sent` are the changes since the partner's last document."""
    return InvoiceLink(
        id=row.id,
        partner_invoice_id=row.partner_invoice_id,
        xero_invoice_id=row.xero_invoice_id,
        generation=row.generation,
        is_behind=row.generation > row.settled_generation,
        hub=_hub_from_row(row, sent),
        standing=standing_from_row(row),
        document=_document_from_row(row),
        line_ids=row.line_ids,
        payment_ids=row.payment_ids,
        intents={
            what: Intent(intent["key"], datetime.fromisoformat(intent["at"]))
            for what, intent in row.intents.items()
        },
        xero_due=row.xero_due,
        xero_status=row.xero_status,
        xero_total=row.xero_total,
        xero_amount_due=row.xero_amount_due,
        xero_updated_at=row.xero_updated_at,
        read_updated_at=row.read_updated_at,
        tax_amounts_sent=row.tax_amounts_sent,
        kept_methods=row.kept_methods,
        booked={key: Booked(*by) for key, by in row.booked.items()},
        account_ids=row.account_ids,
        fees=row.payment_fees or {},
        shown_status=row.shown_status,
        skip=skip_from_row(row),
        is_draft_wanted=row.draft_asked is not None,
        untold_since=_untold_since(row),
        correlation_id=row.correlation_id,
        **credits_from_row(row),
    )


def _untold_since(row: InvoiceLinkRow) -> datetime | None:
    """A search or a compare raises the generation and touches nothing."""
    is_touched = row.settled_generation == 0 or row.touched_at > row.since_at or row.reason_code == WORK_LEFT
    return row.touched_at if row.generation > row.settled_generation and is_touched else None


def standing_from_row(row: InvoiceLinkRow) -> Standing:
    """Where the link stood when it was last recorded."""
    way = Way(row.reason_way) if row.reason_way else None
    return Standing(
        State(row.state), row.reason_code, row.reason_message, row.reason_cure, way, row.held_by, row.retry_at
    )


def _hub_from_row(row: InvoiceLinkRow, sent: SentChanges) -> Hub:
    record = with_item_words(row.record)
    return hub_from_row(
        row, sent, INVOICE, record=record, partner_shadow=row.partner_shadow, in_xero=in_xero_words
    )


def _document_from_row(row: InvoiceLinkRow) -> Document | None:
    if row.document is None or row.document_at is None:
        return None
    return Document(row.document, row.document_version, row.document_based_on, row.document_at)


async def insert_links(
    session: WriteSession,
    connection_id: UUID,
    born: Mapping[str, str],
    at: datetime,
    told: Mapping[str, str] | None = None,
) -> None:
    """Make links for invoices born in Xero, due for a read: partner's id -> Xero's; existing ones stay.

    `told` has the ids under which Xero told of them, by Xero's id.
    """
    if not born:
        return
    rows = [
        {
            "id": build_link_id(connection_id, "partner_invoice_id", ours),
            "connection_id": connection_id,
            "partner_invoice_id": ours,
            "xero_invoice_id": xero,
            "xero_due": True,
            "touched_at": at,
            "correlation_id": (told or {}).get(xero),
        }
        for ours, xero in born.items()
    ]
    await session.execute(insert(bare(InvoiceLinkRow)).on_conflict_do_nothing(), rows)


async def list_unfinished(session: ReadSession, connection_id: UUID) -> list[InvoiceLink]:
    """Links with a create that was begun and whose answer was not recorded."""
    return await _load(session, await fetch_whole(session, _UNFINISHED, {"of_connection": connection_id}))


def is_unfinished() -> ColumnElement[bool]:
    """A create of the link's was begun, and its answer was not recorded."""
    # Written out, as the index has it.
    return _LINK.intents != literal_column("'{}'::jsonb")


_UNFINISHED = whole(InvoiceLinkRow).where(_OF_CONNECTION, is_unfinished())


async def mark_xero_due(
    session: WriteSession, link_ids: Sequence[UUID], touched_at: datetime | None = None
) -> None:
    """Ask for a fresh read of these links in Xero; with an instant, because somebody touched them then."""
    if not link_ids:
        return
    if touched_at is None:
        await session.execute(_ASKING, {"ids": list(link_ids)})
    else:
        await session.execute(_ASKING_FOR_SOMEBODY, {"ids": list(link_ids), "at": touched_at})


_DUE = (
    update(bare(InvoiceLinkRow))
    .where(among_asked(_LINK.id, "ids"))
    .values(xero_due=True, generation=_LINK.generation + 1)
)
# What is found now was brought by nobody, unless something of somebody's is on its way.
_ASKING = _DUE.values(
    correlation_id=case((_LINK.generation <= _LINK.settled_generation, null()), else_=_LINK.correlation_id)
)
_ASKING_FOR_SOMEBODY = _DUE.values(touched_at=func.greatest(_LINK.touched_at, asked("at", _LINK.touched_at)))
