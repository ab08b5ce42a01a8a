"""A call for several links is shared among them, and nothing of it is lost or counted twice."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.domain.connections.usage import Usage, share
from tests.unit.domain.strategies import properties

ONE, TWO, THREE = UUID(int=1), UUID(int=2), UUID(int=3)


def test_each_element_of_a_batch_bears_an_equal_share() -> None:
    """Whoever has two elements in it bears two; what cannot be divided goes to the first (N9)."""
    usage = Usage(UUID(int=9), date(2026, 11, 20), "Invoices", "PUT", 1, 100, 10)
    shares = {each.link_id: each for each in share(usage, [ONE, TWO, ONE])}
    assert (shares[ONE].calls, shares[TWO].calls) == (Decimal("0.666667"), Decimal("0.333333"))
    assert (shares[ONE].bytes_sent, shares[TWO].bytes_sent) == (67, 33)
    assert shares[ONE].bytes_received + shares[TWO].bytes_received == 10


@properties
@given(
    calls=st.integers(0, 9),
    sent=st.integers(0, 10**9),
    received=st.integers(0, 10**9),
    links=st.lists(st.sampled_from([ONE, TWO, THREE]), min_size=1, max_size=50),
)
def test_the_shares_come_to_the_whole(calls: int, sent: int, received: int, links: list[UUID]) -> None:
    """To the byte, and to the millionth of a call."""
    shares = share(Usage(UUID(int=9), date(2026, 11, 20), "X", "GET", calls, sent, received), links)
    assert sum(each.calls for each in shares) == calls
    assert sum(each.bytes_sent for each in shares) == sent
    assert sum(each.bytes_received for each in shares) == received
    assert {each.link_id for each in shares} == set(links)
