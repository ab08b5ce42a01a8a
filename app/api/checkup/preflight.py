"""The pre-flight: the organisation read from Xero now, kept as the loop keeps it, and every check made on that.

The API's route and a command line do the same by it.
"""

from uuid import UUID

from app.api.authentication import lock_own_connection
from app.api.checkup.gathering import gather_checks
from app.api.checkup.resource import Checkup, build_checkup
from app.api.dependencies import Services
from app.api.nudges import Nudges
from app.db.connections.connections import find_connection, raise_generation
from app.domain.connections.connection import Connection, ConnectionState
from app.domain.xero.organisation import Organisation
from app.errors import PlumblineError
from app.intake.refusals import InputRefused
from app.reconcile.facts.refresh import keep_facts

_CAN_BE_ASKED = (ConnectionState.ACTIVE, ConnectionState.PAUSED)


async def check_freshly(
    services: Services, partner_id: UUID, connection: Connection
) -> tuple[Checkup, Nudges]:
    """Seven calls to Xero; where it does not answer, that is one of the checks. Raises `connection_removed`."""
    if connection.state is ConnectionState.REMOVED:
        raise InputRefused("connection_removed", "This connection has been removed for good.")
    unanswered, nudges = None, Nudges()
    if connection.state in _CAN_BE_ASKED:
        try:
            xero = await services.organisations.open(connection.id)
            organisation = await xero.fetch_organisation(connection.organisation)
        except PlumblineError as error:
            unanswered = str(error)
        else:
            connection = await _keep(services, partner_id, connection, organisation)
            nudges = Nudges(reconcile=(connection.id,), deliver=(connection.id,))
    is_fresh = connection.state in _CAN_BE_ASKED and unanswered is None
    async with services.database.reading() as session:
        facts = await gather_checks(services, session, connection, is_fresh=is_fresh, unanswered=unanswered)
    return build_checkup(facts), nudges


async def _keep(
    services: Services, partner_id: UUID, before: Connection, organisation: Organisation
) -> Connection:
    """Keep what was read with what follows from it, as the loop does; answers the connection as it is now."""
    async with services.database.writing() as session:
        connection = await lock_own_connection(session, partner_id, before.id)
        await keep_facts(session, connection, organisation, services.clock.now(), seen=before.facts_asked)
        await raise_generation(session, connection.id)
    async with services.database.reading() as session:
        known = await find_connection(session, before.id)
    assert known is not None  # connections are never deleted
    return known
