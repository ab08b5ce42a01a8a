"""The page that a person sees after Xero's consent: connected, or why not. Plain HTML without scripts."""

from html import escape

from starlette.responses import HTMLResponse

from app.domain.connection import Connection, ConnectionState

_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>
<style>body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:15vh auto;padding:0 1rem}}</style></head>
<body><h1>{title}</h1><p>{text}</p><p>You can close this page and go back to your app.</p></body>
</html>
"""
_HEADERS = {
    # The address holds a code and a state; no other site is to see it, and no cache to keep it.
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
}


def show_connected(connection: Connection) -> HTMLResponse:
    """It worked."""
    name = connection.organisation.name if connection.organisation else "Your organisation"
    text = f"{name} and {connection.display_name} are kept in step from now on."
    if connection.state is ConnectionState.PAUSED:
        text = f"{name} is authorised again. The connection is still paused; resume it to go on."
    return _page("Connected to Xero", text, 200)


def show_refused(reason: str, status: int = 400) -> HTMLResponse:
    """It did not work, and this is why."""
    return _page("Not connected", reason, status)


def _page(title: str, text: str, status: int) -> HTMLResponse:
    return HTMLResponse(_PAGE.format(title=escape(title), text=escape(text)), status, _HEADERS)
