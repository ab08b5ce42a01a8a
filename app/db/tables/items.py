"""Items: the partner's products and their links, and what was last read of Xero's own list."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.tables.link_columns import LinkColumns
from app.db.tables.links import IS_BEHIND
from app.db.tables.table import Table

ITEM_CODE = "lower(document ->> 'code')"
"""A product's code as the app says it, whatever its case."""

ITEM_NAME = "lower(document ->> 'name')"
"""A product's name in the form in which beginnings of names are looked for."""


class ItemLinkRow(LinkColumns, Table):
    """The pair of identities of one product, and what we know of each side (see `domain.item`).

    `document` is the partner's newest word as it came; `record`, `partner_shadow` and `xero_shadow` are in Xero's
    words. `intent_key`, `intent_at` and `unanswered` stand from before a write until its answer is recorded.
    """

    __tablename__ = "item_links"
    __table_args__ = (
        Index("uq_item_links_partner", "connection_id", "partner_item_id", unique=True),
        Index(
            "uq_item_links_xero",
            "connection_id",
            "xero_item_id",
            unique=True,
            postgresql_where=text("xero_item_id IS NOT NULL"),
        ),
        Index(
            "ix_item_links_behind",
            "connection_id",
            "touched_at",
            postgresql_where=text("generation > settled_generation"),
        ),
        Index("ix_item_links_held", "connection_id", postgresql_where=text("state = 'held'")),
        Index("ix_item_links_skipped", "connection_id", postgresql_where=text("skipped_at IS NOT NULL")),
        Index("ix_item_links_listed", "connection_id", "created_at", "id"),
        Index("ix_item_links_updated", "connection_id", "updated_at", "id"),
        Index(
            "ix_item_links_behind_listed",
            "connection_id",
            "created_at",
            "id",
            postgresql_where=text(IS_BEHIND),
        ),
        Index(
            "ix_item_links_not_in_xero",
            "connection_id",
            "created_at",
            "id",
            postgresql_where=text("xero_item_id IS NULL"),
        ),
        Index("ix_item_links_code", "connection_id", literal_column(ITEM_CODE).label("code_key")),
        Index(
            "ix_item_links_name",
            "connection_id",
            literal_column(ITEM_NAME).label("shown_name"),
            postgresql_ops={"shown_name": "text_pattern_ops"},
        ),
    )

    connection_id: Mapped[UUID] = mapped_column(ForeignKey("connections.id"))
    partner_item_id: Mapped[str]
    xero_item_id: Mapped[str | None]

    document: Mapped[dict[str, Any]]
    document_version: Mapped[int] = mapped_column(BigInteger)
    intent_key: Mapped[str | None]
    intent_at: Mapped[datetime | None]


class ItemListRow(Table):
    """That Xero's items are kept for a connection, and when all of them were last read; no row: nobody needs them."""

    __tablename__ = "item_lists"

    connection_id: Mapped[UUID] = mapped_column(ForeignKey("connections.id"), primary_key=True)
    fetched_at: Mapped[datetime]


class XeroItemRow(Table):
    """One item of Xero's as it was last read, kept so that lines and products are matched without a call.

    `code_key` is the code as codes are compared; `details` are the other fields in Xero's words.
    """

    __tablename__ = "xero_items"
    __table_args__ = (Index("ix_xero_items_code", "connection_id", "code_key"),)

    connection_id: Mapped[UUID] = mapped_column(ForeignKey("connections.id"), primary_key=True)
    xero_item_id: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str]
    code_key: Mapped[str]
    details: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime]
