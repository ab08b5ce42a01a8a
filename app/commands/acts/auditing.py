"""The audit log of a partner, or all logs of the installation: listed and checked."""

from typing import Any
from uuid import UUID

from rich.table import Table

from app.api.audit import AuditEntryShown, build_entry
from app.api.dependencies import Services
from app.commands.acts.named import get_partner
from app.commands.screen import build_facts, build_table
from app.commands.shown import Exit, Shown
from app.db.partners.partners import list_partners
from app.db.postgres.numbered import Numbered
from app.db.upkeep.audit import Checked, check_log, list_entries, list_every_entry, list_logs

_COLUMNS = ("id", "at", "action", "actor", "key_id", "connection_id", "subject", "facts")
_ALL = "Audit logs of the installation"


async def list_all(services: Services, partner_id: UUID | None, after: int, limit: int) -> Shown:
    """Entries after one, oldest first; those of all logs say whose each is."""
    if partner_id is None:
        return await _list_every(services, after, limit)
    title = await _name(services, partner_id)
    async with services.database.reading() as session:
        found = await list_entries(session, partner_id, Numbered(after, limit))
    entries = [build_entry(each) for each in found]
    rows = [_build_row(entry) for entry in entries]
    return Shown({"data": entries}, [build_table(title, _COLUMNS, rows)])


async def _list_every(services: Services, after: int, limit: int) -> Shown:
    async with services.database.reading() as session:
        found = await list_every_entry(session, after, limit)
    entries = [(each.note.partner_id, build_entry(each)) for each in found]
    data = [{"partner_id": partner_id, **entry.model_dump()} for partner_id, entry in entries]
    rows = [[partner_id, *_build_row(entry)] for partner_id, entry in entries]
    return Shown({"data": data}, [build_table(_ALL, ("partner", *_COLUMNS), rows)])


async def check(services: Services, partner_id: UUID | None) -> Shown:
    """Whether every entry still fits the one before it in its log."""
    title = _ALL if partner_id is None else await _name(services, partner_id)
    async with services.database.reading() as session:
        logs = [partner_id] if partner_id else await list_logs(session)
        checked = {log: await check_log(session, log) for log in logs}
        names = {each.id: each.name for each in await list_partners(session)}
    broken_at = min((one.broken_at for one in checked.values() if one.broken_at is not None), default=None)
    code = Exit.WELL if broken_at is None else Exit.NOT_WELL
    if partner_id is not None:
        facts = _tell(checked[partner_id])
        return Shown(facts, [build_facts(title, facts)], code)
    told = [
        {"partner_id": log, "name": names.get(log) if log else None, **_tell(checked[log])} for log in logs
    ]
    entries = sum(one.entries for one in checked.values())
    return Shown({"entries": entries, "broken_at": broken_at, "logs": told}, [_build_logs(told)], code)


def _tell(checked: Checked) -> dict[str, Any]:
    return {"entries": checked.entries, "hash": checked.head.hex(), "broken_at": checked.broken_at}


def _build_logs(told: list[dict[str, Any]]) -> Table:
    columns = ("partner_id", "name", "entries", "hash", "broken_at")
    return build_table(_ALL, columns, [[log[column] for column in columns] for log in told])


async def _name(services: Services, partner_id: UUID) -> str:
    return f"Audit log of {(await get_partner(services, partner_id)).name}"


def _build_row(entry: AuditEntryShown) -> list[object]:
    return [*(getattr(entry, column) for column in _COLUMNS[:-1]), _join(entry.facts)]


def _join(facts: dict[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in facts.items())
