"""Connections and partners as an operator names them: by the id alone, whoever owns them."""

from uuid import UUID

from app.api.dependencies import Services
from app.db.connections.connections import find_connection
from app.db.partners.partners import Partner, find_partner
from app.domain.connections.connection import Connection
from app.intake.refusals import InputRefused


async def get_connection(services: Services, connection_id: UUID) -> Connection:
    """The connection; raises `not_found`."""
    async with services.database.reading() as session:
        found = await find_connection(session, connection_id)
    if found is None:
        raise InputRefused(
            "not_found", "There is no connection with that id. `connection list` names them all."
        )
    return found


async def get_partner(services: Services, partner_id: UUID) -> Partner:
    """The partner; raises `not_found`."""
    async with services.database.reading() as session:
        found = await find_partner(session, partner_id)
    if found is None:
        raise InputRefused("not_found", "There is no partner with that id. `partner list` names them all.")
    return found
