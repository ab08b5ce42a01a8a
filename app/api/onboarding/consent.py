"""The way through Xero's consent, from the address that a person is sent to, to an active connection (FACTS 1).

A state is good once and for ten minutes; only its hash is kept, and the PKCE verifier is encrypted. The address is one
of ours: it gives the browser that opens it a cookie and leads on to Xero, and only that browser ends the consent
(`browsers`). The steps of `finish` alternate between Xero and short transactions, and may stop after any of them: what
was stored by then is harmless, and a new consent does all of it again. A consent that covers several organisations is
kept, and somebody chooses (`choice`). One that cannot be used is refused in words, and what it alone opened in Xero is
closed again, because every open connection there is counted and paid for.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import structlog

from app.api.dependencies import Services
from app.api.onboarding.browsers import (
    Binding,
    Cookies,
    Refusals,
    draw_value,
    hash_secret,
    take_in_its_browser,
)
from app.api.onboarding.choice import OpenChoice, open_choice
from app.api.onboarding.consent_refusal import ConsentRefused, put_in_words
from app.api.onboarding.joining import activate, refuse_if_taken
from app.api.onboarding.revival import revive_others
from app.api.ports import Grant, Tenant, XeroConsent
from app.db.connections.arrivals import lock_connection
from app.db.connections.connections import find_connection, save_state
from app.db.delivery.notices import insert_notice
from app.db.life.consents import (
    BegunConsent,
    bind_begun_consent,
    insert_begun_consent,
    join_organisation,
    list_held_by_others,
    save_offered,
    save_offers,
)
from app.db.life.tokens import find_dead_reason, save_consent
from app.db.postgres.session import WriteSession
from app.domain.connections.connection import Connection, ConnectionState, Offer
from app.domain.connections.notice import ATTENTION, build_notice
from app.errors import PlumblineError

STATE_LASTS = timedelta(minutes=10)

START_PATH = "/oauth/xero/start"
"""Where a person's browser begins, below our public address."""

_REFUSALS = Refusals(
    spent="This address has been used, or is older than ten minutes. Ask for a new one.",
    elsewhere="This consent was begun in another browser, or its cookie is gone. Open the link from your app again in "
    "this browser.",
)

TO_CHOOSE = "The consent covers several organisations; one of them is to be chosen."

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Stored:
    """A consent that was kept: the organisation that it joined, None where one is to be chosen of several.

    `dead_reason` is why the person's tokens before these had died, None where they lived or there were none.
    """

    offer: Offer | None
    token_set_id: UUID
    dead_reason: str | None


@dataclass(frozen=True, slots=True)
class Started:
    """Where a browser goes on to, and what ties the consent to it."""

    address: str
    binding: Binding


async def begin(services: Services, session: WriteSession, connection_id: UUID) -> str:
    """Remember a new consent in the caller's transaction, and answer the address to open."""
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
    now = services.clock.now()
    begun = BegunConsent(connection_id, services.vault.encrypt(verifier), now + STATE_LASTS)
    await insert_begun_consent(session, hash_secret(state), begun, now)
    return f"{services.public_url}{START_PATH}?state={state}"


async def start(services: Services, state: str) -> Started:
    """Let the consent belong to the browser that opens its address now; raises `ConsentRefused`."""
    value = draw_value()
    async with services.database.writing() as session:
        begun = await bind_begun_consent(
            session, hash_secret(state), hash_secret(value), services.clock.now()
        )
    if begun is None:
        raise ConsentRefused(_REFUSALS.spent)
    identity = await _open_identity(services, begun.connection_id)
    address = identity.build_authorise_url(state, _open_verifier(services, begun))
    return Started(address, Binding(state, begun.expires_at, value))


async def take(services: Services, cookies: Cookies, state: str) -> BegunConsent:
    """The consent that a browser came back with; committed as used before anything else happens."""
    return await take_in_its_browser(services, cookies, state, _REFUSALS)


async def note_refused(services: Services, begun: BegunConsent, reason: str) -> None:
    """Keep on a connection that waits why its consent came to nothing: the page that says it is shown to one person,
    and once. A connection that had consent before stays as it is.
    """
    async with services.database.writing() as session:
        connection = await lock_connection(session, begun.connection_id)
        if connection is not None and connection.state is ConnectionState.PENDING:
            await save_state(session, connection.id, ConnectionState.PENDING, reason, services.clock.now())


async def finish(services: Services, begun: BegunConsent, code: str) -> Connection | OpenChoice:
    """Turn the code into an active connection, or into a choice; raises `ConsentRefused` with a sentence, kept too."""
    try:
        return await _finish(services, begun, code)
    except ConsentRefused as refused:
        await note_refused(services, begun, str(refused))
        raise


async def _finish(services: Services, begun: BegunConsent, code: str) -> Connection | OpenChoice:
    verifier = _open_verifier(services, begun)
    try:
        identity = await _open_identity(services, begun.connection_id)
        grant = await identity.exchange_code(code, verifier)
        tenants = await identity.fetch_connections(grant.access_token)
    except PlumblineError as error:
        raise put_in_words(error) from error
    try:
        stored = await _store(services, begun.connection_id, grant, tenants)
    except ConsentRefused:
        await _close_new(identity, grant, tenants)
        raise
    await revive_others(services, begun.connection_id, stored.token_set_id, stored.dead_reason, tenants)
    if stored.offer is None:
        await services.waker.deliver_soon(begun.connection_id)
        return await open_choice(services, begun.connection_id)
    return await activate(services, begun.connection_id, stored.offer.tenant_id)


def _open_verifier(services: Services, begun: BegunConsent) -> str:
    assert begun.code_verifier is not None  # only a choice has none
    return services.vault.decrypt(begun.code_verifier)


async def _open_identity(services: Services, connection_id: UUID) -> XeroConsent:
    async with services.database.reading() as session:
        connection = await find_connection(session, connection_id)
    return await services.identities.open(connection.xero_app_id if connection else None)


async def _store(services: Services, connection_id: UUID, grant: Grant, tenants: Sequence[Tenant]) -> Stored:
    """Keep the tokens, and join the organisation or keep what is offered, in one transaction."""
    missing = services.list_missing_scopes(grant.scopes)
    if missing:
        raise ConsentRefused(
            f"The consent lacks {', '.join(missing)}, without which nothing can be kept in step."
        )
    async with services.database.writing() as session:
        connection = await lock_connection(session, connection_id)
        if connection is None or connection.state is ConnectionState.REMOVED:
            raise ConsentRefused("The connection was removed in the meantime.")
        covered = list_covered(grant, tenants)
        tenant = choose(connection, covered)
        if tenant is not None:
            await refuse_if_taken(session, connection, tenant.xero_tenant_id, tenant.tenant_name)
        user_id = grant.xero_user_id or ""
        dead = await find_dead_reason(session, connection.xero_app_id, user_id)
        token_set_id = await _save_tokens(services, session, connection, grant)
        offers = await _build_offers(session, connection.partner_id, covered)
        offer = None
        if tenant is None:
            await _offer(services, session, connection, offers, token_set_id)
        else:
            offer = next(each for each in offers if each.tenant_id == tenant.xero_tenant_id)
            await _join(services, session, connection, offer, token_set_id)
            await save_offered(session, connection.id, offers if len(offers) > 1 else [])
    return Stored(offer, token_set_id, dead[1] if dead else None)


async def _save_tokens(
    services: Services, session: WriteSession, connection: Connection, grant: Grant
) -> UUID:
    return await save_consent(
        session,
        services.vault,
        xero_app_id=connection.xero_app_id,
        access_token=grant.access_token,
        refresh_token=grant.refresh_token,
        expires_at=grant.expires_at,
        scopes=grant.scopes,
        xero_user_id=grant.xero_user_id or "",
        granted_at=services.clock.now(),
    )


async def _join(
    services: Services, session: WriteSession, connection: Connection, offer: Offer, token_set_id: UUID
) -> None:
    if not await join_organisation(session, connection.id, offer, token_set_id, services.clock.now()):
        raise ConsentRefused(
            f"{offer.name} was connected by another consent at the same moment.", "organisation_taken"
        )


async def _offer(
    services: Services,
    session: WriteSession,
    connection: Connection,
    offers: Sequence[Offer],
    token_set_id: UUID,
) -> None:
    """Keep a consent that covers several organisations, and tell the partner, who may choose too."""
    await save_offers(session, connection.id, token_set_id, offers, TO_CHOOSE)
    waiting = replace(connection, offered=tuple(offers), reason=TO_CHOOSE, organisation=None)
    await insert_notice(session, connection.id, ATTENTION, build_notice(waiting), services.clock.now())


async def _build_offers(session: WriteSession, partner_id: UUID, tenants: Sequence[Tenant]) -> list[Offer]:
    """What a partner may see of a consent: an organisation that another partner holds is the person's to choose."""
    private = await list_held_by_others(session, partner_id, [tenant.xero_tenant_id for tenant in tenants])
    return [
        Offer(
            tenant.xero_tenant_id,
            tenant.tenant_name,
            tenant.xero_connection_id,
            tenant.xero_tenant_id.lower() in private,
        )
        for tenant in tenants
    ]


def list_covered(grant: Grant, tenants: Sequence[Tenant]) -> list[Tenant]:
    """The organisations that a consent covers; raises `ConsentRefused` where it covers none.

    Of all that the person's consents opened, those that carry this consent's event id. An organisation that is
    authorised again keeps its first event id (FACTS 1), so where none carries it, all count.
    """
    organisations = [tenant for tenant in tenants if tenant.is_organisation]
    covered = _opened_by(grant, organisations) or organisations
    if not covered:
        raise ConsentRefused("The consent covers no organisation. Connect again, and choose one in Xero.")
    return covered


def choose(connection: Connection, covered: Sequence[Tenant]) -> Tenant | None:
    """The organisation that a consent is about; None where somebody must choose; raises `ConsentRefused`.

    A guess between several would be a guess about whose books are written to, and is not made. A connection belongs to
    its organisation from the moment that it was read.
    """
    if connection.tenant_id is not None and connection.organisation is not None:
        for tenant in covered:
            if tenant.xero_tenant_id.lower() == connection.tenant_id.lower():
                return tenant
        names = ", ".join(sorted(tenant.tenant_name for tenant in covered))
        raise ConsentRefused(
            f"This connection belongs to {connection.organisation.name}, but consent was given for {names}. "
            "Choose the same organisation in Xero, or have your app open a connection of its own for the other one."
        )
    return covered[0] if len(covered) == 1 else None


def _opened_by(grant: Grant, tenants: Sequence[Tenant]) -> list[Tenant]:
    event = grant.authentication_event_id
    return [tenant for tenant in tenants if event is not None and tenant.authentication_event_id == event]


async def _close_new(identity: XeroConsent, grant: Grant, tenants: Sequence[Tenant]) -> None:
    """Close what this consent alone opened. When that fails it stays open in Xero, where the person can close it."""
    for tenant in _opened_by(grant, tenants):
        try:
            await identity.delete_connection(grant.access_token, tenant.xero_connection_id)
        except PlumblineError as error:
            log.warning("xero_connection_left_open", tenant_id=tenant.xero_tenant_id, error=str(error))
