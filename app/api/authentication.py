"""Who calls: an API key names a partner and a role, and a partner sees its own connections and nothing else.

Whose key was sent is found at the door (`access.door`), once for each call; here it is said what a call needs.

Another partner's connection is answered exactly as one that does not exist, so that nothing can be learnt by trying.
Each router says what its calls need: `MEMBERS_WRITE` (invoices, contacts and what belongs to them) or `ADMINS_WRITE`
(connecting, choosing, keys and addresses); reading needs any key at all.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Path, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.types import Scope

from app.api.dependencies import Given
from app.db.connections.arrivals import lock_connection
from app.db.connections.connections import find_connection
from app.db.partners.partners import Role
from app.db.postgres.session import WriteSession
from app.domain.connections.connection import Connection, ConnectionState
from app.intake.refusals import InputRefused

_scheme = HTTPBearer(auto_error=False, description="An API key of a partner: `plk_...`")

ConnectionId = Annotated[UUID, Path(description="The connection's id.")]

CALLER = "caller"
"""Where the door lays who calls."""

_READS = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Caller:
    """The partner that calls, and with which key; `key_id` is None for an operator at the command line."""

    partner_id: UUID
    key_id: UUID | None
    role: Role


def get_state(scope: Scope) -> dict[str, Any]:
    """What is laid on a request; one dictionary, however often its scope was copied since."""
    state: dict[str, Any] = scope.setdefault("state", {})
    return state


def find_caller(scope: Scope) -> Caller | None:
    """The caller of this request; None without a valid key."""
    found: Caller | None = get_state(scope).get(CALLER)
    return found


async def authenticate(
    request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Security(_scheme)]
) -> Caller:
    """The caller whose key was sent; raises `unauthorised`."""
    caller = find_caller(request.scope)
    if caller is None:
        raise InputRefused(
            "unauthorised", "Send `Authorization: Bearer <API key>` with a key that is in force."
        )
    return caller


GivenCaller = Annotated[Caller, Depends(authenticate)]


async def _get_partner_id(caller: GivenCaller) -> UUID:
    return caller.partner_id


PartnerId = Annotated[UUID, Depends(_get_partner_id)]


def _writing_needs(role: Role) -> Callable[..., Awaitable[None]]:
    async def check(request: Request, caller: GivenCaller) -> None:
        if request.method not in _READS and not caller.role.covers(role):
            raise InputRefused(
                "forbidden", f"This call needs a key of the role {role}; yours is of the role {caller.role}."
            )

    return check


async def _check_admin(caller: GivenCaller) -> None:
    if not caller.role.covers(Role.ADMIN):
        raise InputRefused(
            "forbidden",
            f"This call needs a key of the role {Role.ADMIN}; yours is of the role {caller.role}.",
        )


ADMINS_ALONE = Depends(_check_admin)
"""Reading too."""

MEMBERS_WRITE = Depends(_writing_needs(Role.MEMBER))
ADMINS_WRITE = Depends(_writing_needs(Role.ADMIN))


async def get_connection(services: Given, partner_id: PartnerId, connection_id: ConnectionId) -> Connection:
    """The partner's own connection; raises `not_found`."""
    async with services.database.reading() as session:
        return _known(await find_connection(session, connection_id, partner_id=partner_id))


OwnConnection = Annotated[Connection, Depends(get_connection)]


async def lock_own_connection(session: WriteSession, partner_id: UUID, connection_id: UUID) -> Connection:
    """The partner's own connection, held still until the transaction ends; `not_found` or `connection_removed`."""
    connection = await lock_any_connection(session, partner_id, connection_id)
    if connection.state is ConnectionState.REMOVED:
        raise InputRefused("connection_removed", "This connection has been removed for good.")
    return connection


async def lock_any_connection(session: WriteSession, partner_id: UUID, connection_id: UUID) -> Connection:
    """The partner's own connection held still, whatever its state is; `not_found` alone."""
    return _known(await lock_connection(session, connection_id, partner_id=partner_id))


def _known(connection: Connection | None) -> Connection:
    if connection is None:
        raise InputRefused("not_found", "You have no connection with that id.")
    return connection
