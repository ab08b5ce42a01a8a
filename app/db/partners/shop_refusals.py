"""Orders of a shop of which no invoice could be made, each with its reason until it is taken."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from app.db.postgres.numbered import Numbered, in_numbers
from app.db.postgres.session import ReadSession, WriteSession
from app.db.tables import ShopRefusalRow

LONGEST_NAME, LONGEST_REASON = 255, 1_000


@dataclass(frozen=True, slots=True)
class RefusedOrder:
    """An order, by the shop's id and number, and why it was not taken."""

    order_id: str
    number: str
    reason: str


@dataclass(frozen=True, slots=True)
class KeptRefusal:
    """The same as it is kept."""

    id: int
    order_id: str
    number: str
    reason: str
    refused_at: datetime


async def save_refusals(
    session: WriteSession, connection_id: UUID, refused: Sequence[RefusedOrder], at: datetime
) -> None:
    """Keep these, each once; one that was kept before has its newest reason. No order comes twice."""
    if not refused:
        return
    rows = [
        {
            "connection_id": connection_id,
            "order_id": one.order_id,
            "number": one.number,
            "reason": one.reason,
            "refused_at": at,
        }
        for one in refused
    ]
    saved = insert(ShopRefusalRow).values(rows)
    news = {name: saved.excluded[name] for name in ("number", "reason", "refused_at")}
    await session.execute(
        saved.on_conflict_do_update(index_elements=["connection_id", "order_id"], set_=news)
    )


async def forget_refusals(session: WriteSession, connection_id: UUID, order_ids: Collection[str]) -> None:
    """These orders were taken, or are gone from the shop."""
    row = ShopRefusalRow
    if order_ids:
        taken = delete(row).where(row.connection_id == connection_id, row.order_id.in_(sorted(order_ids)))
        await session.execute(taken)


async def list_refusals(session: ReadSession, connection_id: UUID, wanted: Numbered) -> Sequence[KeptRefusal]:
    """A page of them."""
    row = ShopRefusalRow
    page = in_numbers(select(row).where(row.connection_id == connection_id), row.id, wanted)
    return [_from_row(found) for found in (await session.execute(page)).scalars()]


async def find_refusal(session: ReadSession, connection_id: UUID, number: str) -> KeptRefusal | None:
    """The newest one of an order of that number, or None."""
    row = ShopRefusalRow
    wanted = select(row).where(row.connection_id == connection_id, row.number == number)
    found = (await session.execute(wanted.order_by(row.id.desc()).limit(1))).scalar_one_or_none()
    return _from_row(found) if found else None


async def count_refusals(session: ReadSession, connection_id: UUID) -> int:
    """How many there are."""
    counted = select(func.count()).where(ShopRefusalRow.connection_id == connection_id)
    return (await session.execute(counted)).scalar_one()


def _from_row(row: ShopRefusalRow) -> KeptRefusal:
    return KeptRefusal(row.id, row.order_id, row.number, row.reason, row.refused_at)
