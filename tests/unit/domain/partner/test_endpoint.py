"""Which endpoint answers for an app, and when one is given up as lost."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from app.domain.partner.endpoint import FAILING_FOR, LEAST_FAILURES, Endpoint, Failing, Part, find_rival

NOW = datetime(2026, 11, 20, tzinfo=UTC)
ONE, TWO = uuid4(), uuid4()
ENDPOINT = Endpoint(
    id=uuid4(),
    partner_id=uuid4(),
    url="https://app.example/hook",
    description=None,
    part=Part.APPLIES,
    types=("*",),
    connection_ids=None,
    is_enabled=True,
    disabled_reason=None,
    disabled_at=None,
    failures=0,
    failing_since=None,
    created_at=NOW,
)


@pytest.mark.parametrize(
    ("wanted", "held", "is_rival"),
    [
        (None, None, True),
        (None, (ONE,), True),
        ((ONE,), None, True),
        ((ONE, TWO), (TWO,), True),
        ((ONE,), (TWO,), False),
    ],
)
def test_two_that_apply_are_rivals_where_they_share_a_connection(
    wanted: tuple[UUID, ...] | None, held: tuple[UUID, ...] | None, is_rival: bool
) -> None:
    """Each connection's changes are answered for by one app."""
    other = replace(ENDPOINT, connection_ids=held)
    assert find_rival(Part.APPLIES, wanted, [other]) == (other if is_rival else None)


def test_whoever_listens_or_is_disabled_is_nobodys_rival() -> None:
    """Copies may go to any number of endpoints."""
    listening, disabled = replace(ENDPOINT, part=Part.LISTENS), replace(ENDPOINT, is_enabled=False)
    assert find_rival(Part.APPLIES, None, [listening, disabled]) is None
    assert find_rival(Part.LISTENS, None, [ENDPOINT]) is None


@pytest.mark.parametrize(
    ("failures", "since", "is_lost"),
    [
        (LEAST_FAILURES, FAILING_FOR, True),
        (LEAST_FAILURES - 1, FAILING_FOR * 2, False),
        (LEAST_FAILURES * 9, FAILING_FOR - timedelta(seconds=1), False),
    ],
)
def test_an_endpoint_is_lost_after_days_and_after_enough_attempts(
    failures: int, since: timedelta, is_lost: bool
) -> None:
    """Neither a short storm nor a long silence is enough."""
    assert Failing(failures, NOW - since).is_lost(NOW) is is_lost


@pytest.mark.parametrize(
    ("types", "takes"), [(("*",), True), (("connection.paused",), False), (("contact.changed",), True)]
)
def test_an_endpoint_takes_changes_by_its_types(types: tuple[str, ...], takes: bool) -> None:
    """A star is every type."""
    assert replace(ENDPOINT, types=types).takes_changes is takes
