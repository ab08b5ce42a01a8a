"""Who wins a conflict."""

from datetime import datetime, timedelta

import pytest

from app.domain.policy import ConflictPolicy
from app.domain.sides import Side
from tests.unit.domain.samples import AT

P, X = Side.PARTNER, Side.XERO
LATER = AT + timedelta(microseconds=1)


@pytest.mark.parametrize("seen_side", list(Side))
@pytest.mark.parametrize(("seen_at", "other_at"), [(AT, LATER), (LATER, AT), (AT, AT)])
@pytest.mark.parametrize(
    ("policy", "winner"),
    [(ConflictPolicy.XERO_WINS, X), (ConflictPolicy.PARTNER_WINS, P), (ConflictPolicy.HOLD, None)],
)
def test_a_side_that_wins_wins_always(
    policy: ConflictPolicy, winner: Side | None, seen_at: datetime, other_at: datetime, seen_side: Side
) -> None:
    """Whoever was seen, and whenever; held means that nobody wins."""
    assert policy.winner_of(seen_side, seen_at, other_at)("reference") is winner


@pytest.mark.parametrize(
    ("seen_side", "seen_at", "other_at", "winner"),
    [
        (P, LATER, AT, P),
        (P, AT, LATER, X),
        (X, LATER, AT, X),
        (X, AT, LATER, P),
        (P, AT, AT, X),
        (X, AT, AT, X),
    ],
)
def test_the_newest_wins_and_xero_wins_a_tie(
    seen_side: Side, seen_at: datetime, other_at: datetime, winner: Side
) -> None:
    """The later instant, to the microsecond; of equal ones Xero's, whose books a tax office reads."""
    winner_of = ConflictPolicy.NEWEST_WINS.winner_of(seen_side, seen_at, other_at)
    assert winner_of("lines/l1/unit_price") is winner


def test_policies_have_their_names_in_the_api() -> None:
    """The words that a connection's settings take."""
    assert list(ConflictPolicy) == ["xero_wins", "partner_wins", "newest_wins", "hold"]
