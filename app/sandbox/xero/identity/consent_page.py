"""The login and consent page, as a person sees it: the scopes asked for, the organisations, Allow access or Cancel.

The form posts to the address it was shown at (query kept) the fields `user`, `tenant_id` (several for a bulk
connection) and `decision` (`allow` or `cancel`). The page refuses to be framed, as Xero's does.
"""

from collections.abc import Iterable
from html import escape

from starlette.responses import HTMLResponse

from app.sandbox.xero.books.organisation import Organisation

_STYLE = "body{font:16px/1.5 sans-serif;max-width:34rem;margin:3rem auto}button{margin-right:1rem}"
_HEADERS = {
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Cache-Control": "no-store",
}


def show_consent(app_name: str, scopes: Iterable[str], organisations: list[Organisation]) -> HTMLResponse:
    """The page that asks for consent."""
    wanted = "".join(f"<li>{escape(scope)}</li>" for scope in scopes)
    choices = "".join(
        f'<label><input type="checkbox" name="tenant_id" value="{organisation.tenant_id}"{" checked" if first else ""}>'
        f" {escape(organisation.name)}</label><br>"
        for first, organisation in zip([True] + [False] * len(organisations), organisations, strict=False)
    )
    return _page(
        f"{escape(app_name)} wants access to your Xero sandbox organisation",
        f'<form method="post"><p><label>User <input name="user" value="owner@sandbox.example"></label></p>'
        f"<p>It asks for:</p><ul>{wanted}</ul><p>Organisation:</p><p>{choices}</p>"
        '<button name="decision" value="allow">Allow access</button>'
        '<button name="decision" value="cancel">Cancel</button></form>',
    )


def show_refusal(error: str, reason: str) -> HTMLResponse:
    """The page for a request that cannot be sent back to the app."""
    return _page(f"Sorry, something went wrong: {escape(error)}", f"<p>Error: {escape(reason)}</p>", 400)


def _page(title: str, body: str, status: int = 200) -> HTMLResponse:
    html = (
        f"<!doctype html><html><head><meta charset=utf-8><title>{title}</title><style>{_STYLE}</style></head>"
    )
    return HTMLResponse(f"{html}<body><h1>{title}</h1>{body}</body></html>", status, _HEADERS)
