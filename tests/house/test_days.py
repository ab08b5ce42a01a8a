"""Stories begin on the day on which they are run, and must do so for many years."""

import re

from tests.house.house import list_modules, name

SOON = re.compile(r"\b20(?:2[7-9]|[3-6]\d)-\d\d-\d\d")
"""A day that is still to come, and will be past before this is old."""


def test_a_day_to_come_in_a_story_lies_far_ahead() -> None:
    """An invoice that a story issues today cannot be due before: such a story would fail from some day on."""
    folders = ("tests/scenarios", "tests/sandbox/partner", "tests/chaos/stages")
    found = {name(path): SOON.findall(path.read_text()) for path in list_modules(*folders)}
    assert {path for path, days in found.items() if days} == set()
    assert SOON.search("due_on=2027-02-02")
    assert SOON.search("2077-02-02") is None
