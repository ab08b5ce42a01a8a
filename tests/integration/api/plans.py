"""How PostgreSQL would answer a query: the indexes that it would use, over tables that are large enough to matter."""

import json
from typing import Any

from sqlalchemy import Select
from sqlalchemy.dialects.postgresql import asyncpg

from tests.integration.api.driver import Plumbline

ROWS = 4000

FILL_INVOICES = """
INSERT INTO invoice_links (id, connection_id, partner_invoice_id, xero_invoice_id, partner_number, xero_number,
    created_at, touched_at, updated_at, state, reason_code, generation, settled_generation, document, document_version,
    record, shown_status)
SELECT gen_random_uuid(), :connection, 'inv_' || n, CASE WHEN n % 50 > 0 THEN 'x-' || n END, 'JOB-' || n,
    CASE WHEN n % 50 > 0 THEN 'INV-' || n END, now() - n * interval '1 minute', now(), now() - n * interval '3 minutes',
    CASE WHEN n % 100 = 0 THEN 'held' ELSE 'settled' END, CASE WHEN n % 100 = 0 THEN 'locked_period' END,
    CASE WHEN n % 200 = 1 THEN 2 ELSE 1 END, 1, jsonb_build_object('status', 'sent', 'contact',
    jsonb_build_object('id', 'cus_' || n % 400)), 1,
    jsonb_build_object('contact', 'cus_' || n % 400, 'status', 'sent', 'job',
    jsonb_build_object('id', 'job_' || n % 500)) || CASE WHEN n % 40 = 0 THEN
    jsonb_build_object('payments/p1/amount', '5', 'credits/c1/amount', '1') ELSE '{}' END,
    CASE WHEN n % 60 = 0 THEN 'draft' ELSE 'paid' END
FROM generate_series(1, :rows) AS n
"""
FILL_CONTACTS = """
INSERT INTO contact_links (id, connection_id, partner_contact_id, xero_contact_id, details, record, created_at,
    updated_at, state, generation, settled_generation)
SELECT gen_random_uuid(), :connection, 'cus_' || n, CASE WHEN n % 50 > 0 THEN 'c-' || n END,
    jsonb_build_object('name', 'Nobody'), jsonb_build_object('name', 'Kim ' || n), now() - n * interval '1 minute',
    now() - n * interval '3 minutes', CASE WHEN n % 100 = 0 THEN 'held' ELSE 'settled' END,
    CASE WHEN n % 200 = 1 THEN 2 ELSE 1 END, 1
FROM generate_series(1, :rows) AS n
"""


FILL_ITEMS = """
INSERT INTO item_links (id, connection_id, partner_item_id, xero_item_id, created_at, updated_at, state, generation,
    settled_generation, document, document_version)
SELECT gen_random_uuid(), :connection, 'prd_' || n, CASE WHEN n % 50 > 0 THEN 'x-' || n END,
    now() - n * interval '1 minute', now() - n * interval '3 minutes',
    CASE WHEN n % 100 = 0 THEN 'held' ELSE 'settled' END, CASE WHEN n % 200 = 1 THEN 2 ELSE 1 END, 1,
    jsonb_build_object('code', 'C-' || n, 'name', 'Tap ' || n), 1
FROM generate_series(1, :rows) AS n
"""


async def fill(plumbline: Plumbline, path: str) -> None:
    """Some thousand links of the connection of that address, and what PostgreSQL wants to know of them."""
    for statement in (FILL_INVOICES, FILL_CONTACTS, FILL_ITEMS):
        await plumbline.execute(statement, connection=path.split("/")[3], rows=ROWS)
    await plumbline.execute("ANALYZE invoice_links, contact_links, item_links")


async def explain(plumbline: Plumbline, statement: Select[*tuple[Any, ...]]) -> set[str]:
    """The names of the indexes of its plan; fails where a whole table would be read."""
    dialect: Any = asyncpg.dialect()  # type: ignore[no-untyped-call]
    said = statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    async with plumbline.database.reading() as session:
        connection = await session.connection()
        answer = await connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {said}")
        plan = answer.scalar_one()
    whole = plan if isinstance(plan, list) else json.loads(plan)
    nodes = list(_walk(whole[0]["Plan"]))
    assert [node for node in nodes if node["Node Type"] == "Seq Scan"] == [], said
    return {node["Index Name"] for node in nodes if "Index Name" in node}


def _walk(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [node, *(found for child in node.get("Plans", ()) for found in _walk(child))]
