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
    ended: dict[str, set[str]] = field(default_factory=dict)
    """By side, the invoices that somebody cancelled or voided there."""
    reopened: set[str] = field(default_factory=set)
    """Those that somebody sent again in the app, or said to be another of Xero's, after their end."""
    brought_back: set[str] = field(default_factory=set)
    """Those of them that a person brought back by what was decided of them, and not in the app."""
    said_in_app: dict[str, dict[int, bool]] = field(default_factory=dict)
    """By invoice and version, whether somebody said in the app that it is over, or that it is not."""
    relinked: set[str] = field(default_factory=set)
    """Invoices that somebody said to be another of Xero's, and the numbers of both."""
    told: set[str] = field(default_factory=set)
    """Values of conflicts that were kept in a database that is lost."""
    told_overwritten: set[tuple[str, str]] = field(default_factory=set)
    """Things and paths of which that database said that something in Xero was overwritten."""

    def note(self, side: str, thing: str, path: str, over: object, value: object) -> None:
        """Keep one edit."""
        self.edits.append(Edit(side, thing, path, plain(over), plain(value)))

    def relink(self, thing: str, number: str) -> None:
        """Somebody said that it is another invoice of Xero's; so it is over no more."""
        self.relinked |= {thing, f"N-{thing}", number}
        self.reopen(thing)

    def end(self, side: str, thing: str, version: int | None = None) -> None:
        """Somebody cancelled or voided it; in the app by that version."""
        self.ended.setdefault(side, set()).add(thing)
        if version is not None:
            self.said_in_app.setdefault(thing, {})[version] = True

    def reopen(self, thing: str, version: int | None = None) -> None:
        """Somebody brought it back; in the app by that version."""
        self.reopened.add(thing)
        if version is None:
            self.brought_back.add(thing)
        else:
            self.said_in_app.setdefault(thing, {})[version] = False

    def list_unmeant_ends(self, over: Iterable[str], open_in_app: Iterable[str]) -> list[str]:
        """The invoices that are `over` on a side and that nobody ended; those that the app has open again after
        somebody cancelled them there, and that nobody brought back.
        """
        meant = set().union(*self.ended.values())
        is_open = set(open_in_app)
        back = (self.ended.get("partner", set()) & is_open) - self.reopened
        # Whoever cancels it once more has the last word.
        last = {thing for thing, said in self.said_in_app.items() if said[max(said)]}
        back |= (last & is_open) - self.brought_back
        found = [f"{thing} was ended by nobody" for thing in sorted(set(over) - meant)]
        return [*found, *(f"{thing} came back by itself" for thing in sorted(back))]

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
