"""What the doors need of the rest, put together by `wiring` and laid on the application's state as `doors`."""

from dataclasses import dataclass

from starlette.types import Scope

from app.api.access.call_limit import CallLimit
from app.api.access.keys_sent import SentKeys
from app.clock import Clock
from app.db.partners.api_keys import KeyUses


@dataclass(frozen=True, slots=True)
class DoorServices:
    """`sent_keys` finds whose key was sent, `call_limit` counts what its owner asks, `key_uses` notes when it did."""

    clock: Clock
    sent_keys: SentKeys
    call_limit: CallLimit
    key_uses: KeyUses


def get_doors(scope: Scope) -> DoorServices:
    """The door services of the application that the request came to."""
    doors: DoorServices = scope["app"].state.doors
    return doors
