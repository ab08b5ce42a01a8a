"""The shop of a connection: set, found, heard, and what became of its credentials."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import case, delete, exists, select, update
from sqlalchemy.dialects.postgresql import insert

from app.db.partners.read_endpoints import read_anew
from app.db.postgres.session import ReadSession, WriteSession
from app.db.tables import InvoiceLinkRow, ShopRefusalRow, ShopRow
from app.db.upkeep import audit


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop; its credentials and the secret of its webhooks are encrypted."""

    connection_id: UUID
    platform: str
    address: str
    credentials: bytes = field(repr=False)
    credentials_end_at: datetime | None
    webhook_secret: bytes | None = field(repr=False)
    orders_from: date
    time_zone: str
    customers: str
    customer_name: str | None
    heard_at: datetime | None
    refused_at: datetime | None
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class NewShop:
    """What is set of a shop."""

    platform: str
    address: str
    credentials: bytes = field(repr=False)
    webhook_secret: bytes | None = field(repr=False)
    orders_from: date
    time_zone: str
    customers: str
    customer_name: str | None


async def save_shop(
    session: WriteSession, partner_id: UUID, connection_id: UUID, new: NewShop, at: datetime
) -> Shop:
    """Set the shop of a connection, whose row is locked; orders are read anew from the start.

    When its credentials end is known as long as these stay.
    """
    values = {
        "platform": new.platform,
        "address": new.address,
        "credentials": new.credentials,
        "credentials_end_at": None,
        "webhook_secret": new.webhook_secret,
        "orders_from": new.orders_from,
        "time_zone": new.time_zone,
        "customers": new.customers,
        "customer_name": new.customer_name,
        "refused_at": None,
        "changed_at": at,
    }
    await _forget_refusals_of_another(session, connection_id, new.platform)
    saved = insert(ShopRow).values(connection_id=connection_id, **values)
    row = ShopRow
    stays = case((row.credentials == saved.excluded.credentials, row.credentials_end_at), else_=None)
    await session.execute(
        saved.on_conflict_do_update(
            index_elements=["connection_id"], set_={**values, "credentials_end_at": stays}
        )
    )
    await read_anew(session, partner_id, connection_id)
    audit.note(session, "shop_set", partner_id=partner_id, connection_id=connection_id, platform=new.platform)
    found = await find_shop(session, connection_id)
    assert found is not None  # it was just saved
    return found


async def _forget_refusals_of_another(session: WriteSession, connection_id: UUID, platform: str) -> None:
    """Orders of another kind of shop, whose ids say nothing here."""
    of_another = exists().where(ShopRow.connection_id == connection_id, ShopRow.platform != platform)
    refused = delete(ShopRefusalRow).where(ShopRefusalRow.connection_id == connection_id, of_another)
    await session.execute(refused, execution_options={"synchronize_session": False})


async def find_shop(session: ReadSession, connection_id: UUID) -> Shop | None:
    """The shop of a connection, or None."""
    wanted = select(ShopRow).where(ShopRow.connection_id == connection_id)
    row = (await session.execute(wanted.execution_options(populate_existing=True))).scalar_one_or_none()
    return _from_row(row) if row else None


async def lock_shop(session: WriteSession, connection_id: UUID) -> Shop | None:
    """The same, whose credentials nobody renews until the transaction ends."""
    await session.execute(
        select(ShopRow.connection_id).where(ShopRow.connection_id == connection_id).with_for_update()
    )
    return await find_shop(session, connection_id)


async def has_taken_orders(session: ReadSession, connection_id: UUID, prefix: str) -> bool:
    """Whether the connection has invoices whose ids begin so, as those of one kind of shop do."""
    row = InvoiceLinkRow
    taken = select(row.id).where(
        row.connection_id == connection_id, row.partner_invoice_id.startswith(prefix, autoescape=True)
    )
    return (await session.execute(taken.limit(1))).first() is not None


async def delete_shop(session: WriteSession, partner_id: UUID, connection_id: UUID) -> None:
    """Read the shop no more, and forget its secrets; what was taken in stays."""
    await forget_shop(session, connection_id)
    await read_anew(session, partner_id, connection_id)
    audit.note(session, "shop_deleted", partner_id=partner_id, connection_id=connection_id)


async def forget_shop(session: WriteSession, connection_id: UUID) -> None:
    """Forget the shop of a connection, if it has one, with its secrets and what was refused of it."""
    await session.execute(delete(ShopRefusalRow).where(ShopRefusalRow.connection_id == connection_id))
    await session.execute(delete(ShopRow).where(ShopRow.connection_id == connection_id))


async def save_heard(session: WriteSession, connection_id: UUID, at: datetime) -> None:
    """A webhook of the shop came."""
    await session.execute(update(ShopRow).where(ShopRow.connection_id == connection_id).values(heard_at=at))


async def save_credentials(
    session: WriteSession, connection_id: UUID, held: bytes, credentials: bytes, end_at: datetime | None
) -> bool:
    """Keep what a shop gave for those that are held; False, and nothing kept, where a person has set others meanwhile.

    Whatever else a person set leaves them: the shop may take no other any more.
    """
    saved = (
        update(ShopRow)
        .where(ShopRow.connection_id == connection_id, ShopRow.credentials == held)
        .values(credentials=credentials, credentials_end_at=end_at)
        .returning(ShopRow.connection_id)
    )
    return (await session.execute(saved)).scalar_one_or_none() is not None


async def save_refused(session: WriteSession, shop: Shop, refused_at: datetime | None) -> None:
    """The shop does not take its credentials, or takes them again (None); since when stays as it was first said."""
    row = ShopRow
    concerned = update(row).where(
        row.connection_id == shop.connection_id,
        row.changed_at == shop.changed_at,
        row.refused_at.is_(None) if refused_at else row.refused_at.is_not(None),
    )
    await session.execute(concerned.values(refused_at=refused_at))


def _from_row(row: ShopRow) -> Shop:
    return Shop(
        connection_id=row.connection_id,
        platform=row.platform,
        address=row.address,
        credentials=row.credentials,
        credentials_end_at=row.credentials_end_at,
        webhook_secret=row.webhook_secret,
        orders_from=row.orders_from,
        time_zone=row.time_zone,
        customers=row.customers,
        customer_name=row.customer_name,
        heard_at=row.heard_at,
        refused_at=row.refused_at,
        created_at=row.created_at,
        changed_at=row.changed_at,
    )
