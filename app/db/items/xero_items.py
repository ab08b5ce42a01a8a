"""Xero's list of items as it was last read, so that lines and products are matched without a call.

Whoever reads the list replaces it whole, or lays what was modified over it, as does the answer to a write. A connection
has a list from the first time that it needed one.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Text, delete, func, literal_column, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from app.db.postgres.built import among_asked, asked
from app.db.postgres.given import among, bare
from app.db.postgres.session import ReadSession, WriteSession
from app.db.tables import ItemLinkRow, ItemListRow, XeroItemRow
from app.db.tables.items import ITEM_CODE
from app.domain.record.item_code import fold
from app.domain.xero.xero_item import XeroItem

ROWS_AT_ONCE = 1000
"""PostgreSQL takes some 32,000 values in one statement."""


async def find_list_fetched_at(session: ReadSession, connection_id: UUID) -> datetime | None:
    """When the whole list was last read; None where nobody needed it yet."""
    return (await session.execute(_FETCHED_AT, {"of_connection": connection_id})).scalar_one_or_none()


_LIST = bare(ItemListRow).c
_FETCHED_AT = select(_LIST.fetched_at).where(
    _LIST.connection_id == asked("of_connection", _LIST.connection_id)
)


async def find_newest_change(session: ReadSession, connection_id: UUID) -> datetime | None:
    """Xero's own time of the newest change in the list."""
    newest = select(func.max(XeroItemRow.updated_at)).where(XeroItemRow.connection_id == connection_id)
    return (await session.execute(newest)).scalar_one()


async def replace_xero_items(
    session: WriteSession, connection_id: UUID, items: Sequence[XeroItem], at: datetime
) -> None:
    """Keep the whole list, as it was read at that time."""
    await session.execute(delete(XeroItemRow).where(XeroItemRow.connection_id == connection_id))
    await save_xero_items(session, connection_id, items)
    kept = insert(ItemListRow).values(connection_id=connection_id, fetched_at=at)
    await session.execute(
        kept.on_conflict_do_update(index_elements=["connection_id"], set_={"fetched_at": at})
    )


async def save_xero_items(session: WriteSession, connection_id: UUID, items: Sequence[XeroItem]) -> None:
    """Lay these items over the list."""
    rows = [_row(connection_id, item) for item in sorted(items, key=lambda item: item.xero_item_id)]
    for start in range(0, len(rows), ROWS_AT_ONCE):
        statement = insert(XeroItemRow).values(rows[start : start + ROWS_AT_ONCE])
        excluded = statement.excluded
        await session.execute(
            statement.on_conflict_do_update(
                index_elements=["connection_id", "xero_item_id"],
                set_={
                    "code": excluded.code,
                    "code_key": excluded.code_key,
                    "details": excluded.details,
                    "updated_at": excluded.updated_at,
                },
            )
        )


async def list_xero_items(
    session: ReadSession,
    connection_id: UUID,
    *,
    code_keys: Collection[str],
    xero_item_ids: Collection[str] = (),
) -> list[XeroItem]:
    """The items with those folded codes, or those ids."""
    row = XeroItemRow
    wanted = row.code_key.in_(list(code_keys)) | row.xero_item_id.in_(list(xero_item_ids))
    found = await session.execute(select(row).where(row.connection_id == connection_id, wanted))
    return [_from_row(each) for each in found.scalars()]


async def list_codes(session: ReadSession, connection_id: UUID, code_keys: Collection[str]) -> dict[str, str]:
    """Xero's code of now for each of those folded codes: the one that is the same, else the one of the product that the
    app calls so, where somebody gave its item another in Xero, which is then in it too. What is not there is left out.
    """
    items = await list_xero_items(session, connection_id, code_keys=code_keys)
    found = {fold(item.code): item.code for item in items}
    missing = set(code_keys) - found.keys()
    if missing:
        asking = {"of_connection": connection_id, "code_keys": sorted(missing)}
        for own, code in await session.execute(_RENAMED, asking):
            found |= {fold(own): code, fold(code): code}
    return found


# What the app says is what it said when its product was last brought there, and nothing of the code is due.
_PRODUCT, _XEROS = bare(ItemLinkRow).c, bare(XeroItemRow).c
_OWN_CODE = _PRODUCT.document["code"].astext
_RENAMED = select(_OWN_CODE, _XEROS.code).where(
    _PRODUCT.connection_id == asked("of_connection", _PRODUCT.connection_id),
    among_asked(literal_column(ITEM_CODE, Text), "code_keys"),
    _XEROS.connection_id == _PRODUCT.connection_id,
    _XEROS.xero_item_id == _PRODUCT.xero_item_id,
    _PRODUCT.partner_shadow["code"].astext == _OWN_CODE,
    _PRODUCT.record["code"].astext == _XEROS.code,
)


async def is_item_lost(session: ReadSession, connection_id: UUID, code: str | None) -> bool:
    """Whether the list was read and has no item of that code; never so for no code."""
    if code is None or await find_list_fetched_at(session, connection_id) is None:
        return False
    return not await list_xero_items(session, connection_id, code_keys=[fold(code)])


async def list_lost_items(session: ReadSession, codes: Mapping[UUID, str]) -> set[UUID]:
    """Which of these connections have lost the item of that code (`is_item_lost`)."""
    if not codes:
        return set()
    item = XeroItemRow
    is_one = tuple_(item.connection_id, item.code_key).in_(
        [(connection_id, fold(code)) for connection_id, code in codes.items()]
    )
    there = select(item.connection_id).where(is_one)
    with_list = select(_LIST.connection_id).where(among(_LIST.connection_id, codes))
    return set((await session.execute(with_list.except_(there))).scalars())


def _row(connection_id: UUID, item: XeroItem) -> dict[str, Any]:
    fields = item.fields
    return {
        "connection_id": connection_id,
        "xero_item_id": item.xero_item_id,
        "code": item.code,
        "code_key": fold(item.code),
        "details": {name: value for name, value in fields.items() if name != "code"},
        "updated_at": item.updated_at,
    }


def _from_row(row: XeroItemRow) -> XeroItem:
    price = row.details["unit_price"]
    details = row.details | {"unit_price": None if price is None else Decimal(price)}
    return XeroItem(xero_item_id=row.xero_item_id, code=row.code, updated_at=row.updated_at, **details)
