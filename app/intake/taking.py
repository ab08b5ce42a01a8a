"""What becomes of documents of any kind that come in: several at a time, and each by itself.

One that is refused is a value among the others, because it stops nothing else; whoever sent one alone has it raised.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar
from uuid import UUID

from app.db.documents import DocumentOutcome, StoredDocument
from app.domain.connection import Connection, ConnectionState
from app.intake.refusals import Fault, InputRefused
from app.metrics import DOCUMENTS


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of a document; `nudges` names the connections to wake after the commit."""

    stored: StoredDocument
    nudges: tuple[UUID, ...] = ()


Taken = TakenIn | InputRefused
"""What became of one of several."""


class Versioned(Protocol):
    """A document that passed its schema."""

    @property
    def id(self) -> str: ...
    @property
    def version(self) -> int: ...


Sent = TypeVar("Sent", bound=Versioned)


async def take_in_turns(
    documents: Sequence[Sent], take: Callable[[Sequence[Sent]], Awaitable[Sequence[Taken]]]
) -> list[Taken]:
    """What became of each, in order. `take` is given as many as can be of which no id comes twice, so that several
    versions of one thing are taken one after the other.
    """
    taken: dict[int, Taken] = {}
    for turn in _list_turns([document.id for document in documents]):
        found = await take([documents[position] for position in turn])
        taken |= dict(zip(turn, found, strict=True))
    return [taken[position] for position in range(len(documents))]


def _list_turns(ids: Sequence[str]) -> Iterator[list[int]]:
    left = list(range(len(ids)))
    while left:
        seen: dict[str, int] = {}
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
    for one in stored:
        DOCUMENTS.labels(kind, one.outcome.value).inc()


def refuse_removed(connection: Connection) -> None:
    """Raise `connection_removed` for one that takes nothing any more."""
    if connection.state is ConnectionState.REMOVED:
        raise InputRefused("connection_removed", "This connection has been removed for good.")


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
    if stored.outcome is DocumentOutcome.STALE:
        detail = f"Version {version} is older than version {stored.held_version}, which is held."
        raise InputRefused(
            "stale_document", detail, [Fault("version", detail)], {"held_version": stored.held_version}
        )
