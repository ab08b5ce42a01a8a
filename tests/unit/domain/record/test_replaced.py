"""A copy with some fields replaced is what the standard library would make, and is made of nothing else."""

import dataclasses
from functools import cached_property
from typing import Any
from uuid import UUID

import pytest

from app.domain.contacts.contact_link import ContactLink
from app.domain.invoices.link import InvoiceLink, Standing, State
from app.domain.record.hub import Hub
from app.domain.record.replaced import replace


def build_link() -> InvoiceLink:
    """A link of which next to nothing is known."""
    return InvoiceLink(UUID(int=1), "inv_1", None, 1, Hub(record={"number": "N-1"}), Standing(State.SETTLED))


def test_it_is_what_the_standard_library_makes_and_leaves_the_value_as_it_was() -> None:
    """Every field that is not named is the same one."""
    link = build_link()
    changes: dict[str, Any] = {"generation": 7, "hub": replace(link.hub, revision=3), "xero_due": True}
    assert replace(link, **changes) == dataclasses.replace(link, **changes)
    assert link == build_link()


@pytest.mark.parametrize("kind", [InvoiceLink, ContactLink, Hub])
def test_what_is_replaced_so_has_nothing_but_its_fields(kind: type[Any]) -> None:
    """No slots, nothing done after `__init__`, nothing remembered that a copy would carry along."""
    assert {"__dict__", "__post_init__", "__slots__"} & set(dir(kind)) == {"__dict__"}
    assert all(field.init for field in dataclasses.fields(kind))
    assert not any(isinstance(each, cached_property) for each in vars(kind).values())


def test_a_value_with_slots_is_replaced_too() -> None:
    """As the standard library does it."""
    standing = Standing(State.SETTLED)
    assert replace(standing, code="drafted") == Standing(State.SETTLED, "drafted")
    assert standing == Standing(State.SETTLED)
