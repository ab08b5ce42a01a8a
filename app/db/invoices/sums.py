"""What invoices come to on each side: kept for each link as it is recorded, summed by currency when it is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.dialects.postgresql import Insert, insert

from app.db.postgres.built import asked
from app.db.postgres.given import bare, give, rows_given, types_of
from app.db.postgres.session import ReadSession, WriteSession
from app.db.tables import InvoiceSumRow
from app.domain.invoices.sums import SideSum, Sums

_PARTS = ("total", "paid", "credited", "due")


@dataclass(frozen=True, slots=True)
class Total:
    """All invoices of one currency: how many, both sides' sums, and of how many a side has none."""

    currency: str
    invoices: int
    partner: SideSum
    xero: SideSum
    unknown_to_partner: int
    unknown_to_xero: int


async def save_sums(
    session: WriteSession, connection_id: UUID, sums: Mapping[UUID, tuple[Sums, datetime | None]]
) -> None:
    """Keep what these links come to, with when the partner's side last spoke of each; what is known stays as it is."""
    if sums:
        await session.execute(SAVING_SUMS, give_sums(connection_id, sums))


def give_sums(connection_id: UUID, sums: Mapping[UUID, tuple[Sums, datetime | None]]) -> dict[str, Any]:
    """The parameters of `SAVING_SUMS`."""
    rows = [_columns(link_id, *sums[link_id]) for link_id in sorted(sums)]
    return {"of_connection": connection_id, **give(_SAVED, rows, _PREFIX)}


_PREFIX = "sum_"
"""These rows are given beside others (`recorded`)."""


_SAVED = types_of(
    InvoiceSumRow,
    "link_id",
    "currency",
    "is_counted",
    "partner_at",
    *(f"{name}_{part}" for name in ("partner", "xero") for part in _PARTS),
)


def build_saving_sums(*conditions: ColumnElement[bool]) -> Insert:
    """The statement that keeps sums, where these conditions hold."""
    table, given = bare(InvoiceSumRow), rows_given(_SAVED, "sums_given", _PREFIX)
    of_connection = asked("of_connection", table.c.connection_id)
    rows = select(of_connection, *(given.c[name] for name in _SAVED)).where(*conditions)
    statement = insert(table).from_select(["connection_id", *_SAVED], rows)
    news = {name: statement.excluded[name] for name in ("connection_id", *_SAVED) if name != "link_id"}
    differs = or_(*(table.c[name].is_distinct_from(new) for name, new in news.items()))
    return statement.on_conflict_do_update(index_elements=["link_id"], set_=news, where=differs)


SAVING_SUMS = build_saving_sums()


def _columns(link_id: UUID, sums: Sums, partner_at: datetime | None) -> dict[str, Any]:
    sides = {"partner": sums.partner, "xero": sums.xero}
    return {
        "link_id": link_id,
        "currency": sums.currency,
        "is_counted": sums.is_counted,
        "partner_at": partner_at,
        **{
            f"{name}_{part}": getattr(side, part) if side else None
            for name, side in sides.items()
            for part in _PARTS
        },
    }


async def list_totals(session: ReadSession, connection_id: UUID) -> list[Total]:
    """The totals of a connection's invoices, by currency."""
    row = InvoiceSumRow
    parts = [_sum(getattr(row, f"{name}_{part}")) for name in ("partner", "xero") for part in _PARTS]
    unknown = [func.count().filter(column.is_(None)) for column in (row.partner_total, row.xero_total)]
    summed = (
        select(row.currency, func.count(), *parts, *unknown)
        .where(row.connection_id == connection_id, row.is_counted)
        .group_by(row.currency)
        .order_by(row.currency)
    )
    return [
        Total(found[0], found[1], SideSum(*found[2:6]), SideSum(*found[6:10]), found[10], found[11])
        for found in await session.execute(summed)
    ]


def _sum(column: Any) -> ColumnElement[Decimal]:
    return func.coalesce(func.sum(column), Decimal("0.00"))


async def find_partner_known_at(session: ReadSession, connection_id: UUID) -> datetime | None:
    """When the partner's newest document of any invoice came."""
    newest = select(func.max(InvoiceSumRow.partner_at)).where(InvoiceSumRow.connection_id == connection_id)
    return (await session.execute(newest)).scalar_one_or_none()
