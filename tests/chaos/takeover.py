"""A worker killed in the middle of a call, and how long its connection waits for another one.

Nothing tells that it is dead but its lease, which ends by itself; the workers that live look every few seconds for
what is behind and held by nobody. Both spans are the product's; their sum is what an operator is told.
"""

import asyncio
import time
from datetime import datetime, timedelta

from app.reconcile.lease import LEASE_SPAN
from tests.chaos.ground import Ground
from tests.chaos.judging import Findings
from tests.chaos.tally import Outcome
from tests.chaos.town import open_town
from tests.scenarios.house import House, Json
from tests.scenarios.troubles import held_up, rows

TAKEN_OVER_WITHIN = LEASE_SPAN + timedelta(seconds=10)
"""From a worker's death: its lease, then the next look (every five seconds) and the way through the queue."""

LEAST_LEFT = LEASE_SPAN / 2
"""What is left of a lease when its worker dies: it is renewed right before a call."""

BUSY = timedelta(seconds=30)
"""What a machine may take beyond that on which everything else of a run goes on."""


async def run_takeover(ground: Ground, seed: int) -> Outcome:
    """An invoice whose worker dies while Xero is asked; two others stand by."""
    async with ground.open_house() as house, open_town(house) as town:
        await town.lead_home()
        async with held_up(house) as arrival:
            await house.write("inv_1")
            await arrival()
            held = await _find_lease(house)
            # All of them: only one holds it, and which one it is no one can tell from outside.
            town.kill_workers()
            began = time.monotonic()
        took = await _wait_for_another(house, held["lease_owner"], began)
        findings = Findings(diverged=_judge(took) + await _find_undone(house))
    told = f"taken over {took:.0f} s after its worker's death"
    return Outcome(f"takeover {seed}", findings, histories=1, faults=town.killed, told=told)


def _judge(took: float) -> list[str]:
    """A lease that was given back before its end was a living worker's: then nothing was proved."""
    least, most = LEAST_LEFT.total_seconds(), (TAKEN_OVER_WITHIN + BUSY).total_seconds()
    if took < least:
        return [f"the worker that was killed had no lease: another had it after {took:.0f} seconds"]
    return [f"a dead worker's connection waited for {took:.0f} seconds"] if took > most else []


async def _find_lease(house: House) -> Json:
    [row] = await rows(
        house, "SELECT lease_owner, lease_until FROM connections WHERE id = :own", own=house.connection_id
    )
    assert isinstance(row["lease_until"], datetime), "a worker that calls Xero holds the lease"
    return row


async def _wait_for_another(house: House, owner: str, began: float) -> float:
    """Seconds until somebody else has the lease, or has had it and is done."""
    async with asyncio.timeout((TAKEN_OVER_WITHIN + BUSY).total_seconds() * 2):
        while (await _find_owner(house)) == owner:  # noqa: ASYNC110 - another process takes it
            await asyncio.sleep(0.1)
    return time.monotonic() - began


async def _find_owner(house: House) -> str | None:
    [row] = await rows(house, "SELECT lease_owner FROM connections WHERE id = :own", own=house.connection_id)
    owner: str | None = row["lease_owner"]
    return owner


async def _find_undone(house: House) -> list[str]:
    """The invoice, if it is not in Xero once, by the worker that took over."""
    settled = "SELECT count(*) AS settled FROM invoice_links WHERE connection_id = :own AND state = 'settled'"
    try:
        async with asyncio.timeout(BUSY.total_seconds()):
            while not (await rows(house, settled, own=house.connection_id))[0]["settled"]:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
    except TimeoutError:
        return ["the invoice of a dead worker is not settled"]
    numbers = [invoice["InvoiceNumber"] for invoice in await house.list_in_xero()]
    return [] if numbers == ["N-inv_1"] else [f"Xero has {numbers}"]
