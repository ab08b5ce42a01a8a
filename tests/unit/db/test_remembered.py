"""Values made of JSON that seldom changes."""

from typing import Any
from uuid import uuid4

from app.db.postgres import remembered
from app.db.postgres.remembered import Remembered


def test_a_value_is_made_anew_when_its_json_is_another() -> None:
    """Equal JSON has the value of last time; each owner has its own."""
    made: list[Any] = []
    names, one, other = Remembered(lambda stored: made.append(stored) or stored["name"]), uuid4(), uuid4()
    assert [names.make(one, {"name": "Ada's"}) for _ in range(3)] == ["Ada's"] * 3
    assert names.make(other, {"name": "Bo's"}) == "Bo's"
    assert names.make(one, {"name": "Cy's"}) == "Cy's"
    assert names.make(one, {"name": "Ada's"}) == "Ada's"
    assert [each["name"] for each in made] == ["Ada's", "Bo's", "Cy's", "Ada's"]


def test_it_remembers_no_more_than_so_many() -> None:
    """A process serves connections without end."""
    numbers = Remembered(lambda stored: stored["number"])
    for number in range(remembered.MOST_REMEMBERED + 10):
        assert numbers.make(uuid4(), {"number": number}) == number
    assert len(numbers._last) == remembered.MOST_REMEMBERED
