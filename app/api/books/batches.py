"""Several documents in one call, each taken or refused by itself: how they are sent, and what is answered of each.

An element is checked only when it is its turn, so that one that does not even fit the schema stops no other.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationError
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from app.api.authentication import lock_own_connection
from app.api.books.writing import Writing
from app.api.problems import MISSING, build_problem
from app.db.postgres.session import WriteSession
from app.domain.connections.connection import Connection
from app.intake.refusals import InputRefused, list_faults
from app.intake.taking import Taken, build_invalid
from app.intake.values import is_text

MOST_DOCUMENTS = 100

MANY_REFUSED = (
    "malformed_body",
    *MISSING,
    "connection_removed",
    "too_large",
)
"""What a whole batch may be refused for; what is wrong with an element is answered with it."""

Element = TypeVar("Element", bound=BaseModel)


TakeIn = Callable[[WriteSession, Connection, list[Element], datetime], Awaitable[list[Taken]]]
"""Stores elements, or refuses each by itself."""

LookAgain = Callable[[Element, Taken], Awaitable[bool]]
"""Whether what became of an element may be something else by now."""


class BatchOutcome(StrEnum):
    """What became of one element; `stale` is one whose newer version is held."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    STALE = "stale"
    REFUSED = "refused"


class Problem(BaseModel):
    """A problem document; the contract shows it as it shows every other."""

    model_config = ConfigDict(extra="allow")


class DocumentTaken(BaseModel):
    """What became of one document of several."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"id": "inv_8801", "outcome": "updated", "held_version": 7, "problem": None}]
        }
    )

    id: str | None = Field(
        description="As the element said it; null where it said none, or none that can be repeated."
    )
    outcome: BatchOutcome
    held_version: int | None = Field(
        description="The version that is held now; null where none is known of it."
    )
    problem: Problem | None = Field(description="Why it was refused; nothing of it was stored.")


class DocumentsTaken(BaseModel):
    """In the order in which they were sent."""

    data: list[DocumentTaken]


class ShownAs:
    """Of an element that is checked later: any value is taken, and the contract shows what it should be."""

    def __init__(self, model: type[BaseModel]) -> None:
        self._model = model

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.any_schema()

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return handler(self._model.__pydantic_core_schema__)


def read_elements(model: type[Element], sent: Sequence[Any]) -> list[Element | InputRefused]:
    """Each element as what it should be, or why it is not."""
    return [_read(model, element) for element in sent]


def _read(model: type[Element], element: Any) -> Element | InputRefused:
    try:
        return model.model_validate(element)
    except ValidationError as invalid:
        return build_invalid(list_faults(invalid.errors(include_url=False, include_input=False), model))


async def take_in_batch(
    writing: Writing,
    model: type[Element],
    elements: Sequence[Any],
    take_in: TakeIn[Element],
    look_again: LookAgain[Element] | None = None,
) -> DocumentsTaken:
    """Take in what fits the model in one transaction, and answer for every element in the order in which they came.

    What `look_again` says so of is taken in once more, in a transaction after it.
    """
    read = read_elements(model, elements)
    taken = await _take_in(writing, read, take_in)
    if look_again is not None:
        pairs = enumerate(zip(read, taken, strict=True))
        again = [n for n, (each, one) in pairs if isinstance(each, model) and await look_again(each, one)]
        retaken = await _take_in(writing, [read[n] for n in again], take_in) if again else []
        for n, one in zip(again, retaken, strict=True):
            taken[n] = one
    writing.wake(list_nudges(taken))
    return DocumentsTaken(data=[show_taken(*each) for each in zip(elements, taken, strict=True)])


async def _take_in(
    writing: Writing, read: Sequence[Element | InputRefused], take_in: TakeIn[Element]
) -> list[Taken]:
    documents = [each for each in read if not isinstance(each, InputRefused)]
    async with writing.services.database.writing() as session:
        connection = await lock_own_connection(session, writing.partner_id, writing.connection_id)
        stored = iter(await take_in(session, connection, documents, writing.services.clock.now()))
    return [each if isinstance(each, InputRefused) else next(stored) for each in read]


def show_taken(element: Any, taken: Taken) -> DocumentTaken:
    """The answer for one element as it was sent."""
    partner_id = find_said(element, "id")
    if isinstance(taken, InputRefused):
        problem = build_problem(taken.code, taken.detail, taken.faults, taken.more)
        return DocumentTaken(
            id=partner_id,
            outcome=BatchOutcome.REFUSED,
            held_version=taken.more.get("held_version"),
            problem=Problem(**problem),
        )
    outcome = BatchOutcome(taken.stored.outcome.value)
    return DocumentTaken(id=partner_id, outcome=outcome, held_version=taken.stored.held_version, problem=None)


def find_said(element: Any, name: str) -> str | None:
    """What an element says by that name, where it is text that an answer can repeat: half a surrogate pair is not."""
    said = element.get(name) if isinstance(element, dict) else None
    return said if isinstance(said, str) and is_text(said) else None


def list_nudges(taken: Sequence[Taken]) -> list[Any]:
    """The connections to wake after the commit."""
    return sorted({nudge for one in taken if not isinstance(one, InputRefused) for nudge in one.nudges})
