"""The OAuth 2.0 addresses: authorise with consent, token, revocation, connections (FACTS 1).

The redirect URI must be https or http://localhost (http://127.0.0.1 is refused, as at Xero) and match byte for byte
where the app's own list was given at the start. Errors have OAuth's forms; those of `/connections` the API's.
"""

import base64
import binascii
import secrets
from urllib.parse import parse_qs, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.sandbox.xero.forms.answers import answer_json, answer_missing, answer_problem
from app.sandbox.xero.forms.dates import seven_digits
from app.sandbox.xero.identity.consent_page import show_consent, show_refusal
from app.sandbox.xero.memory.bearer import find_access
from app.sandbox.xero.memory.sandbox import Sandbox, sandbox_of
from app.sandbox.xero.memory.tokens import Connection, Identity
from app.sandbox.xero.scopes import unknown_scopes

_NO_STORE = {"Cache-Control": "no-store, no-cache, max-age=0", "Pragma": "no-cache"}


async def authorise(request: Request) -> Response:
    """GET shows the consent page; POST is the person's decision and redirects back to the app."""
    sandbox = sandbox_of(request)
    query = request.query_params
    refusal = _refuse_request(sandbox, request)
    if refusal is not None:
        return refusal
    if request.method == "GET":
        return show_consent(sandbox.app_name, _asked_scopes(request), list(sandbox.organisations.values()))
    lists = await _lists(request)
    form = {name: values[0] for name, values in lists.items()}
    back = {"state": query["state"]} if "state" in query else {}
    if form.get("decision") != "allow":
        return _redirect(query["redirect_uri"], {"error": "access_denied", **back})
    tenant_ids = [each for each in lists.get("tenant_id", []) if each] or [next(iter(sandbox.organisations))]
    if not set(tenant_ids) <= set(sandbox.organisations):
        return show_refusal("invalid_request", "No such organisation")
    if len(tenant_ids) > 1 and "bulk_connect:false" in query.get("acr_values", ""):
        return show_refusal("invalid_request", "One organisation at a time")
    app = sandbox.find_app(query["client_id"])
    assert app is not None
    code = app.consent(
        form.get("user") or "owner@sandbox.example",
        tenant_ids,
        frozenset(_asked_scopes(request)),
        query["redirect_uri"],
        query.get("code_challenge", ""),
        query.get("nonce", ""),
        sandbox.clock.now(),
    )
    session = {"scope": query.get("scope", ""), "session_state": secrets.token_urlsafe(16)}
    return _redirect(query["redirect_uri"], {"code": code, **back, **session})


def _asked_scopes(request: Request) -> list[str]:
    return request.query_params.get("scope", "").split()


def _refuse_request(sandbox: Sandbox, request: Request) -> Response | None:
    """Faults of the authorise address itself: they are shown, never redirected."""
    query = request.query_params
    redirect_uri = query.get("redirect_uri", "")
    if sandbox.find_app(query.get("client_id", "")) is None:
        return show_refusal("unauthorized_client", "Unknown client or client not enabled")
    if query.get("response_type") != "code":
        return show_refusal("unsupported_response_type", "response_type must be code")
    if not _is_allowed_redirect(sandbox, redirect_uri):
        return show_refusal("unauthorized_client", f"Invalid redirect_uri {redirect_uri}")
    bad = unknown_scopes(_asked_scopes(request))
    if bad or not _asked_scopes(request):
        return show_refusal("invalid_scope", f"Invalid scope for client: {' '.join(bad) or 'none asked for'}")
    if query.get("code_challenge") and query.get("code_challenge_method") != "S256":
        return show_refusal("invalid_request", "Transform algorithm not supported: use S256")
    return None


def _is_allowed_redirect(sandbox: Sandbox, redirect_uri: str) -> bool:
    if sandbox.redirect_uris:
        return redirect_uri in sandbox.redirect_uris
    parts = urlsplit(redirect_uri)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname == "localhost")


def _redirect(address: str, values: dict[str, str]) -> Response:
    joint = "&" if urlsplit(address).query else "?"
    return RedirectResponse(f"{address}{joint}{urlencode(values)}", 302)


async def _form(request: Request) -> dict[str, str]:
    return {name: values[0] for name, values in (await _lists(request)).items()}


async def _lists(request: Request) -> dict[str, list[str]]:
    return parse_qs((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)


async def issue_tokens(request: Request) -> Response:
    """POST /connect/token: the codes and refresh tokens of the app, for new tokens."""
    sandbox = sandbox_of(request)
    form = await _form(request)
    app = _find_client(sandbox, request, form)
    if app is None:
        return _oauth_error("invalid_client")
    now = sandbox.clock.now()
    if form.get("grant_type") == "authorization_code":
        found = app.redeem(
            form.get("code", ""), form.get("redirect_uri", ""), form.get("code_verifier", ""), now
        )
        if found is None:
            return _oauth_error("invalid_grant")
        tokens, consent = found
        return answer_json(app.issue(tokens, now, consent.nonce), headers=_NO_STORE)
    if form.get("grant_type") == "refresh_token":
        refreshed = app.find_refreshable(form.get("refresh_token", ""), now)
        if refreshed is None:
            return _oauth_error("invalid_grant")
        return answer_json(app.issue(refreshed, now), headers=_NO_STORE)
    if form.get("grant_type") == "client_credentials":
        # Without a user only `app.connections` may be asked for, which is not built here.
        return _oauth_error("invalid_scope", "Client credentials scope validation failed")
    return _oauth_error("unsupported_grant_type")


async def revoke(request: Request) -> Response:
    """POST /connect/revocation: ends all of the user's connections. An unknown token is no error (RFC 7009)."""
    sandbox = sandbox_of(request)
    form = await _form(request)
    app = _find_client(sandbox, request, form)
    if app is None:
        return _oauth_error("invalid_client")
    app.revoke(form.get("token", ""))
    return Response(status_code=200)


def _find_client(sandbox: Sandbox, request: Request, form: dict[str, str]) -> Identity | None:
    """The app that asks, by HTTP Basic client authentication; the same two values in the body are taken as well."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    pair = (form.get("client_id", ""), form.get("client_secret", ""))
    if scheme.lower() == "basic":
        try:
            client_id, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        pair = (client_id, secret)
    app = sandbox.find_app(pair[0])
    return app if app is not None and app.client_secret == pair[1] else None


def _oauth_error(code: str, description: str = "") -> Response:
    described = {"error_description": description} if description else {}
    return answer_json({"error": code, **described}, 400, _NO_STORE)


async def list_connections(request: Request) -> Response:
    """GET /connections: what the token's user has connected, all of it or one consent's."""
    sandbox = sandbox_of(request)
    access = find_access(sandbox, request)
    if isinstance(access, Response):
        return access
    wanted = request.query_params.get("authEventId")
    shown = [
        _view_connection(sandbox, connection)
        for connection in access.identity.connections.values()
        if connection.user == access.tokens.user and wanted in (None, "", connection.auth_event_id)
    ]
    return answer_json(shown)


async def delete_connection(request: Request) -> Response:
    """DELETE /connections/{connection id}; any other id is forbidden (FACTS 1)."""
    sandbox = sandbox_of(request)
    access = find_access(sandbox, request)
    if isinstance(access, Response):
        return access
    key = request.path_params["connection_id"].lower()
    connection = access.identity.connections.get(key)
    others = {c.tenant_id for c in access.identity.connections.values()}
    others |= {c.auth_event_id for c in access.identity.connections.values()}
    if connection is None:
        return (
            answer_problem(403, "Forbidden", "AuthenticationUnsuccessful")
            if key in others
            else answer_missing()
        )
    if connection.user != access.tokens.user:
        return answer_problem(403, "Forbidden", "AuthenticationUnsuccessful")
    del access.identity.connections[key]
    return Response(status_code=204)


def _view_connection(sandbox: Sandbox, connection: Connection) -> dict[str, str]:
    return {
        "id": connection.connection_id,
        "authEventId": connection.auth_event_id,
        "tenantId": connection.tenant_id,
        "tenantType": "ORGANISATION",
        "tenantName": sandbox.organisations[connection.tenant_id].name,
        "createdDateUtc": seven_digits(connection.created_at),
        "updatedDateUtc": seven_digits(connection.updated_at),
    }
