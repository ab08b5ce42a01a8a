"""How much the figures measure: the promises at full size, and the same rules on a smaller scale."""

import pytest

from app.demo.figures import Size, at_most


@pytest.mark.parametrize(("volume", "customers"), [(1000, 200), (20, 4), (6, 2)])
def test_every_fifth_invoice_brings_a_customer(volume: int, customers: int) -> None:
    """A thousand invoices come with two hundred new customers."""
    assert Size(volume=volume).customers == customers


def test_a_limit_is_met_up_to_and_with_it() -> None:
    """At most twenty is twenty or less."""
    assert [at_most("writes", measured, 20).is_met for measured in (19, 20, 21)] == [True, True, False]
