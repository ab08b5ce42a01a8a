"""`doctor`: the settings as they are, every check on them, and what is shown of it."""

from dataclasses import asdict

from app.commands.examination.all_checks import examine
from app.commands.examination.finding import Finding
from app.commands.examination.ground import open_ground
from app.commands.screen import build_table, mark
from app.commands.shown import Exit, Shown
from app.development import fill_in
from app.errors import ConfigurationMissing
from app.settings import Settings


async def diagnose(settings: Settings) -> Shown:
    """Every finding; ends with 1 where a check failed."""
    faults = list_faults(settings)
    is_embedded = not settings.is_production and not settings.database_url
    whole = settings if settings.is_production else fill_in(settings)
    if not whole.database_url or not whole.redis_url:
        needs = [name for name in ("DATABASE_URL", "REDIS_URL") if any(name in fault for fault in faults)]
        return show([Finding("settings", "failed", "; ".join(faults), f"Set {' and '.join(needs)} first.")])
    async with open_ground(whole, faults, is_embedded=is_embedded) as ground:
        return show(await examine(ground))


def list_faults(settings: Settings) -> list[str]:
    """What production misses, or must not have; nothing for development."""
    if not settings.is_production:
        return []
    try:
        settings.require_production()
    except ConfigurationMissing as missing:
        return [line.strip() for line in str(missing).splitlines()[1:]]
    return []


def show(findings: list[Finding]) -> Shown:
    """The findings as a table, with how it ends."""
    is_well = all(one.outcome != "failed" for one in findings)
    rows = [[mark(one.outcome), one.check, one.message, one.cure] for one in findings]
    data = {"is_well": is_well, "findings": [asdict(one) for one in findings]}
    return Shown(
        data,
        [build_table("This deployment", ["", "check", "finding", "what to do"], rows)],
        Exit.WELL if is_well else Exit.NOT_WELL,
    )
