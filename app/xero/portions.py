"""Writes cut into requests that Xero takes: as few as can be, each well under the size that it is known to take.

Xero asks for requests under 3.5 MB (FACTS 2). What it says to a larger one is not known: an answer that is lost, or a
5xx, would have the very same batch tried again for ever, with every invoice in it.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from app.xero.json_values import Json

Write = TypeVar("Write")

MOST_BYTES = 3_000_000
"""Of the elements of one request, which leaves room for what stands around them and how the SDK writes them."""


def cut_by_size(writes: Sequence[Write], say: Callable[[Write], Json]) -> Iterator[Sequence[Write]]:
    """The writes in their order, in portions; one that is too large by itself goes alone. `say` makes its element."""
    start = weight = 0
    for position, write in enumerate(writes):
        size = len(json.dumps(say(write), default=str))
        if position > start and weight + size > MOST_BYTES:
            yield writes[start:position]
            start, weight = position, 0
        weight += size
    if start < len(writes):
        yield writes[start:]
