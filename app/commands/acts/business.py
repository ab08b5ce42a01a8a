"""What is kept of one business: printed whole, or erased."""

import sys
from uuid import UUID

from app.api.dependencies import Services
from app.api.onboarding import data
from app.commands.acts.named import get_connection
from app.commands.screen import build_facts
from app.commands.shown import Exit, Shown


async def export(services: Services, connection_id: UUID) -> Shown:
    """Every row goes to stdout as it is read, however many there are; the last line counts them."""
    connection = await get_connection(services, connection_id)
    await data.note_export(services, connection.partner_id, connection.id)
    rows = 0
    async for line in data.write_data(services, connection.id):
        sys.stdout.write(line.decode())
        rows += 1
    return Shown({"rows": rows}, [])


async def erase(services: Services, connection_id: UUID) -> Shown:
    """How far the erasure is."""
    connection = await get_connection(services, connection_id)
    shown = await data.erase(services, connection.partner_id, connection.id)
    code = Exit.WELL if shown.state == "erased" else Exit.NOT_WELL
    return Shown(shown, [build_facts("Erasure", shown.model_dump())], code)
