"""A sandbox put away with all that it remembers, and gone on with later, at another address, as often as one likes.

Books, tokens, limits, webhooks and settings are what they were. Every instant is moved on by the time that the sandbox
was away, so that nothing in it has aged: a token that was good for another minute still is.
"""

import io
import pickle
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from app.sandbox.xero.books.credits import FAMILIES, Family
from app.sandbox.xero.memory.sandbox import Sandbox


@dataclass(frozen=True, slots=True)
class Frozen:
    """What `freeze` has put away; it is of use to this version of the code alone."""

    at: datetime
    state: bytes


def freeze(sandbox: Sandbox) -> Frozen:
    """Put a sandbox away that is served no more."""
    packed = io.BytesIO()
    _Packer(packed, pickle.HIGHEST_PROTOCOL).dump(sandbox)
    return Frozen(datetime.now(UTC), packed.getvalue())


def thaw(frozen: Frozen, root_url: str, webhook_url: str | None) -> Sandbox:
    """Another sandbox like the one that was put away; a webhook address is as good as confirmed if its was."""
    away = datetime.now(UTC) - frozen.at
    # Whole milliseconds, as all of the sandbox's instants are.
    away = timedelta(milliseconds=away // timedelta(milliseconds=1))
    sandbox: Sandbox = _Unpacker(io.BytesIO(frozen.state), away).load()
    sandbox.webhooks.move(root_url, webhook_url)
    return sandbox


class _Packer(pickle.Pickler):
    def persistent_id(self, obj: Any) -> tuple[str, str] | None:
        if isinstance(obj, datetime):
            return "instant", obj.isoformat()
        if isinstance(obj, Family):
            return "family", obj.name
        return None


class _Unpacker(pickle.Unpickler):
    def __init__(self, packed: io.BytesIO, away: timedelta) -> None:
        super().__init__(packed)
        self._away = away

    def persistent_load(self, pid: tuple[str, str]) -> Any:
        kind, name = pid
        if kind == "instant":
            return datetime.fromisoformat(name) + self._away
        return next(family for family in FAMILIES if family.name == name)
