"""The choice between the organisations of one consent: by the person on our page, or by the partner by API.

The page carries a token that works once and for an hour, in the browser that was shown it; only its hash is kept. The
choice is open until one of the organisations was read: when Xero gives no answer, or the one chosen is taken, it can be
made again. The others of the consent stay connected in Xero and can be joined to further connections of the same
partner.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from app.api.dependencies import Services
from app.api.onboarding.browsers import Binding, Cookies, Refusals, hash_secret, take_in_its_browser
from app.api.onboarding.consent_refusal import ConsentRefused
from app.api.onboarding.joining import activate, refuse_if_taken
from app.db.connections.arrivals import lock_connection
from app.db.connections.connections import find_connection
from app.db.life.consents import BegunConsent, insert_begun_consent, join_organisation
from app.domain.connections.connection import Connection, Offer

CHOICE_LASTS = timedelta(hours=1)

_REFUSALS = Refusals(
    spent="This page has been used, or is older than an hour. Start again from your app.",
    elsewhere="This page was shown in another browser, or its cookie is gone. Choose there, or open the link from your "
    "app again in this browser.",
)


@dataclass(frozen=True, slots=True)
class OpenChoice:
    """What the page shows: the organisations, the token to choose one with, and why the last try came to nothing.

    The token works in the browser that is given the cookie of `binding` alone.
    """

    connection: Connection
    binding: Binding
    trouble: str | None = None


_NO_CHOICE = (
    "This connection awaits no choice: none of several organisations was consented to, or one is chosen."
)


async def open_choice(services: Services, connection_id: UUID, trouble: str | None = None) -> OpenChoice:
    """A fresh token for the choice of a connection that awaits one."""
    now = services.clock.now()
    binding = Binding(secrets.token_urlsafe(32), now + CHOICE_LASTS)
    begun = BegunConsent(connection_id, None, binding.expires_at, binding.browser_hash)
    async with services.database.writing() as session:
        await insert_begun_consent(session, hash_secret(binding.secret), begun, now)
        connection = await find_connection(session, connection_id)
    assert connection is not None
    return OpenChoice(connection, binding, trouble)


async def choose_as_person(
    services: Services, cookies: Cookies, token: str, tenant_id: str
) -> Connection | OpenChoice:
    """Join what the person chose; the choice again, with a sentence, where that came to nothing."""
    begun = await take_in_its_browser(services, cookies, token, _REFUSALS, is_exchanged=True)
    try:
        return await _choose(services, begun.connection_id, tenant_id, as_person=True)
    except ConsentRefused as refused:
        async with services.database.reading() as session:
            connection = await find_connection(session, begun.connection_id)
        if connection is None or not connection.awaits_choice:
            raise
        return await open_choice(services, begun.connection_id, str(refused))


async def choose_as_partner(services: Services, connection_id: UUID, tenant_id: str) -> Connection:
    """Join what the partner chose; raises `ConsentRefused`."""
    return await _choose(services, connection_id, tenant_id, as_person=False)


async def _choose(services: Services, connection_id: UUID, tenant_id: str, *, as_person: bool) -> Connection:
    async with services.database.writing() as session:
        connection = await lock_connection(session, connection_id)
        if connection is None or not connection.awaits_choice:
            raise ConsentRefused(_NO_CHOICE, "wrong_state")
        offer = _find_offer(connection, tenant_id, as_person)
        await refuse_if_taken(session, connection, offer.tenant_id, offer.name)
        if not await join_organisation(session, connection_id, offer, None, services.clock.now()):
            raise ConsentRefused(
                f"{offer.name} was connected by another consent at the same moment.", "organisation_taken"
            )
    return await activate(services, connection_id, offer.tenant_id)


def _find_offer(connection: Connection, tenant_id: str, as_person: bool) -> Offer:
    for offer in connection.offered:
        if offer.tenant_id.lower() == tenant_id.lower() and (as_person or not offer.is_private):
            return offer
    raise ConsentRefused("The consent covers no such organisation.", "organisation_not_offered")
