"""Xero's rate limits: per tenant five at once, 60 a minute, 5,000 a day; per app 10,000 a minute (FACTS 2).

Windows are fixed, and each tenant's starts at a moment of its own. A refused call does not count. `Retry-After` is sent
for minute and day, and not for concurrent.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LimitReached:
    """Why a call was refused: the value of X-Rate-Limit-Problem, and after how many seconds it may come again."""

    problem: str
    retry_after: int | None


@dataclass
class _Window:
    """Calls counted in one fixed window of time."""

    span: timedelta
    phase: timedelta = timedelta()
    opened_at: datetime | None = None
    count: int = 0

    def turn(self, now: datetime) -> None:
        """Open the window that `now` lies in, if it is another one."""
        since = (now - datetime.min.replace(tzinfo=now.tzinfo) - self.phase) % self.span
        opened_at = now - since
        if self.opened_at is None or opened_at > self.opened_at:
            self.opened_at, self.count = opened_at, 0

    def seconds_left(self, now: datetime) -> int:
        """Whole seconds until the window closes, at least one."""
        assert self.opened_at is not None
        return max(1, -int((now - self.opened_at - self.span) // timedelta(seconds=1)))


@dataclass
class _Tenant:
    minute: _Window
    day: _Window
    under_way: int = 0


@dataclass
class Limits:
    """The limits in force and what has been used of them."""

    minute: int = 60
    day: int = 5000
    concurrent: int = 5
    app_minute: int = 10_000
    _app: _Window = field(default_factory=lambda: _Window(MINUTE))
    _tenants: dict[str, _Tenant] = field(default_factory=dict)

    def enter(self, tenant_id: str, now: datetime) -> LimitReached | None:
        """Count a call that begins, or say why it may not. Every entered call must `leave`."""
        tenant = self._tenant(tenant_id, now)
        if tenant.under_way >= self.concurrent:
            return LimitReached("concurrent", None)
        if tenant.day.count >= self.day:
            return LimitReached("day", tenant.day.seconds_left(now))
        if tenant.minute.count >= self.minute:
            return LimitReached("minute", tenant.minute.seconds_left(now))
        if self._app.count >= self.app_minute:
            return LimitReached("appminute", self._app.seconds_left(now))
        tenant.under_way += 1
        for window in (tenant.minute, tenant.day, self._app):
            window.count += 1
        return None

    def leave(self, tenant_id: str) -> None:
        """A call has ended."""
        self._tenants[tenant_id].under_way -= 1

    def headers(self, tenant_id: str, now: datetime) -> dict[str, str]:
        """What is left, as every response says."""
        tenant = self._tenant(tenant_id, now)
        return {
            "X-MinLimit-Remaining": str(max(0, self.minute - tenant.minute.count)),
            "X-DayLimit-Remaining": str(max(0, self.day - tenant.day.count)),
            "X-AppMinLimit-Remaining": str(max(0, self.app_minute - self._app.count)),
        }

    def _tenant(self, tenant_id: str, now: datetime) -> _Tenant:
        if tenant_id not in self._tenants:
            phase = timedelta(seconds=int.from_bytes(sha256(tenant_id.encode()).digest()[:4], "big") % 86_400)
            self._tenants[tenant_id] = _Tenant(_Window(MINUTE, phase), _Window(DAY, phase))
        tenant = self._tenants[tenant_id]
        for window in (tenant.minute, tenant.day, self._app):
            window.turn(now)
        return tenant
