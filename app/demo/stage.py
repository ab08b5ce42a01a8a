"""Sets the stage: database, schema, two sandboxes, the API and a worker, each a process of its own on loopback.

What does not need another is started at once and awaited afterwards. Everything lives in the demo's own
folder and under settings of its own; only DATABASE_URL and REDIS_URL are taken from outside when they are
set. Leaving the context ends every process that was started.
"""

import base64
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from app.demo.organisation import NO_LIMIT, Organisation
from app.demo.partner_app import PartnerApp
from app.demo.plumbline import Plumbline
from app.demo.processes import Children
from app.demo.screen import Screen
from app.demo.servers import claim_folder, open_database
from app.demo.world import World
from app.embedded import Addresses

DATA_FOLDER = Path(".plumbline")
HOST = "127.0.0.1"
SECRET_KEY_BYTES = 32


@contextmanager
def open_stage(screen: Screen) -> Iterator[World]:
    """Everything running and ready, nobody introduced to anybody yet."""
    with ExitStack() as stack:
        folder = stack.enter_context(claim_folder(DATA_FOLDER))
        screen.say(f"Every process logs to {folder.absolute()}")
        with screen.setting_up("PostgreSQL and Redis"):
            addresses = stack.enter_context(open_database(folder))
        children = stack.enter_context(Children(folder, build_environment(folder, addresses)))
        yield start_everybody(screen, children)


def build_environment(folder: Path, addresses: Addresses) -> dict[str, str]:
    """The settings that every process shares; keys are new each time, as the database is."""
    return {
        "DATABASE_URL": addresses.database_url,
        "REDIS_URL": addresses.redis_url,
        "PLUMBLINE_ENV": "development",
        "PLUMBLINE_DATA_DIR": str(folder),
        "PLUMBLINE_SECRET_KEYS": base64.urlsafe_b64encode(os.urandom(SECRET_KEY_BYTES)).decode(),
        # One app puts in a minute here what a partner's businesses put in hours.
        "PLUMBLINE_API_LIMIT_PER_MINUTE": str(NO_LIMIT),
    }


def start_everybody(screen: Screen, children: Children) -> World:
    """Start the processes in the order in which they need each other. Raises ProcessDied."""
    with screen.setting_up("Database schema, a Xero organisation, a partner's app"):
        migration = children.start("migrate", "migrate")
        xero = children.start("xero", "sandbox", "--port", "0")
        partner = children.start("partner", "sandbox", "--side", "partner", "--port", "0")
        organisation, partner_app = Organisation(xero.read_line()), PartnerApp(partner.read_line())
        migration.finish()
    with screen.setting_up("Plumbline: the API and a worker"):
        port = find_free_port()
        children.tell(**name_xero(organisation, port))
        api = children.start("serve", "serve", "--host", HOST, "--port", str(port))
        children.start("work", "work")
        plumbline = Plumbline(f"http://{HOST}:{port}")
        api.wait_until(plumbline.is_ready)
    with screen.setting_up("Xero's webhooks: the intent to receive"):
        organisation.subscribe(f"{plumbline.url}/webhooks/xero")
    return World(plumbline, organisation, partner_app, children)


def name_xero(organisation: Organisation, port: int) -> dict[str, str]:
    """The settings by which Plumbline takes the sandbox for Xero.

    Xero lets nobody come back to 127.0.0.1 after consent, only to localhost (FACTS 1).
    """
    given = organisation.addresses
    return {
        "PLUMBLINE_PUBLIC_URL": f"http://localhost:{port}",
        "PLUMBLINE_XERO_CLIENT_ID": given["client_id"],
        "PLUMBLINE_XERO_CLIENT_SECRET": given["client_secret"],
        "PLUMBLINE_XERO_WEBHOOK_KEY": given["webhook_key"],
        "PLUMBLINE_XERO_API_URL": given["api_url"],
        "PLUMBLINE_XERO_IDENTITY_URL": given["identity_url"],
        "PLUMBLINE_XERO_LOGIN_URL": given["login_url"],
        # The figures lift the sandbox's limits, and would measure ours.
        "PLUMBLINE_XERO_MINUTE_LIMIT": str(NO_LIMIT),
        "PLUMBLINE_XERO_DAY_LIMIT": str(NO_LIMIT),
        "PLUMBLINE_XERO_APP_MINUTE_LIMIT": str(NO_LIMIT),
    }


def find_free_port() -> int:
    """A port that was free a moment ago; it must be known before the API starts, which tells Xero its own address."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
