"""At the door of every call under /v1: whose key was sent, whether its calls of this minute are used up.

What is found is laid on the request (`authentication.find_caller`, `find_limit`); whether a call needs a key at all is
said behind the door, by `authentication`. A key is looked up at every call, so that one which is revoked or expires is
refused at once by every process. That it was used is noted on the way.

Calls without a valid key are counted by the address that they come from, and refused when there are too many. A valid
key is let in even from such an address: it holds 256 random bits and cannot be come upon by trying, while many partners
may call from behind one address, and none of them should be shut out by a stranger beside it.
"""

import ipaddress

from fastapi.security.utils import get_authorization_scheme_param
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.access.call_limit import Counted
from app.api.access.dependencies import DoorServices, get_doors
from app.api.access.keys_sent import SentKey
from app.api.authentication import CALLER, Caller, get_state
from app.api.problems import respond
from app.api.sent_headers import find_header
from app.db.partners.partners import Key
from app.db.upkeep.audit import acting_as
from app.domain.connections.audit import Actor, ActorKind

_LIMIT = "limit"
NOBODY = Actor(ActorKind.PERSON)
"""Who has no key: a person with a browser."""

_HALF_OF_IPV6 = 64


class Door:
    """Lets every call in that is not one too many."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not is_of_api(scope):
            # A browser, or a webhook, which does nothing that the audit log tells of: `side_doors` counts them.
            with acting_as(NOBODY):
                await self._app(scope, receive, send)
            return
        doors = get_doors(scope)
        key = await _find_sent_key(scope, doors)
        counted = await _count(scope, doors, key)
        state = get_state(scope)
        state[CALLER] = Caller(key.partner_id, key.id, key.role) if key else None
        state[_LIMIT] = counted if key else None
        if counted is not None and counted.is_over:
            await refuse(counted)(scope, receive, send)
            return
        if key is not None:
            await doors.key_uses.note(key, doors.clock.now())
        with acting_as(Actor(ActorKind.API_KEY, key.id) if key else NOBODY):
            await self._app(scope, receive, send)


def is_of_api(scope: Scope) -> bool:
    """Whether a request is one to the partners' API."""
    return bool(scope["type"] == "http" and scope["path"].startswith("/v1/"))


def find_limit(scope: Scope) -> Counted | None:
    """Where the calls of the key stand; None without a valid key, and where they could not be counted."""
    found: Counted | None = get_state(scope).get(_LIMIT)
    return found


async def _find_sent_key(scope: Scope, doors: DoorServices) -> Key | None:
    scheme, sent = get_authorization_scheme_param(
        (find_header(scope, b"authorization") or b"").decode("latin-1")
    )
    if scheme.lower() != "bearer" or not sent:
        return None
    return await doors.sent_keys.join(SentKey(sent, doors.clock.now()))


async def _count(scope: Scope, doors: DoorServices, key: Key | None) -> Counted | None:
    limit = doors.call_limit
    return await limit.count(limit.of_key, str(key.id)) if key else await count_stranger(scope)


async def count_stranger(scope: Scope) -> Counted | None:
    """Count a call without a key by the address that it came from; None where it cannot be counted now."""
    limit = get_doors(scope).call_limit
    return await limit.count(limit.of_stranger, name_address(scope.get("client")))


def name_address(client: tuple[str, int] | None) -> str:
    """The address that strangers are counted by; of IPv6 the half that one customer of a provider has."""
    if client is None:
        return "unknown"
    try:
        address = ipaddress.ip_address(client[0])
    except ValueError:
        return client[0]
    if address.version == 6:
        return str(ipaddress.ip_network((address.packed, _HALF_OF_IPV6), strict=False))
    return str(address)


def refuse(counted: Counted) -> Response:
    """The answer to one call too many."""
    detail = f"{counted.quota.calls} calls a minute are allowed; go on in {counted.seconds_left} s."
    return respond("rate_limited", detail, headers={"Retry-After": str(counted.seconds_left)})
