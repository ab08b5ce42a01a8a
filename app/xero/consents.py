"""Where a consent stands at Xero, asked when a call was refused or when it is time; and how one entry is ended.

A 403 alone does not tell a removed organisation from one that Xero refuses for a moment or that the person may not
enter; Xero's own list of connections does (FACTS 1). Of a token, only a refresh tells whether it still lives. Nothing
is written here but what the token keeper keeps.
"""

from collections.abc import Sequence
from uuid import UUID

from app.errors import AuthorisationLost, XeroUnavailable
from app.xero.identities import XeroIdentities
from app.xero.oauth import XeroConnection
from app.xero.scopes import list_missing_scopes
from app.xero.tokens import TokenKeeper, TokenSet, TokenStore

GONE = "The organisation no longer lets this app in: it was disconnected in Xero, or the person who gave consent left."
NO_ORGANISATION = "What the consent opened in Xero is not an organisation."
NOT_LET_IN = "Xero refuses the organisation, though it still lists it as connected"


class XeroConsents:
    """Safe for several tasks; holds nothing."""

    def __init__(self, store: TokenStore, keeper: TokenKeeper, identities: XeroIdentities) -> None:
        self._store = store
        self._keeper = keeper
        self._identities = identities

    async def confirm_loss(self, connection_id: UUID) -> str:
        """Why the consent is gone, once Xero was asked; raises `XeroUnavailable` where it is not, or nobody answers."""
        reason = await self.find_loss(connection_id)
        if reason is None:
            raise XeroUnavailable(NOT_LET_IN)
        return reason

    async def find_loss(self, connection_id: UUID) -> str | None:
        """The same where nothing was refused before; None where the consent is not gone."""
        try:
            held = await self._keeper.get_fresh(connection_id)
            listed = await self._list(connection_id, held)
        except AuthorisationLost as lost:
            return str(lost)
        ours = [each for each in listed if each.xero_tenant_id.lower() == held.xero_tenant_id.lower()]
        if not ours:
            return GONE
        if not any(each.is_organisation for each in ours):
            return NO_ORGANISATION
        return None

    async def list_missing_scopes(self, connection_id: UUID) -> list[str]:
        """The scopes that the connection's consent lacks, by its own word; no call."""
        try:
            return list_missing_scopes((await self._store.get(connection_id)).scopes)
        except AuthorisationLost:
            return []

    async def keep_alive(self, token_set_id: UUID) -> None:
        """Refresh a token set whose access token ended long ago; raises `AuthorisationLost` where it is too late."""
        await self._keeper.get_fresh_set(token_set_id)

    async def delete_connection(self, token_set_id: UUID, xero_connection_id: str) -> None:
        """Disconnect one organisation, and nothing else; nothing happens when it is gone already."""
        held = await self._keeper.get_fresh_set(token_set_id)
        identity = await self._identities.open(held.xero_app_id)
        try:
            await identity.delete_connection(held.access_token, xero_connection_id)
        except AuthorisationLost:
            renewed = await self._keeper.get_fresh_set(token_set_id, spent=held.access_token)
            await identity.delete_connection(renewed.access_token, xero_connection_id)

    async def _list(self, connection_id: UUID, held: TokenSet) -> Sequence[XeroConnection]:
        """Xero's list; a token that it refuses is renewed once, which tells whether the consent lives."""
        identity = await self._identities.open(held.xero_app_id)
        try:
            return await identity.fetch_connections(held.access_token)
        except AuthorisationLost:
            renewed = await self._keeper.get_fresh(connection_id, spent=held.access_token)
        return await identity.fetch_connections(renewed.access_token)
