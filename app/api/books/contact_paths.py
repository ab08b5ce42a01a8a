"""Addresses below a contact: its id as it stands there, and the link that it names."""

from typing import Annotated

from fastapi import Path

from app.db.contacts.contact_resources import KeptContact, find_kept_contact
from app.db.postgres.session import ReadSession
from app.domain.connections.connection import Connection
from app.intake.refusals import InputRefused
from app.intake.values import Identity

ContactId = Annotated[Identity, Path(description="The partner's own id of the contact.", examples=["cus_17"])]


async def get_kept_contact(session: ReadSession, connection: Connection, contact_id: str) -> KeptContact:
    """The link of a contact; raises `not_found`."""
    kept = await find_kept_contact(session, connection.id, contact_id)
    if kept is None:
        raise InputRefused("not_found", "This connection has no contact with that id.")
    return kept
