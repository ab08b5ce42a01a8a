"""Which processes of ours are connected to this database now, by what they have PostgreSQL list them as.

A process keeps connections for as long as it lives, from the first thing that it does; what is seen here was there a
moment ago. Behind a pooler of connections it may be seen for as long as the pooler keeps its own.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select, text

from app.db.postgres.session import ReadSession
from app.db.tables import ConnectionRow

API = "plumbline api"
WORKER = "plumbline worker"
COMMAND = "plumbline command"

_CONNECTED = text("""
    SELECT application_name, count(*) AS connections FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = ANY(:names) GROUP BY application_name
""")


async def count_connected(session: ReadSession) -> Mapping[str, int]:
    """How many connections APIs and workers have open, by `API` and `WORKER`; those with none are left out."""
    found = await session.execute(_CONNECTED, {"names": [API, WORKER]})
    return {row.application_name: row.connections for row in found}


async def count_leases(session: ReadSession, now: datetime) -> int:
    """How many connections some worker holds the lease of."""
    held = select(func.count()).where(ConnectionRow.lease_until >= now)
    return (await session.execute(held)).scalar_one()
