"""Hot statements find their rows by an index, whatever is at rest beside them."""

import json
from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import event, text
from sqlalchemy.engine import Engine
from sqlalchemy.ext.asyncio import AsyncConnection
from standardwebhooks import Webhook

from app.db.delivery.partner_reads import list_reads_due
from app.db.inboxes.events import find_stored
from app.db.invoices.resources import list_invoices_named
from app.wiring import WorkerParts
from tests.databases import Databases
from tests.scenarios.house import House
from tests.scenarios.left import Left
from tests.scenarios.shop_steps import check, look, refused_orders, set_woo
from tests.scenarios.troubles import ask
from tests.shops.stand_in import open_stand_in
from tests.shops.woocommerce import WooShop, item

SMALL = {"partners", "read_endpoints", "subscriptions", "webhook_endpoints", "webhook_secrets", "xero_apps"}
"""Tables of a few rows for a whole installation."""

RESTING = 2000
FILL = """
INSERT INTO connections (id, partner_id, business_id, display_name, state, tenant_id, sweep_at, compared_at)
SELECT gen_random_uuid(), partner_id, 'rest ' || n, 'Rest', 'active', 'rest-' || n, now() + interval '1 day', now()
FROM connections, generate_series(1, :rows) AS n
"""
READ_CONNECTIONS = """
SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_user_tables WHERE relname = 'connections'
"""
YOUNG, ASKED = 300, 32
UNANALYSED = (
    "ALTER TABLE invoice_links SET (autovacuum_enabled = false)",
    "ALTER TABLE partner_events SET (autovacuum_enabled = false)",
)
COPY_LINKS = """
INSERT INTO invoice_links
SELECT made.*
FROM generate_series(1, :rows) AS n, LATERAL (SELECT link FROM invoice_links AS link LIMIT 1) AS one,
    jsonb_populate_record(
        one.link, jsonb_build_object('id', gen_random_uuid(), 'partner_invoice_id', 'rest ' || n)) AS made
"""
COPY_EVENTS = """
INSERT INTO partner_events
SELECT made.*
FROM generate_series(1, :rows) AS n, LATERAL (SELECT event FROM partner_events AS event LIMIT 1) AS one,
    jsonb_populate_record(one.event, jsonb_build_object('id', 1000000 + n, 'webhook_id', 'rest ' || n)) AS made
"""
FORBIDDEN = ("enable_seqscan", "enable_hashjoin", "enable_mergejoin")
"""Ways to read a table whole, which are right for the few rows of a test and wrong for many."""

PARTIAL = (
    "SELECT indexrelid::regclass::text FROM pg_index WHERE pg_get_expr(indpred, indrelid) <> :nearly_all"
)
NEARLY_ALL = "(state = 'active'::text)"
"""What is true of nearly every row narrows nothing."""

OVER_ALL_CONNECTIONS = (
    "webhook_endpoints.types) OR",
    "LEFT OUTER JOIN partner_reads",
    "compare_at IS NULL AND",
)
"""Timers that still go through the active connections: which of them has a change to send, whose partner is to be
asked, whose compare is due. None reads links, and each stops at a limit; `make bench ONLY=rest` tells what they cost.
"""

READERS = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
"""How a statement begins that has a plan."""

EXPLAIN = "EXPLAIN (FORMAT JSON)"

Node = Mapping[str, Any]


@pytest.fixture
def left_database_url(databases: Databases, left: Left) -> Iterator[str]:
    """As PostgreSQL itself decides how often a statement is planned: these stories are about plans."""
    with databases.copy(left.database, is_planned_once=False) as url:
        yield url


@dataclass
class Ran:
    """Every statement that this process asked PostgreSQL, with the parameters of its first time: by SQLAlchemy, as it
    hands them to the driver, and past it, as `db.postgres.straight` and `.lent` do.
    """

    by_sqlalchemy: dict[str, Any] = field(default_factory=dict)
    past_it: dict[str, tuple[Any, ...]] = field(default_factory=dict)

    def note(self, _: Any, __: Any, statement: str, parameters: Any, ___: Any, is_many: bool) -> None:
        """As SQLAlchemy tells it."""
        self.by_sqlalchemy.setdefault(statement, parameters[0] if is_many else parameters)


@contextmanager
def recording() -> Iterator[Ran]:
    """What runs meanwhile, over all connections."""
    ran = Ran()
    event.listen(Engine, "before_cursor_execute", ran.note)
    try:
        with pytest.MonkeyPatch.context() as patch:
            for way in ("fetch", "execute"):
                _follow(patch, way, ran)
            yield ran
    finally:
        event.remove(Engine, "before_cursor_execute", ran.note)


def _follow(patch: pytest.MonkeyPatch, way: str, ran: Ran) -> None:
    real = getattr(asyncpg.Connection, way)

    async def followed(self: Any, query: str, *values: Any, **named: Any) -> Any:
        ran.past_it.setdefault(query, values)
        return await real(self, query, *values, **named)

    patch.setattr(asyncpg.Connection, way, followed)


async def run_timers(parts: WorkerParts) -> None:
    """What a worker's cron table runs every minute or more often."""
    await parts.sweep.nudge_behind()
    await parts.sweep.begin_runs()
    await parts.sweep.ask_for_sweeps()
    await parts.sweep.ask_for_compares()
    await parts.delivery.nudge_due()
    await parts.closings.close_due()
    await parts.trials.run_due()
    await parts.retries.retry_held()
    await parts.xero_webhooks.retry_failed()
    await parts.exports.nudge_due()
    await parts.pruning.prune()
    await parts.reading.nudge_due()
    await parts.reading.nudge_put_off()
    await parts.watch.look()
    await parts.roll_call.call_roll()
    await parts.claims.prune()


async def send_webhook(house: House, webhook_id: str = "msg_1") -> None:
    """An app that tells by webhooks what its person did."""
    document = await house.in_app()
    told = document | {"version": document["version"] + 1, "reference": "PO 3"}
    data = {"connection_id": house.connection_id, "document": told}
    body = json.dumps({"type": "invoice.changed", "data": data})
    now = datetime.now(UTC)
    signed = {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(house.partner["webhook_secret_in"]).sign(webhook_id, now, body),
    }
    path = f"/webhooks/partner/{house.partner['partner_id']}"
    answer = await house.api.post(path, content=body, headers=signed)
    assert answer.status_code == 200, answer.text


async def fill_connections(house: House) -> None:
    """Two thousand others at rest, of which PostgreSQL knows."""
    async with house.database._sessions.begin() as filling:
        await filling.execute(text(FILL), {"rows": RESTING})
    async with house.database._engine.connect() as alone:
        await alone.execution_options(isolation_level="AUTOCOMMIT")
        await alone.execute(text("VACUUM (ANALYZE) connections, exports"))


async def test_no_hot_statement_reads_a_table_whole(house: House) -> None:
    """Intake, a reconcile both ways, a delivery and the timers: each statement is answered by an index that fits it.

    With sequential scans forbidden, one that remains has no index at all, and an index that is read from end to end
    without a condition is no better, unless it is a partial one, whose rows are the condition. Two thousand connections
    are at rest beside the one that works.
    """
    await house.write()
    await house.drain()
    await fill_connections(house)
    with recording() as ran:
        await house.edit(reference="PO 2")
        await send_webhook(house)
        await house.drain()
        await house.edit_xero(DueDate="2077-03-04")
        await house.drain()
        await run_timers(house.parts)
    wide = await list_wide(house, ran)
    assert not wide, "\n\n".join(wide)
    assert len(ran.by_sqlalchemy) > 50
    # Intake's own among them: by whom a webhook is signed, whether it was stored, what it brings.
    seen = " ".join(ran.past_it)
    for table in ("webhook_secrets", "partner_events", "xero_webhooks", "contact_links", "invoice_links"):
        assert f" {table}" in seen, table


async def test_no_statement_of_a_shop_reads_a_table_whole(house: House) -> None:
    """A webhook of it, a look that finds an order, a compare, and the timer that finds whose look is due."""
    async with open_stand_in(WooShop(house.clock)) as shop:
        wrong, order = shop.place(), shop.place(item("Tap", "44.00"))
        shop.break_total(wrong, "120.00")
        await set_woo(house, shop)
        await look(house)
        await fill_connections(house)
        with recording() as ran:
            shop.edit(order, item("Tap", "55.00"))
            assert await shop.tell(order) == 200
            await look(house)
            await ask(house.api.post(f"{house.path}/compare"))
            await look(house)
            assert await refused_orders(house)
            assert (await check(house, "shop_orders"))["outcome"] == "warning"
            await ask(house.api.get(f"{house.path}/why", params={"number": str(wrong)}))
        wide = await list_wide(house, ran)
    assert not wide, "\n\n".join(wide)
    seen = " ".join(ran.by_sqlalchemy)
    for table in ("shops", "shop_refusals", "partner_reads", "unlisted_things"):
        assert f" {table}" in seen, table


async def test_whose_look_is_due_is_found_without_the_connections_at_rest(house: House) -> None:
    """From the addresses and the shops that there are, of which most connections have none."""
    await fill_connections(house)
    before = await count_read_connections(house)
    async with house.database.reading() as session:
        assert await list_reads_due(session, house.clock.now(), 10) == []
        await session.execute(text("SELECT pg_stat_force_next_flush()"))
    assert await count_read_connections(house) - before < RESTING / 10


async def count_read_connections(house: House) -> int:
    """Rows of connections that PostgreSQL has read by now, by its own count."""
    async with house.database.reading() as session:
        return int((await session.execute(text(READ_CONNECTIONS))).scalar_one())


async def test_names_are_looked_up_in_the_index_while_their_tables_are_small(house: House) -> None:
    """Nothing is forbidden here: what is planned beside a few hundred rows is kept when there are many more."""
    await house.write()
    await send_webhook(house)
    await fill_connections(house)
    async with house.database._sessions.begin() as filling:
        for statement in (*UNANALYSED, COPY_LINKS, COPY_EVENTS):
            await filling.execute(text(statement), {"rows": YOUNG} if "INSERT" in statement else {})
    partner_id, connection_id = (UUID(each) for each in (house.partner["partner_id"], house.connection_id))
    asked = [f"none_{number}" for number in range(ASKED)]
    with recording() as ran:
        async with house.database.writing() as session:
            await session.execute(text("SELECT 1"))  # which begins the transaction
            assert not await find_stored(session, [(partner_id, each) for each in asked])
            assert not await list_invoices_named(session, [(connection_id, each) for each in asked])
        await send_webhook(house, "msg_2")
    assert any("connections_told" in statement and "events_kept" in statement for statement in ran.past_it)
    assert len(ran.past_it) + len(ran.by_sqlalchemy) > 2
    wide = await list_wide(house, ran, forbidden=())
    assert not wide, "\n\n".join(wide)


async def list_wide(house: House, ran: Ran, forbidden: Collection[str] = FORBIDDEN) -> list[str]:
    """The statements, each with the tables that it would read whole."""
    async with house.database.reading_in_one() as session:
        partial = set((await session.execute(text(PARTIAL), {"nearly_all": NEARLY_ALL})).scalars())
        for way in forbidden:
            await session.execute(text(f"SET LOCAL {way} = off"))
        plans = [each async for each in _explain(await session.connection(), ran)]
    return [
        f"{sorted(wide)}: {statement}"
        for statement, plan in plans
        if (wide := {node["Relation Name"] for node in _walk(plan) if _is_wide(node, partial)} - SMALL)
    ]


async def _explain(connection: AsyncConnection, ran: Ran) -> AsyncIterator[tuple[str, Node]]:
    """The plan of each statement, asked for by the way that it went."""
    driver: Any = (await connection.get_raw_connection()).driver_connection
    for statement, parameters in filter(_is_judged, ran.by_sqlalchemy.items()):
        found = await connection.exec_driver_sql(f"{EXPLAIN} {statement}", parameters or None)
        yield statement, _read_plan(found.scalar_one())
    for statement, values in filter(_is_judged, ran.past_it.items()):
        yield statement, _read_plan(await driver.fetchval(f"{EXPLAIN} {statement}", *values))


def _read_plan(told: Any) -> Node:
    [whole] = told if isinstance(told, list) else json.loads(told)
    plan: Node = whole["Plan"]
    return plan


def _is_judged(asked: tuple[str, Any]) -> bool:
    statement, _ = asked
    if any(known in statement for known in OVER_ALL_CONNECTIONS):
        return False
    return statement.lstrip().partition(" ")[0].upper() in READERS


def _is_wide(node: Node, partial: Collection[str]) -> bool:
    if "Relation Name" not in node:
        return False
    if node["Node Type"] == "Seq Scan":
        return True
    if node["Node Type"] not in ("Index Scan", "Index Only Scan"):
        return False
    return "Index Cond" not in node and node["Index Name"] not in partial


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.get("Plans", ()):
        yield from _walk(child)
