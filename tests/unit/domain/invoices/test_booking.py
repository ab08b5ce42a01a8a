"""Which payments stand in an account to which they do not belong by their method."""

from dataclasses import replace
from typing import Any

import pytest

from app.domain.invoices.booking import Booked, list_misplaced
from app.domain.record.direction import OPEN, Direction, Lanes
from app.domain.record.hub import Hub
from tests.unit.domain.samples import RECORD, payment
from tests.unit.domain.story import settled

ACCOUNTS = {"card": "id-card", "cheque": None}
BY_CARD = {"p1": Booked("card", "id-card")}


def account_for(method: str | None) -> str | None:
    """Card money has an account of its own, cheques have none."""
    return ACCOUNTS.get(method or "", "id-bank")


def paid_by(method: str | None, **changes: Any) -> Hub:
    """The sample, paid by card on both sides; the app says another method since."""
    hub = settled(RECORD | payment("p1", "500", method="card"))
    return replace(hub, record={**hub.record, "payments/p1/method": method, **changes})


@pytest.mark.parametrize(
    ("method", "expected"),
    [("card", ()), ("cash", ("p1",)), ("cheque", ()), (None, ())],
    ids=["as booked", "of another account", "without an account", "said no more"],
)
def test_a_payment_is_misplaced_by_a_method_of_another_account(
    method: str | None, expected: tuple[str, ...]
) -> None:
    """The method must have been corrected, and say where the money is."""
    assert list_misplaced(paid_by(method), BY_CARD, OPEN, account_for) == expected


def test_other_settings_misplace_nothing() -> None:
    """The account of a method was chosen anew: what was booked before stays, as long as nobody corrects its method."""
    booked = {"p1": Booked("card", "id-before")}
    assert list_misplaced(paid_by("card"), booked, OPEN, account_for) == ()


def test_what_is_not_ours_to_move_is_not_misplaced() -> None:
    """Not known to be ours, cancelled, held for a person, or not to go to Xero at all."""
    hub = paid_by("cash")
    assert list_misplaced(hub, {}, OPEN, account_for) == ()
    assert list_misplaced(paid_by("cash", status="cancelled"), BY_CARD, OPEN, account_for) == ()
    held = replace(hub, open_conflicts=frozenset({"payments/p1"}))
    assert list_misplaced(held, BY_CARD, OPEN, account_for) == ()
    closed = Lanes({"payments": Direction.TO_PARTNER})
    assert list_misplaced(hub, BY_CARD, closed, account_for) == ()
