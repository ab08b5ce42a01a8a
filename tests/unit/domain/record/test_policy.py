"""Who wins a conflict."""

from datetime import datetime, timedelta

import pytest

from app.domain.record.policy import ConflictPolicy, Policies
from app.domain.record.sides import Side
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


@pytest.mark.parametrize(
    ("path", "winner"),
    [
        ("reference", P),
        ("due_on", X),
        ("lines/l1/unit_price", X),
        ("lines/l1/description", P),
        ("lines/l1/account", None),
        ("lines/l1/category", None),
        ("lines/l1", P),
        ("line_order", P),
        ("payments/p1/amount", X),
        ("credits/c1", X),
        ("phone", P),
        ("email", X),
    ],
)
def test_the_closest_policy_decides(path: str, winner: Side | None) -> None:
    """A field's own before that of its lines or customer, that before the one for everything (N1)."""
    policies = Policies(
        ConflictPolicy.XERO_WINS,
        {
            "reference": ConflictPolicy.PARTNER_WINS,
            "lines": ConflictPolicy.PARTNER_WINS,
            "lines/*/unit_price": ConflictPolicy.XERO_WINS,
            "lines/*/category": ConflictPolicy.HOLD,
            "contact.phone": ConflictPolicy.PARTNER_WINS,
        },
    )
    assert policies.winner_of(X, AT, AT)(path) is winner


def test_policies_have_their_names_in_the_api() -> None:
    """The words that a connection's settings take."""
    assert list(ConflictPolicy) == ["xero_wins", "partner_wins", "newest_wins", "hold"]
