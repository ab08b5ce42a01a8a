"""What is done to a connection on demand: paused, resumed, run, compared. The API's routes and a command line do
the same.

Each answers the connection as the transaction left it, and whom to wake now that it is committed. Refusals are
`InputRefused`: `not_found`, `connection_removed`, `wrong_state`.
"""

from datetime import timedelta
from uuid import UUID

from app.api.authentication import lock_own_connection
from app.api.bounded_wait import wait_until
from app.api.dependencies import Services
from app.api.nudges import Nudges
from app.db.connections.compares import ask_for_compare
from app.db.connections.connections import find_connection, raise_generation
from app.db.connections.runs import ask_for_run
from app.db.delivery.claims import hold_claims
from app.db.delivery.partner_reads import ask_for_read
from app.db.life.states import PAUSED, move
from app.db.life.under_way import UnderWay, find_under_way
from app.db.postgres.session import ReadSession
from app.domain.connections.connection import Connection, ConnectionState
from app.domain.connections.next_step import find_next_step
from app.intake.refusals import InputRefused

Acted = tuple[Connection, Nudges]


CALM_WITHIN = timedelta(seconds=5)
"""How long a pause waits at most for what is under way: most calls are over by then, a hanging one is not."""


async def pause(services: Services, partner_id: UUID, connection_id: UUID) -> Acted:
    """Store what comes and do nothing; pausing a paused connection changes nothing."""
    async with services.database.writing() as session:
        connection = await lock_own_connection(session, partner_id, connection_id)
        if _needs_move(connection, ConnectionState.ACTIVE, ConnectionState.PAUSED):
            await move(session, connection, ConnectionState.PAUSED, PAUSED, services.clock.now())
        # Whoever was about to claim something has committed that, so it is seen as under way.
        await hold_claims(session, connection.id)
        return await read_again(session, connection), Nudges(deliver=(connection.id,))


async def wait_until_calm(services: Services, connection: Connection) -> UnderWay:
    """What is still under way of a connection that rests, after a wait for it to end."""

    async def look() -> UnderWay:
        async with services.database.reading() as session:
            return await find_under_way(session, connection.id, services.clock.now())

    patience = min(services.answer_wait, CALM_WITHIN)
    return await wait_until(look, lambda seen: seen.is_nothing, patience)


async def resume(services: Services, partner_id: UUID, connection_id: UUID) -> Acted:
    """Go on and catch up; resuming an active connection only looks again."""
    async with services.database.writing() as session:
        connection = await lock_own_connection(session, partner_id, connection_id)
        if _needs_move(connection, ConnectionState.PAUSED, ConnectionState.ACTIVE):
            await move(session, connection, ConnectionState.ACTIVE, None, services.clock.now())
        await raise_generation(session, connection.id)
        found = await read_again(session, connection)
    return found, Nudges(reconcile=(found.id,), deliver=(found.id,))


async def run(services: Services, partner_id: UUID, connection_id: UUID) -> Acted:
    """Have everything that waits for a set time worked now, and once."""
    async with services.database.writing() as session:
        connection = await lock_own_connection(session, partner_id, connection_id)
        if connection.state is not ConnectionState.ACTIVE:
            detail = f"The connection is {connection.state}, so nothing is worked. {tell_step(connection)}"
            raise InputRefused("wrong_state", detail)
        await ask_for_run(session, connection.id)
        found = await read_again(session, connection)
    return found, Nudges(reconcile=(found.id,))


async def compare(services: Services, partner_id: UUID, connection_id: UUID) -> Acted:
    """Have every linked invoice read in Xero, and the app asked for everything where it can be; a worker does it."""
    async with services.database.writing() as session:
        connection = await lock_own_connection(session, partner_id, connection_id)
        await ask_for_compare(session, connection.id)
        is_readable = await ask_for_read(session, connection.id, compare=True)
        found = await read_again(session, connection)
    return found, Nudges(reconcile=(found.id,), read=(found.id,) if is_readable else ())


async def read_again(session: ReadSession, connection: Connection) -> Connection:
    """The connection as the transaction has left it."""
    session.expire_all()
    found = await find_connection(session, connection.id)
    assert found is not None  # its row is locked by this transaction
    return found


def tell_step(connection: Connection) -> str:
    """What somebody should do next about a connection whose state forbids a call."""
    step = find_next_step(connection)
    return step.message if step else "It has ended."


def _needs_move(connection: Connection, origin: ConnectionState, target: ConnectionState) -> bool:
    """Whether the state is yet to move; raises `wrong_state` where it cannot."""
    if connection.state not in (origin, target):
        refused = f"A connection that is {connection.state} cannot become {target} by this."
        raise InputRefused("wrong_state", f"{refused} {tell_step(connection)}")
    return connection.state is origin
