"""Putting the sandbox together as one ASGI application, and serving it: as a process, or inside a thread of a test.

`serve_in_thread` is the same HTTP server on a free port that `command.run` starts; two of them share nothing.
"""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from functools import cache, partial

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from app.sandbox.serving import PromptServer
from app.sandbox.xero.books.credits import FAMILIES
from app.sandbox.xero.controls import people, people_credits, people_settings
from app.sandbox.xero.controls.acting import build_act_routes
from app.sandbox.xero.controls.control import build_control_routes
from app.sandbox.xero.controls.control_answers import ControlError, answer_control_error
from app.sandbox.xero.controls.organisation_controls import build_organisation_routes
from app.sandbox.xero.doorway import Doorway
from app.sandbox.xero.endpoints import (
    bank_transaction_endpoints,
    contact_endpoints,
    contact_group_endpoints,
    credit_endpoints,
    history_endpoints,
    invoice_endpoints,
    item_endpoints,
    payment_endpoints,
    setting_endpoints,
)
from app.sandbox.xero.forms.answers import answer_not_built
from app.sandbox.xero.frozen import Frozen, thaw
from app.sandbox.xero.gate import Endpoint, guard
from app.sandbox.xero.identity import oauth
from app.sandbox.xero.memory.faults import API_PREFIX
from app.sandbox.xero.memory.sandbox import Sandbox, Start, build_sandbox

PATIENCE_SECONDS = 60
"""What starting and stopping in a thread may take on a busy machine."""

_API: tuple[tuple[str, str, str, Endpoint], ...] = (
    ("GET", "/Organisation", "Organisation", setting_endpoints.get_organisation),
    ("GET", "/Organisation/Actions", "Organisation", setting_endpoints.list_actions),
    ("GET", "/Accounts", "Accounts", setting_endpoints.list_accounts),
    ("GET", "/Accounts/{key}", "Accounts", setting_endpoints.get_account),
    ("GET", "/Currencies", "Currencies", setting_endpoints.list_currencies),
    ("GET", "/TaxRates", "TaxRates", setting_endpoints.list_tax_rates),
    ("GET", "/TaxRates/{key}", "TaxRates", setting_endpoints.get_tax_rate),
    ("GET", "/TrackingCategories", "TrackingCategories", setting_endpoints.list_tracking),
    ("GET", "/TrackingCategories/{key}", "TrackingCategories", setting_endpoints.get_tracking),
    ("GET", "/BrandingThemes", "BrandingThemes", setting_endpoints.list_themes),
    ("GET", "/BrandingThemes/{key}", "BrandingThemes", setting_endpoints.get_theme),
    ("GET", "/ContactGroups", "ContactGroups", contact_group_endpoints.list_groups),
    ("GET", "/ContactGroups/{key}", "ContactGroups", contact_group_endpoints.get_group),
    ("PUT", "/ContactGroups/{key}/Contacts", "ContactGroups", contact_group_endpoints.put_contacts),
    ("GET", "/Invoices/{key}/OnlineInvoice", "Invoices", invoice_endpoints.get_online_invoice),
    ("GET", "/Items", "Items", item_endpoints.list_items),
    ("PUT", "/Items", "Items", item_endpoints.put_items),
    ("POST", "/Items", "Items", item_endpoints.post_items),
    ("GET", "/Items/{key}", "Items", item_endpoints.get_item),
    ("POST", "/Items/{key}", "Items", item_endpoints.post_item),
    ("GET", "/BankTransactions", "BankTransactions", bank_transaction_endpoints.list_transactions),
    ("PUT", "/BankTransactions", "BankTransactions", bank_transaction_endpoints.write_transactions),
    ("POST", "/BankTransactions", "BankTransactions", bank_transaction_endpoints.write_transactions),
    ("GET", "/BankTransactions/{key}", "BankTransactions", bank_transaction_endpoints.get_transaction),
    ("GET", "/Contacts", "Contacts", contact_endpoints.list_contacts),
    ("PUT", "/Contacts", "Contacts", contact_endpoints.put_contacts),
    ("POST", "/Contacts", "Contacts", contact_endpoints.post_contacts),
    ("GET", "/Contacts/{key}", "Contacts", contact_endpoints.get_contact),
    ("POST", "/Contacts/{key}", "Contacts", contact_endpoints.post_contact),
    ("GET", "/Invoices", "Invoices", invoice_endpoints.list_invoices),
    ("PUT", "/Invoices", "Invoices", invoice_endpoints.put_invoices),
    ("POST", "/Invoices", "Invoices", invoice_endpoints.post_invoices),
    ("GET", "/Invoices/{key}", "Invoices", invoice_endpoints.get_invoice),
    ("POST", "/Invoices/{key}", "Invoices", invoice_endpoints.post_invoice),
    ("GET", "/Payments", "Payments", payment_endpoints.list_payments),
    ("PUT", "/Payments", "Payments", payment_endpoints.write_payments),
    ("POST", "/Payments", "Payments", payment_endpoints.write_payments),
    ("GET", "/Payments/{key}", "Payments", payment_endpoints.get_payment),
    ("POST", "/Payments/{key}", "Payments", payment_endpoints.post_payment),
)


def _history_api() -> Iterator[tuple[str, str, str, Endpoint]]:
    """Notes on each kind of document."""
    for resource in history_endpoints.RESOURCES:
        path = f"/{resource}/{{key}}/History"
        yield "GET", path, resource, partial(history_endpoints.get_history, resource=resource)
        yield "PUT", path, resource, partial(history_endpoints.put_history, resource=resource)


def _credits_api() -> Iterator[tuple[str, str, str, Endpoint]]:
    """The same addresses for each family of credits."""
    for family in FAMILIES:
        path, resource = f"/{family.plural}", family.plural
        yield "GET", path, resource, partial(credit_endpoints.list_credits, family=family)
        yield "GET", path + "/{key}", resource, partial(credit_endpoints.get_credit, family=family)
        allocations = path + "/{key}/Allocations"
        yield "PUT", allocations, resource, partial(credit_endpoints.put_allocations, family=family)
        remove = partial(credit_endpoints.delete_allocation, family=family)
        yield "DELETE", allocations + "/{part}", resource, remove
    yield "PUT", "/CreditNotes", "CreditNotes", credit_endpoints.put_credit_notes
    yield "POST", "/CreditNotes", "CreditNotes", credit_endpoints.post_credit_notes
    yield "POST", "/CreditNotes/{key}", "CreditNotes", credit_endpoints.post_credit_note


def list_api() -> list[tuple[str, str, str, Endpoint]]:
    """Method, path, resource and endpoint of everything that the accounting API here has."""
    return [*_API, *_credits_api(), *_history_api()]


async def _not_built(request: Request) -> Response:
    return answer_not_built(f"{request.method} {request.url.path}")


def _identity_routes() -> list[Route]:
    routes = [
        Route("/identity/connect/authorize", oauth.authorise, methods=["GET", "POST"]),
        Route("/connect/token", oauth.issue_tokens, methods=["POST"]),
        Route("/connect/revocation", oauth.revoke, methods=["POST"]),
    ]
    for path in ("/connections", "/Connections"):
        routes.append(Route(path, oauth.list_connections, methods=["GET"]))
        routes.append(Route(path + "/{connection_id}", oauth.delete_connection, methods=["DELETE"]))
    return routes


def build_app(sandbox: Sandbox) -> ASGIApp:
    """The whole sandbox as one ASGI application; its lifespan delivers the webhooks."""

    @asynccontextmanager
    async def deliver_webhooks(app: Starlette) -> AsyncIterator[None]:
        delivering = asyncio.create_task(sandbox.webhooks.run())
        yield
        delivering.cancel()
        with suppress(asyncio.CancelledError):
            await delivering

    app = Starlette(
        routes=_list_routes(),
        lifespan=deliver_webhooks,
        exception_handlers={ControlError: answer_control_error},
    )
    app.state.sandbox = sandbox
    return Doorway(app, sandbox)


@cache
def _list_routes() -> list[Route]:
    """Every route, worked out once for all sandboxes of a process: none of them remembers anything."""
    api = [
        Route(API_PREFIX + path, guard(resource, endpoint), methods=[method])
        for method, path, resource, endpoint in list_api()
    ]
    every = ["GET", "PUT", "POST", "PATCH", "DELETE"]
    return [
        *build_control_routes(),
        *build_organisation_routes(),
        *build_act_routes((*people.ACTS, *people_credits.ACTS, *people_settings.ACTS)),
        *_identity_routes(),
        *api,
        Route(API_PREFIX + "/{rest:path}", _not_built, methods=every),
    ]


def bind(host: str, port: int) -> tuple[socket.socket, str]:
    """A listening socket (port 0: a free one) and the address of its root."""
    listener = socket.create_server((host, port), backlog=256)
    return listener, f"http://{host}:{listener.getsockname()[1]}"


def build_server(sandbox: Sandbox, announce: Callable[[], None]) -> PromptServer:
    """A server for the sandbox; run it with a socket from `bind`."""
    config = uvicorn.Config(
        build_app(sandbox), log_config=None, log_level="warning", access_log=False, lifespan="on",
        timeout_graceful_shutdown=1, server_header=False, proxy_headers=False,
    )  # fmt: skip
    return PromptServer(config, announce)


@dataclass(frozen=True)
class SandboxXero:
    """A running sandbox, as `serve_in_thread` yields it."""

    root_url: str
    client_id: str
    client_secret: str
    webhook_key: str
    tenant_id: str
    sandbox: Sandbox
    """The live state: look at it, but change things only over HTTP (it belongs to the server's thread)."""


def describe(sandbox: Sandbox, root_url: str) -> SandboxXero:
    """The running sandbox's secrets and addresses."""
    return SandboxXero(
        root_url,
        sandbox.identity.client_id,
        sandbox.identity.client_secret,
        sandbox.webhooks.key,
        next(iter(sandbox.organisations)),
        sandbox,
    )


@contextmanager
def serve_in_thread(
    start: Start | None = None, port: int = 0, frozen: Frozen | None = None
) -> Iterator[SandboxXero]:
    """Serve a sandbox on loopback in a thread of this process until the block ends.

    With `frozen` it goes on from there, and only the webhook address of `start` counts.
    """
    listener, root_url = bind("127.0.0.1", port)
    start = start or Start()
    sandbox = thaw(frozen, root_url, start.webhook_url) if frozen else build_sandbox(start, root_url)
    listening = threading.Event()
    server = build_server(sandbox, listening.set)
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [listener]}, name="sandbox-xero", daemon=True
    )
    thread.start()
    try:
        if not listening.wait(PATIENCE_SECONDS):
            raise RuntimeError("the Xero sandbox did not start")
        yield describe(sandbox, root_url)
    finally:
        server.end()
        thread.join(PATIENCE_SECONDS)
        listener.close()
