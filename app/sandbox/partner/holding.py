"""One thing that the app holds, in every version that it ever had, and the three rules for a change of it.

The same for invoices and contacts: what differs is how values are compared and set.
"""

import asyncio
import builtins
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ClassVar

from app.sandbox.partner.document import Document

ListMoved = Callable[[Document, list[Document]], list[str]]
"""The paths of a change that hold neither `before` nor `after`."""

ApplyFields = Callable[[Document, list[Document]], Document]
"""The document with every `after` in place."""


@dataclass
class Holding:
    """One invoice or contact."""

    versions: list[Document]
    """Every version that it ever had, the newest last."""
    answers: dict[int, Document] = field(default_factory=dict)
    """What was answered to each revision that was applied, so that a repeated one gets the same answer."""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    changed_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    """When its newest version was made."""

    def add(self, version: Document) -> None:
        """Make the next version."""
        self.versions.append(version)
        self.changed_at = datetime.now(UTC)

    @property
    def newest(self) -> Document:
        return self.versions[-1]


class Holdings:
    """All things of one kind, in the order in which they came; asked for another one, it raises `unknown`."""

    unknown: ClassVar[type[LookupError]]

    def __init__(self) -> None:
        self._holdings: dict[str, Holding] = {}

    def get(self, thing_id: str, version: int | None = None) -> Document:
        """The newest version, or the one asked for. Raises `unknown`."""
        versions = self._get_holding(thing_id).versions
        found = [document for document in versions if version in (None, document["version"])]
        if not found:
            raise self.unknown(f"{thing_id} version {version}")
        return found[-1]

    def list(self) -> "builtins.list[Document]":
        """The newest version of each."""
        return [holding.newest for holding in self._holdings.values()]

    def list_holdings(self) -> Sequence[Holding]:
        """Each with its versions and when it changed."""
        return tuple(self._holdings.values())

    def _get_holding(self, thing_id: str) -> Holding:
        try:
            return self._holdings[thing_id]
        except KeyError:
            raise self.unknown(thing_id) from None


@dataclass(frozen=True)
class Outcome:
    """What became of a change."""

    kind: str
    """`applied`, `already_applied`, `refused`, `unknown_invoice` or `unknown_contact`."""
    answer: Document
    """The JSON that Plumbline is told."""
    moved: list[str] = field(default_factory=list)
    """The paths that made the app refuse."""


def apply_change(
    holding: Holding, change: Document, list_moved: ListMoved, apply_fields: ApplyFields
) -> Outcome:
    """The three rules, with the holding's lock held: known revision, compare, set."""
    newest, revision = holding.newest, change["revision"]
    if revision <= (newest["based_on"] or 0):
        return Outcome("already_applied", repeat_answer(holding, revision))
    moved = list_moved(newest, change["fields"])
    if moved:
        return Outcome("refused", {"document": newest}, moved)
    applied = apply_fields(newest, change["fields"])
    holding.add({**applied, "version": newest["version"] + 1, "based_on": revision})
    answer = {"version": newest["version"] + 1, "replaced_version": newest["version"]}
    holding.answers[revision] = answer
    return Outcome("applied", answer)


def repeat_answer(holding: Holding, revision: int) -> Document:
    """What was answered when the revision, or the newer one that replaced it, was applied.

    Answering with today's version instead would let Plumbline believe that it knows a later edit whose
    document it has not seen.
    """
    covering = min((known for known in holding.answers if known >= revision), default=None)
    if covering is None:
        return {"version": holding.newest["version"], "replaced_version": holding.newest["version"]}
    return holding.answers[covering]
