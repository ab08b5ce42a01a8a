"""Keeps a token set fresh, one refresh at a time over all processes.

Xero's refresh tokens work once: two refreshes at a time with one token can cost the consent (FACTS 1, 7.4). So a
refresh is made under an expiring claim on the token set's row; whoever finds the row claimed waits until the new token
is there. The claim is a stamp and not a lock: no transaction is open while Xero is asked.

What is kept when things break between two lines:
1. The answer to a refresh is lost, or we die before it is saved: the row still has the old refresh token, which Xero
   takes again for 30 minutes, and the claim runs out by itself.
2. Another took over a claim that ran out, and saved first: our answer is dropped and theirs is used.
3. A new consent replaced the token set while we refreshed the old one: the same.
A token that Xero calls invalid closes the token set for good, unless the row has moved on meanwhile.

A token set belongs to a person and to one Xero app, by whose identity it is refreshed.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID, uuid4

from app.clock import Clock
from app.errors import AuthorisationLost, XeroUnavailable
from app.xero.oauth import Grant

EARLY = timedelta(minutes=2)
"""A token that ends within this time is refreshed before it is used."""

CLAIM = timedelta(seconds=45)
"""How long a refresh may take before another may try; longer than the time-outs of a call to Xero's identity server."""

GRACE = timedelta(minutes=30)
"""How long Xero takes the previous refresh token again (FACTS 1)."""


class TokenSet(Protocol):
    """A stored token set, open, with the tenant of the connection through which it was asked for, "" where by itself.

    `xero_app_id` and `client_id` are of a partner's own Xero app, None for Plumbline's.
    """

    @property
    def token_set_id(self) -> UUID: ...
    @property
    def xero_tenant_id(self) -> str: ...
    @property
    def xero_app_id(self) -> UUID | None: ...
    @property
    def client_id(self) -> str | None: ...
    @property
    def scopes(self) -> Sequence[str]: ...
    @property
    def access_token(self) -> str: ...
    @property
    def refresh_token(self) -> str: ...
    @property
    def previous_refresh_token(self) -> str | None: ...
    @property
    def expires_at(self) -> datetime: ...
    @property
    def refreshed_at(self) -> datetime: ...
    @property
    def dead_reason(self) -> str | None: ...


class TokenStore(Protocol):
    """Where token sets are kept. Every method is one short transaction."""

    async def get(self, connection_id: UUID) -> TokenSet:
        """The connection's token set; raises `AuthorisationLost` where it has none."""
        ...

    async def get_set(self, token_set_id: UUID) -> TokenSet:
        """The token set by itself; raises `AuthorisationLost` where it was forgotten."""
        ...

    async def claim(self, token_set_id: UUID, owner: str, now: datetime, until: datetime) -> bool:
        """Claim the refresh for `owner`; False while another's claim has not run out."""
        ...

    async def release(self, token_set_id: UUID, owner: str) -> None:
        """Give the claim back; does nothing when it is no longer this owner's."""
        ...

    async def save_refreshed(
        self,
        token_set_id: UUID,
        owner: str,
        *,
        access_token: str,
        refresh_token: str,
        expires_at: datetime,
        scopes: Sequence[str],
        refreshed_at: datetime,
    ) -> bool:
        """Save what a refresh gave and release the claim; False, and nothing saved, when it is no longer `owner`'s."""
        ...

    async def save_dead(self, token_set_id: UUID, owner: str, reason: str, at: datetime) -> bool:
        """Close the token set, and every connection that it served, and release the claim.

        False, and nothing saved, when the claim is no longer `owner`'s.
        """
        ...


class Refresher(Protocol):
    """Exchanges a refresh token for the next one (`oauth.XeroIdentity`)."""

    async def refresh(self, refresh_token: str) -> Grant:
        """Raises `AuthorisationLost` for a token that is not valid any more."""
        ...


class Refreshers(Protocol):
    """Whose refresh tokens are exchanged by whom: one `Refresher` for each Xero app."""

    async def open(self, xero_app_id: UUID | None) -> Refresher:
        """The refresher of that app, of Plumbline's own for None."""
        ...


Read = Callable[[], Awaitable[TokenSet]]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for another's refresh, and how often to look whether it has come."""

    limit: timedelta = CLAIM + timedelta(seconds=15)
    pause: timedelta = timedelta(milliseconds=50)


DEFAULT_PATIENCE = Patience()


class TokenKeeper:
    """Gives access tokens that are good for a while. Safe to share between tasks; holds no token itself."""

    def __init__(
        self, store: TokenStore, refreshers: Refreshers, clock: Clock, patience: Patience = DEFAULT_PATIENCE
    ) -> None:
        self._store = store
        self._refreshers = refreshers
        self._clock = clock
        self._patience = patience

    async def get_fresh(self, connection_id: UUID, spent: str | None = None) -> TokenSet:
        """The connection's token set, refreshed if its access token ends soon or is the `spent` one.

        Raises `AuthorisationLost` when only a new consent helps, `XeroUnavailable` when Xero gives no answer or
        another's refresh does not end; a later call tries again.
        """
        return await self._get_fresh(lambda: self._store.get(connection_id), spent)

    async def get_fresh_set(self, token_set_id: UUID, spent: str | None = None) -> TokenSet:
        """The token set of that id, refreshed as by `get_fresh`, whatever connections it serves."""
        return await self._get_fresh(lambda: self._store.get_set(token_set_id), spent)

    async def _get_fresh(self, read: Read, spent: str | None) -> TokenSet:
        owner = str(uuid4())
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + self._patience.limit.total_seconds()
        while loop.time() < give_up_at:
            held = await read()
            if self._is_fresh(held, spent):
                return held
            now = self._clock.now()
            if not await self._store.claim(held.token_set_id, owner, now, now + CLAIM):
                await asyncio.sleep(self._patience.pause.total_seconds())
            elif await self._refresh_claimed(read, owner, spent):
                return await read()
        raise XeroUnavailable("the token is being refreshed by another, who does not come to an end")

    def _is_fresh(self, held: TokenSet, spent: str | None) -> bool:
        if held.dead_reason is not None:
            raise AuthorisationLost(held.dead_reason)
        return held.access_token != spent and held.expires_at - self._clock.now() > EARLY

    async def _refresh_claimed(self, read: Read, owner: str, spent: str | None) -> bool:
        """Refresh under the claim; False when the row moved on, before or while Xero was asked: look again."""
        held = await read()
        if self._is_fresh(held, spent):
            await self._store.release(held.token_set_id, owner)
            return False
        try:
            grant = await self._rotate(held)
        except AuthorisationLost as error:
            if await self._store.save_dead(held.token_set_id, owner, str(error), self._clock.now()):
                raise
            return False
        except Exception:
            await self._store.release(held.token_set_id, owner)
            raise
        return await self._store.save_refreshed(
            held.token_set_id,
            owner,
            access_token=grant.access_token,
            refresh_token=grant.refresh_token,
            expires_at=grant.expires_at,
            scopes=grant.scopes,
            refreshed_at=self._clock.now(),
        )

    async def _rotate(self, held: TokenSet) -> Grant:
        """Use the current refresh token, and within Xero's grace the one before it."""
        refresher = await self._refreshers.open(held.xero_app_id)
        try:
            return await refresher.refresh(held.refresh_token)
        except AuthorisationLost:
            if held.previous_refresh_token is None or self._clock.now() - held.refreshed_at > GRACE:
                raise
            return await refresher.refresh(held.previous_refresh_token)
