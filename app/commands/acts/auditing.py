"""The audit log of a partner, or of the whole installation: listed and checked."""

from uuid import UUID

from app.api.audit import build_entry
from app.api.dependencies import Services
from app.commands.acts.own import get_partner
from app.commands.screen import build_facts, build_table
from app.commands.shown import Exit, Shown
from app.db.upkeep.audit import check_log, list_entries

_COLUMNS = ("id", "at", "action", "actor", "key_id", "connection_id", "subject", "facts")


async def list_all(services: Services, partner_id: UUID | None, after: int, limit: int) -> Shown:
    """Entries after one, oldest first."""
    title = await _name(services, partner_id)
    async with services.database.reading() as session:
        entries = [build_entry(each) for each in await list_entries(session, partner_id, after, limit)]
    rows = [[*(getattr(entry, column) for column in _COLUMNS[:-1]), _join(entry.facts)] for entry in entries]
    return Shown({"data": entries}, [build_table(title, _COLUMNS, rows)])


async def check(services: Services, partner_id: UUID | None) -> Shown:
    """Whether every entry still fits the one before it."""
    title = await _name(services, partner_id)
    async with services.database.reading() as session:
        checked = await check_log(session, partner_id)
    facts = {"entries": checked.entries, "hash": checked.head.hex(), "broken_at": checked.broken_at}
    code = Exit.WELL if checked.broken_at is None else Exit.NOT_WELL
    return Shown(facts, [build_facts(title, facts)], code)


async def _name(services: Services, partner_id: UUID | None) -> str:
    if partner_id is None:
        return "Audit log of the installation"
    return f"Audit log of {(await get_partner(services, partner_id)).name}"


def _join(facts: dict[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in facts.items())
