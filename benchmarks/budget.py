"""`make budget`: thousands of invoices behind on one connection, two worker processes, Xero's real limits, no 429.

Nothing is sped up: the sandbox holds 60 calls a minute, five at once and 5,000 a day by the machine's clock, as
Plumbline does, so 5,000 invoices take some minutes. The processes are those of production, the sandbox's Xero and
partner's app stand in for the two sides. Told on the way: how far it is. At the end one line of JSON on stdout:

    {"invoices": 5000, "calls": 131, "rate_limited": 0, "seconds": 190.2}

Ends with 0 when every invoice stands in Xero once, is settled, and Xero answered no call with 429; else with 1.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx

from app.demo.failures import DemoFailed
from app.demo.introduction import introduce
from app.demo.organisation import Organisation
from app.demo.partner_app import PartnerApp
from app.demo.plumbline import Plumbline
from app.demo.processes import Children
from app.demo.servers import claim_folder, open_database
from app.demo.stage import HOST, build_environment, find_free_port, name_xero
from app.demo.waiting import wait_for
from app.demo.world import World

REAL_LIMITS = {"minute": 60, "day": 5000, "concurrent": 5, "app_minute": 10_000}
"""What Xero allows an organisation (FACTS 2); the sandbox is held to it, and so is Plumbline."""

WORKERS = 2
AT_ONCE = 200
"""Documents of one request to the partner's app; each such part has customers of its own."""

PREFIX = "budget"
LOOK_EVERY_SECONDS = 2.0
DATA_FOLDER = Path(".plumbline")


@dataclass(frozen=True)
class Result:
    """What it came to; `rate_limited` are the calls that Xero answered with 429."""

    invoices: int
    calls: int
    rate_limited: int
    seconds: float


def main() -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.budget")
    parser.add_argument("--invoices", type=int, default=5000)
    parser.add_argument("--customers", type=int, default=200)
    parser.add_argument("--most-minutes", type=float, default=20.0)
    asked = parser.parse_args()
    try:
        with open_world() as world:
            result = measure(world, asked.invoices, asked.customers, asked.most_minutes * 60)
    except (DemoFailed, httpx.HTTPError) as failure:
        tell(f"{type(failure).__name__}: {failure}")
        return 1
    print(json.dumps(asdict(result)))
    return 1 if result.rate_limited else 0


@contextmanager
def open_world() -> Iterator[World]:
    """Everything running: one connection, joined, with Xero's real limits, and nothing behind."""
    with ExitStack() as stack:
        folder = stack.enter_context(claim_folder(DATA_FOLDER))
        tell(f"every process logs to {folder.absolute()}")
        addresses = stack.enter_context(open_database(folder))
        children = stack.enter_context(Children(folder, build_environment(folder, addresses)))
        world = start(children)
        introduce(world)
        yield world


def start(children: Children) -> World:
    """The sandboxes, the API and the workers."""
    migration = children.start("migrate", "migrate")
    xero = children.start("xero", "sandbox", "--port", "0")
    partner = children.start("partner", "sandbox", "--side", "partner", "--port", "0")
    organisation, app = Organisation(xero.read_line()), PartnerApp(partner.read_line())
    migration.finish()
    organisation.remote.put("/limits", REAL_LIMITS)
    port = find_free_port()
    limits = {
        "PLUMBLINE_XERO_PLAN": "core",
        "PLUMBLINE_XERO_MINUTE_LIMIT": str(REAL_LIMITS["minute"]),
        "PLUMBLINE_XERO_DAY_LIMIT": str(REAL_LIMITS["day"]),
        "PLUMBLINE_XERO_APP_MINUTE_LIMIT": str(REAL_LIMITS["app_minute"]),
    }
    children.tell(**name_xero(organisation, port) | limits)
    api = children.start("serve", "serve", "--host", HOST, "--port", str(port))
    for n in range(1, WORKERS + 1):
        children.start(f"work-{n}", "work")
    plumbline = Plumbline(f"http://{HOST}:{port}")
    api.wait_until(plumbline.is_ready)
    organisation.subscribe(f"{plumbline.url}/webhooks/xero")
    return World(plumbline, organisation, app, children)


def measure(world: World, invoices: int, customers: int, most_seconds: float) -> Result:
    """Let everything go at once, and count until nothing is behind. Raises StepFailed."""
    there, before = world.xero.count_invoices(), world.xero.mark()
    world.plumbline.pause()
    put_documents(world, invoices, customers)
    tell(f"{invoices} invoices are behind on one connection; {WORKERS} workers begin")
    began = time.monotonic()
    world.plumbline.resume()
    wait_for(
        lambda: look(world, there, invoices, began),
        lambda found: found == (invoices, False),
        lambda found: f"{found[0]} of {invoices} invoices in Xero, still behind: {found[1]}",
        seconds=most_seconds,
        pause=LOOK_EVERY_SECONDS,
    )
    seconds = round(time.monotonic() - began, 1)
    calls = world.xero.list_calls(before)
    return Result(invoices, len(calls), sum(call["status"] == 429 for call in calls), seconds)


def put_documents(world: World, invoices: int, customers: int) -> None:
    """What the partner's app sends while the connection is paused."""
    for first in range(0, invoices, AT_ONCE):
        count = min(AT_ONCE, invoices - first)
        named = f"{PREFIX}{first // AT_ONCE}"
        world.partner.open_many(count=count, customers=max(1, customers * count // invoices), prefix=named)
        tell(f"{first + count} of {invoices} documents put")


def look(world: World, there: int, invoices: int, began: float) -> tuple[int, bool]:
    """How many invoices stand in Xero, and whether any is still behind; tells it, with why the work waits."""
    world.children.check()
    connection = world.plumbline.get_connection()
    reached = world.xero.count_invoices() - there
    waits = f", waits: {connection['retry_reason']}" if connection["retry_reason"] else ""
    tell(f"{time.monotonic() - began:6.1f} s  {reached} of {invoices} in Xero{waits}")
    return reached, bool(connection["is_behind"])


def tell(sentence: str) -> None:
    """One line of progress."""
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
