"""Each trap of the SDK (FACTS 6), shown closed over real HTTP."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from xero_python.api_client.configuration import Configuration

from app.errors import OutcomeUnknown, PlumblineError, RateLimited, XeroUnavailable
from app.xero.budget import CallMade, Remaining, ignore_call
from app.xero.client import XeroClient
from app.xero.failures import RequestInvalid, TokenRejected
from app.xero.from_xero import invoice_from_xero
from app.xero.transport import Timeouts
from tests.integration.xero.conftest import PATIENT, Xero
from tests.integration.xero.odd_server import OddServer

LONG_SECONDS = 90
"""Nothing takes so long that does not wait for it, however busy the machine is."""
WRITE = {"invoices": {"Invoices": [{"Type": "ACCREC"}]}, "idempotency_key": "k-1"}


def client_of(odd: OddServer) -> XeroClient:
    """A client that talks to the odd server."""
    return XeroClient("token-1", "tenant-1", odd.url, PATIENT, ignore_call)


@pytest.mark.parametrize(
    ("fault", "on_read", "on_write"),
    [
        ("rate_limited_minute", RateLimited, RateLimited),
        ("rate_limited_concurrent", RateLimited, RateLimited),
        ("unavailable_before", XeroUnavailable, OutcomeUnknown),
        ("unavailable_after", XeroUnavailable, OutcomeUnknown),
        ("cut_before", XeroUnavailable, OutcomeUnknown),
        ("cut_after", XeroUnavailable, OutcomeUnknown),
        ("truncated", XeroUnavailable, OutcomeUnknown),
        ("error_500", XeroUnavailable, OutcomeUnknown),
    ],
)
async def test_nothing_is_sent_twice(
    xero: Xero, fault: str, on_read: type[PlumblineError], on_write: type[PlumblineError]
) -> None:
    """Left alone, urllib3 sends a GET or a PUT up to four times and sleeps through a 429."""
    client = xero.client(await xero.consent())
    began = time.monotonic()
    await xero.fault(fault, path="/Invoices", retry_after=LONG_SECONDS)
    with pytest.raises(on_read):
        client.call("get_invoices", is_write=False, page=1)
    assert len(await xero.calls()) == 1
    await xero.fault(fault, path="/Invoices", retry_after=LONG_SECONDS)
    with pytest.raises(on_write):
        client.call("create_invoices", is_write=True, **WRITE)
    assert [call["method"] for call in await xero.calls()] == ["GET", "PUT"]
    assert time.monotonic() - began < LONG_SECONDS


async def test_a_429_says_how_long_to_wait_instead_of_waiting(xero: Xero) -> None:
    """A day limit asks for hours; the worker must be free meanwhile (FACTS 2)."""
    client = xero.client(await xero.consent())
    await xero.fault("rate_limited_day", retry_after=73451)
    with pytest.raises(RateLimited) as limited:
        client.call("get_invoices", is_write=False)
    assert (limited.value.retry_after, limited.value.problem) == (timedelta(seconds=73451), "day")


async def test_a_silent_xero_is_given_up_after_the_set_seconds(xero: Xero) -> None:
    """The SDK has no time-out unless it is an int, and ignores a float without a word."""
    client = xero.client(await xero.consent(), timeouts=Timeouts(connect=30, read=1))
    await xero.fault("timeout_after", path="/Invoices", seconds=float(LONG_SECONDS))
    began = time.monotonic()
    with pytest.raises(OutcomeUnknown):
        client.call("create_invoices", is_write=True, **WRITE)
    assert 0.9 < time.monotonic() - began < LONG_SECONDS


def test_a_xero_that_is_not_there_leaves_no_write_open(odd: OddServer) -> None:
    """A connection that was never made cannot have carried a write."""
    client = XeroClient("token-1", "tenant-1", "http://127.0.0.1:9", PATIENT, ignore_call)
    with pytest.raises(XeroUnavailable):
        client.call("create_invoices", is_write=True, **WRITE)
    assert odd.heard == []


def test_a_redirect_is_not_followed(odd: OddServer) -> None:
    """A token must not travel to wherever an answer points."""
    odd.answer(302, b"", Location=f"{odd.url}/elsewhere")
    with pytest.raises(RequestInvalid):
        client_of(odd).call("get_invoices", is_write=False)
    assert len(odd.heard) == 1


def test_one_tenants_token_never_travels_in_anothers_call(odd: OddServer) -> None:
    """Two tenants, many threads at once: each request has the token and the tenant of its own client (FACTS 0.4)."""
    clients = [XeroClient(f"token-{n}", f"tenant-{n}", odd.url, PATIENT, ignore_call) for n in (1, 2)]
    start = threading.Barrier(8)

    def hammer(n: int) -> None:
        start.wait()
        for _ in range(10):
            clients[n % 2].call("get_invoices", is_write=False)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(hammer, range(8)))
    pairs = {(heard.headers["Authorization"], heard.headers["xero-tenant-id"]) for heard in odd.heard}
    assert pairs == {("Bearer token-1", "tenant-1"), ("Bearer token-2", "tenant-2")}
    assert len(odd.heard) == 80


def test_the_sdks_shared_configuration_holds_no_token(odd: OddServer) -> None:
    """Configuration() is one object for the whole process, handed out in copies (FACTS 0.4)."""
    client_of(odd).call("get_invoices", is_write=False)
    assert Configuration().oauth2_token is None


def test_words_that_the_sdk_does_not_know_cost_nothing(odd: OddServer) -> None:
    """The SDK raises on an unknown status, currency or class, and loses the whole page with it (FACTS 0.5)."""
    invoice = {
        "Type": "ACCREC",
        "InvoiceID": "i-1",
        "Status": "PARKED",
        "CurrencyCode": "XXZ",
        "LineAmountTypes": "Gross",
    }
    odd.answer(200, {"Invoices": [invoice, {"InvoiceID": "i-2", "Status": "AUTHORISED"}]})
    found = client_of(odd).call("get_invoices", is_write=False)["Invoices"]
    assert [invoice_from_xero(element).status for element in found] == ["PARKED", "AUTHORISED"]
    odd.answer(
        200, {"Organisations": [{"Name": "x", "Class": "ULTRA_PLUS", "Version": "MOON", "CountryCode": "ZZ"}]}
    )
    assert (
        client_of(odd).call("get_organisations", is_write=False)["Organisations"][0]["Class"] == "ULTRA_PLUS"
    )


def test_nulls_cost_nothing(odd: OddServer) -> None:
    """The SDK reads a null text as the word 'None' and raises on a null date, list or enum."""
    names = ("Reference", "Date", "DueDate", "LineItems", "Payments", "Contact", "Status", "CurrencyCode")
    odd.answer(200, {"Invoices": [{"InvoiceID": "i-1", **dict.fromkeys(names)}]})
    invoice = invoice_from_xero(client_of(odd).call("get_invoices", is_write=False)["Invoices"][0])
    assert (invoice.reference, invoice.issued_on, invoice.lines, invoice.payments) == (None, None, (), None)


def test_money_is_decimal_both_ways(odd: OddServer) -> None:
    """0.1 and 1890.1234 arrive as they were written, and leave as they are."""
    odd.answer(200, b'{"Invoices": [{"Total": 0.1, "AmountDue": 1890.1234, "AmountPaid": 46}]}')
    line = {
        "Quantity": Decimal("0.3"),
        "UnitAmount": Decimal("10.9501"),
        "TaxAmount": Decimal("9999999999.99"),
    }
    answer = client_of(odd).call(
        "create_invoices", is_write=True, invoices={"Invoices": [{"LineItems": [line]}]}, unitdp=4
    )
    invoice = invoice_from_xero(answer["Invoices"][0])
    assert (invoice.total, invoice.amount_due, invoice.amount_paid) == (
        Decimal("0.1"),
        Decimal("1890.1234"),
        Decimal(46),
    )
    sent = odd.heard[0].body["Invoices"][0]["LineItems"][0]
    assert sent == {"Quantity": 0.3, "UnitAmount": 10.9501, "TaxAmount": 9999999999.99}


def test_a_day_stays_the_same_day_wherever_this_machine_stands(
    odd: OddServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The SDK moved 1 December to 30 November in Sydney; plain days have no zone to be moved by."""
    monkeypatch.setenv("TZ", "Australia/Sydney")
    time.tzset()
    try:
        element = {"Date": "2026-12-01", "DueDate": "2026-12-15"}
        odd.answer(200, {"Invoices": [{"Date": "/Date(1796083200000+0000)/"}]})
        answer = client_of(odd).call("create_invoices", is_write=True, invoices={"Invoices": [element]})
    finally:
        monkeypatch.delenv("TZ")
        time.tzset()
    assert odd.heard[0].body == {"Invoices": [element]}
    assert str(invoice_from_xero(answer["Invoices"][0]).issued_on) == "2026-12-01"


def test_a_400_that_is_no_json_is_an_error_and_not_a_crash(odd: OddServer) -> None:
    """The SDK's exception raises JSONDecodeError when it is looked at."""
    odd.answer(400, b"<html>Bad Request</html>")
    with pytest.raises(RequestInvalid, match="<html>Bad Request</html>"):
        client_of(odd).call("get_invoices", is_write=False)


@pytest.mark.parametrize("body", [b"<html>", b"[1, 2]", b'{"Invoices": [', b"\xff\xfe"])
def test_a_success_that_cannot_be_read_is_no_success(odd: OddServer, body: bytes) -> None:
    """A write that may have been carried out stays an open question."""
    odd.answer(200, body)
    with pytest.raises(XeroUnavailable):
        client_of(odd).call("get_invoices", is_write=False)
    with pytest.raises(OutcomeUnknown):
        client_of(odd).call("create_invoices", is_write=True, **WRITE)


def test_nothing_modified_is_an_empty_answer(odd: OddServer) -> None:
    """Whether Xero answers 304 or an empty list is not documented (FACTS 8): both are read."""
    odd.answer(304, b"")
    assert client_of(odd).call("get_invoices", is_write=False) == {}


async def test_an_expired_token_is_told_from_other_refusals(xero: Xero) -> None:
    """The SDK would refresh on its own in mid-call; here whoever keeps the tokens decides."""
    client = xero.client(await xero.consent())
    await xero.fault("token_expired")
    with pytest.raises(TokenRejected, match="TokenExpired"):
        client.call("get_invoices", is_write=False)


async def test_every_call_is_counted_with_what_it_cost(xero: Xero) -> None:
    """Calls and bytes are billed; failed calls count too."""
    client = xero.client(await xero.consent())
    client.call("get_organisations", is_write=False)
    await xero.fault("cut_after", path="/Invoices")
    with pytest.raises(OutcomeUnknown):
        client.call("create_invoices", is_write=True, **WRITE)
    read, write = xero.made
    calls = await xero.calls()
    assert (read.method, read.path, read.status) == ("GET", "/api.xro/2.0/Organisation", 200)
    assert read.bytes_received == calls[0]["bytes_out"]
    assert (read.remaining.minute, read.remaining.day) == (59, 4999)
    assert read.correlation_id
    assert (write.method, write.status, write.remaining) == ("PUT", None, Remaining())
    assert write.bytes_sent == calls[1]["bytes_in"]
    assert {call.xero_tenant_id for call in xero.made} == {xero.at.tenant_id}


def test_a_client_tells_no_secret(odd: OddServer) -> None:
    """Nothing that may be logged holds the token: not the client, not what it raises, not what it counts."""
    made: list[CallMade] = []
    client = XeroClient("s3cret-token", "tenant-1", odd.url, PATIENT, made.append)
    odd.answer(500, b"oops")
    with pytest.raises(XeroUnavailable) as raised:
        client.call("get_invoices", is_write=False)
    told: list[Any] = [client, raised.value, raised.value.__cause__, made]
    assert "s3cret-token" not in repr(told)
