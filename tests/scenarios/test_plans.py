"""Hot statements find their rows by an index, whatever is at rest beside them."""

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.engine import Engine

from app.wiring import WorkerParts
from tests.scenarios.house import House

SMALL = {"partners", "read_endpoints", "subscriptions", "webhook_endpoints", "webhook_secrets", "xero_apps"}
"""Tables of a few rows for a whole installation."""

RESTING = 2000
FILL = """
INSERT INTO connections (id, partner_id, business_id, display_name, state, tenant_id, sweep_at, compared_at)
SELECT gen_random_uuid(), partner_id, 'rest ' || n, 'Rest', 'active', 'rest-' || n, now() + interval '1 day', now()
FROM connections, generate_series(1, :rows) AS n
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

Node = Mapping[str, Any]


@contextmanager
def recording() -> Iterator[dict[str, Any]]:
    """Every statement that any engine of this process runs, with the parameters of its first time."""
    ran: dict[str, Any] = {}

    def note(_: Any, __: Any, statement: str, parameters: Any, ___: Any, is_many: bool) -> None:
        ran.setdefault(statement, parameters[0] if is_many else parameters)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield ran
    finally:
        event.remove(Engine, "before_cursor_execute", note)


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
    await parts.watch.look()
    await parts.claims.prune()


async def test_no_hot_statement_reads_a_table_whole(house: House) -> None:
    """Intake, a reconcile both ways, a delivery and the timers: each statement is answered by an index that fits it.

    With sequential scans forbidden, one that remains has no index at all, and an index that is read from end to end
    without a condition is no better, unless it is a partial one, whose rows are the condition. Two thousand connections
    are at rest beside the one that works.
    """
    await house.write()
    await house.drain()
    async with house.database._sessions.begin() as filling:
        await filling.execute(text(FILL), {"rows": RESTING})
    async with house.database._engine.connect() as alone:
        await alone.execution_options(isolation_level="AUTOCOMMIT")
        await alone.execute(text("VACUUM (ANALYZE) connections, exports"))
    with recording() as ran:
        await house.edit(reference="PO 2")
        await house.drain()
        await house.edit_xero(DueDate="2027-03-04")
        await house.drain()
        await run_timers(house.parts)
    wide = await list_wide(house, ran)
    assert not wide, "\n\n".join(wide)
    assert len(ran) > 50


async def list_wide(house: House, ran: Mapping[str, Any]) -> list[str]:
    """The statements, each with the tables that it would read whole."""
    found = []
    async with house.database.reading_in_one() as session:
        partial = set((await session.execute(text(PARTIAL), {"nearly_all": NEARLY_ALL})).scalars())
        for way in FORBIDDEN:
            await session.execute(text(f"SET LOCAL {way} = off"))
        connection = await session.connection()
        for statement, parameters in ran.items():
            if statement.lstrip().partition(" ")[0].upper() not in ("SELECT", "UPDATE", "DELETE", "WITH"):
                continue
            if any(known in statement for known in OVER_ALL_CONNECTIONS):
                continue
            answer = await connection.exec_driver_sql(
                f"EXPLAIN (FORMAT JSON) {statement}", parameters or None
            )
            plan = answer.scalar_one()
            whole = plan if isinstance(plan, list) else json.loads(plan)
            wide = {
                node["Relation Name"] for node in _walk(whole[0]["Plan"]) if _is_wide(node, partial)
            } - SMALL
            if wide:
                found.append(f"{sorted(wide)}: {statement}")
    return found


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
