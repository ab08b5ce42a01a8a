"""Step nine: everything that a network does to webhooks, done to both sides at once, and then counted.

The partner's documents go by webhook here, so that both kinds of webhook are treated alike. What is lost is
lost on invoices of its own: on one where anything else was delivered, the loss would heal without sweep or
manifest.
"""

from app.demo.organisation import list_writes
from app.demo.sides import NOTHING, Movement
from app.demo.witness import expect
from app.demo.world import World

TIMES = 2


def deliver_badly(world: World, doubled: str, lost_here: str, lost_there: str) -> list[Movement]:
    """Double and shuffle on one invoice, lose on two others, heal, and prove that nothing was done twice."""
    world.partner.join({**world.introduction, "send": "webhook"})
    double_and_shuffle(world, doubled)
    lose_documents(world, lost_here)
    lose_xero_webhook(world, lost_there)
    quiet = prove_quiet(world, (doubled, lost_here, lost_there))
    world.partner.join(world.introduction)
    return quiet


def double_and_shuffle(world: World, invoice_id: str) -> None:
    """Two edits on each side; their messages come late, twice, and the newer before the older."""
    xero_invoice_id = world.get_xero_id(invoice_id)
    world.partner.set_faults(hold_outgoing=True, shuffle=True)
    world.xero.set_webhooks(mode="held", double_next=TIMES, shuffle=True)
    first = world.partner.edit(invoice_id, {"reference": "PO 91"})["document"]["version"]
    world.partner.edit(invoice_id, {"reference": "PO 92"})
    for price in (101, 102):
        world.xero.edit(xero_invoice_id, {"LineItems": [{"index": 0, "UnitAmount": price}]})
    world.partner.release()
    world.xero.release_webhooks()
    world.partner.resend(invoice_id, times=TIMES)
    world.partner.resend(invoice_id, times=TIMES, version=first)
    world.partner.set_faults(shuffle=False)
    world.xero.set_webhooks(shuffle=False)
    sight = world.agree(invoice_id, both={"reference": "PO 92", "total": "102.00"})
    same_number = [
        each for each in world.xero.list_invoices() if each["InvoiceNumber"] == sight.xero["number"]
    ]
    expect(
        len(same_number) == 1, f"{len(same_number)} invoices in Xero have the number {sight.xero['number']}"
    )


def lose_documents(world: World, invoice_id: str) -> None:
    """The app's document never leaves; its manifest finds it."""
    world.partner.set_faults(lose_outgoing_next=1)
    world.partner.edit(invoice_id, {"reference": "PO 93"})
    answer = world.partner.post_manifest()
    asked = [each["id"] for each in answer["answer"]["send"]]
    expect(invoice_id in asked, f"Plumbline asked for {asked} after the manifest, not for {invoice_id}")
    world.agree(invoice_id, both={"reference": "PO 93"})


def lose_xero_webhook(world: World, invoice_id: str) -> None:
    """Xero's webhook never arrives; the sweep finds the edit."""
    world.xero.set_webhooks(lose_next=1)
    world.xero.edit(world.get_xero_id(invoice_id), {"Reference": "PO 94"})
    world.sweep()
    world.agree(invoice_id, both={"reference": "PO 94"})


def prove_quiet(world: World, invoice_ids: tuple[str, ...]) -> list[Movement]:
    """Everything once more, now that all is equal: it must cost no write and make no new version anywhere."""
    calls, seen = world.xero.mark(), world.partner.mark()
    for invoice_id in invoice_ids:
        world.partner.resend(invoice_id, times=TIMES)
    world.sweep()
    world.drain("inv_marker_9")
    for invoice_id in invoice_ids:
        world.agree(invoice_id)
    writes = list_writes(world.xero.list_calls(calls))
    changes = [entry for invoice_id in invoice_ids for entry in world.partner.list_received(seen, invoice_id)]
    expect(not writes, f"an echo was written to Xero: {writes}")
    expect(not changes, f"an echo was sent to the app: {changes}")
    return [Movement("both sides", "all of it once more", NOTHING, "no write, no change, no double")]
