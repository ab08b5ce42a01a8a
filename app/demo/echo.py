"""What an echo costs: the webhook that Xero sends about a write of our own.

The echoes are held back until every write is done and settled, then delivered together. So whatever is called
after that moment is called because of them.
"""

from app.demo.organisation import list_reads, list_writes
from app.demo.world import World

PREFIX = "inv_echo"


def measure_echoes(world: World, echoes: int) -> tuple[int, int]:
    """The writes and the reads that so many echoes cause."""
    invoice_ids = [f"{PREFIX}_{n}" for n in range(1, echoes + 1)]
    for invoice_id in invoice_ids:
        world.open_sent(invoice_id)
    world.drain(f"{PREFIX}_before")
    world.xero.set_webhooks(mode="held")
    for invoice_id in invoice_ids:
        world.partner.edit(invoice_id, {"reference": f"echo of {invoice_id}"})
    for invoice_id in invoice_ids:
        world.agree(invoice_id, both={"reference": f"echo of {invoice_id}"})
    before = world.xero.mark()
    world.xero.release_webhooks()
    world.drain(f"{PREFIX}_after")
    for invoice_id in invoice_ids:
        world.settle(invoice_id)
    calls = world.xero.list_calls(before)
    return len(list_writes(calls)), len(list_reads(calls))
