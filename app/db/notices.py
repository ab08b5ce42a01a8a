"""Notices to the partner about a connection: written in the transaction that made them true, sent by delivery."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from app.db.session import WriteSession
from app.db.tables import NoticeRow
from app.domain.fields import instant_text


async def insert_notice(
    session: WriteSession, connection_id: UUID, kind: str, body: Mapping[str, Any], at: datetime
) -> None:
    """Tell the partner something of a connection, as `connection.disconnected`; then wake delivery."""
    told = {"connection_id": str(connection_id), "at": instant_text(at), **body}
    session.add(NoticeRow(connection_id=connection_id, type=kind, body=told, due_at=at))
    await session.flush()
