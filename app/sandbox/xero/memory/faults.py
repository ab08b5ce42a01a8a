"""Faults to order: the next matching call fails in the chosen way, once or several times, now or later.

`method` and `path` say which calls match (a path below `api.xro/2.0`, or another address such as `/connect/token`);
`nth` lets earlier ones pass, `times` is how many in a row are hit. The kinds are those of `troubles.FAULTS`. A fault
that is lifted hits no more, and a silence of its making that is under way ends at once.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from app.sandbox.troubles import FAULTS
from app.sandbox.xero.books.organisation import Organisation

API_PREFIX = "/api.xro/2.0"


@dataclass
class Fault:
    """One fault that was ordered."""

    id: int
    kind: str
    method: str = "*"
    path: str = "/"
    nth: int = 1
    times: int = 1
    retry_after: int | None = None
    seconds: float = 30.0
    matched: int = 0
    hit: int = 0
    silent: int = 0
    """Calls that it leaves without a word at present; what was to be done of them is done."""
    lifted: asyncio.Event = field(default_factory=asyncio.Event)
    moment: Mapping[str, Organisation] = field(default_factory=dict)
    """By tenant, what stale reads show."""

    @property
    def is_spent(self) -> bool:
        """Whether it will not hit again."""
        return self.hit >= self.times

    def seconds_to_wait(self) -> int | None:
        """What a 429 of this fault says in Retry-After; None where it says nothing."""
        default = 0 if self.kind == "rate_limited_concurrent" else 2
        return (default if self.retry_after is None else self.retry_after) or None

    def view(self) -> dict[str, Any]:
        """The fault and how often it has struck."""
        names = (
            "id", "kind", "method", "path", "nth", "times", "retry_after", "seconds", "matched", "hit", "silent",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names}


@dataclass
class Faults:
    """All faults that were ordered, oldest first."""

    _ordered: list[Fault] = field(default_factory=list)
    _newest_id: int = 0

    def order(self, wish: dict[str, Any], organisations: Mapping[str, Organisation]) -> Fault:
        """Add a fault. Raises ValueError for an unknown kind, name or type. Stale reads will show this very moment."""
        kinds = {"kind": str, "method": str, "path": str, "nth": int, "times": int, "retry_after": int}
        for name, value in wish.items():
            if name == "seconds" and isinstance(value, int | Decimal):
                continue
            if name not in kinds or not isinstance(value, kinds[name]):
                raise ValueError(f"{name} is not a setting of a fault, or has the wrong type")
        if wish.get("kind") not in FAULTS:
            raise ValueError(f"kind must be one of {', '.join(FAULTS)}")
        self._newest_id += 1
        fault = Fault(self._newest_id, **{**wish, "seconds": float(wish.get("seconds", 30))})
        if fault.kind == "stale":
            fault.moment = {key: organisation.freeze() for key, organisation in organisations.items()}
        self._ordered.append(fault)
        return fault

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that hits this call, if any; every live fault that matches counts the call."""
        short = path.removeprefix(API_PREFIX) or "/"
        hitting = None
        for fault in self._ordered:
            if fault.is_spent or not _matches(fault, method, short):
                continue
            fault.matched += 1
            if hitting is None and fault.matched >= fault.nth:
                fault.hit += 1
                hitting = fault
        return hitting

    def view(self) -> list[dict[str, Any]]:
        """All of them, spent or not."""
        return [fault.view() for fault in self._ordered]

    def lift(self, fault_id: int) -> bool:
        """End one, its silences too, and forget it; whether it was there."""
        found = [fault for fault in self._ordered if fault.id == fault_id]
        for fault in found:
            fault.lifted.set()
            self._ordered.remove(fault)
        return bool(found)

    def clear(self) -> None:
        """End them all, and forget them."""
        for fault in self._ordered:
            fault.lifted.set()
        self._ordered.clear()


def _matches(fault: Fault, method: str, path: str) -> bool:
    if fault.method not in ("*", method):
        return False
    prefix = fault.path.rstrip("/").lower()
    return not prefix or path.lower() == prefix or path.lower().startswith(prefix + "/")
