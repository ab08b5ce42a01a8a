"""How much is measured. The default took nine minutes and three quarters on two cores; `quick` two."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """Whatever is smaller than the default is said beside the figure."""

    rounds: int = 3
    seconds: float = 1.5
    """Of load, per contender and round."""
    links: int = 1_000_000
    """At rest, in the larger of two databases; the smaller one has a hundredth."""
    invoices: int = 100_000
    """On both sides, in the compare."""
    volume: int = 1000
    """Invoices of the export and of the storm."""
    changes: int = 20
    """Timed one by one, each way and at each speed of Xero's."""
    connections: int = 10_000
    """That a worker has beside it when its memory is looked at."""


QUICK = Size(rounds=2, seconds=1.0, links=20_000, invoices=2_000, volume=100, changes=5, connections=500)
