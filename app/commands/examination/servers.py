"""PostgreSQL with its clock and its schema, Redis, and whether workers live."""

from datetime import timedelta

from app.commands.examination.finding import Finding, failed, judge_skew, passed, warned
from app.commands.examination.ground import Ground
from app.db.postgres.server import Server, find_revision, read_server
from app.revisions import list_pending, list_revisions
from app.worker.life_sign import HEALTH_KEY

OLDEST_POSTGRES = 150000
"""The first that can take two nulls for the same in a unique index."""

OLDEST_REDIS = (6, 2)


async def check_database(ground: Ground) -> Finding:
    """PostgreSQL answers, and is new enough."""
    server = await _ask(ground)
    if server.number < OLDEST_POSTGRES:
        return failed("database", f"PostgreSQL {server.version} is too old.", "Use PostgreSQL 15 or newer.")
    return passed("database", f"PostgreSQL {server.version} answers.")


async def check_database_clock(ground: Ground) -> Finding:
    """PostgreSQL and this machine have the same time, give or take half of the time that the question took."""
    before = ground.clock.now()
    server = await _ask(ground)
    after = ground.clock.now()
    skew = server.now - (before + (after - before) / 2)
    # What the way may account for is no skew.
    slack = (after - before) / 2
    return judge_skew("database clock", "PostgreSQL's clock", timedelta() if abs(skew) <= slack else skew)


async def check_migrations(ground: Ground) -> Finding:
    """The schema is what this code needs."""
    async with ground.database.reading() as session:
        current = await find_revision(session)
    pending = list_pending(current)
    if pending:
        named = "; ".join(f"{one.number} {one.title}" for one in pending)
        cure = "Run `python -m app migrate`, before processes of this release start."
        return failed("migrations", f"The database lacks {len(pending)}: {named}.", cure)
    if current not in {one.number for one in list_revisions()}:
        told = f"The schema is at {current}, which is newer than this code."
        return warned(
            "migrations", told, "Fine while a release is under way; else install the newer release here."
        )
    return passed("migrations", f"The schema is at {current}, the newest.")


async def check_redis(ground: Ground) -> Finding:
    """It answers, and is new enough. A Valkey says Redis's version for its own clients."""
    told = await ground.redis.info("server")
    version = str(told["redis_version"])
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_REDIS:
        return failed("redis", f"Redis {version} is too old.", "Use Redis 6.2 or newer, or Valkey.")
    return passed("redis", f"{told.get('server_name', 'redis').title()} answers, as Redis {version}.")


async def check_workers(ground: Ground) -> Finding:
    """A worker told lately that it lives, on any machine."""
    pattern = HEALTH_KEY.rpartition(":")[0] + ":*"
    machines = [key async for key in ground.redis.scan_iter(match=pattern, count=1000)]
    if not machines:
        cure = "Run `python -m app work`; until then everything is stored and nothing is carried out."
        return warned("workers", "No worker told in the last seconds that it lives.", cure)
    return passed("workers", f"Workers live on {len(machines)} machine{'s' if len(machines) > 1 else ''}.")


async def _ask(ground: Ground) -> Server:
    async with ground.database.reading() as session:
        return await read_server(session)
