"""The way through Xero's consent, from the address that a person is sent to, to an active connection (FACTS 1).

A state is good once and for ten minutes; only its hash is kept, and the PKCE verifier is encrypted. The steps of
`finish` alternate between Xero and short transactions, and may stop after any of them: what was stored by then is
harmless, and a new consent does all of it again. A consent that cannot be used is refused in words, and what it alone
opened in Xero is closed again, because every open connection there is counted and paid for.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import structlog

from app.api.dependencies import Services
from app.api.ports import Grant, Tenant
from app.db.arrivals import lock_connection
from app.db.connections import ask_for_sweep, find_connection, save_organisation, save_settings, save_state
from app.db.consents import (
    BegunConsent,
    find_other_holder,
    insert_begun_consent,
    join_organisation,
    take_begun_consent,
)
from app.db.links import trigger_held
from app.db.session import WriteSession
from app.db.tokens import save_consent
from app.domain.connection import Connection, ConnectionState
from app.domain.organisation import DEFAULT_TAXES, Organisation
from app.errors import PlumblineError, Retryable

STATE_LASTS = timedelta(minutes=10)

log = structlog.get_logger(__name__)


class ConsentRefused(Exception):
    """The consent cannot be used; the message is for the person who gave it."""


async def begin(services: Services, session: WriteSession, connection_id: UUID) -> str:
    """Remember a new consent in the caller's transaction, and answer the address to open."""
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
    now = services.clock.now()
    begun = BegunConsent(connection_id, services.vault.encrypt(verifier))
    await insert_begun_consent(session, _hash(state), begun, now=now, expires_at=now + STATE_LASTS)
    return services.consent.build_authorise_url(state, verifier)


async def take(services: Services, state: str) -> BegunConsent:
    """The consent that a browser came back with; committed as used before anything else happens."""
    async with services.database.writing() as session:
        begun = await take_begun_consent(session, _hash(state), services.clock.now())
    if begun is None:
        raise ConsentRefused("This address has been used, or is older than ten minutes. Ask for a new one.")
    return begun


async def decline(services: Services, begun: BegunConsent) -> None:
    """Note on a connection that waits that its consent was not given; one that had consent before keeps it."""
    async with services.database.writing() as session:
        connection = await lock_connection(session, begun.connection_id)
        if connection is not None and connection.state is ConnectionState.PENDING:
            reason = "Consent was declined in Xero."
            await save_state(session, connection.id, ConnectionState.PENDING, reason, services.clock.now())


async def finish(services: Services, begun: BegunConsent, code: str) -> Connection:
    """Turn the code into an active connection; raises `ConsentRefused` with a sentence for the person."""
    verifier = services.vault.decrypt(begun.code_verifier)
    try:
        grant = await services.consent.exchange_code(code, verifier)
        tenants = await services.consent.fetch_connections(grant.access_token)
    except PlumblineError as error:
        raise _in_words(error) from error
    try:
        tenant = await _join(services, begun.connection_id, grant, tenants)
    except ConsentRefused:
        await _close_new(services, grant, tenants)
        raise
    organisation = await _fetch_organisation(services, begun.connection_id)
    return await _activate(services, begun.connection_id, tenant, organisation)


async def _join(services: Services, connection_id: UUID, grant: Grant, tenants: Sequence[Tenant]) -> Tenant:
    """Store the tokens and join the organisation that was chosen, in one transaction."""
    missing = services.list_missing_scopes(grant.scopes)
    if missing:
        raise ConsentRefused(
            f"The consent lacks {', '.join(missing)}, without which nothing can be kept in step."
        )
    async with services.database.writing() as session:
        connection = await lock_connection(session, connection_id)
        if connection is None or connection.state is ConnectionState.REMOVED:
            raise ConsentRefused("The connection was removed in the meantime.")
        tenant = choose(connection, grant, tenants)
        holder = await find_other_holder(session, connection.partner_id, tenant.xero_tenant_id, connection.id)
        if holder is not None:
            raise ConsentRefused(f"{tenant.tenant_name} is connected already, as {holder.display_name}.")
        token_set_id = await save_consent(
            session,
            services.vault,
            access_token=grant.access_token,
            refresh_token=grant.refresh_token,
            expires_at=grant.expires_at,
            scopes=grant.scopes,
            xero_user_id=grant.xero_user_id or "",
            granted_at=services.clock.now(),
        )
        joined = await join_organisation(
            session,
            connection.id,
            tenant_id=tenant.xero_tenant_id,
            xero_connection_id=tenant.xero_connection_id,
            token_set_id=token_set_id,
        )
        if not joined:
            raise ConsentRefused(f"{tenant.tenant_name} was connected by another consent at the same moment.")
    return tenant


def choose(connection: Connection, grant: Grant, tenants: Sequence[Tenant]) -> Tenant:
    """The organisation that this consent is about; raises `ConsentRefused`.

    Of all that the person's consents opened, those count that carry this consent's event id. An organisation that is
    authorised again keeps its first event id (FACTS 1), so where none carries it, all count. A guess between several
    would be a guess about whose books are written to, and is not made. A connection belongs to its organisation from
    the moment that it was read.
    """
    organisations = [tenant for tenant in tenants if tenant.is_organisation]
    chosen = _opened_by(grant, organisations) or organisations
    names = ", ".join(sorted(tenant.tenant_name for tenant in chosen)) or "no organisation"
    if connection.tenant_id is not None and connection.organisation is not None:
        expected = connection.organisation.name
        for tenant in chosen:
            if tenant.xero_tenant_id.lower() == connection.tenant_id.lower():
                return tenant
        raise ConsentRefused(f"This connection belongs to {expected}, but consent was given for {names}.")
    if len(chosen) != 1:
        raise ConsentRefused(
            f"Exactly one organisation can be connected here, and this consent covers {names}. "
            "Disconnect the app in Xero from the others, then connect again and choose one."
        )
    return chosen[0]


def _opened_by(grant: Grant, tenants: Sequence[Tenant]) -> list[Tenant]:
    event = grant.authentication_event_id
    return [tenant for tenant in tenants if event is not None and tenant.authentication_event_id == event]


async def _close_new(services: Services, grant: Grant, tenants: Sequence[Tenant]) -> None:
    """Close what this consent alone opened. When that fails it stays open in Xero, where the person can close it."""
    for tenant in _opened_by(grant, tenants):
        try:
            await services.consent.delete_connection(grant.access_token, tenant.xero_connection_id)
        except PlumblineError as error:
            log.warning("xero_connection_left_open", tenant_id=tenant.xero_tenant_id, error=str(error))


async def _fetch_organisation(services: Services, connection_id: UUID) -> Organisation | None:
    """The organisation, read fresh; None when Xero does not answer but what was read before will do."""
    try:
        return await (await services.organisations.open(connection_id)).fetch_organisation()
    except PlumblineError as error:
        async with services.database.reading() as session:
            connection = await find_connection(session, connection_id)
        if connection is not None and connection.organisation is not None and isinstance(error, Retryable):
            return None
        raise _in_words(error) from error


async def _activate(
    services: Services, connection_id: UUID, tenant: Tenant, organisation: Organisation | None
) -> Connection:
    """Keep the organisation, start with its country's taxes, and catch up: links that were held, and Xero's changes.

    A connection that was paused stays so: that was somebody's decision, and the consent says nothing about it.
    """
    now = services.clock.now()
    async with services.database.writing() as session:
        connection = await lock_connection(session, connection_id)
        if connection is None or connection.tenant_id != tenant.xero_tenant_id:
            raise ConsentRefused("The connection was changed in the meantime.")
        if organisation is not None:
            await save_organisation(session, connection_id, organisation, now)
            if connection.organisation is None and not connection.settings.taxes:
                settings = replace(connection.settings, taxes=DEFAULT_TAXES.get(organisation.country, {}))
                await save_settings(session, connection_id, settings, connection.settings_version)
        if connection.state is not ConnectionState.PAUSED:
            await save_state(session, connection_id, ConnectionState.ACTIVE, None, now)
        await trigger_held(session, connection_id)
        await ask_for_sweep(session, connection_id)
        connection = await lock_connection(session, connection_id)
    assert connection is not None
    await services.waker.reconcile_soon([connection_id])
    return connection


def _in_words(error: PlumblineError) -> ConsentRefused:
    if isinstance(error, Retryable):
        return ConsentRefused("Xero did not answer. Nothing is lost; ask for a new address and try again.")
    return ConsentRefused(f"Xero refused: {error}")


def _hash(state: str) -> bytes:
    return hashlib.sha256(state.encode()).digest()
