"""A copy of the database that was put back: doubted from the moment at which it was made."""

from datetime import UTC, datetime, timedelta

from app.api.dependencies import Services
from app.commands.screen import build_facts
from app.commands.shown import Exit, Shown
from app.db.postgres.present import API, WORKER, count_connected, count_leases
from app.db.upkeep.restored import doubt_everything, find_newest
from app.errors import PlumblineError


class StillAtWork(PlumblineError):
    """An API or a worker has the database open; the message says which, and what to do."""


async def restore(services: Services, made_at: datetime | None, days: int, *, is_forced: bool) -> Shown:
    """Doubt the copy, unless somebody works on it already; raises `StillAtWork`."""
    if not is_forced:
        await _require_stillness(services)
    return await doubt(services, made_at, days)


async def _require_stillness(services: Services) -> None:
    async with services.database.reading() as session:
        connected = await count_connected(session)
        leases = await count_leases(session, services.clock.now())
    seen = {
        "of an API": connected.get(API, 0),
        "of a worker": connected.get(WORKER, 0),
    }
    found = [f"{count} connections {whose}" for whose, count in seen.items() if count]
    found += [f"{leases} leases in force"] if leases else []
    if found:
        raise StillAtWork(
            f"Somebody is at work on this database: {', '.join(found)}. Stop every `serve` and `work`, and run this"
            " again. A lease of a worker that was killed, or that came with the copy, ends within 90 seconds. --force"
            " goes on all the same: what was written meanwhile is doubted too, and may have been done twice."
        )


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
