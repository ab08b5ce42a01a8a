"""Several documents at once: of one thing in their order, each with its own answer."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from app.db.links.documents import DocumentOutcome, StoredDocument
from app.intake.refusals import Fault, InputRefused
from app.intake.taking import Taken, TakenIn, raise_refusal, take_in_turns


@dataclass(frozen=True)
class Sent:
    """A document, as far as it matters here."""

    id: str
    version: int


async def test_versions_of_one_thing_take_turns() -> None:
    """No turn has an id twice, and the answers come in the order of the documents."""
    turns: list[list[tuple[str, int]]] = []

    async def take(documents: Sequence[Sent]) -> list[Taken]:
        turns.append([(each.id, each.version) for each in documents])
        return [TakenIn(StoredDocument(DocumentOutcome.CREATED, each.version, 0)) for each in documents]

    sent = [Sent("a", 1), Sent("b", 2), Sent("a", 3), Sent("a", 4), Sent("b", 5)]
    taken = await take_in_turns(sent, take)
    assert turns == [[("a", 1), ("b", 2)], [("a", 3), ("b", 5)], [("a", 4)]]
    assert [one.stored.held_version for one in taken if isinstance(one, TakenIn)] == [1, 2, 3, 4, 5]


def test_a_refusal_is_raised_for_one_that_came_alone() -> None:
    """Its fields are named from where it lay in what was sent."""
    refused = InputRefused("invalid_document", "No.", [Fault("total", "is wrong")], {"held_version": 3})
    with pytest.raises(InputRefused) as raised:
        raise_refusal(refused, "data.document")
    assert (raised.value.faults[0].field, raised.value.more) == ("data.document.total", {"held_version": 3})
    assert refused.faults[0].field == "total"
