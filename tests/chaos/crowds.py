"""Many processes over many connections: one is noisy, the others quiet, and workers are killed on the way.

What must hold: every invoice stands in its organisation once, and each thing was written once, by however many workers;
PostgreSQL sees no deadlock; Xero's real limits answer no
call with 429; no trigger is lost, though what a dead worker held waits for its lease; and a quiet connection waits for
no more than `MOST_CALLS_BEFORE` calls of the noisy one, which is counted in calls because seconds say nothing here.
"""

import asyncio
import json
import time
from collections import Counter
from datetime import timedelta
from random import Random

from app.reconcile.lease import LEASE_SPAN
from tests.chaos.ground import Ground
from tests.chaos.judging import Findings
from tests.chaos.shops import Shop, build_document, open_shop
from tests.chaos.tally import Outcome
from tests.chaos.town import Town, open_town
from tests.loopback import build_client
from tests.scenarios.house import House, Json
from tests.scenarios.troubles import ask, rows

REAL_LIMITS = {"minute": 60, "day": 5000, "concurrent": 5, "app_minute": 10_000}
"""What Xero allows (FACTS 2); the sandbox holds Plumbline to it."""

LIMITS = {
    "PLUMBLINE_XERO_MINUTE_LIMIT": "60",
    "PLUMBLINE_XERO_DAY_LIMIT": "5000",
    "PLUMBLINE_XERO_APP_MINUTE_LIMIT": "10000",
}

CONNECTIONS = 50
NOISE = 400
"""Invoices of the noisy connection, each of a customer of its own."""

QUIET_INVOICES = 2
MOST_CALLS_BEFORE = 60
"""The noisy connection's calls, a whole minute of what it may make, before a quiet one is in Xero."""

MOST_EXCHANGES = 100_000
"""More than a crowd makes: what was written is counted."""

LONGEST_STANDSTILL = LEASE_SPAN + timedelta(seconds=90)
"""Without a single invoice settled: a dead worker's lease, a full minute of the limit, and a busy machine."""


async def run_crowd(ground: Ground, seed: int, connections: int = CONNECTIONS) -> Outcome:
    """Open the shops, have them all write at once, kill two workers and an API, and count."""
    async with ground.open_house() as house:
        shops = await _open_shops(house, connections)
        await ask(house.xero.put("/limits", json=REAL_LIMITS))
        await ask(house.xero.put("/exchanges", json={"keep": MOST_EXCHANGES}))
        since = await house.last_call()
        async with open_town(house, **LIMITS) as town:
            await _write(town, shops)
            random = Random(seed)
            town.kill_worker(random)
            town.kill_api(random)
            town.kill_worker(random)
            findings = await _wait(house, shops)
            killed = town.killed
        findings.add(await _judge(house, shops, since))
        exchanges = (await ask(house.xero.delete("/exchanges")))["exchanges"]
        findings.duplicated += find_double_work(exchanges)
    return Outcome(f"crowd {seed}", findings, histories=1, faults=killed)


async def _open_shops(house: House, count: int) -> list[Shop]:
    shops = [Shop(house.connection_id, house.tenant_id, is_noisy=True)]
    shops += [await open_shop(house, number) for number in range(2, count + 1)]
    return shops


async def _write(town: Town, shops: list[Shop]) -> None:
    """All documents, the noisy ones first, by both APIs in turn."""
    house = town.house
    clients = [
        build_client(f"http://127.0.0.1:{port}", f"Bearer {house.partner['api_key']}") for port in town.apis
    ]
    for number, shop in enumerate(shops):
        count = NOISE if shop.is_noisy else QUIET_INVOICES
        documents = [build_document(f"s{number}-{n}") for n in range(1, count + 1)]
        for first in range(0, count, 100):
            path = f"{shop.path}/invoices"
            body = {"invoices": documents[first : first + 100]}
            await ask(clients[number % len(clients)].put(path, json=body))
    for client in clients:
        await client.aclose()


async def _wait(house: House, shops: list[Shop]) -> Findings:
    """Until nothing is behind by the workers alone; nobody else looks."""
    wanted = NOISE + QUIET_INVOICES * (len(shops) - 1)
    settled, moved_at = 0, time.monotonic()
    while settled < wanted:
        await asyncio.sleep(0.5)
        found = await _count_settled(house)
        if found > settled:
            settled, moved_at = found, time.monotonic()
        elif time.monotonic() - moved_at > LONGEST_STANDSTILL.total_seconds():
            return Findings(
                diverged=[f"{settled} of {wanted} invoices settled, and none for {LONGEST_STANDSTILL}"]
            )
    return Findings()


async def _count_settled(house: House) -> int:
    settled = (
        "SELECT count(*) AS count FROM invoice_links WHERE state = 'settled' AND xero_invoice_id IS NOT NULL"
    )
    return int((await rows(house, settled))[0]["count"])


async def _judge(house: House, shops: list[Shop], since: int) -> Findings:
    findings, calls = Findings(), await house.calls(since)
    for number, shop in enumerate(shops):
        shown = (await ask(house.xero.get(f"/people/{shop.tenant_id}/invoices")))["Invoices"]
        counted = Counter(invoice["InvoiceNumber"] for invoice in shown)
        count = NOISE if shop.is_noisy else QUIET_INVOICES
        wanted = {f"S{number}-{n}" for n in range(1, count + 1)}
        findings.duplicated += [f"{name} {times} times" for name, times in counted.items() if times > 1]
        findings.lost += [f"{name} is not in Xero" for name in sorted(wanted - set(counted))]
    limited = sum(call["status"] == 429 for call in calls)
    findings.rate_limited += [f"{limited} calls were answered with 429"] if limited else []
    findings.diverged += [*_find_starved(calls, shops), *await _find_deadlocks(house)]
    return findings


def find_double_work(exchanges: list[Json]) -> list[str]:
    """Invoices and contacts that were written more than the once that was needed; a call repeated by its key is one."""
    written: Counter[tuple[str, str]] = Counter()
    keys: set[str] = set()
    for exchange in exchanges:
        is_write = exchange["method"] in ("PUT", "POST") and exchange["status"] == 200
        if is_write and (exchange["idempotency_key"] is None or exchange["idempotency_key"] not in keys):
            keys.add(exchange["idempotency_key"])
            written.update(_list_written(exchange))
    return [
        f"{kind} {name} was written {times} times" for (kind, name), times in written.items() if times > 1
    ]


def _list_written(exchange: Json) -> list[tuple[str, str]]:
    kind = exchange["path"].rpartition("/")[2]
    if kind not in ("Invoices", "Contacts"):
        return []
    said = json.loads(exchange["request"])
    return [(kind, each.get("InvoiceNumber") or each.get("Name") or each["ContactID"]) for each in said[kind]]


def _find_starved(calls: list[Json], shops: list[Shop]) -> list[str]:
    """Quiet connections that waited for more of the noisy one's calls than they should have to."""
    noisy = next(shop.tenant_id for shop in shops if shop.is_noisy)
    before: Counter[str] = Counter()
    noise = 0
    for call in calls:
        noise += call["tenant_id"] == noisy
        if call["path"].endswith("/Invoices") and call["method"] == "PUT" and call["status"] == 200:
            before.setdefault(str(call["tenant_id"]), noise)
    return [
        f"a quiet connection waited for {count} calls of the noisy one"
        for tenant_id, count in before.items()
        if tenant_id != noisy and count > MOST_CALLS_BEFORE
    ]


async def _find_deadlocks(house: House) -> list[str]:
    [row] = await rows(house, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    return [f"{row['deadlocks']} deadlocks"] if row["deadlocks"] else []
