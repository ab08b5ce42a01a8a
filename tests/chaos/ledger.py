"""Every edit that a person made in a story, and what became of it.

Values are unique, so that each can be told: an edit must stand on one side or in the record, or be kept in a conflict,
or have been replaced by somebody who saw it on that side, or be flagged as overwritten in Xero between a read of ours
and a write.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any


@dataclass(frozen=True)
class Edit:
    """A person's edit: whose side, of which thing, what stood there, what was put there (None: it was removed)."""

    side: str
    thing: str
    path: str
    over: str | None
    value: str | None


@dataclass
class Ledger:
    """All edits of a story, in order."""

    edits: list[Edit] = field(default_factory=list)

    def note(self, side: str, thing: str, path: str, over: object, value: object) -> None:
        """Keep one edit."""
        self.edits.append(Edit(side, thing, path, plain(over), plain(value)))

    def list_lost(
        self, standing: Mapping[str, set[str]], known: set[str], flagged: set[tuple[str, str]]
    ) -> list[Edit]:
        """The edits that nobody can account for.

        `standing` are the values of each thing on either side, `known` those of conflicts, `flagged` the things and
        paths of which it was said that something in Xero was overwritten.
        """
        replaced = {edit.over for edit in self.edits}
        return [
            edit
            for edit in self.edits
            if edit.value is not None
            and edit.value not in standing.get(edit.thing, set())
            and edit.value not in replaced
            and edit.value not in known
            and not (edit.side == "xero" and (edit.thing, edit.path) in flagged)
        ]


def plain(value: object) -> str | None:
    """A value as text, the same for a number however it is written."""
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value)
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    return f"{number.normalize():f}" if number.is_finite() else str(value)


def scalars(value: Any) -> Iterator[str]:
    """Every value in a JSON value, as text; days are found in instants too."""
    if isinstance(value, Mapping):
        for each in value.values():
            yield from scalars(each)
    elif isinstance(value, Iterable) and not isinstance(value, str | bytes):
        for each in value:
            yield from scalars(each)
    elif value is not None:
        text = plain(value) or ""
        yield text
        if "T" in text and len(text) > 10:
            yield text[:10]
