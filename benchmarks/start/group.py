"""The rounds of starting: `serve` until it is ready, beside a bare FastAPI."""

import shutil
import subprocess
import time
from collections.abc import Iterator

from fastapi import FastAPI

from app.demo.plumbline import Plumbline
from app.demo.stage import HOST, find_free_port
from benchmarks.figure import Figure, compare
from benchmarks.ground import WEBHOOK_KEY, Ground, open_ground, serving
from benchmarks.rounds import interleave
from benchmarks.size import Size

ROUNDS = 3


def build_bare() -> FastAPI:
    """What the framework itself costs."""
    return FastAPI()


def measure(size: Size) -> Iterator[Figure]:
    """Every figure of this group."""
    with open_ground() as ground:
        ground.children.tell(PLUMBLINE_XERO_WEBHOOK_KEY=WEBHOOK_KEY)
        turns = {"ours": lambda _: start_serve(ground), "bare": lambda _: start_bare()}
        found = interleave(turns, min(ROUNDS, size.rounds))
        note = tell_of_images()
        yield compare("start.ready", "s", found["ours"], "a bare FastAPI application", found["bare"], note)


def start_serve(ground: Ground) -> float:
    """Seconds from the command until `/readyz` says yes."""
    port, began = find_free_port(), time.monotonic()
    api = ground.children.start(f"serve-{port}", "serve", "--host", HOST, "--port", str(port))
    api.wait_until(Plumbline(f"http://{HOST}:{port}").is_ready)
    seconds = time.monotonic() - began
    api.ask_to_end()
    api.end()
    return seconds


def start_bare() -> float:
    """The same until it answers at all."""
    began = time.monotonic()
    with serving("benchmarks.start.group:build_bare"):
        return time.monotonic() - began


def tell_of_images() -> str:
    """The image's size where a container engine can build it, else that there is none."""
    if shutil.which("docker") is None:
        return "no docker here: the image itself is not measured"
    if subprocess.run(["docker", "info"], capture_output=True, timeout=60).returncode:
        return "docker has no engine here: the image itself is not measured"
    made = subprocess.run(["docker", "build", "-q", "."], capture_output=True, text=True, timeout=600)
    if made.returncode:
        return "docker could not build the image here"
    asked = ["docker", "image", "inspect", "-f", "{{.Size}}", made.stdout.strip()]
    size = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=60).stdout
    return f"image of {int(size) / 1e6:.0f} MB"
