"""Consent and tokens of one Xero app: the OAuth2 code flow and Xero's list of connections, by plain HTTP (FACTS 1).

The code flow of a confidential client, with PKCE on top. Where tokens are kept, and when they are refreshed, is left to
`tokens` and to its store. Of the two ways to disconnect, only the deletion of one connection is here: revoking a token
would disconnect every business that the same person (an accountant, say) ever connected.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeGuard
from urllib.parse import quote, urlencode

import httpx

from app.clock import Clock
from app.errors import AppRefused, AuthorisationLost, PlumblineError, XeroUnavailable
from app.xero.failures import NotFound, TokenRejected, map_status, parse_json
from app.xero.json_values import read_decimal, read_text
from app.xero.registration import Registration
from app.xero.scopes import PURPOSE_OF_SCOPE

_OF_THE_APP = ("invalid_client", "unauthorized_client")
_TIMEOUT = httpx.Timeout(15, connect=5)
_LIFETIME = timedelta(minutes=30)
_LONGEST_LIFETIME = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Grant:
    """What the token endpoint gave: one person's consent, for every organisation that it covers.

    `authentication_event_id` marks this very consent in the list of connections; None where the token does not say.
    `xero_user_id` is empty where it does not.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime
    scopes: tuple[str, ...]
    xero_user_id: str
    authentication_event_id: str | None


@dataclass(frozen=True, slots=True)
class XeroConnection:
    """One entry of Xero's list: `xero_connection_id` is what is deleted, `xero_tenant_id` what calls are made to."""

    xero_connection_id: str
    xero_tenant_id: str
    tenant_name: str
    is_organisation: bool
    authentication_event_id: str | None


class XeroIdentity:
    """Xero's identity server and list of connections, for one registered app."""

    def __init__(self, registration: Registration, http: httpx.AsyncClient, clock: Clock) -> None:
        self._registration = registration
        self._http = http
        self._clock = clock

    def build_authorise_url(self, state: str, verifier: str) -> str:
        """Where to send the person's browser; Xero sends it back to the redirect address with `code` and `state`."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
        query = {
            "response_type": "code",
            "client_id": self._registration.client_id,
            "redirect_uri": self._registration.redirect_url,
            "scope": " ".join(PURPOSE_OF_SCOPE),
            "state": state,
            "code_challenge": challenge.decode(),
            "code_challenge_method": "S256",
        }
        return (
            f"{self._registration.login_url}/identity/connect/authorize?{urlencode(query, quote_via=quote)}"
        )

    async def exchange_code(self, code: str, verifier: str) -> Grant:
        """The tokens for a code, which works once and for five minutes; `AuthorisationLost` when it does not work."""
        return await self._fetch_grant(
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": self._registration.redirect_url,
                "code_verifier": verifier,
            }
        )

    async def refresh(self, refresh_token: str) -> Grant:
        """The next tokens. The one given has then been used up, but for Xero's grace of 30 minutes.

        Raises `AuthorisationLost` for a dead token. After `XeroUnavailable` the same token may be sent again.
        """
        return await self._fetch_grant({"grant_type": "refresh_token", "refresh_token": refresh_token})

    async def fetch_connections(
        self, access_token: str, authentication_event_id: str | None = None
    ) -> list[XeroConnection]:
        """What the person's consents opened; with an event id, that consent alone.

        An organisation that is authorised again keeps its first event id, so that the narrow list may be empty though
        the consent is good (FACTS 1): then ask without one.
        """
        query = {"authEventId": authentication_event_id} if authentication_event_id else {}
        url = httpx.URL(f"{self._registration.api_url}/connections", params=query)
        answer = await self._send(httpx.Request("GET", url, headers=_bearer(access_token)))
        entries = _json(answer)
        if not isinstance(entries, list):
            raise XeroUnavailable("Xero's list of connections is no list")
        if not all(isinstance(entry, dict) and _has_ids(entry) for entry in entries):
            raise XeroUnavailable("Xero's list of connections has one without an id")
        return [_connection_from_xero(entry) for entry in entries]

    async def delete_connection(self, access_token: str, xero_connection_id: str) -> None:
        """Disconnect one organisation; nothing happens when it is gone already."""
        url = f"{self._registration.api_url}/connections/{quote(xero_connection_id, safe='')}"
        try:
            await self._send(httpx.Request("DELETE", url, headers=_bearer(access_token)))
        except NotFound:
            return

    async def _fetch_grant(self, form: dict[str, str]) -> Grant:
        client = f"{self._registration.client_id}:{self._registration.client_secret}".encode()
        headers = {"Authorization": f"Basic {base64.b64encode(client).decode()}"}
        url = f"{self._registration.identity_url}/connect/token"
        answer = await self._send(httpx.Request("POST", url, data=form, headers=headers))
        return _grant_from_xero(_json(answer), self._clock.now())

    async def _send(self, request: httpx.Request) -> httpx.Response:
        request.headers["Accept"] = "application/json"
        request.extensions["timeout"] = _TIMEOUT.as_dict()
        try:
            answer = await self._http.send(request)
        except httpx.RequestError as error:
            raise XeroUnavailable(f"Xero gave no answer ({type(error).__name__})") from None
        if answer.is_success:
            return answer
        raise _map_refusal(answer)


def _map_refusal(answer: httpx.Response) -> PlumblineError:
    if answer.status_code == 400 and "invalid_grant" in answer.text:
        reason = "Xero no longer accepts the consent: it was withdrawn, or not used for sixty days (invalid_grant)."
        return AuthorisationLost(reason)
    # At the token endpoint these are about our client id and secret, elsewhere a 401 is about the access token.
    is_token_call = answer.request.url.path.endswith("/connect/token")
    if is_token_call and (answer.status_code == 401 or any(word in answer.text for word in _OF_THE_APP)):
        return AppRefused("Xero does not take the client id or secret of the Xero app any more.")
    error = map_status(answer.status_code, answer.headers, answer.content, is_write=False)
    return AuthorisationLost(str(error)) if isinstance(error, TokenRejected) else error


def _json(answer: httpx.Response) -> Any:
    try:
        return parse_json(answer.content)
    except ValueError:
        raise XeroUnavailable("Xero's answer is no JSON") from None


def _grant_from_xero(token: Any, now: datetime) -> Grant:
    said: Mapping[str, Any] = token if isinstance(token, dict) else {}
    access_token, refresh_token = said.get("access_token"), said.get("refresh_token")
    if not _is_token(access_token) or not _is_token(refresh_token):
        raise XeroUnavailable("Xero's token answer lacks a token")
    claims = _claims_of(access_token)
    scopes = said.get("scope") or claims.get("scope") or ""
    return Grant(
        access_token=access_token,
        refresh_token=refresh_token,
        expires_at=now + _lifetime_of(said),
        scopes=tuple(scopes.split() if isinstance(scopes, str) else map(str, scopes)),
        xero_user_id=read_text(claims, "xero_userid") or "",
        authentication_event_id=read_text(claims, "authentication_event_id"),
    )


def _is_token(token: Any) -> TypeGuard[str]:
    return isinstance(token, str) and bool(token)


def _lifetime_of(token: Mapping[str, Any]) -> timedelta:
    """As long as Xero says; a token of which it says nothing that can be is believed for as long as all are (FACTS 1),
    because the refresh token that came with it must not be lost.
    """
    seconds = read_decimal(token, "expires_in")
    is_known = seconds is not None and 0 < seconds <= _LONGEST_LIFETIME.total_seconds()
    return timedelta(seconds=int(seconds)) if seconds is not None and is_known else _LIFETIME


def _claims_of(access_token: str) -> Mapping[str, Any]:
    """The claims of the token, unverified: it came from Xero itself, over TLS, a moment ago."""
    try:
        payload = access_token.split(".")[1]
        claims = parse_json(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}


def _has_ids(entry: Mapping[str, Any]) -> bool:
    return bool(read_text(entry, "id") and read_text(entry, "tenantId"))


def _connection_from_xero(entry: Mapping[str, Any]) -> XeroConnection:
    return XeroConnection(
        xero_connection_id=read_text(entry, "id") or "",
        xero_tenant_id=read_text(entry, "tenantId") or "",
        tenant_name=read_text(entry, "tenantName") or "",
        is_organisation=entry.get("tenantType") == "ORGANISATION",
        authentication_event_id=read_text(entry, "authEventId"),
    )


def _bearer(access_token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {access_token}"}
