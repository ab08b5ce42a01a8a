"""Every check in its order; one that stands on what an earlier one found missing is not reached."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from app.commands.examination import encryption, keeping, servers, ways
from app.commands.examination.finding import Finding, failed
from app.commands.examination.ground import Ground

Check = Callable[[Ground], Awaitable[Finding | list[Finding] | None]]


@dataclass(frozen=True, slots=True)
class Step:
    """A check, by name, and the one that it stands on."""

    name: str
    check: Check
    after: str | None = None


STEPS = (
    Step("settings", keeping.check_settings),
    Step("database", servers.check_database),
    Step("way to the database", encryption.check_way_to_database, after="database"),
    Step("database clock", servers.check_database_clock, after="database"),
    Step("migrations", servers.check_migrations, after="database"),
    Step("redis", servers.check_redis),
    Step("way to redis", encryption.check_way_to_redis, after="redis"),
    Step("workers", servers.check_workers, after="redis"),
    Step("secret keys", keeping.check_secret_keys, after="migrations"),
    Step("public address", ways.check_public_address),
    Step("xero identity", ways.check_xero_identity),
    Step("xero clock", ways.check_xero_clock, after="xero identity"),
    Step("xero api", ways.check_xero_api),
    Step("xero webhooks", keeping.check_webhooks, after="migrations"),
    Step("room", keeping.check_room),
)

CURES = {
    "database": "Look at DATABASE_URL, and at PostgreSQL.",
    "redis": "Look at REDIS_URL, and at Redis.",
}
"""Of what raised instead of answering."""


async def examine(ground: Ground) -> list[Finding]:
    """Everything that was found, in order; never raises for what it finds."""
    findings: list[Finding] = []
    lost: set[str] = set()
    for step in STEPS:
        if step.after in lost:
            findings.append(Finding(step.name, "not_reached", f"Needs {step.after} first."))
            lost.add(step.name)
            continue
        found = await _make(step, ground)
        findings += found
        if any(one.outcome == "failed" for one in found):
            lost.add(step.name)
    return findings


async def _make(step: Step, ground: Ground) -> list[Finding]:
    try:
        found = await step.check(ground)
    except Exception as error:  # whatever a driver raises is a finding
        first_line = str(error).partition("\n")[0][:200]
        told = f"{type(error).__name__}: {first_line}" if first_line else type(error).__name__
        return [failed(step.name, told, CURES.get(step.name, "See the message."))]
    if found is None:
        return []
    return found if isinstance(found, list) else [found]
