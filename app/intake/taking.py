"""What becomes of documents of any kind that come in: several at a time, and each by itself.

One that is refused is a value among the others, because it stops nothing else; whoever sent one alone has it raised.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from app.db.links.documents import DocumentOutcome, Filed, StoredDocument
from app.domain.connections.connection import Connection, ConnectionState
from app.intake.refusals import Fault, InputRefused
from app.metrics import DOCUMENTS
from app.telemetry import find_correlation_id


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of a document; `nudges` names the connections to wake after the commit."""

    stored: StoredDocument
    nudges: tuple[UUID, ...] = ()


Taken = TakenIn | InputRefused
"""What became of one of several."""


class Named(Protocol):
    """Something on its way in; what has the same id is taken one after the other."""

    @property
    def id(self) -> Hashable: ...


class Versioned(Protocol):
    """A document that passed its schema."""

    @property
    def id(self) -> str: ...
    @property
    def version(self) -> int: ...
    def to_json(self) -> dict[str, Any]: ...


Sent = TypeVar("Sent", bound=Versioned)
Something = TypeVar("Something", bound=Named)


@dataclass(frozen=True, slots=True)
class Arrival(Generic[Sent]):
    """A document that came in for a connection; the request that brought it is logged under `correlation_id`."""

    connection: Connection
    document: Sent
    at: datetime
    correlation_id: str | None

    @property
    def id(self) -> tuple[UUID, str]:
        return self.connection.id, self.document.id

    def file(self) -> Filed:
        """As it is stored."""
        return Filed(self.connection.id, self.document.to_json(), self.at, self.correlation_id)

    def tell(self, stored: StoredDocument, what: str) -> Taken:
        """What became of it, once it was stored or was not; `what` it is of."""
        return find_contradiction(stored, self.document.version, what) or TakenIn(
            stored, whom_to_wake(self.connection, self.at) if stored.is_news else ()
        )


def whom_to_wake(connection: Connection, at: datetime) -> tuple[UUID, ...]:
    """Whom news of this connection wakes: nobody where a worker could only find that it has to wait."""
    return (connection.id,) if connection.can_be_worked_on(at) else ()


def list_arrivals(connection: Connection, documents: Iterable[Sent], at: datetime) -> list[Arrival[Sent]]:
    """Documents of one connection that the request brings which is being answered."""
    followed = find_correlation_id()
    return [Arrival(connection, document, at, followed) for document in documents]


async def take_in_turns(
    things: Sequence[Something], take: Callable[[Sequence[Something]], Awaitable[Sequence[Taken]]]
) -> list[Taken]:
    """What became of each, in order. `take` is given as many as can be of which no id comes twice, so that several
    versions of one thing are taken one after the other.
    """
    taken: dict[int, Taken] = {}
    for turn in _list_turns([thing.id for thing in things]):
        found = await take([things[position] for position in turn])
        taken |= dict(zip(turn, found, strict=True))
    return [taken[position] for position in range(len(things))]


def _list_turns(ids: Sequence[Hashable]) -> Iterator[list[int]]:
    left = list(range(len(ids)))
    while left:
        seen: dict[Hashable, int] = {}
        for position in left:
            seen.setdefault(ids[position], position)
        turn = list(seen.values())
        yield turn
        left = [position for position in left if position not in set(turn)]


def raise_refusal(taken: Taken, prefix: str = "") -> TakenIn:
    """What became of a document that came alone; `prefix` stands before the fields that a refusal names."""
    if isinstance(taken, InputRefused):
        raise taken.under(prefix)
    return taken


def count_stored(kind: str, stored: Iterable[StoredDocument]) -> None:
    """Count documents of a kind by what storing them came to."""
    for outcome, number in Counter(one.outcome for one in stored).items():
        DOCUMENTS.labels(kind, outcome.value).inc(number)


def refuse_removed(connection: Connection) -> None:
    """Raise `connection_removed` for one that takes nothing any more."""
    if is_removed(connection):
        raise build_removed()


def is_removed(connection: Connection) -> bool:
    """Whether it takes nothing any more."""
    return connection.state is ConnectionState.REMOVED


def build_removed() -> InputRefused:
    """The refusal of whatever is sent to a connection that takes nothing any more."""
    return InputRefused("connection_removed", "This connection has been removed for good.")


def find_contradiction(stored: StoredDocument, version: int, what: str) -> InputRefused | None:
    """Why a document was not stored that contradicts what is known of its own history; `what` it is of."""
    if stored.outcome is DocumentOutcome.BASED_ON_UNKNOWN:
        message = f"is newer than our newest revision of this {what} ({stored.revision})"
        return build_invalid([Fault("based_on", message)])
    if stored.outcome is DocumentOutcome.VERSION_REUSED:
        detail = f"Version {version} is held with other content; a change needs a new version."
        return InputRefused(
            "version_reused", detail, [Fault("version", detail)], {"held_version": stored.held_version}
        )
    return None


def build_invalid(faults: Sequence[Fault]) -> InputRefused:
    """The refusal of a document for these fields."""
    return InputRefused("invalid_document", "The document cannot be taken; see errors.", faults)


def refuse_stale(stored: StoredDocument, version: int) -> None:
    """Raise `stale_document` for a caller who must hear that a newer version is held."""
    if (refused := find_stale(stored, version)) is not None:
        raise refused


def find_stale(stored: StoredDocument, version: int) -> InputRefused | None:
    """Why a document was not stored whose place a newer version has."""
    if stored.outcome is not DocumentOutcome.STALE:
        return None
    detail = f"Version {version} is older than version {stored.held_version}, which is held."
    return InputRefused(
        "stale_document", detail, [Fault("version", detail)], {"held_version": stored.held_version}
    )
