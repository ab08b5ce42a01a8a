"""Values made of JSON that seldom changes."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from app.db.postgres.json_cache import MOST_KEPT, JsonCache


def test_a_value_is_made_anew_when_its_json_is_another() -> None:
    """Equal JSON has the value of last time; each owner has its own."""
    made: list[Any] = []

    def make(stored: Mapping[str, Any]) -> str:
        made.append(stored)
        return str(stored["name"])

    names, one, other = JsonCache(make), uuid4(), uuid4()
    assert [names.get(one, {"name": "Ada's"}) for _ in range(3)] == ["Ada's"] * 3
    assert names.get(other, {"name": "Bo's"}) == "Bo's"
    assert names.get(one, {"name": "Cy's"}) == "Cy's"
    assert names.get(one, {"name": "Ada's"}) == "Ada's"
    assert [each["name"] for each in made] == ["Ada's", "Bo's", "Cy's", "Ada's"]


def test_it_remembers_no_more_than_so_many() -> None:
    """A process serves connections without end."""
    numbers = JsonCache(lambda stored: stored["number"])
    for number in range(MOST_KEPT + 10):
        assert numbers.get(uuid4(), {"number": number}) == number
    assert len(numbers._last) == MOST_KEPT
