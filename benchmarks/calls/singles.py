"""Changes one at a time, each waited for until both sides show it: what one costs, echo included."""

from app.demo.waiting import PAUSE_SECONDS, wait_for
from app.demo.world import World
from benchmarks.calls.counting import Counted, counting
from benchmarks.ground import Ground, settle

PATIENCE = 120.0


def open_in_step(world: World, ground: Ground, invoice_id: str) -> str:
    """A sent invoice that both sides have; Xero's id of it."""
    lines = [{"id": "l1", "description": "Call-out", "unit_price": "100.00"}]
    world.partner.open({"id": invoice_id, "number": invoice_id.upper(), "status": "sent", "lines": lines})
    settle(ground)
    return world.get_xero_id(invoice_id)


def edit_out(world: World, ground: Ground, invoice_id: str, changes: int) -> Counted:
    """Edits in the app, one after the other."""
    key = world.get_xero_id(invoice_id)
    with counting(world) as counted:
        for n in range(changes):
            world.partner.edit(invoice_id, {"reference": f"out {n}"})
            await_xero(world, key, "Reference", f"out {n}")
            settle(ground)
    return counted


def edit_in(world: World, ground: Ground, invoice_id: str, changes: int) -> Counted:
    """Edits in Xero, one after the other."""
    key = world.get_xero_id(invoice_id)
    with counting(world) as counted:
        for n in range(changes):
            world.xero.edit(key, {"Reference": f"in {n}"})
            await_app(world, invoice_id, "reference", f"in {n}")
            settle(ground)
    return counted


def walk_both_sides(world: World, ground: Ground) -> tuple[Counted, int]:
    """A create, an edit, a payment and a void on each side, as far as that side can; and how many that were."""
    with counting(world) as counted:
        first = open_in_step(world, ground, "walk_1")
        second = open_in_step(world, ground, "walk_2")
        world.partner.edit("walk_1", {"reference": "from the app"})
        await_xero(world, first, "Reference", "from the app")
        world.xero.edit(first, {"Reference": "from Xero"})
        await_app(world, "walk_1", "reference", "from Xero")
        settle(ground)
        world.xero.pay(first)
        await_app(world, "walk_1", "status", "paid")
        settle(ground)
        world.xero.void(second)
        await_app(world, "walk_2", "status", "cancelled")
        settle(ground)
        third = open_in_step(world, ground, "walk_3")
        world.partner.cancel("walk_3")
        await_xero(world, third, "Status", "VOIDED")
        settle(ground)
    return counted, 8


def await_xero(world: World, key: str, field: str, wanted: str, pause: float = PAUSE_SECONDS) -> None:
    """Wait until Xero shows it, with so many seconds between two looks."""
    wait_for(
        lambda: (world.xero.find_invoice(key) or {}).get(field),
        lambda seen: seen == wanted,
        lambda seen: f"Xero shows {field} {seen}, not {wanted}",
        seconds=PATIENCE,
        pause=pause,
    )


def await_app(world: World, invoice_id: str, field: str, wanted: str, pause: float = PAUSE_SECONDS) -> None:
    """Wait until the app shows it, with so many seconds between two looks."""
    wait_for(
        lambda: (world.partner.find(invoice_id) or {}).get(field),
        lambda seen: seen == wanted,
        lambda seen: f"the app shows {field} {seen}, not {wanted}",
        seconds=PATIENCE,
        pause=pause,
    )
