"""A room's first page, the docstring of its `__init__`, names what is in the room and nothing that is not there."""

import ast
import re
from functools import cache
from pathlib import Path

from tests.house import house

# A room of no more modules and folders is taken in at a glance.
NEEDS_NO_LIST = 7
NAME = r"[a-z_]+(?:\.[a-z_]+)*"
# A row of a page's list: one name or several, and what they are, behind two spaces or in the next line.
ROW = re.compile(rf" {{0,6}}({NAME}(?:, {NAME})*)(?: {{2,}}\S.*)?")
# A name that is spoken of in a sentence.
SPOKEN = re.compile(rf"`({NAME})`")


def list_rooms() -> list[Path]:
    """Return every folder of the application."""
    return [path.parent for path in house.list_modules("app") if path.name == "__init__.py"]


def list_content(room: Path) -> set[str]:
    """Return the names of a room's modules and folders."""
    modules = {path.stem for path in room.glob("*.py") if path.name != "__init__.py"}
    return modules | {page.parent.name for page in room.glob("*/__init__.py")}


@cache
def everywhere() -> frozenset[str]:
    """Return the names of all modules and folders of the application."""
    return frozenset(name for room in list_rooms() for name in list_content(room))


def read_page(room: Path) -> str:
    """Return a room's first page."""
    return ast.get_docstring(house.parse(room / "__init__.py")) or ""


def list_rows(page: str) -> list[str]:
    """Return the names in the left column of a page's list."""
    rows = (ROW.fullmatch(line) for line in page.splitlines())
    return [name for row in rows if row for name in row[1].split(", ")]


def find_unnamed(room: Path) -> list[str]:
    """Return what is in a room and has no name on its first page."""
    page = read_page(room)
    named = {name.split(".")[0] for name in (*list_rows(page), *SPOKEN.findall(page))}
    return sorted(list_content(room) - named)


def list_spoken_in_list(page: str) -> list[str]:
    """Return the names that a page's list speaks of beside its left column."""
    return [name for line in page.splitlines() if line.startswith("    ") for name in SPOKEN.findall(line)]


def find_gone(room: Path) -> list[str]:
    """Return what a room's first page lists and is not there.

    A name of the left column is a module or a folder in the room or below it, one that is spoken of is so anywhere.
    """
    gone = [name for name in list_spoken_in_list(read_page(room)) if name.split(".")[-1] not in everywhere()]
    for name in list_rows(read_page(room)):
        place = room / name.replace(".", "/")
        if not place.with_suffix(".py").is_file() and not (place / "__init__.py").is_file():
            gone.append(name)
    return gone


def test_a_large_rooms_first_page_names_all_that_is_in_it() -> None:
    """Whoever opens a folder of more than seven modules finds each of them on its first page."""
    large = [room for room in list_rooms() if len(list_content(room)) > NEEDS_NO_LIST]
    assert {house.name(room): unnamed for room in large if (unnamed := find_unnamed(room))} == {}


def test_a_rooms_first_page_lists_nothing_that_is_not_there() -> None:
    """A module that went, or is called otherwise by now, is on no first page."""
    assert {house.name(room): gone for room in list_rooms() if (gone := find_gone(room))} == {}
