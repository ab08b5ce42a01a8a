"""Machines whose clocks are wrong."""

from datetime import datetime, timedelta

from app.clock import SystemClock


class MachineApart(SystemClock):
    """The clock of a machine that is so far ahead of this one; it may be set."""

    def __init__(self, ahead: timedelta) -> None:
        self.ahead = ahead

    def now(self) -> datetime:
        """What that machine takes for the present."""
        return super().now() + self.ahead
