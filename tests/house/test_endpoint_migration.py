"""The version that made a partner's one address an endpoint: nobody's address or secret is lost, up or down."""

import asyncio
from uuid import uuid4

import asyncpg

from app import schema
from app.settings import Settings


async def test_an_address_becomes_the_first_endpoint_and_back(servers: Settings) -> None:
    """Up: the address applies all changes, and both secrets count on. Down: the address that there can be is kept."""
    with_app, without = uuid4(), uuid4()
    async with schema.scratch_database(servers.database_url) as url:
        await asyncio.to_thread(schema.upgrade, url, "0007")
        connection = await asyncpg.connect(url.replace("+asyncpg", ""))
        await connection.executemany(
            "INSERT INTO partners (id, name, webhook_url, secret_in, secret_out) VALUES ($1, $2, $3, $4, $5)",
            [
                (with_app, "Tradie Tools", "https://app.example/hook", b"in 1", b"out 1"),
                (without, "Feed reader", None, b"in 2", b"out 2"),
            ],
        )
        await asyncio.to_thread(schema.upgrade, url, "0008")
        [endpoint] = await connection.fetch(
            "SELECT e.*, s.secret FROM webhook_endpoints e JOIN webhook_secrets s ON s.owner_id = e.id"
        )
        assert (endpoint["partner_id"], endpoint["url"]) == (with_app, "https://app.example/hook")
        assert (endpoint["part"], endpoint["types"], endpoint["connection_ids"]) == ("applies", ["*"], None)
        assert (endpoint["is_enabled"], endpoint["secret"]) == (True, b"out 1")
        incoming = await connection.fetch(
            "SELECT p.name, s.secret, s.ends_at FROM partners p JOIN webhook_secrets s ON s.owner_id = p.id ORDER BY 1"
        )
        assert [tuple(row) for row in incoming] == [
            ("Feed reader", b"in 2", None),
            ("Tradie Tools", b"in 1", None),
        ]
        await connection.execute("UPDATE webhook_secrets SET ends_at = now() WHERE secret = 'out 1'")
        await connection.execute(
            "INSERT INTO webhook_secrets (id, owner_id, secret) VALUES ($1, $2, 'out 3')",
            uuid4(),
            endpoint["id"],
        )
        await connection.execute(
            "INSERT INTO webhook_endpoints (id, partner_id, url, part) VALUES"
            " ($1, $2, 'https://ear.example/hook', 'listens')",
            uuid4(),
            with_app,
        )
        await asyncio.to_thread(schema.downgrade, url, "0007")
        partners = await connection.fetch(
            "SELECT name, webhook_url, secret_in, secret_out FROM partners ORDER BY name"
        )
        await connection.close()
    assert [tuple(row) for row in partners] == [
        ("Feed reader", None, b"in 2", b"in 2"),
        ("Tradie Tools", "https://app.example/hook", b"in 1", b"out 3"),
    ]
