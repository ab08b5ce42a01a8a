"""Invoice links: what is behind, and how the loop records what it found. How a document comes in is `documents`."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID, uuid4

from sqlalchemy import (
    ColumnElement,
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

from app.db.changes import SentChanges, sent_changes
from app.db.credits import credits_from_row, credits_to_row
from app.db.given import among, bare
from app.db.hub_columns import decided_to_row, ignored_from_row, parted_from_row
from app.db.session import ReadSession, WriteSession
from app.db.skips import skip_from_row
from app.db.tables import InvoiceLinkRow
from app.domain.apart import apart_from_json, apart_to_json
from app.domain.hold import Way
from app.domain.hub import Hub, partner_view
from app.domain.item_code import in_xero_words, with_item_words
from app.domain.link import (
    AWAITING_PARTNER,
    WORK_LEFT,
    Document,
    Intent,
    InvoiceLink,
    Standing,
    State,
)
from app.domain.retry import next_retry


async def list_behind(
    session: ReadSession, connection_id: UUID, limit: int, *, touched_after: datetime | None = None
) -> list[InvoiceLink]:
    """Links of a connection that are behind, the longest waiting first; with an instant, those touched since."""
    behind = (
        select(InvoiceLinkRow)
        .where(
            InvoiceLinkRow.connection_id == connection_id,
            InvoiceLinkRow.generation > InvoiceLinkRow.settled_generation,
        )
        .order_by(InvoiceLinkRow.touched_at, InvoiceLinkRow.id)
        .limit(limit)
    )
    if touched_after is not None:
        behind = behind.where(InvoiceLinkRow.touched_at > touched_after)
    return await _load(session, (await session.execute(behind)).scalars().all())


async def list_answered(session: ReadSession, connection_id: UUID, limit: int) -> list[InvoiceLink]:
    """Links that are behind for the app's answer to a change alone: no newer document, nothing due in Xero."""
    row = InvoiceLinkRow
    answered = (
        select(row)
        .where(
            row.connection_id == connection_id,
            row.generation > row.settled_generation,
            row.reason_code == AWAITING_PARTNER,
            row.xero_due.is_(False),
            row.document_version <= row.merged_version,
        )
        .order_by(row.touched_at, row.id)
        .limit(limit)
    )
    return await _load(session, (await session.execute(answered)).scalars().all())


async def list_by_xero_id(
    session: ReadSession, connection_id: UUID, xero_invoice_ids: Iterable[str]
) -> list[InvoiceLink]:
    """The links of those Xero invoices."""
    wanted = select(InvoiceLinkRow).where(
        InvoiceLinkRow.connection_id == connection_id,
        among(InvoiceLinkRow.xero_invoice_id, list(xero_invoice_ids)),
    )
    return await _load(session, (await session.execute(wanted)).scalars().all())


async def list_by_partner_id(
    session: ReadSession, connection_id: UUID, partner_invoice_ids: Iterable[str]
) -> list[InvoiceLink]:
    """The links of those invoices of the partner."""
    wanted = select(InvoiceLinkRow).where(
        InvoiceLinkRow.connection_id == connection_id,
        among(InvoiceLinkRow.partner_invoice_id, list(partner_invoice_ids)),
    )
    return await _load(session, (await session.execute(wanted)).scalars().all())


async def list_links(session: ReadSession, link_ids: Collection[UUID]) -> list[InvoiceLink]:
    """Those of these links that are of invoices."""
    wanted = select(InvoiceLinkRow).where(among(InvoiceLinkRow.id, link_ids))
    return await _load(session, (await session.execute(wanted)).scalars().all())


async def _load(session: ReadSession, rows: Sequence[InvoiceLinkRow]) -> list[InvoiceLink]:
    sent = await find_sent(session, rows)
    return [link_from_row(row, sent[row.id]) for row in rows]


async def find_sent(session: ReadSession, rows: Sequence[InvoiceLinkRow]) -> dict[UUID, SentChanges]:
    """Per link, the changes since its document; nothing is asked of one of which there can be none."""
    sent = await sent_changes(session, {row.id: row.merged_based_on for row in rows if _may_have_sent(row)})
    return {row.id: sent.get(row.id) or SentChanges(newest=row.merged_based_on) for row in rows}


def _may_have_sent(row: InvoiceLinkRow) -> bool:
    """A change has the revision of the record that it tells: none is newer than that."""
    return row.revision > row.merged_based_on


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
    return Hub(
        record=with_item_words(row.record),
        partner_shadow=row.partner_shadow,
        xero_shadow=in_xero_words(row.xero_shadow),
        revision=row.revision,
        partner_version=row.merged_version,
        partner_based_on=row.merged_based_on,
        acked_revision=row.acked_revision,
        sent=sent.sent,
        refused=sent.refused,
        newest_sent=sent.newest,
        unanswered=None if row.unanswered is None else in_xero_words(row.unanswered),
        open_conflicts=frozenset(row.open_conflicts),
        partner_apart=apart_from_json(row.partner_apart),
        xero_apart=apart_from_json(row.xero_apart),
        parted=parted_from_row(row.parted),
        ignored=ignored_from_row(row.ignored),
    )


def _document_from_row(row: InvoiceLinkRow) -> Document | None:
    if row.document is None or row.document_at is None:
        return None
    return Document(row.document, row.document_version, row.document_based_on, row.document_at)


async def save_links(
    session: WriteSession, links: Sequence[InvoiceLink], at: datetime, *, again: Collection[UUID] = ()
) -> None:
    """Record what the loop found. Columns that intake and delivery own are left to them.

    The generation that was seen is recorded as settled, except of the links named in `again`, which stay behind; a
    trigger that came since keeps a link behind anyway. Rows are written in the order of their ids, and before the
    connection's: everybody locks in that order.
    """
    if not links:
        return
    row = InvoiceLinkRow
    statement = (
        update(row)
        .where(row.id == bindparam("link_id"))
        .values(
            acked_revision=func.greatest(row.acked_revision, bindparam("hub_acked_revision")),
            since_at=case(
                (
                    and_(
                        row.state == bindparam("state"),
                        row.reason_code.is_not_distinct_from(bindparam("reason_code")),
                    ),
                    row.since_at,
                ),
                else_=bindparam("saved_at"),
            ),
            **{name: bindparam(name) for name in _params(links[0], at, again) if name not in _KEYS},
        )
        .execution_options(synchronize_session=None)
    )
    connection = await cast(Any, session).connection()
    in_order = sorted(links, key=lambda link: link.id)
    await connection.execute(statement, [_params(link, at, again) for link in in_order])


_KEYS = {"link_id", "hub_acked_revision", "saved_at"}


def _params(link: InvoiceLink, at: datetime, again: Collection[UUID]) -> dict[str, Any]:
    hub, standing = link.hub, link.standing
    return {
        "link_id": link.id,
        "hub_acked_revision": hub.acked_revision,
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
        "saved_at": at,
        "settled_generation": link.generation - (link.id in again),
        "record": dict(hub.record),
        "shown_status": link.shown_status,
        "partner_shadow": dict(hub.partner_shadow),
        "xero_shadow": dict(hub.xero_shadow),
        "unanswered": None if hub.unanswered is None else dict(hub.unanswered),
        "revision": hub.revision,
        "merged_version": hub.partner_version,
        "merged_based_on": hub.partner_based_on,
        "open_conflicts": sorted(hub.open_conflicts),
        "partner_apart": apart_to_json(hub.partner_apart),
        "xero_apart": apart_to_json(hub.xero_apart),
        **decided_to_row(hub),
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
        **credits_to_row(link),
    }


def _partner_number(link: InvoiceLink) -> str | None:
    """The number that the app shows: of its newest document, or of a change that it has taken since."""
    if link.document is not None and link.has_news_from_partner:
        return link.document.body.get("number")
    return partner_view(link.hub, link.hub.acked_revision).get("number")


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
            "id": uuid4(),
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
    begun = select(InvoiceLinkRow).where(InvoiceLinkRow.connection_id == connection_id, is_unfinished())
    return await _load(session, (await session.execute(begun)).scalars().all())


def is_unfinished() -> ColumnElement[bool]:
    """A create of the link's was begun, and its answer was not recorded."""
    # Written out, as the index has it.
    return InvoiceLinkRow.intents != literal_column("'{}'::jsonb")


async def mark_xero_due(
    session: WriteSession, link_ids: Sequence[UUID], touched_at: datetime | None = None
) -> None:
    """Ask for a fresh read of these links in Xero; with an instant, because somebody touched them then."""
    if link_ids:
        row = InvoiceLinkRow
        asked: dict[str, Any] = {"xero_due": True, "generation": row.generation + 1}
        if touched_at is None:
            # What is found now was brought by nobody, unless something of somebody's is on its way.
            was_settled = row.generation <= row.settled_generation
            asked["correlation_id"] = case((was_settled, null()), else_=row.correlation_id)
        else:
            asked["touched_at"] = func.greatest(InvoiceLinkRow.touched_at, touched_at)
        await session.execute(
            update(InvoiceLinkRow).where(among(InvoiceLinkRow.id, sorted(link_ids))).values(asked)
        )
