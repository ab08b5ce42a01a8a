"""What a person sees who opens the app's address: the invoices and contacts, as the tradie would see them."""

from collections.abc import Sequence
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse

from app.sandbox.partner.books import Books
from app.sandbox.partner.contacts import Contacts
from app.sandbox.partner.document import Document

COLUMNS = ("id", "number", "status", "customer", "reference", "total", "version", "based_on")
CONTACT_COLUMNS = ("id", "name", "email", "phone", "account_number", "version", "based_on")
STYLE = "body{font:15px system-ui;margin:2rem}td,th{padding:.3rem .8rem;text-align:left}"


def show_invoices(books: Books, contacts: Contacts, request: Request) -> HTMLResponse:
    """Two plain tables, the newest invoice and the newest contact first."""
    invoices = [{**document, "customer": document["contact"]["name"]} for document in books.list()]
    return HTMLResponse(
        f"<!doctype html><title>Sandbox partner's app</title><style>{STYLE}</style>"
        f"<h1>Sandbox partner's app</h1>{build_table(COLUMNS, invoices)}"
        f"<h2>Contacts</h2>{build_table(CONTACT_COLUMNS, contacts.list())}"
    )


def build_table(columns: Sequence[str], documents: Sequence[Document]) -> str:
    """One row for each document, the newest first."""
    head = "".join(f"<th>{column}</th>" for column in columns)
    rows = "".join(build_row(columns, document) for document in reversed(documents))
    return f"<table><tr>{head}</tr>{rows}</table>"


def build_row(columns: Sequence[str], document: Document) -> str:
    """One invoice or contact."""
    cells = (escape(str(document.get(column) or "")) for column in columns)
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
