"""A copy of the database that was put back: doubted from the moment at which it was made."""

from datetime import UTC, datetime, timedelta

from app.api.dependencies import Services
from app.commands.screen import build_facts
from app.commands.shown import Exit, Shown
from app.db.restored import doubt_everything, find_newest


async def doubt(services: Services, made_at: datetime | None, days: int) -> Shown:
    """Doubt what was made in Xero since the copy; a copy without anything in it needs none of that."""
    now = services.clock.now()
    async with services.database.reading() as session:
        newest = await find_newest(session)
    since = made_at.replace(tzinfo=made_at.tzinfo or UTC) if made_at else newest
    if since is None:
        return Shown({"connections": 0}, ["There is nothing in this database."])
    if since > now:
        told = "A copy cannot be made in the future: look at --made-at and at this machine's clock."
        return Shown({"error": told}, [told], Exit.NOT_WELL)
    async with services.database.writing() as session:
        doubted = await doubt_everything(session, since, now, timedelta(days=days))
    data = {
        "made_at": since,
        "doubted_until": now + timedelta(days=days),
        "connections": doubted.connections,
        "creates_looked_for": doubted.creates,
    }
    return Shown(data, [build_facts("Restored", data), NEXT])


NEXT = """Start workers and the API now. Then have each partner post a manifest that is complete, or let its app be
asked: what it wrote since the copy comes in by that, and is found in Xero instead of being made again."""
