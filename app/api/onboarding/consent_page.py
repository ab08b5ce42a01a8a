"""The pages that a person sees after Xero's consent: connected, or why not, or which organisation it is to be.

Plain HTML without scripts; everything that came from outside is escaped.
"""

import base64
import hashlib
from html import escape

from starlette.responses import HTMLResponse, RedirectResponse

from app.api.onboarding.choice import OpenChoice
from app.domain.connections.connection import Connection, ConnectionState

_STYLE = "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:15vh auto;padding:0 1rem}"
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>
<style>{style}</style></head>
<body><h1>{title}</h1><p>{text}</p>{rest}</body>
</html>
"""
_GOODBYE = "<p>You can close this page and go back to your app.</p>"
_CHOICE = """<form method="post" action="organisation"><input type="hidden" name="token" value="{token}">
{organisations}<p><button>Connect</button></p></form>"""
_NOT_KEPT = {
    # The address holds a code and a state; no other site is to see it, and no cache to keep it.
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_HEADERS = _NOT_KEPT | {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
}


def lead_to_xero(address: str) -> RedirectResponse:
    """On to Xero's own page; no cache may answer this for us, since each opening draws a cookie of its own."""
    return RedirectResponse(address, 302, _NOT_KEPT)


def show_connected(connection: Connection) -> HTMLResponse:
    """The page after a consent that connected the organisation."""
    name = connection.organisation.name if connection.organisation else "Your organisation"
    text = f"{name} and {connection.display_name} are kept in step from now on."
    if connection.state is ConnectionState.PAUSED:
        text = f"{name} is authorised again. The connection is still paused; resume it to go on."
    return _page("Connected to Xero", text, 200)


def show_choice(choice: OpenChoice) -> HTMLResponse:
    """Several organisations, one to choose; the form goes to `POST /oauth/xero/organisation`."""
    organisations = "".join(
        f'<p><label><input type="radio" name="tenant_id" value="{escape(offer.tenant_id)}" required> '
        f"{escape(offer.name)}</label></p>"
        for offer in choice.connection.offered
    )
    text = f"Which organisation is to be kept in step with {choice.connection.display_name}?"
    title = "Choose an organisation"
    if choice.trouble:
        text = f"{choice.trouble} {text}"
    return _page(
        title, text, 200, _CHOICE.format(token=escape(choice.binding.secret), organisations=organisations)
    )


def show_refused(reason: str) -> HTMLResponse:
    """The page after a consent that cannot be used, with the reason."""
    return _page("Not connected", reason, 400)


def show_too_many(seconds: int) -> HTMLResponse:
    """Too much came from this person's address; nothing was used up, so that the same page works later."""
    text = f"Too many calls came from your address. Wait {seconds} seconds, then load this page again."
    page = _page("Not yet connected", text, 429)
    page.headers["Retry-After"] = str(seconds)
    return page


def _page(title: str, text: str, status: int, rest: str = _GOODBYE) -> HTMLResponse:
    return HTMLResponse(
        _PAGE.format(style=_STYLE, title=escape(title), text=escape(text), rest=rest), status, _HEADERS
    )
