"""The judges of outages and crowds can say no: a broken promise, a false answer, double work, changes out of order."""

import asyncio
import json
from random import Random
from typing import Any, cast

import httpx
import pytest

from tests.chaos.clerk import OUTAGE, Clerk
from tests.chaos.crowds import find_double_work
from tests.chaos.outages import find_out_of_order
from tests.chaos.promises import Promises
from tests.chaos.shops import Shop


def _exchange(kind: str, key: str, **element: str) -> dict[str, Any]:
    said = json.dumps({kind: [element]})
    return {
        "method": "PUT",
        "path": f"/api.xro/2.0/{kind}",
        "status": 200,
        "idempotency_key": key,
        "request": said,
    }


def test_what_is_written_twice_is_double_work_and_a_repeat_by_its_key_is_none() -> None:
    """Xero answers a repeat from what it remembers; another key makes another write."""
    once = _exchange("Invoices", "a", InvoiceNumber="S1-1")
    contact = _exchange("Contacts", "b", Name="Customer")
    assert find_double_work([once, once, contact]) == []
    again = _exchange("Invoices", "c", InvoiceNumber="S1-1")
    assert find_double_work([once, contact, again]) == ["Invoices S1-1 was written 2 times"]
    assert find_double_work([once, again | {"status": 503}]) == []


def test_changes_that_the_app_applied_out_of_order_are_told() -> None:
    """By invoice and by contact, and of those alone that were applied."""

    def received(outcome: str, revision: int, **of: str) -> dict[str, Any]:
        return {"outcome": outcome, "revision": revision, **of}

    first, second = received("applied", 1, invoice_id="i"), received("applied", 2, invoice_id="i")
    other = received("applied", 1, contact_id="c")
    assert find_out_of_order([first, other, second]) == []
    assert find_out_of_order([second, received("failed", 1, invoice_id="i")]) == []
    assert find_out_of_order([second, first]) == ["i: revision 1 was applied after 2"]
    assert len(find_out_of_order([first, first])) == 1


@pytest.mark.parametrize(
    ("status", "type_", "headers", "is_honest"),
    [
        (503, OUTAGE, {"retry-after": "5"}, True),
        (503, OUTAGE, {}, False),
        (503, "/problems/xero_unavailable", {"retry-after": "5"}, False),
        (500, "/problems/internal_error", {"retry-after": "5"}, False),
    ],
)
def test_of_failures_only_one_that_says_when_to_come_again_is_honest(
    status: int, type_: str, headers: dict[str, str], is_honest: bool
) -> None:
    """Any other 5xx while servers die is a finding."""
    clerk = Clerk(cast(Any, None), Shop("c", "t"), Random(1))
    content = json.dumps({"type": type_}).encode()
    told = {"content-type": "application/problem+json", **headers}
    answer = httpx.Response(status, headers=told, content=content, request=httpx.Request("PUT", "http://x"))
    asyncio.run(clerk._take_failure(answer))
    assert (clerk.dishonest == []) is is_honest
    assert clerk.answers["put off"] == int(is_honest)


def test_of_a_document_the_newest_version_that_was_promised_counts() -> None:
    """Answers of two APIs may come in any order."""
    promises = Promises()
    promises.take_document("k-1", 3, "K3")
    promises.take_document("k-1", 2, "K2")
    assert promises.documents == {"k-1": 3}
    assert promises.wordings["k-1", 3] == "K3"
