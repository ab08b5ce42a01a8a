"""Many changes at once: an export, a storm from Xero, echoes of our own writes, a burst of edits on one invoice."""

import time
from concurrent.futures import ThreadPoolExecutor

from app.demo.failures import StepFailed
from app.demo.organisation import list_writes
from app.demo.waiting import wait_for
from app.demo.world import World
from benchmarks.calls.counting import Counted, counting
from benchmarks.calls.singles import await_xero
from benchmarks.ground import Ground, settle

PREFIX = "bulk"
PEOPLE = 8
PATIENCE = 600.0
BURST = 10


def export(world: World, ground: Ground, invoices: int, customers: int) -> tuple[Counted, list[str]]:
    """So many sent invoices of new customers, put while the connection is paused, then let go; and their ids."""
    world.plumbline.pause()
    opened = world.partner.open_many(count=invoices, customers=customers, prefix=PREFIX)
    if opened["outcomes"] != {"accepted": invoices}:
        raise StepFailed(f"of {invoices} documents put while paused: {opened['outcomes']}")
    there = world.xero.count_invoices()
    with counting(world) as counted:
        world.plumbline.resume()
        wait_for(
            lambda: world.xero.count_invoices() - there,
            lambda found: found >= invoices,
            lambda found: f"{found} of {invoices} are in Xero",
            seconds=PATIENCE,
            pause=0.5,
        )
        settle(ground, PATIENCE)
    ids: list[str] = opened["invoice_ids"]
    return counted, ids


def storm(world: World, ground: Ground, invoice_ids: list[str]) -> tuple[Counted, list[str]]:
    """All of them edited in Xero by people, and the webhooks let go together; and Xero's ids."""
    rows = ground.execute(
        "SELECT xero_invoice_id FROM invoice_links WHERE partner_invoice_id = ANY($1::text[])", invoice_ids
    )
    keys = [row[0] for row in rows]
    world.xero.set_webhooks(mode="held")
    with ThreadPoolExecutor(PEOPLE) as people:
        list(people.map(lambda key: world.xero.edit(key, {"Reference": f"seen {key}"}), keys))
    with counting(world) as counted:
        world.xero.release_webhooks()
        wait_for(
            lambda: sum(
                str(each["reference"]).startswith("seen ") for each in world.partner.list_documents()
            ),
            lambda found: found >= len(keys),
            lambda found: f"{found} of {len(keys)} are in the app",
            seconds=PATIENCE,
            pause=1.0,
        )
        settle(ground, PATIENCE)
    return counted, keys


def echo(world: World, ground: Ground, invoice_ids: list[str]) -> Counted:
    """What the webhooks about our own writes cause, held back until those are done."""
    world.xero.set_webhooks(mode="held")
    for invoice_id in invoice_ids:
        world.partner.edit(invoice_id, {"reference": f"echo of {invoice_id}"})
    settle(ground)
    with counting(world) as counted:
        world.xero.release_webhooks()
        settle(ground)
    return counted


def burst(world: World, ground: Ground, invoice_id: str) -> tuple[Counted, float, int]:
    """Ten edits of one invoice in the app, as fast as it sends them; the seconds they took, and writes of invoices."""
    key = world.get_xero_id(invoice_id)
    with counting(world) as counted:
        began = time.monotonic()
        for n in range(1, BURST + 1):
            world.partner.edit(invoice_id, {"reference": f"burst {n}"})
        seconds = time.monotonic() - began
        await_xero(world, key, "Reference", f"burst {BURST}")
        settle(ground)
    return counted, seconds, len(list_writes(counted.calls, "Invoices"))
