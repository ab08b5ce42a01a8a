"""Partners, listed."""

from app.api.dependencies import Services
from app.commands.screen import build_table
from app.commands.shown import Shown
from app.db.partners.partners import list_partners


async def list_all(services: Services) -> Shown:
    """Every partner."""
    async with services.database.reading() as session:
        found = await list_partners(session)
    table = build_table("Partners", ["id", "name"], [(each.id, each.name) for each in found])
    return Shown({"data": found}, [table])
