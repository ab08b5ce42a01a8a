"""A compare of everything, whose first worker is stopped on the way: calls, memory, what it found."""

import time
from collections.abc import Iterator

import psutil

from app.demo.failures import StepFailed
from app.demo.introduction import introduce
from app.demo.organisation import is_about
from app.demo.world import World
from app.sandbox.xero.server import serve_in_thread
from benchmarks.calls.counting import counting
from benchmarks.calls.singles import open_in_step
from benchmarks.compare.both_sides import describe, fill_both
from benchmarks.figure import Figure
from benchmarks.ground import Ground, open_ground, start_world, without_worker
from benchmarks.machine import list_children, resident
from benchmarks.size import Size

TEMPLATE = "template"
PAGE = 1000
MOST_MEMORY = 250
PATIENCE = 900.0
LOOK_SECONDS = 0.1

ASK = "UPDATE connections SET compare_due = true, generation = generation + 1"
STATE = "SELECT compare_due, compare_run ->> 'calls' AS calls, compared FROM connections"


def measure(size: Size) -> Iterator[Figure]:
    """Every figure of this group."""
    with open_ground() as ground, serve_in_thread() as sandbox:
        world = start_world(ground, xero=describe(sandbox))
        introduce(world)
        xero_id = open_in_step(world, ground, TEMPLATE)
        idle = resident(list_children("work")[0])
        with without_worker(ground):
            fill_both(ground, sandbox, TEMPLATE, xero_id, size.invoices - 1)
        began = time.monotonic()
        with counting(world) as counted:
            highest = compare_once(world, ground, size.invoices // PAGE // 3)
        seconds = time.monotonic() - began
        found = ground.execute("SELECT compared ->> 'differing', compared ->> 'invoices' FROM connections")[0]
    if int(found[0]) or int(found[1]) < size.invoices:
        raise StepFailed(f"the compare found {found[0]} of {found[1]} invoices differing, and all are equal")
    most = -(-size.invoices // PAGE)
    note = f"{size.invoices:,} invoices in {seconds:.0f} s, its worker stopped on the way; goal: at most {most + 1}"
    naive = size.invoices
    calls = sum(is_about(call, "Invoices") for call in counted.calls)
    note += f"; beside them {len(counted.calls) - calls} calls about other things"
    yield Figure("compare.calls", calls, "calls", f"one read per invoice: {naive:,}", calls / naive, 1, note)
    note = f"a worker's highest resident memory; goal: under {MOST_MEMORY} MiB"
    yield Figure(
        "compare.memory", highest, "MiB", f"the same worker idle: {idle:.0f} MiB", highest / idle, 1, note
    )


def compare_once(world: World, ground: Ground, stop_after: int) -> float:
    """Compare, with the worker stopped after so many calls and another one started; the highest memory, MiB."""
    ground.execute(ASK)
    highest, is_stopped, deadline = 0.0, False, time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        state = ground.execute(STATE)[0]
        if not state["compare_due"] and state["compared"]:
            return highest
        if not is_stopped and int(state["calls"] or 0) >= max(1, stop_after):
            with without_worker(ground):
                is_stopped = True
        highest = max([highest, *map(_resident, list_children("work"))])
        time.sleep(LOOK_SECONDS)
    raise StepFailed(f"the compare is not done: {dict(state)}")


def _resident(process: psutil.Process) -> float:
    try:
        return resident(process)
    except psutil.NoSuchProcess:
        return 0.0
