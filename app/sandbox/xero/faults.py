"""Faults to order: the next matching call fails in the chosen way, once or several times, now or later.

`method` and `path` say which calls match (a path below `api.xro/2.0`, or another address such as `/connect/token`);
`nth` lets earlier ones pass, `times` is how many in a row are hit. Kinds ending in `_after` do the work first.
"""

from dataclasses import asdict, dataclass, field
from decimal import Decimal
from itertools import count
from typing import Any

KINDS = frozenset(
    {
        "rate_limited_minute", "rate_limited_day", "rate_limited_concurrent", "unavailable_before",
        "unavailable_after", "cut_before", "cut_after", "timeout_before", "timeout_after", "truncated", "error_500",
        "token_expired", "token_revoked", "bad_request_html",
    }
)  # fmt: skip
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
    retry_after: int = 2
    seconds: float = 30.0
    matched: int = 0
    hit: int = 0

    @property
    def is_spent(self) -> bool:
        """Whether it will not hit again."""
        return self.hit >= self.times


@dataclass
class Faults:
    """All faults that were ordered, oldest first."""

    _ordered: list[Fault] = field(default_factory=list)
    _ids: "count[int]" = field(default_factory=lambda: count(1))

    def order(self, wish: dict[str, Any]) -> Fault:
        """Add a fault. Raises ValueError for an unknown kind, name or type."""
        kinds = {"kind": str, "method": str, "path": str, "nth": int, "times": int, "retry_after": int}
        for name, value in wish.items():
            if name == "seconds" and isinstance(value, int | Decimal):
                continue
            if name not in kinds or not isinstance(value, kinds[name]):
                raise ValueError(f"{name} is not a setting of a fault, or has the wrong type")
        if wish.get("kind") not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(sorted(KINDS))}")
        fault = Fault(next(self._ids), **{**wish, "seconds": float(wish.get("seconds", 30))})
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
        return [asdict(fault) for fault in self._ordered]

    def clear(self) -> None:
        """Forget them all."""
        self._ordered.clear()


def _matches(fault: Fault, method: str, path: str) -> bool:
    if fault.method not in ("*", method):
        return False
    prefix = fault.path.rstrip("/").lower()
    return not prefix or path.lower() == prefix or path.lower().startswith(prefix + "/")
