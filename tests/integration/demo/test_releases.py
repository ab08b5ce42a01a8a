"""Two releases on one database: the code of the release before works on the newest schema, beside the new code.

That is how a release goes out, process by process, and how it is taken back. The older code comes out of the project's
own history: it is the tree in which the newest version of the schema was not there yet.
"""

import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest

from app import schema
from app.demo.introduction import introduce
from app.demo.organisation import Organisation
from app.demo.partner_app import PartnerApp
from app.demo.plumbline import Plumbline
from app.demo.processes import Children
from app.demo.stage import HOST, build_environment, find_free_port, name_xero
from app.demo.waiting import wait_for
from app.demo.world import World
from app.embedded import Addresses
from tests.house import house

NEWEST = sorted((schema.MIGRATIONS / "versions").glob("*.py"))[-1]
STOP_SECONDS = 30


def ask_git(*arguments: str) -> bytes:
    """What git says of the project's tree; raises where there is no git, or no history."""
    command = ["git", "-C", str(house.ROOT), *arguments]
    return subprocess.run(command, capture_output=True, check=True).stdout


def unpack_older(folder: Path) -> None:
    """The application as it was before the newest version of the schema; skips where the history is not there."""
    try:
        added = ask_git("log", "-1", "--format=%H", "--diff-filter=A", "--", str(NEWEST)).decode().strip()
        archive = ask_git("archive", f"{added}^", "app", "migrations", "alembic.ini", "pyproject.toml")
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"the project's history is not there: {error}")
    with tarfile.open(fileobj=BytesIO(archive)) as tar:
        tar.extractall(folder, filter="data")
    assert not (folder / NEWEST.relative_to(house.ROOT)).exists()


@dataclass(frozen=True)
class Release:
    """A tree of the application, of which processes are started."""

    tree: Path
    logs: Path
    environment: dict[str, str]
    port: int

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Its API and a worker."""
        with self.running("serve", "--host", HOST, "--port", str(self.port)), self.running("work"):
            yield

    @contextmanager
    def running(self, *arguments: str) -> Iterator[None]:
        """`python -m app` with these arguments."""
        command = [sys.executable, "-m", "app", *arguments]
        with (self.logs / f"{self.tree.name}-{arguments[0]}.log").open("wb") as log:
            process = subprocess.Popen(command, cwd=self.tree, env=self.environment, stdout=log, stderr=log)
            try:
                yield
            finally:
                process.terminate()
                process.wait(STOP_SECONDS)


@pytest.mark.proof
@pytest.mark.timeout(400)
def test_the_release_before_works_on_the_newest_schema(
    tmp_path: Path, database_url: str, redis_url: str
) -> None:
    """Invoices travel both ways while only old processes run, while both do, and after the release was taken back."""
    tree = tmp_path / "older"
    unpack_older(tree)
    environment = build_environment(tmp_path, Addresses(database_url, redis_url))
    with Children(tmp_path, environment) as children:
        xero = Organisation(children.start("xero", "sandbox", "--port", "0").read_line())
        app = PartnerApp(children.start("partner", "sandbox", "--side", "partner", "--port", "0").read_line())
        port = find_free_port()
        environment |= name_xero(xero, port)
        children.tell(**environment)
        older, newer = (
            Release(each, tmp_path, os.environ | environment, port) for each in (tree, house.ROOT)
        )
        world = World(Plumbline(f"http://{HOST}:{port}"), xero, app, children)
        with closing_of(world):
            live_through(world, older, newer)


@contextmanager
def closing_of(world: World) -> Iterator[None]:
    """The ways to all three are closed with the block."""
    try:
        yield
    finally:
        for each in (world.plumbline, world.xero, world.partner):
            each.remote.close()


def live_through(world: World, older: Release, newer: Release) -> None:
    """A release goes out and is taken back, with work all the while."""
    with older.at_work():
        join(world)
        edit_both_sides(world, "inv_old")
        with newer.running("work"):
            edit_both_sides(world, "inv_both")
    with newer.at_work():
        edit_both_sides(world, "inv_new")
    with older.at_work():
        await_ready(world)
        for invoice_id in ("inv_old", "inv_both", "inv_new"):
            world.partner.edit(invoice_id, {"reference": "after all"})
            world.agree(invoice_id, {"reference": "after all"})
    assert world.xero.count_invoices() == 3


def await_ready(world: World) -> None:
    """Wait until the API that was started last answers."""
    wait_for(world.plumbline.is_ready, bool, lambda _: "the API does not come up", seconds=60)


def join(world: World) -> None:
    """The partner and its connection."""
    await_ready(world)
    introduce(world)
    world.xero.subscribe(f"{world.plumbline.url}/webhooks/xero")


def edit_both_sides(world: World, invoice_id: str) -> None:
    """An invoice that goes to Xero, and an edit on each side that reaches the other."""
    await_ready(world)
    world.open_sent(invoice_id)
    world.partner.edit(invoice_id, {"reference": "from the app"})
    world.agree(invoice_id, {"reference": "from the app"})
    world.xero.edit(world.get_xero_id(invoice_id), {"Reference": "from Xero"})
    world.agree(invoice_id, {"reference": "from Xero"})
