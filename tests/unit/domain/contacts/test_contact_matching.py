"""By which keys a contact of Xero may be taken for one of the app's."""

from dataclasses import replace
from typing import Any

import pytest

from app.domain.contacts.contact_matching import EVERY_KEY, ContactKey, in_order
from app.domain.xero.xero_contact import XeroContact
from tests.unit.domain.samples import AT

XERO_CONTACT = XeroContact("c-1", "Kim Tran", None, None, None, False, None, AT)
OURS = {"name": "Kim  Tran ", "email": "kim@example.com", "account_number": "A-1"}
NUMBER, BOTH, NAME = ContactKey


@pytest.mark.parametrize(
    ("theirs", "keys"),
    [
        ({"name": "KIM TRAN", "email": "Kim@Example.com"}, {BOTH, NAME}),
        ({"name": "Kim Tran", "email": None}, {NAME}),
        ({"name": "Kim Tran", "email": "other@example.com"}, set()),
        ({"name": "Somebody", "account_number": "A-1"}, {NUMBER}),
        ({"name": "Kim Tran", "email": None, "is_archived": True}, set()),
        ({"name": "Somebody", "email": "kim@example.com"}, set()),
    ],
)
def test_each_key_matches_what_it_says(theirs: dict[str, Any], keys: set[ContactKey]) -> None:
    """The same number; the same name and address; the same name without addresses that contradict each other."""
    contact = replace(XERO_CONTACT, **{"account_number": None, **theirs})
    assert {key for key in ContactKey if key.matches(OURS, contact)} == keys


def test_nothing_matches_nothing() -> None:
    """Two contacts without a number have not the same one, nor two without an address."""
    bare = replace(XERO_CONTACT, name="Kim Tran", email=None, account_number=None)
    ours = {"name": "Kim Tran", "email": None, "account_number": None}
    assert [key for key in ContactKey if key.matches(ours, bare)] == [NAME]


def test_the_surest_key_is_tried_first() -> None:
    """In whatever order they were chosen."""
    assert in_order([NAME, NUMBER, NAME]) == (NUMBER, NAME)
    assert in_order(EVERY_KEY) == EVERY_KEY
