"""The rules for what we send are rules: each can be broken, and a good request breaks none.

That nothing we send breaks one is judged after every story and every test of the adapter (`wire`).
"""

import json
from typing import Any

import pytest

from tests.facts.promises import PROMISES, broken_promises
from tests.sandbox.xero.specification import SPECIFICATION


def said(
    method: str,
    path: str,
    body: Any = None,
    query: str = "summarizeErrors=False&unitdp=4",
    **headers: str | None,
) -> list[dict[str, Any]]:
    """One exchange as the sandbox keeps it."""
    told = {"idempotency_key": "k" if method == "PUT" else None, "if_modified_since": None, **headers}
    request = "" if body is None else json.dumps(body)
    return [
        {
            "method": method,
            "path": f"/api.xro/2.0{path}",
            "query": query,
            "request": request,
            "status": 200,
            **told,
        }
    ]


def invoices(*elements: dict[str, Any]) -> dict[str, Any]:
    """A body of invoices."""
    return {"Invoices": list(elements)}


BROKEN = {
    "a null is never sent": said("PUT", "/Invoices", invoices({"Reference": None})),
    "a document names its contact by id and says nothing else of it": said(
        "PUT", "/Invoices", invoices({"Contact": {"ContactID": "c", "Name": "Kim"}})
    ),
    "a line amount never stands beside quantity and price": said(
        "PUT",
        "/Invoices",
        invoices({"LineAmountTypes": "Exclusive", "LineItems": [{"Quantity": 1, "LineAmount": 1}]}),
    ),
    "lines never go without the basis of their amounts": said(
        "PUT", "/Invoices", invoices({"LineItems": []})
    ),
    "PUT creates, and POST names what it changes by id": said(
        "POST", "/Invoices", invoices({"InvoiceNumber": "1"})
    ),
    "every element of a batch is answered for itself": said("PUT", "/Invoices", invoices({}), "unitdp=4"),
    "prices of invoices go and come with four places": said("GET", "/Invoices", query="page=1"),
    "a request is smaller than three and a half megabytes": said(
        "PUT", "/Invoices", invoices({"Reference": "x" * 3_500_000})
    ),
    "a write has at most fifty elements, a read at most forty ids": said(
        "GET", "/Invoices", query="unitdp=4&IDs=" + ",".join("a" * 41)
    ),
    "creates carry an idempotency key, updates of invoices none": said(
        "POST", "/Invoices", invoices({"InvoiceID": "i"}), idempotency_key="k"
    ),
    "a date is a plain day": said("PUT", "/Invoices", invoices({"Date": "2026-11-20T00:00:00Z"})),
    "If-Modified-Since has whole seconds and no zone": said(
        "GET", "/Invoices", if_modified_since="2026-11-20T00:00:00.123Z"
    ),
    "a payment is never edited, only deleted": said("POST", "/Payments/p", {"Reference": "R"}),
}


@pytest.mark.parametrize("rule", PROMISES)
def test_each_promise_can_be_broken(rule: str) -> None:
    """And the breach is told by the rule's own words, once."""
    [breach] = broken_promises(BROKEN[rule])
    assert breach.startswith(f"{rule}: ")


def test_a_good_request_breaks_none() -> None:
    """A create, an update, a read and a deletion as we make them."""
    line = {"Quantity": 1, "UnitAmount": 2}
    made = {
        "Contact": {"ContactID": "c"},
        "Date": "2026-11-20",
        "LineAmountTypes": "NoTax",
        "LineItems": [line],
    }
    good = [
        *said("PUT", "/Invoices", invoices(made)),
        *said("POST", "/Invoices", invoices({"InvoiceID": "i", "Reference": ""})),
        *said("GET", "/Invoices", if_modified_since="2026-11-20T00:00:00"),
        *said("POST", "/Payments/p", {"Status": "DELETED"}, ""),
        *said("GET", "/Organisation", query=""),
    ]
    good.append(
        {**good[-1], "path": "/connect/token", "method": "POST", "request": "grant_type=refresh_token"}
    )
    assert broken_promises(good) == []


@pytest.mark.skipif(not SPECIFICATION.exists(), reason="Xero's specification is not beside the repository: "
                    "what stories say to Xero is held to our own promises alone")  # fmt: skip
def test_the_specification_is_there_to_hold_stories_to() -> None:
    """Visible where it is missing, since the stories then pass without that judgement."""
    assert SPECIFICATION.read_text().startswith("openapi:")
