"""What is shown of products: page by page, or one by id. Each filter and each sort has an index in `tables.items`."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, literal_column, select

from app.db.items.item_links import item_link_from_row
from app.db.links.listing import Position, Sort, begins_with, in_order, is_shown_as
from app.db.postgres.session import ReadSession
from app.db.tables import ItemLinkRow
from app.db.tables.items import ITEM_CODE, ITEM_NAME
from app.domain.holds.skip import Skip
from app.domain.invoices.link import State
from app.domain.item import ItemLink


@dataclass(frozen=True, slots=True)
class KeptItem:
    """A product as the API shows it: its link, the version held, and since when it stands as it does."""

    link: ItemLink
    version: int
    since_at: datetime
    touched_at: datetime
    created_at: datetime
    updated_at: datetime
    is_behind: bool

    @property
    def id(self) -> UUID:
        return self.link.id

    @property
    def skip(self) -> Skip | None:
        return self.link.skip


@dataclass(frozen=True, slots=True)
class WantedItems:
    """Which products a page is about; None does not narrow. `code` and how the `name` begins, whatever their case.

    `state` is the link's; what the settings make of all products at once is the API's to say.
    """

    state: State | None = None
    code: str | None = None
    name: str | None = None
    updated_since: datetime | None = None
    is_in_xero: bool | None = None
    sort: Sort = Sort.CREATED
    after: Position | None = None
    limit: int = 100


async def list_kept_items(session: ReadSession, connection_id: UUID, wanted: WantedItems) -> list[KeptItem]:
    """One page of a connection's products."""
    rows = await session.execute(build_item_page(connection_id, wanted))
    return [_kept(found) for found in rows.scalars()]


async def find_kept_item(session: ReadSession, connection_id: UUID, partner_item_id: str) -> KeptItem | None:
    """One product by the partner's id, or None."""
    row = ItemLinkRow
    wanted = select(row).where(row.connection_id == connection_id, row.partner_item_id == partner_item_id)
    # What this transaction has read before may have been written since.
    fresh = wanted.execution_options(populate_existing=True)
    found = (await session.execute(fresh)).scalar_one_or_none()
    return _kept(found) if found else None


def build_item_page(connection_id: UUID, wanted: WantedItems) -> Select[ItemLinkRow]:
    """The query of one page."""
    row = ItemLinkRow
    page = select(row).where(row.connection_id == connection_id, *_list_filters(wanted))
    return in_order(page, row, wanted.sort, wanted.after, wanted.limit)


def _list_filters(wanted: WantedItems) -> Iterator[ColumnElement[bool]]:
    row = ItemLinkRow
    if wanted.state is not None:
        yield is_shown_as(row, wanted.state)
    if wanted.code is not None:
        code: ColumnElement[str] = literal_column(ITEM_CODE)
        yield code == func.lower(wanted.code)
    if wanted.name is not None:
        yield from begins_with(literal_column(ITEM_NAME), wanted.name)
    if wanted.updated_since is not None:
        yield row.updated_at >= wanted.updated_since
    if wanted.is_in_xero is not None:
        yield row.xero_item_id.is_not(None) if wanted.is_in_xero else row.xero_item_id.is_(None)


def _kept(row: ItemLinkRow) -> KeptItem:
    return KeptItem(
        link=item_link_from_row(row),
        version=row.document_version,
        since_at=row.since_at,
        touched_at=row.touched_at,
        created_at=row.created_at,
        updated_at=row.updated_at,
        is_behind=row.generation > row.settled_generation,
    )
