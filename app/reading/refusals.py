"""Orders of a shop that could not be taken: kept while that is so, with their reasons, for people to read."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import structlog

from app.db.partners.shop_refusals import (
    LONGEST_NAME,
    LONGEST_REASON,
    RefusedOrder,
    forget_refusals,
    save_refusals,
)
from app.db.postgres.session import Database
from app.reading.words import make_storable

log = structlog.get_logger(__name__)


async def keep_refusals(
    database: Database,
    connection_id: UUID,
    looked_at: Collection[str],
    refused: Sequence[RefusedOrder],
    now: datetime,
) -> None:
    """Of the orders that were looked at, those that are not refused were taken, and their refusals go."""
    newest = {one.order_id: one for one in map(_as_kept, refused)}
    for one in newest.values():
        log.warning(
            "shop_order_refused",
            connection_id=str(connection_id),
            order_id=one.order_id,
            number=one.number,
            reason=one.reason,
        )
    async with database.writing() as session:
        await forget_refusals(session, connection_id, set(looked_at) - newest.keys())
        # In one order everywhere, so that two looks never wait for each other.
        await save_refusals(session, connection_id, [newest[order_id] for order_id in sorted(newest)], now)


def _as_kept(one: RefusedOrder) -> RefusedOrder:
    """In characters that PostgreSQL can keep: what makes an order unreadable may stand in its own number."""
    return RefusedOrder(
        make_storable(one.order_id, LONGEST_NAME),
        make_storable(one.number, LONGEST_NAME),
        make_storable(one.reason, LONGEST_REASON),
    )
