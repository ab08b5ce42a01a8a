"""What intake needs of the rest, put together by `wiring` and laid on the application's state as `intake`."""

from collections.abc import Callable
from dataclasses import dataclass

from app.clock import Clock
from app.db.session import Database
from app.reconcile.ports import Waker
from app.vault import Vault

SignatureCheck = Callable[[bytes, str | None], bool]
"""Whether Xero signed these raw bytes with that header; knows the webhook key."""


@dataclass(frozen=True, slots=True)
class IntakeServices:
    """`vault` opens the partners' webhook secrets."""

    database: Database
    clock: Clock
    waker: Waker
    vault: Vault
    is_signed_by_xero: SignatureCheck
