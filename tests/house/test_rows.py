"""Every row of FEATURES that a person can see has a story that carries its number, and no story carries another."""

import re
from pathlib import Path

import pytest

from tests.house import house

FEATURES = house.ROOT.parent / "shared" / "FEATURES.md"
SECTIONS = "TICOE"
OF_THE_REST = {"N7", "N10", "N11", "N12"}
"""Rows of the section of what nobody has that are held to a story of their own too."""

_ROW = re.compile(r"^\| ([A-Z])(\d+)(?:-(\d+))? \|", re.MULTILINE)
_CARRIED = re.compile(r"test((?:_[ticoen]\d+)+)_")
_NUMBER = re.compile(r"(?<=_)[ticoen]\d+(?=_|$)")


def list_carried(name: str) -> list[str]:
    """The rows that a test's name says it shows: right after `test_`, joined by `_`."""
    carried = _CARRIED.match(name)
    return [number.upper() for number in carried[1].split("_")[1:]] if carried else []


def list_rows(text: str) -> list[str]:
    """Every row of the tables; a range is all of its numbers."""
    return [
        f"{letter}{number}"
        for letter, first, last in _ROW.findall(text)
        for number in range(int(first), int(last or first) + 1)
    ]


def list_stories() -> list[tuple[str, Path]]:
    """The name of every scenario test, and where it stands."""
    return [
        (function.name, path)
        for path in house.list_modules("tests/scenarios")
        for function in house.read_outline(path).functions
        if function.name.startswith("test_")
    ]


@pytest.fixture
def rows() -> list[str]:
    """The rows, where their list is at hand: it stands beside the repository, not in it."""
    if not FEATURES.is_file():
        pytest.skip("there is no ../shared/FEATURES.md here to read the rows from")
    return list_rows(FEATURES.read_text())


def test_every_row_has_a_story(rows: list[str]) -> None:
    """Who asks whether a row is done runs the tests that carry its number."""
    wanted = {row for row in rows if row[0] in SECTIONS} | OF_THE_REST
    shown = {row for name, _ in list_stories() for row in list_carried(name)}
    assert sorted(wanted - shown) == []


def test_no_story_carries_a_number_that_is_no_row(rows: list[str]) -> None:
    """A slip of the pen would pass for a row that is shown."""
    unknown = [
        f"{house.name(path)}: {name} carries {row}"
        for name, path in list_stories()
        for row in list_carried(name)
        if row not in rows
    ]
    assert unknown == []


def test_numbers_stand_right_after_test() -> None:
    """Further on, or twice, they would be missed or misread."""
    misplaced = [
        f"{house.name(path)}: {name}"
        for name, path in list_stories()
        if [number.upper() for number in _NUMBER.findall(name)] != list_carried(name)
        or len(set(list_carried(name))) < len(list_carried(name))
    ]
    assert misplaced == []


@pytest.mark.parametrize(
    ("name", "carried"),
    [
        ("test_t3_a_draft_stays_home", ["T3"]),
        ("test_o2_o10_n7_several", ["O2", "O10", "N7"]),
        ("test_two_sides", []),
        ("test_a_t3_draft", []),
    ],
)
def test_numbers_are_read_out_of_names(name: str, carried: list[str]) -> None:
    """Only those at the beginning count."""
    assert list_carried(name) == carried


def test_rows_are_read_out_of_tables() -> None:
    """A range is all of its numbers; heads of tables and prose are none."""
    text = "| # | Row |\n|---|---|\n| T1 | any |\n| T6-7 | Xero |\n| T9-11 | accounts |\nT12 is shown\n"
    assert list_rows(text) == ["T1", "T6", "T7", "T9", "T10", "T11"]
