"""Item links: how a product comes in, which are behind, and how the loop records what it found.

Intake owns the document columns and raises `generation`; the rest is the loop's, written under the connection's lease.
Everybody locks the connection's row before these. What is shown of them is in `db.items.item_lists`.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, case, func, or_, select, update

from app.db.links.shelves import Document, Shelf
from app.db.links.skips import skip_from_row
from app.db.postgres.session import ReadSession, WriteSession
from app.db.tables import ItemLinkRow
from app.domain.invoices.link import Intent, Standing, State
from app.domain.item import GONE, ItemLink


def _build_columns(document: Document, at: datetime) -> dict[str, Any]:
    return {"document": dict(document), "document_version": document["version"], "touched_at": at}


ITEMS = Shelf(ItemLinkRow, "partner_item_id", _build_columns, has_revisions=False, is_word=False)
"""Where products are kept."""


async def list_items_behind(session: ReadSession, connection_id: UUID, limit: int) -> list[ItemLink]:
    """Products that are behind, the longest waiting first."""
    behind = (
        select(ItemLinkRow)
        .where(_is_behind(connection_id))
        .order_by(ItemLinkRow.touched_at, ItemLinkRow.id)
        .limit(limit)
    )
    return [item_link_from_row(row) for row in (await session.execute(behind)).scalars()]


async def count_items_behind(session: ReadSession, connection_id: UUID) -> int:
    """How many products of a connection are behind."""
    counted = select(func.count()).select_from(ItemLinkRow).where(_is_behind(connection_id))
    return (await session.execute(counted)).scalar_one()


async def list_codes_behind(session: ReadSession, connection_id: UUID) -> set[str]:
    """The codes of products that are behind."""
    code = ItemLinkRow.document["code"].astext
    return set((await session.execute(select(code).where(_is_behind(connection_id)))).scalars())


async def list_item_links_by_xero_id(
    session: ReadSession, connection_id: UUID, xero_item_ids: Collection[str] | None
) -> list[ItemLink]:
    """The linked products, or those linked to these items of Xero."""
    row = ItemLinkRow
    linked = select(row).where(row.connection_id == connection_id, row.xero_item_id.is_not(None))
    if xero_item_ids is not None:
        linked = linked.where(row.xero_item_id.in_(list(xero_item_ids)))
    return [item_link_from_row(found) for found in (await session.execute(linked)).scalars()]


async def save_item_links(
    session: WriteSession, links: Sequence[ItemLink], at: datetime, *, again: Collection[UUID]
) -> None:
    """Record what the loop found; the generation that was seen is settled, but for the links named in `again`."""
    if not links:
        return
    row = ItemLinkRow
    same_standing = and_(
        row.state == bindparam("state"), row.reason_code.is_not_distinct_from(bindparam("reason_code"))
    )
    statement = (
        update(row)
        .where(row.id == bindparam("link_id"))
        .values(
            since_at=case((same_standing, row.since_at), else_=bindparam("saved_at")),
            **{name: bindparam(name) for name in _params(links[0], at, again) if name not in _KEYS},
        )
        .execution_options(synchronize_session=None)
    )
    connection = await session.connection()
    in_order = sorted(links, key=lambda link: link.id)
    await connection.execute(statement, [_params(link, at, again) for link in in_order])


async def trigger_items(
    session: WriteSession,
    connection_id: UUID,
    *,
    only_held: bool = False,
    held_with: str | None = None,
    ids: Collection[UUID] | None = None,
) -> None:
    """Look again at a connection's products, but for those that somebody took out of Xero; `held_with` is a code."""
    row = ItemLinkRow
    wanted = update(row).where(
        row.connection_id == connection_id, or_(row.reason_code.is_(None), row.reason_code != GONE)
    )
    if only_held or held_with is not None:
        wanted = wanted.where(row.state == State.HELD.value)
    if held_with is not None:
        wanted = wanted.where(row.reason_code == held_with)
    if ids is not None:
        wanted = wanted.where(row.id.in_(list(ids)))
    await session.execute(wanted.values(generation=row.generation + 1))


def item_link_from_row(row: ItemLinkRow) -> ItemLink:
    """The domain value of a row."""
    return ItemLink(
        id=row.id,
        partner_item_id=row.partner_item_id,
        xero_item_id=row.xero_item_id,
        generation=row.generation,
        document=row.document,
        standing=Standing(State(row.state), row.reason_code, row.reason_message, row.reason_cure),
        record=row.record,
        partner_shadow=row.partner_shadow,
        xero_shadow=row.xero_shadow,
        unanswered=row.unanswered,
        intent=Intent(row.intent_key, row.intent_at) if row.intent_key and row.intent_at else None,
        skip=skip_from_row(row),
    )


def _is_behind(connection_id: UUID) -> ColumnElement[bool]:
    row = ItemLinkRow
    return and_(row.connection_id == connection_id, row.generation > row.settled_generation)


_KEYS = {"link_id", "saved_at"}


def _params(link: ItemLink, at: datetime, again: Collection[UUID]) -> dict[str, Any]:
    return {
        "link_id": link.id,
        "saved_at": at,
        "xero_item_id": link.xero_item_id,
        "state": link.standing.state.value,
        "reason_code": link.standing.code,
        "reason_message": link.standing.message,
        "reason_cure": link.standing.cure,
        "settled_generation": link.generation - (link.id in again),
        "record": dict(link.record),
        "partner_shadow": dict(link.partner_shadow),
        "xero_shadow": dict(link.xero_shadow),
        "unanswered": None if link.unanswered is None else dict(link.unanswered),
        "intent_key": link.intent.key if link.intent else None,
        "intent_at": link.intent.at if link.intent else None,
    }
