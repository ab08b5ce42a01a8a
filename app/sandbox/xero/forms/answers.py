"""The bodies that Xero answers with: envelopes of elements, validation exceptions, problems.

JSON leaves compact and in the property order of Xero's own examples. A 404 is plain text, not JSON, as at Xero.
"""

import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from starlette.responses import Response

from app.sandbox.xero.forms.clock import Clock
from app.sandbox.xero.forms.dates import net_instant_bare
from app.sandbox.xero.forms.listing import Page

NO_ID = "00000000-0000-0000-0000-000000000000"


def answer_json(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON response."""
    # Facts that were set at the control address may hold decimals.
    body = json.dumps(content, separators=(",", ":"), ensure_ascii=False, default=float).encode()
    return Response(body, status, headers, media_type="application/json; charset=utf-8")


def answer_elements(
    clock: Clock, app_name: str, plural: str, elements: list[dict[str, Any]], page: Page | None = None
) -> Response:
    """The envelope around a list of elements, with `pagination` when the list was paged."""
    envelope: dict[str, Any] = {
        "Id": str(uuid4()),
        "Status": "OK",
        "ProviderName": app_name,
        "DateTimeUTC": net_instant_bare(clock.now()),
    }
    if page is not None and page.pagination is not None:
        envelope["pagination"] = page.pagination
    return answer_json({**envelope, plural: elements})


def answer_invalid(elements: list[dict[str, Any]]) -> Response:
    """HTTP 400 with ErrorNumber 10 and the elements that were refused."""
    return answer_json(
        {
            "ErrorNumber": 10,
            "Type": "ValidationException",
            "Message": "A validation exception occurred",
            "Elements": elements,
        },
        400,
    )


def answer_error(number: int, kind: str, message: str) -> Response:
    """HTTP 400 about the request as a whole."""
    return answer_json({"ErrorNumber": number, "Type": kind, "Message": message}, 400)


def answer_problem(
    status: int, title: str, detail: str, headers: Mapping[str, str] | None = None
) -> Response:
    """The problem body of 401, 403, 429, 500 and 503."""
    content: dict[str, Any] = {
        "Type": None,
        "Title": title,
        "Status": status,
        "Detail": detail,
        "Instance": str(uuid4()),
        "Extensions": {},
    }
    return answer_json(content, status, headers)


def answer_missing() -> Response:
    """HTTP 404."""
    return Response(
        "The resource you're looking for cannot be found", 404, media_type="text/html; charset=utf-8"
    )


def answer_not_built(what: str) -> Response:
    """HTTP 501: Xero has this, the sandbox does not."""
    return answer_json(
        {"Title": "NotBuilt", "Status": 501, "Detail": f"The Xero sandbox does not have {what}."}, 501
    )
