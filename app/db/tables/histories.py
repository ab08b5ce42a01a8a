"""The history of a link, as far as no other table keeps it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.db.tables.table import Table


class MomentRow(Table):
    """One moment in the life of an invoice's link, a contact's or a product's: a document was taken in, or a hold or
    a decision began or ended.

    `facts` say the rest: `version` and `based_on` of a document; `code`, `message` and `cure` of a hold;
    `resolution_id`, `action` and `paths` of a decision, with the `note` of whoever took it, or the `state` and the
    `reason` of its end.
    """

    __tablename__ = "moments"
    __table_args__ = (Index("ix_moments_link", "link_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    connection_id: Mapped[UUID] = mapped_column(ForeignKey("connections.id"))
    link_id: Mapped[UUID]
    kind: Mapped[str]
    facts: Mapped[dict[str, Any]]
    at: Mapped[datetime]
