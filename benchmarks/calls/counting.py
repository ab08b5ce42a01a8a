"""Counting what was called while something was done, by the sandbox's own log."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from app.demo.organisation import list_reads, list_writes
from app.demo.world import World

Json = dict[str, Any]


@dataclass
class Counted:
    """The calls to the accounting API that a block caused; filled when the block ends."""

    calls: list[Json] = field(default_factory=list)

    @property
    def writes(self) -> int:
        """Those that write."""
        return len(list_writes(self.calls))

    @property
    def reads(self) -> int:
        """Those that only read."""
        return len(list_reads(self.calls))

    @property
    def received(self) -> int:
        """Bytes of the answers to reads."""
        return sum(call["bytes_out"] for call in list_reads(self.calls))

    @property
    def words(self) -> str:
        """Both in words."""
        return f"{self.reads} reads, {self.writes} writes"


@contextmanager
def counting(world: World) -> Iterator[Counted]:
    """What the block causes to the first organisation; it must wait until its work is done."""
    counted, before = Counted(), world.xero.mark()
    yield counted
    counted.calls = list_calls(world, before)


def list_calls(world: World, since: int) -> list[Json]:
    """The calls to the first organisation after that one."""
    ours = (world.xero.tenant_id, None)
    return [call for call in world.xero.list_calls(since) if call["tenant_id"] in ours]
