"""What a person sees who opens the app's address: the invoices, as the tradie would see them."""

from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse

from app.sandbox.partner.books import Books
from app.sandbox.partner.document import Document

COLUMNS = ("id", "number", "status", "customer", "reference", "total", "version", "based_on")
STYLE = "body{font:15px system-ui;margin:2rem}td,th{padding:.3rem .8rem;text-align:left}"


def show_invoices(books: Books, request: Request) -> HTMLResponse:
    """A plain table, the newest invoice first."""
    head = "".join(f"<th>{column}</th>" for column in COLUMNS)
    rows = "".join(build_row(document) for document in reversed(books.list()))
    return HTMLResponse(
        f"<!doctype html><title>Sandbox partner's app</title><style>{STYLE}</style>"
        f"<h1>Sandbox partner's app</h1><table><tr>{head}</tr>{rows}</table>"
    )


def build_row(document: Document) -> str:
    """One invoice."""
    shown = {**document, "customer": document["contact"]["name"]}
    cells = (escape(str(shown.get(column) or "")) for column in COLUMNS)
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
