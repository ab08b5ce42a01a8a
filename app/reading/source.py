"""What a look asks: a partner's app by its read endpoint, or a shop by its platform; the look knows no more of either.

A source answers pages of what changed, oldest change first, and one thing by id. Its own clock (`as_of`) is handed back
to it as it is, as the instant since which the next look asks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from app.db.delivery.manifests import Standing
from app.db.partners.shop_refusals import RefusedOrder
from app.errors import PlumblineError
from app.reading.protocol import ReadEntry


class ReadFailed(PlumblineError):
    """The source gave no answer that can be used; the message says why.

    `retry_after` is how long it asks to be left alone, where it does; `is_locked_out` that only other credentials help.
    """

    def __init__(
        self, message: str, *, retry_after: timedelta | None = None, is_locked_out: bool = False
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.is_locked_out = is_locked_out


class NotShown(PlumblineError):
    """The source does not show this thing to us any more, though it may well be there."""


@dataclass(frozen=True, slots=True)
class SourcePage:
    """Some things. `refused` are those of which the source itself could make no document.

    `leaves_some`: what changed just now may change again under the same version, and is left to a look soon after.
    """

    entries: Sequence[ReadEntry]
    next: str | None
    as_of: str
    refused: Sequence[RefusedOrder] = ()
    leaves_some: bool = False


class Source(Protocol):
    """Where a connection's documents are read."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of things that it lists."""
        ...

    @property
    def prefix(self) -> str:
        """What the ids of all its things begin with; others of the connection are none of its own."""
        ...

    @property
    def beside(self) -> str | None:
        """What the ids of things have in them that a thing of its own brings along; they are not asked for by id."""
        ...

    @property
    def most_pages(self) -> int:
        """After so many a list that does not end is given up."""
        ...

    @property
    def patience(self) -> int:
        """After so many failures in a row a look begins anew: the source may have forgotten its cursor."""
        ...

    @property
    def settles_in(self) -> timedelta:
        """How long after a look that left something the next one is due."""
        ...

    def find_order_id(self, partner_id: str) -> str | None:
        """The shop's own id of an invoice's order; None where the source is no shop, which keeps no refusals."""
        ...

    def fit(self, document: Mapping[str, Any], standing: Standing) -> Mapping[str, Any]:
        """The document of an invoice that is there, fitted to how that stands."""
        ...

    async def fetch_page(self, kind: str, since: str | None, cursor: str | None) -> SourcePage:
        """A page of what changed since, None: everything; raises `ReadFailed`."""
        ...

    async def find_documents(self, kind: str, partner_id: str) -> Sequence[ReadEntry] | RefusedOrder | None:
        """The document of one thing and those that it brings along, None where the source has no such thing; raises
        `NotShown`, `ReadFailed`.
        """
        ...
