"""From an organisation that was joined to a connection that works: the organisation read, settings begun, caught up.

Nothing here guesses: which organisation it is was decided before. Xero is asked between two transactions; when it gives
no answer the connection waits as it was, and is tried again with the next consent or choice.
"""

from dataclasses import replace
from uuid import UUID

from app.api.dependencies import Services
from app.api.onboarding.consent_refusal import ConsentRefused, put_in_words
from app.db.connections.arrivals import lock_connection
from app.db.connections.connections import find_connection
from app.db.connections.organisations import save_organisation
from app.db.connections.runs import save_schedule
from app.db.connections.settings import save_settings
from app.db.life.consents import find_other_holder
from app.db.life.states import regain
from app.db.postgres.session import ReadSession, WriteSession
from app.domain.connections.carry_over import carry_over, put_over
from app.domain.connections.connection import Connection, ConnectionState
from app.domain.connections.settings import ConnectionSettings
from app.domain.xero.organisation import DEFAULT_TAXES, Organisation
from app.errors import PlumblineError, Retryable


async def refuse_if_taken(session: ReadSession, connection: Connection, tenant_id: str, name: str) -> None:
    """Raise `ConsentRefused` where another connection of the same partner has that organisation."""
    holder = await find_other_holder(session, connection.partner_id, tenant_id, connection.id)
    if holder is not None:
        raise ConsentRefused(f"{name} is connected already, as {holder.display_name}.", "organisation_taken")


async def activate(services: Services, connection_id: UUID, tenant_id: str) -> Connection:
    """Read the organisation that was joined, and go on as before it was lost, with everything that came meanwhile."""
    organisation = await _fetch_organisation(services, connection_id)
    now = services.clock.now()
    async with services.database.writing() as session:
        connection = await lock_connection(session, connection_id)
        if connection is None or connection.state is ConnectionState.REMOVED:
            raise ConsentRefused("The connection was removed in the meantime.")
        if connection.tenant_id != tenant_id:
            raise ConsentRefused("The connection was changed in the meantime.")
        if organisation is not None and connection.organisation is None:
            settings = await _begin_settings(session, connection, organisation)
            await save_settings(session, connection_id, settings, connection.settings_version, at=now)
            connection = replace(connection, settings=settings)
        await regain(session, connection, now)
        if organisation is not None:
            # After the sweep was asked for, which would have these facts read again.
            await save_organisation(session, connection_id, organisation, now)
            await save_schedule(
                session, connection_id, connection.settings.schedule(organisation.country), now
            )
        connection = await lock_connection(session, connection_id)
    assert connection is not None
    await services.waker.reconcile_soon([connection_id])
    await services.waker.deliver_soon(connection_id)
    return connection


async def _fetch_organisation(services: Services, connection_id: UUID) -> Organisation | None:
    """The organisation, read fresh; None when Xero does not answer but what was read before will do."""
    async with services.database.reading() as session:
        connection = await find_connection(session, connection_id)
    known = connection.organisation if connection is not None else None
    try:
        return await (await services.organisations.open(connection_id)).fetch_organisation(known)
    except PlumblineError as error:
        if known is not None and isinstance(error, Retryable):
            return None
        raise put_in_words(error) from error


async def _begin_settings(
    session: WriteSession, connection: Connection, organisation: Organisation
) -> ConnectionSettings:
    """What was chosen already, else what the connection was forked from has, else the taxes usual in the country."""
    settings = connection.settings
    source = await find_connection(session, connection.forked_from) if connection.forked_from else None
    if source is not None and source.organisation is not None:
        return put_over(carry_over(source.settings, source.organisation, organisation), settings)
    taxes = settings.taxes or DEFAULT_TAXES.get(organisation.country, {})
    return replace(settings, taxes=taxes)
