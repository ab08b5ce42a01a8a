"""The two pure rules of delivery: when a failure is tried again, and which addresses may be called."""

from datetime import timedelta

import pytest

from app.delivery.address import AddressRefused, check_form
from app.delivery.backoff import DELAYS, draw_delay


def test_every_delay_is_the_tables_or_up_to_a_fifth_less() -> None:
    """The last of the table is the longest there ever is."""
    for failures in range(12):
        longest = DELAYS[min(failures, 6)]
        drawn = [draw_delay(failures) for _ in range(50)]
        assert longest * 0.8 <= min(drawn) < max(drawn) <= longest
    assert DELAYS[-1] == timedelta(hours=6)


@pytest.mark.parametrize("url", ["https://app.example/hook", "https://app.example:8443/hook?tenant=1"])
def test_a_whole_https_address_may_be_called(url: str) -> None:
    """In production and in development."""
    check_form(url, https_only=True)
    check_form(url, https_only=False)


def test_http_is_for_development_alone() -> None:
    """In production it would show every invoice to whoever listens."""
    check_form("http://127.0.0.1:9000/hook", https_only=False)
    with pytest.raises(AddressRefused, match="must be https"):
        check_form("http://127.0.0.1:9000/hook", https_only=True)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "app.example/hook",
        "ftp://app.example/hook",
        "https:///hook",
        "https://app.example:port/hook",
        "https://[::1/hook",
        "https://user:word@app.example/hook",
        "https://app.example/hook#part",
    ],
)
def test_anything_else_is_refused(url: str) -> None:
    """Whatever cannot be read as an address is no address."""
    with pytest.raises(AddressRefused):
        check_form(url, https_only=False)
