"""The figures of calls, each beside what the naive client made for as many things."""

import math
from collections.abc import Callable, Iterable, Iterator

from app.demo.introduction import introduce
from app.demo.world import World
from benchmarks.calls import bulks, script, singles
from benchmarks.calls.counting import Counted
from benchmarks.calls.naive import NaiveClient
from benchmarks.figure import Figure
from benchmarks.ground import Ground, open_ground, start_world
from benchmarks.size import Size

ONE_BY_ONE = 5
MOST_EXPORT_CALLS = 26
MOST_IMPORT_CALLS = 3


def measure(size: Size) -> Iterator[Figure]:
    """Every figure of this group."""
    with open_ground() as ground:
        world = start_world(ground)
        introduce(world)
        naive = NaiveClient(world.xero)
        yield from measure_singles(world, ground, naive)
        yield from measure_bulks(world, ground, naive, size.volume)


def measure_singles(world: World, ground: Ground, naive: NaiveClient) -> Iterator[Figure]:
    """One change at a time."""
    singles.open_in_step(world, ground, "single")
    out = singles.edit_out(world, ground, "single", ONE_BY_ONE)
    mine = naive.create_invoice(naive.customer)
    yield counted(
        "calls.single_out", out, ONE_BY_ONE, count(naive, lambda: naive.edit(mine, Reference="out"))
    )
    back = singles.edit_in(world, ground, "single", ONE_BY_ONE)
    yield counted("calls.single_in", back, ONE_BY_ONE, count(naive, lambda: naive.read(mine)))
    walked, changes = singles.walk_both_sides(world, ground)
    yield counted("calls.walk", walked, changes, count(naive, lambda: walk(naive)) / changes)
    echoed = bulks.echo(world, ground, ["single", "walk_1"])
    yield counted("calls.echo", echoed, 2, count(naive, lambda: naive.read(mine)))
    made, seconds, writes = bulks.burst(world, ground, "single")
    edits = count(naive, lambda: burst_naively(naive, mine))
    note = f"{bulks.BURST} edits within {seconds:.1f} s; {made.words}; goal: 1 write"
    yield Figure("calls.burst", writes, "writes", f"one call per edit: {edits}", writes / edits, 1, note)


def measure_bulks(world: World, ground: Ground, naive: NaiveClient, volume: int) -> Iterator[Figure]:
    """Many at once; the naive client makes as many calls as it says."""
    customers = math.ceil(volume / 5)
    sent, ids = bulks.export(world, ground, volume, customers)
    made: list[str] = []
    theirs = count(naive, lambda: made.extend(export_naively(naive, volume, customers)))
    goal = f"{volume} invoices, {customers} contacts; {sent.words}; goal: at most {MOST_EXPORT_CALLS}"
    yield whole("calls.export", len(sent.calls), "calls", theirs, "one call per thing", goal)
    arrived, _ = bulks.storm(world, ground, ids)
    before = naive.received
    theirs = count(naive, lambda: read_naively(naive, made))
    goal = f"{volume} changed; {arrived.words}; goal: at most {MOST_IMPORT_CALLS}"
    yield whole("calls.import", len(arrived.calls), "calls", theirs, "one call per thing", goal)
    read = (naive.received - before) / volume
    note = "of answers to reads, as they travel without compression"
    yield whole("bytes.import", arrived.received / volume, "bytes/change", read, "one read by id", note)
    played, mine = script.play(world, ground, ids, volume), script.prepare_naively(naive, volume)
    script_calls = count(naive, lambda: script.play_naively(naive, mine, volume))
    yield counted("calls.script", played, volume, script_calls / volume)


def counted(name: str, ours: Counted, things: int, naive: float) -> Figure:
    """Calls for each of several things done one at a time."""
    note = f"{things} things: {ours.words}"
    return whole(name, len(ours.calls) / things, "calls/change", naive, "one call per thing", note)


def whole(name: str, value: float, unit: str, naive: float, against: str, note: str) -> Figure:
    """A count beside a count."""
    return Figure(name, value, unit, f"{against}: {naive:,.4g}", value / naive if naive else None, 1, note)


def count(naive: NaiveClient, act: Callable[[], object]) -> int:
    """The calls that the naive client makes in an act."""
    before = naive.calls
    act()
    return naive.calls - before


def walk(naive: NaiveClient) -> None:
    """The same eight changes: three creates with their customer, an edit out, three reads, a void."""
    contact_id = naive.create_contact()
    first, second, third = (naive.create_invoice(contact_id) for _ in range(3))
    naive.edit(first, Reference="from the app")
    for each in (first, first, second):
        naive.read(each)
    naive.edit(third, Status="VOIDED")


def export_naively(naive: NaiveClient, invoices: int, customers: int) -> list[str]:
    """A call for each customer and each invoice."""
    contacts = [naive.create_contact() for _ in range(customers)]
    return [naive.create_invoice(contacts[n % customers]) for n in range(invoices)]


def burst_naively(naive: NaiveClient, invoice_id: str) -> None:
    """A call for each edit."""
    for number in range(bulks.BURST):
        naive.edit(invoice_id, Reference=f"burst {number}")


def read_naively(naive: NaiveClient, invoice_ids: Iterable[str]) -> None:
    """A call for each invoice."""
    for invoice_id in invoice_ids:
        naive.read(invoice_id)
