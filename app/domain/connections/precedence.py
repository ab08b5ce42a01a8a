"""People first: which part of what waits on a connection is taken up next, and whether as a bulk.

Calls of a bulk leave a reserve of Xero's limits, and what only a bulk was refused does not stop people. The choice is
made from counts, before the first call of a round:

    waits                                        taken up                          calls
    little (`FEW` at the most)                   all of it                         as a person's
    much, and somebody touched a little of it    what was touched lately, alone    as a person's
    much, or more touched lately than a few      all of it, sweep and compare too  as a bulk
    little, and somebody asked for a sweep       all of it, and the sweep          as a person's
    nothing but a sweep, a compare, an export    the sweep, a step of the others   as a bulk

So an edit that somebody makes in the middle of an export, of a storm or of a catch-up goes before the rest of it. A
storm that trickles in is still a storm: what was touched lately counts, whether it is done already or not.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

FEW = 20
"""Links and events that are still a person's work."""

LATELY = timedelta(seconds=30)
"""A document that came within this time may have somebody looking at it."""


class Portion(StrEnum):
    """What a round takes up."""

    LITTLE = "little"
    TOUCHED_LATELY = "touched_lately"
    BULK = "bulk"
    ASKED = "asked"


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits on a connection. `links` are behind; `touched_links` are those of them that were touched lately, and
    `touched` all links that were, done or not; `events` are invoices of which Xero's events tell news; a compare
    or an export that is due counts as a sweep. `is_sweep_asked`: not the timer wants it, but somebody who waits for it.
    """

    links: int
    touched_links: int
    touched: int
    events: int
    is_sweep_due: bool
    is_sweep_asked: bool = False


def choose(waiting: Waiting) -> Portion:
    """What to take up next."""
    everything = waiting.links + waiting.events
    if waiting.is_sweep_asked and everything <= FEW:
        return Portion.ASKED
    if everything == 0 and waiting.is_sweep_due:
        return Portion.BULK
    if waiting.touched + waiting.events > FEW:
        return Portion.BULK
    if everything <= FEW:
        return Portion.LITTLE
    return Portion.TOUCHED_LATELY if waiting.touched_links + waiting.events else Portion.BULK
