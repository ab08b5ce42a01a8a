"""Builds the partner's app as one ASGI application with its own fresh books, outbox and journal; no logic."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache, partial

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from app.sandbox.partner.books import Books, InvoiceTaken, InvoiceUnknown
from app.sandbox.partner.contact_control import ContactControl
from app.sandbox.partner.contacts import Contacts, ContactUnknown
from app.sandbox.partner.control import Control
from app.sandbox.partner.intake import Intake
from app.sandbox.partner.journal import Journal
from app.sandbox.partner.notices import Notices
from app.sandbox.partner.outbox import CONCURRENCY, Outbox
from app.sandbox.partner.page import show_invoices
from app.sandbox.partner.part_control import PartControl
from app.sandbox.partner.read_side import ReadSide

WEBHOOK_PATH = "/plumbline/webhooks"
PATIENCE_SECONDS = 30
STATUS_OF_ERROR: dict[type[Exception], int] = {InvoiceUnknown: 404, InvoiceTaken: 409, ContactUnknown: 404}
MISUSE = (ValueError, TypeError, KeyError, ArithmeticError)
"""What a control call with a wrong body ends in."""


@cache
def _trusted() -> ssl.SSLContext:
    """Read once: it takes longer than starting the app."""
    return ssl.create_default_context()


def build_application(http: httpx.AsyncClient | None = None) -> Starlette:
    """A new app without any invoice, that does not know Plumbline yet; `http` is how it calls, if not its own way."""
    contacts, journal, notices = Contacts(), Journal(), Notices()
    books = Books(contacts)
    outbox = Outbox(journal)
    http = http or _open_client()

    @asynccontextmanager
    async def closing(_: Starlette) -> AsyncIterator[None]:
        async with http:
            yield

    intake = Intake(books, outbox, journal, notices=notices, contacts=contacts)
    routes = [
        Route("/", partial(show_invoices, books, contacts)),
        Route(WEBHOOK_PATH, intake.receive, methods=["POST"]),
        *Control(books, outbox, journal, http, notices=notices).list_routes(),
        *PartControl(books, outbox).list_routes(),
        *ContactControl(contacts, outbox).list_routes(),
        *ReadSide(books, contacts, journal).list_routes(),
    ]
    handlers = dict.fromkeys((*STATUS_OF_ERROR, *MISUSE), answer_misuse)
    application = Starlette(routes=routes, lifespan=closing, exception_handlers=handlers)
    application.state.outbox = outbox
    return application


def _open_client() -> httpx.AsyncClient:
    return httpx.AsyncClient(
        timeout=PATIENCE_SECONDS,
        trust_env=False,
        verify=_trusted(),
        limits=httpx.Limits(max_connections=2 * CONCURRENCY, max_keepalive_connections=CONCURRENCY),
    )


def answer_misuse(request: Request, error: Exception) -> JSONResponse:
    """A control call that makes no sense is told so, with what was wrong."""
    kind = type(error)
    return JSONResponse({"error": f"{kind.__name__}: {error}"}, STATUS_OF_ERROR.get(kind, 422))
