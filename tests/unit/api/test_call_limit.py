"""How calls are told what is left, and by what strangers are told apart."""

import pytest

from app.api.access.call_limit import Quota, read_count
from app.api.access.door import name_address

QUOTA = Quota("key", 3)


def test_the_headers_are_those_of_the_draft() -> None:
    """Quota and window as the policy; what remains and for how many whole seconds, never 0."""
    assert QUOTA.policy == '"key";q=3;w=60'
    assert read_count(QUOTA, 1, 59_001).limit == '"key";r=2;t=60'
    assert read_count(QUOTA, 3, 1).limit == '"key";r=0;t=1'


def test_the_call_after_the_last_is_over() -> None:
    """The third of three is let in; whatever comes after it is not, and nothing is left below 0."""
    assert [read_count(QUOTA, calls, 1000).is_over for calls in (1, 3, 4, 9)] == [False, False, True, True]
    assert read_count(QUOTA, 9, 1000).left == 0


@pytest.mark.parametrize(
    ("client", "name"),
    [
        (("203.0.113.7", 4711), "203.0.113.7"),
        (("2001:db8:1:2:3:4:5:6", 1), "2001:db8:1:2::/64"),
        (("2001:db8:1:2::9", 2), "2001:db8:1:2::/64"),
        (("unix", 0), "unix"),
        (None, "unknown"),
    ],
)
def test_strangers_are_told_apart_by_what_one_customer_has(client: tuple[str, int] | None, name: str) -> None:
    """Of IPv6 a household has the whole /64, and would else call from a new address each time."""
    assert name_address(client) == name
