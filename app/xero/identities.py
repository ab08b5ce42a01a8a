"""The identity for each Xero app: Plumbline's own, and those that partners registered themselves.

A partner's app differs in its id and its secret alone: Xero's addresses and our return address are the same, and the
partner enters that return address in its own app. Its secret is read anew each time, so that one that was replaced
counts at once.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Protocol
from uuid import UUID

import httpx

from app.clock import Clock
from app.xero.oauth import XeroIdentity
from app.xero.registration import Registration


class AppSecrets(Protocol):
    """What Xero knows a partner's app by."""

    @property
    def client_id(self) -> str: ...
    @property
    def client_secret(self) -> str: ...


GetApp = Callable[[UUID], Awaitable[AppSecrets]]
"""Raises `RequestRefused` for an app that is not known any more."""


class XeroIdentities:
    """One for a process; safe for several tasks."""

    def __init__(self, own: Registration, get_app: GetApp, http: httpx.AsyncClient, clock: Clock) -> None:
        self._own = own
        self._get_app = get_app
        self._http = http
        self._clock = clock

    async def open(self, xero_app_id: UUID | None) -> XeroIdentity:
        """The identity of that app; of Plumbline's own for None."""
        if xero_app_id is None:
            return XeroIdentity(self._own, self._http, self._clock)
        app = await self._get_app(xero_app_id)
        theirs = replace(self._own, client_id=app.client_id, client_secret=app.client_secret)
        return XeroIdentity(theirs, self._http, self._clock)
