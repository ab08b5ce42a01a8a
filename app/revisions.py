"""The versions of the schema as their files tell them, read without Alembic, which a serving process need not load.

The files name each other in one line, oldest first. A database may be newer than this code: while a release is under
way, old code works on the new schema (docs/operations/deploying.md).
"""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

VERSIONS = Path(__file__).parent.parent / "migrations" / "versions"

_NAMES = re.compile(r'^(down_revision|revision) = (?:"(\w+)"|None)$', re.MULTILINE)


class Revision(NamedTuple):
    """One version and what it brings, in words."""

    number: str
    title: str


@cache
def list_revisions() -> tuple[Revision, ...]:
    """Every version of this code, oldest first."""
    after: dict[str, tuple[Revision, str]] = {}
    for path in VERSIONS.glob("*.py"):
        text = path.read_text()
        names = dict(_NAMES.findall(text))
        title = text.lstrip('"').partition("\n")[0].strip()
        after[names["down_revision"]] = (Revision(names["revision"], title), names["revision"])
    listed: list[Revision] = []
    number = ""
    while number in after:
        revision, number = after[number]
        listed.append(revision)
    return tuple(listed)


def list_pending(current: str | None) -> tuple[Revision, ...]:
    """The versions that a database at `current` lacks; all of them for None, none where it is newer than this code."""
    known = list_revisions()
    if current is None:
        return known
    numbers = [revision.number for revision in known]
    return known[numbers.index(current) + 1 :] if current in numbers else ()
