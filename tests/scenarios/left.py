"""A joined house as it was left, for stories to go on from: joining takes longer than most stories.

Joining is walked once in a test process, over HTTP as ever. Each story then gets a copy of the database and of all that
Xero's sandbox remembers, at addresses of its own and with every instant moved on, as if it had joined just now. Redis
is empty: it holds no truth.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg
import httpx
from pydantic import SecretStr
from standardwebhooks import Webhook

from app.db.postgres.session import Database
from app.sandbox.xero import Frozen
from tests.loopback import NO_CERTIFICATES

INSTANTS = """
SELECT table_name, array_agg(column_name::text) FROM information_schema.columns JOIN information_schema.tables
USING (table_schema, table_name) WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
AND data_type = 'timestamp with time zone' GROUP BY table_name
"""


@dataclass(frozen=True)
class Left:
    """What there was of a house when it was left."""

    at: datetime
    database: str
    """The name of its database, to be copied."""
    instants: Sequence[tuple[str, Sequence[str]]]
    """The tables of it that hold anything, each with its columns that are instants."""
    xero: Frozen
    secret_keys: tuple[SecretStr, ...]
    partner: dict[str, Any]
    connection_id: str
    notices: Sequence[dict[str, Any]]
    """What the partner's app was told of the connection, oldest first."""

    async def move_to(self, database: Database, webhook_url: str) -> None:
        """Make a copy of the database that of a house which joined just now, whose app is at that address."""
        away = datetime.now(UTC) - self.at
        moves = [
            f"UPDATE {table} SET " + ", ".join(f"{name} = {name} + '{away}'::interval" for name in names)  # noqa: S608
            for table, names in self.instants
            # Its entries refuse to be moved: they are chained by what they say.
            if table != "audit_entries"
        ]
        async with database.writing_bare() as connection:
            await connection.execute(";".join(moves))
            await connection.execute("UPDATE webhook_endpoints SET url = $1", webhook_url)

    async def tell_again(self, webhook_url: str) -> None:
        """Tell the partner's app at that address what it was told of the connection."""
        async with httpx.AsyncClient(verify=NO_CERTIFICATES, trust_env=False) as http:
            for notice in self.notices:
                body, now = json.dumps(_to_message(notice)), datetime.now(UTC)
                signer = Webhook(self.partner["webhook_secret_out"])
                headers = {
                    "webhook-id": notice["webhook_id"],
                    "webhook-timestamp": str(int(now.timestamp())),
                    "webhook-signature": signer.sign(notice["webhook_id"], now, body),
                }
                (await http.post(webhook_url, content=body, headers=headers)).raise_for_status()


def _to_message(notice: dict[str, Any]) -> dict[str, Any]:
    data = {name: value for name, value in notice.items() if name not in ("webhook_id", "type")}
    return {"type": notice["type"], "data": data}


async def list_instants(database_url: str) -> list[tuple[str, Sequence[str]]]:
    """The tables of a database that hold anything, each with its columns that are instants."""
    connection = await asyncpg.connect(database_url.replace("+asyncpg", "", 1))
    try:
        found = await connection.fetch(INSTANTS)
        return [
            (table, names)
            for table, names in found
            if await connection.fetchval(f"SELECT EXISTS (SELECT FROM {table})")  # noqa: S608 - as the catalogue has it
        ]
    finally:
        await connection.close()
