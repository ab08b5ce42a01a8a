"""Modules, functions and tests are small, named for what they are, and say what they promise."""

import re
from collections import Counter

from tests.house import house

LONGEST_FUNCTION = 60
LONGEST_FILE = 350
# A path, or path:function, and the reason why it may be longer.
MAY_BE_LONGER: dict[str, str] = {}

SAYS_NOTHING = {"utils", "util", "helpers", "helper", "common", "core", "base", "manager", "service", "misc"}


def test_every_module_opens_with_a_docstring() -> None:
    """A module says in its first lines what it is."""
    silent = [
        house.name(path)
        for path in house.list_modules(*house.CODE)
        if not house.read_outline(path).has_docstring
    ]
    assert silent == []


def test_every_test_states_its_rule() -> None:
    """The docstring of a test is the rule that it holds."""
    silent = [
        f"{house.name(path)}:{function.name}"
        for path in house.list_modules("tests")
        for function in house.read_outline(path).functions
        if function.name.startswith("test_") and not function.has_docstring
    ]
    assert silent == []


def test_no_function_is_longer_than_a_screen() -> None:
    """A function is read in one look: fewer than 60 lines, its docstring included."""
    long = [
        f"{house.name(path)}:{function.name}"
        for path in house.list_modules(*house.CODE)
        for function in house.read_outline(path).functions
        if function.lines >= LONGEST_FUNCTION
    ]
    assert [each for each in long if each not in MAY_BE_LONGER] == []


def test_no_file_is_longer_than_a_sitting() -> None:
    """A file that grows past 350 lines is two things."""
    long = [
        house.name(path)
        for path in house.list_modules(*house.CODE)
        if len(path.read_text().splitlines()) > LONGEST_FILE
    ]
    assert [each for each in long if each not in MAY_BE_LONGER] == []


def test_no_module_is_named_for_nothing() -> None:
    """A name that fits anything gathers everything."""
    vague = [
        house.name(path)
        for path in house.list_modules(*house.CODE)
        if {path.stem, path.parent.name} & SAYS_NOTHING
    ]
    assert vague == []


def test_no_two_tests_of_a_file_share_a_name() -> None:
    """The second of two functions with one name hides the first, which then never runs."""
    for path in house.list_modules("tests"):
        names = Counter(each.name for each in house.read_outline(path).functions if each.is_at_top)
        assert [name for name, count in names.items() if count > 1 and name.startswith("test_")] == [], path


def test_nothing_is_left_for_later() -> None:
    """What is not done is not promised in a comment."""
    marks = "|".join(f"{half}{other}" for half, other in (("TO", "DO"), ("FIX", "ME"), ("XX", "X")))
    mark = re.compile(rf"#.*\b({marks})\b")
    left = [house.name(path) for path in house.list_modules(*house.CODE) if mark.search(path.read_text())]
    assert left == []
