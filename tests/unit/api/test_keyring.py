"""The rules of keys: which may go, how long the next one lasts."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from app.api.access.keyring import find_end, find_successors_end, is_outlasted
from app.clock import ManualClock
from app.db.partners.api_keys import ApiKey, KeyState
from app.db.partners.partners import Role

NOW = ManualClock().now()
DAY = timedelta(days=1)


def key(number: int = 1, role: Role = Role.ADMIN, days: int | None = None) -> ApiKey:
    """A key made now, for so many days or for good."""
    end = None if days is None else NOW + days * DAY
    return ApiKey(UUID(int=number), UUID(int=9), "a key", role, "plk_abc", NOW, end, None, None, None)


@pytest.mark.parametrize(
    ("ending", "others", "may_go"),
    [
        (key(), [], False),
        (key(), [key()], False),
        (key(), [key(2)], True),
        (key(), [key(2, days=30)], False),
        (key(days=30), [key(2)], True),
        (key(days=30), [key(2, days=30)], True),
        (key(days=30), [key(2, days=29)], False),
        (key(), [key(2, Role.MEMBER), key(3, Role.READ)], False),
    ],
    ids=["none", "itself", "for good", "ends", "for good, mine ends", "as long", "shorter", "lower roles"],
)
def test_an_admins_key_may_go_when_another_lasts_as_long(
    ending: ApiKey, others: list[ApiKey], may_go: bool
) -> None:
    """So that no call, and no day that comes after it, leaves a partner without one (O10)."""
    assert is_outlasted(ending, others) is may_go


def test_a_rotated_key_ends_no_later_than_it_would_have() -> None:
    """An overlap lengthens no key's life; without one it ends at once."""
    assert find_end(key(), NOW, 7 * DAY) == NOW + 7 * DAY
    assert find_end(key(days=3), NOW, 7 * DAY) == NOW + 3 * DAY
    assert find_end(key(days=3), NOW, timedelta()) == NOW


def test_the_next_key_lasts_as_long_as_the_old_was_made_for() -> None:
    """For good after one for good; else the same span, from now on."""
    assert find_successors_end(key(), NOW) is None
    assert find_successors_end(key(days=90), NOW + 80 * DAY) == NOW + 170 * DAY


def test_a_keys_state_is_a_matter_of_time_until_it_is_revoked() -> None:
    """It has expired at the very instant that is named; a revoked one stays revoked."""
    ending = key(days=1)
    assert ending.state_at(NOW + DAY - timedelta(microseconds=1)) is KeyState.IN_FORCE
    assert ending.state_at(NOW + DAY) is KeyState.EXPIRED
    assert replace(ending, revoked_at=NOW).state_at(NOW + 2 * DAY) is KeyState.REVOKED
