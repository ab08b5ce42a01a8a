"""A field that is not known is told with the one that was meant, wherever in a form it stands."""

import pytest
from pydantic import BaseModel, Field

from app.intake.known_fields import tell_known
from app.intake.refusals import MOST_TOLD, list_faults


class Line(BaseModel):
    """An entry of a list."""

    unit_price: str
    quantity: str


class Form(BaseModel):
    """What a caller sends, with everything that a form may have in it."""

    due_on: str | None = None
    lines: list[Line] = Field(default_factory=list)
    named: dict[str, Line] | None = None
    only: Line | None = Field(None, alias="sole")


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (("due_at",), "did you mean due_on?"),
        (("colour",), "known are due_on, lines, named, sole"),
        (("lines", 4, "unitPrice"), "did you mean unit_price?"),
        (("lines", 4, "colour"), "known are quantity, unit_price"),
        (("named", "x", "Quantity"), "did you mean quantity?"),
        (("sole", "price"), "did you mean unit_price?"),
        (("due_on", "x"), ""),
        (("nowhere", "x"), ""),
    ],
)
def test_it_is_told_by_its_place(path: tuple[str | int, ...], told: str) -> None:
    """The fields of another place are not meant."""
    assert tell_known(Form, path) == told


def test_without_a_form_nothing_is_told() -> None:
    """Whoever has none gets the plain words."""
    assert tell_known(None, ("lines", 0, "x")) == ""


def test_of_many_only_the_first_are_told_so() -> None:
    """A body can name a hundred thousand fields that are not known; each look for what was meant takes its time."""
    errors = [{"type": "extra_forbidden", "loc": (f"due_{n}",), "msg": ""} for n in range(MOST_TOLD + 5)]
    told = [fault.message for fault in list_faults(errors, Form)]
    assert told == ["is not a known field; did you mean due_on?"] * MOST_TOLD + ["is not a known field"] * 5
