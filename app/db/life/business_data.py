"""What is kept of one business, table by table: given out whole, and deleted whole.

Every table that names a connection stands in one of the two lists, which a test holds; so nothing that is new can be
left out of an erasure. What stays after one is what the audit needs and says nothing of a person.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, Select, delete, select, tuple_, update
from sqlalchemy import Table as SqlTable

from app.db.postgres.session import Database, WriteSession
from app.db.tables import (
    AttemptRow,
    ChangeRow,
    ConflictRow,
    ConnectionRow,
    ContactLinkRow,
    DeliveryAttemptRow,
    DeliveryRow,
    DiscrepancyRow,
    ExportRow,
    ExportThingRow,
    InvoiceLinkRow,
    InvoiceSumRow,
    ItemLinkRow,
    ItemListRow,
    LinkUsageRow,
    MomentRow,
    NoticeRow,
    OAuthStateRow,
    PartnerEventRow,
    PartnerReadRow,
    ReadEndpointRow,
    ResolutionRow,
    SettingsVersionRow,
    ShopRefusalRow,
    ShopRow,
    Table,
    TestTransactionRow,
    UncomparedRow,
    UnlistedRow,
    WebhookSecretRow,
    XeroEventRow,
    XeroItemRow,
)
from app.domain.connections.settings import ConnectionSettings

ERASED: tuple[type[Table], ...] = (
    InvoiceSumRow,
    UncomparedRow,
    UnlistedRow,
    ExportRow,
    InvoiceLinkRow,
    ContactLinkRow,
    ItemLinkRow,
    ItemListRow,
    XeroItemRow,
    ChangeRow,
    ConflictRow,
    DiscrepancyRow,
    ResolutionRow,
    AttemptRow,
    MomentRow,
    XeroEventRow,
    PartnerEventRow,
    NoticeRow,
    DeliveryRow,
    PartnerReadRow,
    ReadEndpointRow,
    ShopRefusalRow,
    ShopRow,
    TestTransactionRow,
    OAuthStateRow,
    LinkUsageRow,
    SettingsVersionRow,
)
"""Deleted, in this order, each by its connection."""

KEPT = frozenset({"audit_entries", "closings", "erasures", "xero_usage"})
"""The audit log; that Xero was told; that it was erased; how many calls to Xero were made on which day."""

_INSIDE: tuple[tuple[type[Table], Any, Any], ...] = (
    (ExportThingRow, ExportThingRow.export_id, select(ExportRow.id)),
    (DeliveryAttemptRow, DeliveryAttemptRow.delivery_id, select(DeliveryRow.id)),
)
"""Tables that go with the rows that they are part of, and by which column."""

_NAMELESS = "erased"


async def list_data(
    database: Database, connection_id: UUID, batch: int
) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """Every row of a business with the name of its table, the connection's own first; nothing that is encrypted."""
    own = select(*_columns(ConnectionRow)).where(ConnectionRow.id == connection_id)
    async with database.reading() as session:
        for found in (await session.execute(own)).mappings():
            yield str(ConnectionRow.__tablename__), {str(name): value for name, value in found.items()}
    for table in ERASED:
        async for row in _walk(database, table, _of(table, connection_id), batch):
            yield str(table.__tablename__), row
    for table, column, owners in _INSIDE:
        inside = column.in_(owners.where(_owner_of(owners).c.connection_id == connection_id))
        async for row in _walk(database, table, inside, batch):
            yield str(table.__tablename__), row


async def delete_some(session: WriteSession, connection_id: UUID, limit: int) -> int:
    """Delete so many rows at most, of the first table that has any; 0 when nothing is left."""
    await _delete_secrets(session, connection_id)
    for table in ERASED:
        some = select(*_key(table)).where(_of(table, connection_id)).limit(limit)
        deleted = delete(table).where(tuple_(*_key(table)).in_(some)).returning(*_key(table))
        count = len((await session.execute(deleted, execution_options={"synchronize_session": False})).all())
        if count:
            return count
    return 0


async def make_nameless(session: WriteSession, connection_id: UUID) -> None:
    """Take out of the connection what says whose it was; its id, its dates and that it was removed stay."""
    await session.execute(
        update(ConnectionRow)
        .where(ConnectionRow.id == connection_id)
        .values(
            business_id=_NAMELESS,
            display_name=_NAMELESS,
            tenant_id=None,
            xero_connection_id=None,
            offered=[],
            settings=ConnectionSettings().to_json(),
            organisation=None,
            compare_run=None,
            compared=None,
        )
    )


async def _walk(
    database: Database, table: type[Table], where: Any, batch: int
) -> AsyncIterator[dict[str, Any]]:
    """Its rows in the order of its key, each batch a look of its own, so that no transaction stays open."""
    key, after = tuple_(*_key(table)), None
    while True:
        page: Select[Any] = select(*_columns(table)).where(where).order_by(*_key(table)).limit(batch)
        if after is not None:
            page = page.where(key > tuple_(*after))
        async with database.reading() as session:
            rows: Sequence[Any] = (await session.execute(page)).mappings().all()
        for row in rows:
            yield dict(row)
        if len(rows) < batch:
            return
        after = [rows[-1][column.name] for column in _key(table)]


async def _delete_secrets(session: WriteSession, connection_id: UUID) -> None:
    """Those by which the connection's own read endpoint was called: they name it, and no connection."""
    endpoints = select(ReadEndpointRow.id).where(ReadEndpointRow.connection_id == connection_id)
    await session.execute(delete(WebhookSecretRow).where(WebhookSecretRow.owner_id.in_(endpoints)))


def _of(table: type[Table], connection_id: UUID) -> Any:
    return _table(table).c.connection_id == connection_id


def _owner_of(owners: Select[Any]) -> Any:
    return owners.get_final_froms()[0]


def _columns(table: type[Table]) -> list[Any]:
    return [column for column in _table(table).columns if not isinstance(column.type, LargeBinary)]


def _key(table: type[Table]) -> list[Any]:
    return list(_table(table).primary_key.columns)


def _table(table: type[Table]) -> SqlTable:
    found = table.__table__
    assert isinstance(found, SqlTable)
    return found
