"""Addresses below a product: its id as it stands there, and the link that it names."""

from typing import Annotated

from fastapi import Path

from app.db.items.item_lists import KeptItem, find_kept_item
from app.db.postgres.session import ReadSession
from app.domain.connections.connection import Connection
from app.intake.refusals import InputRefused
from app.intake.values import Identity

ItemId = Annotated[Identity, Path(description="Your own id of the product.", examples=["prd_250"])]


async def get_kept_item(session: ReadSession, connection: Connection, item_id: str) -> KeptItem:
    """The link of a product; raises `not_found`."""
    kept = await find_kept_item(session, connection.id, item_id)
    if kept is None:
        raise InputRefused("not_found", "This connection has no product with that id.")
    return kept
