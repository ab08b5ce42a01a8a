"""What a thousand cost: sent invoices that are behind together, and the same ones changed in Xero together.

Calls are counted by the sandbox, from the moment at which the work was let go until the other side shows all
of it.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from app.demo.failures import StepFailed
from app.demo.organisation import list_writes
from app.demo.screen import Screen
from app.demo.waiting import wait_for
from app.demo.world import World

PREFIX = "load"
PEOPLE = 16
PAUSE_SECONDS = 0.25
DEADLINE_SECONDS = 300.0


@dataclass(frozen=True)
class Volume:
    """What it took to bring many invoices into Xero."""

    invoice_ids: list[str]
    invoice_writes: int
    contact_writes: int
    in_xero: int
    twice: int
    """How many numbers stand in Xero more than once."""
    seconds: float


@dataclass(frozen=True)
class Arrivals:
    """What it took to bring many changes in from Xero."""

    calls: int
    seconds: float


def measure_volume(world: World, screen: Screen, invoices: int, customers: int) -> Volume:
    """Put many sent invoices on a paused connection, resume it, and count what follows."""
    world.plumbline.pause()
    with screen.setting_up(f"{invoices} sent invoices of {customers} new customers, put while paused"):
        opened = world.partner.open_many(count=invoices, customers=customers, prefix=PREFIX)
    if opened["outcomes"] != {"accepted": invoices}:
        raise StepFailed(f"of {invoices} documents put while paused: {opened['outcomes']}")
    there = world.xero.count_invoices()
    before, started = world.xero.mark(), time.monotonic()
    world.plumbline.resume()
    with screen.counting("Resumed: into Xero", invoices) as count:
        await_all(count.reach, lambda: world.xero.count_invoices() - there, invoices)
    seconds = time.monotonic() - started
    settle_all(world, screen, opened["invoice_ids"])
    calls = world.xero.list_calls(before)
    numbers = Counter(list_loaded(world))
    return Volume(
        opened["invoice_ids"],
        len(list_writes(calls, "Invoices")),
        len(list_writes(calls, "Contacts")),
        len(numbers),
        sum(1 for times in numbers.values() if times > 1),
        seconds,
    )


def measure_arrivals(world: World, screen: Screen, invoice_ids: list[str]) -> Arrivals:
    """Have people change every one of them in Xero, let the webhooks go together, and count what follows."""
    world.xero.set_webhooks(mode="held")
    with (
        screen.counting("Changed in Xero by people", len(invoice_ids)) as count,
        ThreadPoolExecutor(PEOPLE) as people,
    ):
        edits = people.map(lambda invoice_id: edit_in_xero(world, invoice_id), invoice_ids)
        for done, _ in enumerate(edits, start=1):
            count.reach(done)
    before, started = world.xero.mark(), time.monotonic()
    world.xero.release_webhooks()
    with screen.counting("Webhooks let go: into the app", len(invoice_ids)) as count:
        await_all(count.reach, lambda: count_arrived(world, set(invoice_ids)), len(invoice_ids))
    seconds = time.monotonic() - started
    settle_all(world, screen, invoice_ids)
    return Arrivals(len(world.xero.list_calls(before)), seconds)


def edit_in_xero(world: World, invoice_id: str) -> None:
    """A person's edit that can be told from every other."""
    world.xero.edit(world.get_xero_id(invoice_id), {"Reference": new_reference(invoice_id)})


def new_reference(invoice_id: str) -> str:
    """What a person in Xero writes on that invoice."""
    return f"seen {invoice_id}"


def count_arrived(world: World, invoice_ids: set[str]) -> int:
    """How many of them show the new reference in the app."""
    documents = (document for document in world.partner.list_documents() if document["id"] in invoice_ids)
    return sum(document["reference"] == new_reference(document["id"]) for document in documents)


def list_loaded(world: World) -> list[str]:
    """The numbers in Xero that the load brought; voided and failed ones would be missing."""
    numbers = (str(invoice["InvoiceNumber"]) for invoice in world.xero.list_invoices())
    return [number for number in numbers if number.startswith(PREFIX.upper())]


def settle_all(world: World, screen: Screen, invoice_ids: Iterable[str]) -> None:
    """Wait until Plumbline calls every one of them settled."""
    waiting = list(invoice_ids)
    with screen.counting("Settled", len(waiting)) as count, ThreadPoolExecutor(PEOPLE) as people:
        for done, _ in enumerate(people.map(world.settle_quietly, waiting), start=1):
            count.reach(done)


def await_all(tell: Callable[[int], object], read: Callable[[], int], wanted: int) -> None:
    """Wait until the count is reached, and tell how far it is meanwhile."""

    def look() -> int:
        reached = read()
        tell(reached)
        return reached

    wait_for(
        look,
        lambda reached: reached >= wanted,
        lambda reached: f"{reached} of {wanted} came",
        seconds=DEADLINE_SECONDS,
        pause=PAUSE_SECONDS,
    )
