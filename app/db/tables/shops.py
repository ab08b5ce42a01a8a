"""Shops: where the orders of a connection's shop are read, and those of which no invoice could be made."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.tables.table import Table


class ShopRow(Table):
    """The shop of a connection, which is read in place of its partner's app.

    `credentials` are the encrypted JSON of the platform's own words, `webhook_secret` the encrypted secret that its
    webhooks are signed with, null where none was given. `credentials_end_at` is when they end by themselves, as far as
    the shop said. Orders placed before `orders_from`, a day in `time_zone`, are never read. `customers`
    says under which contacts orders are booked, `customer_name` the name of the one for all. `heard_at` is when a
    webhook came last, `refused_at` since when the shop takes the credentials no more.
    """

    __tablename__ = "shops"

    connection_id: Mapped[UUID] = mapped_column(ForeignKey("connections.id"), primary_key=True)
    platform: Mapped[str]
    address: Mapped[str]
    credentials: Mapped[bytes]
    credentials_end_at: Mapped[datetime | None]
    webhook_secret: Mapped[bytes | None]
    orders_from: Mapped[date]
    time_zone: Mapped[str]
    customers: Mapped[str]
    customer_name: Mapped[str | None]
    heard_at: Mapped[datetime | None]
    refused_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    changed_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class ShopRefusalRow(Table):
    """An order of which no invoice could be made, or whose document was refused; gone once it is taken.

    `refused_at` is when that was last found.
    """

    __tablename__ = "shop_refusals"
    __table_args__ = (
        Index("uq_shop_refusals_order", "connection_id", "order_id", unique=True),
        Index("ix_shop_refusals_listed", "connection_id", "id"),
        Index("ix_shop_refusals_number", "connection_id", "number"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    connection_id: Mapped[UUID] = mapped_column(ForeignKey("connections.id"))
    order_id: Mapped[str]
    number: Mapped[str]
    reason: Mapped[str]
    refused_at: Mapped[datetime]
