"""`python -m app demo`: walk the story on this machine, measure, and stay up to be looked at.

Ends with 0 when every step and every counted figure held, else with 1 after naming what did not. Every
process that it started is ended with it, also when it is interrupted or told to stop.
"""

import signal
import time
from types import FrameType

import httpx

from app.demo.failures import DemoFailed, ProcessDied
from app.demo.figures import Size, measure
from app.demo.screen import Screen
from app.demo.stage import open_stage
from app.demo.story import STORY
from app.demo.world import World
from app.embedded import ServersUnavailable

INTERRUPTED = 130
YOURS = "inv_yours"
"""An invoice for whoever looks around, the newest one in the app."""
YOUR_BOOKS = "Tran Plumbing Pty Ltd"
"""An organisation that nobody has joined, for whoever makes the calls of the first guide."""
WRONG = (DemoFailed, httpx.HTTPError, ServersUnavailable)
"""What a demo that did not hold ends in; anything else is a mistake in the demo and shows where."""


def run(once: bool, size: Size) -> int:
    """Return the exit code; without `once` it stays up after the last figure until Ctrl-C."""
    screen = Screen()
    signal.signal(signal.SIGTERM, interrupt)
    try:
        screen.head("Setting up")
        with open_stage(screen) as world:
            return tell(world, screen, size, once)
    except WRONG as failure:
        screen.show_failure("The stage could not be set", str(failure), "")
        return 1
    except KeyboardInterrupt:
        screen.say("Interrupted; every process has ended.")
        return INTERRUPTED


def tell(world: World, screen: Screen, size: Size, once: bool) -> int:
    """Story, figures, addresses; the exit code."""
    if not (walk(world, screen) and show_figures(world, screen, size)):
        return 1
    return 0 if once else stay(world, screen)


def walk(world: World, screen: Screen) -> bool:
    """Every step in order, until one does not hold."""
    screen.head("The main job, in ten steps")
    for number, step in enumerate(STORY, start=1):
        try:
            step.prepare(world)
            with world.watch(*step.invoice_ids) as movements:
                started = time.monotonic()
                told = step.walk(world)
                seconds = time.monotonic() - started
        except WRONG as failure:
            screen.show_failure(
                f"Step {number} did not hold: {step.sentence}", str(failure), world.children.tails()
            )
            return False
        screen.show_step(number, step.sentence, [*movements, *told], seconds)
    return True


def show_figures(world: World, screen: Screen, size: Size) -> bool:
    """Measure and print; whether all that is counted is as it should be."""
    screen.head("Figures")
    try:
        figures = measure(world, screen, size)
    except WRONG as failure:
        screen.show_failure("The figures could not be measured", str(failure), world.children.tails())
        return False
    screen.show_figures((each.what, each.measured, each.target, each.is_met) for each in figures)
    missed = [each.what for each in figures if each.is_counted and not each.is_met]
    if missed:
        screen.show_failure("A figure that is counted did not hold", "; ".join(missed), "")
    return not missed


def stay(world: World, screen: Screen) -> int:
    """Keep everything running to be looked at until Ctrl-C; 1 if a process ended before."""
    world.open_sent(YOURS)
    world.xero.add(YOUR_BOOKS)
    screen.head("Still running; Ctrl-C ends it")
    screen.show_addresses(
        {
            "API docs": f"{world.plumbline.url}/docs",
            "API key": world.introduction["api_key"],
            "Connection": world.plumbline.connection_id,
            "Not joined yet": f"{YOUR_BOOKS}, for docs/first-invoice.md",
            "Sandbox Xero": world.xero.invoices_url,
            "Sandbox partner's app": world.partner.url,
        }
    )
    screen.say("Edit in Xero as a person would, and reload the partner's app:")
    screen.show_to_copy("$", build_edit(world.xero.invoices_url, world.get_xero_id(YOURS)))
    try:
        while True:
            world.children.check()
            time.sleep(1)
    except KeyboardInterrupt:
        return 0
    except ProcessDied as died:
        screen.show_failure("A process ended by itself", str(died), "")
        return 1


def build_edit(invoices_url: str, key: str) -> str:
    """A command to copy: a person's edit in Xero."""
    return f"curl -X PATCH {invoices_url}/{key} -H 'content-type: application/json' -d '{{\"Reference\": \"Yours\"}}'"


def interrupt(signal_number: int, frame: FrameType | None) -> None:
    """Being told to stop is being interrupted: what was started is ended on the way out."""
    raise KeyboardInterrupt
