"""Problem documents (RFC 9457): every answer that is not a success, in one form.

`type` is a stable relative address that names the kind, `detail` is about this occurrence, `errors` names each wrong
field, and `correlation_id` finds the request in the logs. `KINDS` is the whole list; nothing else is ever answered.
"""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from app.errors import ClaimLost, Retryable, Terminal
from app.intake.refusals import Fault, InputRefused, list_faults
from app.telemetry import find_correlation_id

MEDIA_TYPE = "application/problem+json"


class Kind(NamedTuple):
    """A kind of problem: its HTTP status and its title, the same at every occurrence."""

    status: int
    title: str


KINDS: dict[str, Kind] = {
    "malformed_body": Kind(400, "The body cannot be read"),
    "unauthorised": Kind(401, "A valid API key is needed"),
    "forbidden": Kind(403, "The key's role does not allow it"),
    "not_found": Kind(404, "There is no such thing here"),
    "method_not_allowed": Kind(405, "This address does not take that method"),
    "connection_removed": Kind(409, "The connection has been removed"),
    "not_authorised_yet": Kind(409, "The connection has not been authorised in Xero"),
    "wrong_state": Kind(409, "The connection's state does not allow it"),
    "consent_refused": Kind(409, "Xero's consent cannot be used"),
    "organisation_taken": Kind(409, "The organisation is connected already"),
    "xero_app_known": Kind(409, "The Xero app is registered already"),
    "xero_app_in_use": Kind(409, "Connections go through the Xero app"),
    "export_under_way": Kind(409, "Another export is under way"),
    "stale_document": Kind(409, "A newer version of the document is held"),
    "version_reused": Kind(409, "The version is held with other content"),
    "version_skipped": Kind(409, "A version before it never arrived here"),
    "draft_known": Kind(409, "The id stands for another invoice"),
    "last_admin_key": Kind(409, "The partner would be left without an admin's key"),
    "key_ended": Kind(409, "The API key has ended or was rotated already"),
    "too_many_keys": Kind(409, "The partner has as many API keys as it may"),
    "request_under_way": Kind(409, "The request with this Idempotency-Key is under way"),
    "answer_lost": Kind(409, "The request was carried out, and its answer was lost"),
    "endpoint_taken": Kind(409, "Another endpoint applies these changes"),
    "endpoint_disabled": Kind(409, "The endpoint is disabled"),
    "contact_in_use": Kind(409, "Invoices in Xero stand under the contact's present link"),
    "decision_refused": Kind(409, "The decision cannot be taken like that"),
    "resource_changed": Kind(412, "It is no longer as you saw it"),
    "exists_already": Kind(412, "It exists already"),
    "settings_changed": Kind(412, "The settings were changed by somebody else"),
    "too_large": Kind(413, "The body is too large"),
    "address_too_long": Kind(414, "The address is too long"),
    "invalid_request": Kind(422, "The request is not valid"),
    "organisation_not_offered": Kind(422, "The consent does not cover that organisation"),
    "invalid_document": Kind(422, "The document is not valid"),
    "idempotency_key_reused": Kind(422, "The Idempotency-Key stands for another request"),
    "rate_limited": Kind(429, "Too many calls in this minute"),
    "headers_too_large": Kind(431, "The headers are too many or too large"),
    "internal_error": Kind(500, "Something went wrong here"),
    "xero_refused": Kind(502, "Xero refused what had to be asked"),
    "xero_unavailable": Kind(503, "Xero cannot be asked now"),
    "database_unavailable": Kind(503, "Nothing can be stored or looked up now"),
    "not_ready": Kind(503, "Not ready to serve"),
}
"""Every kind by its code. A code never changes its meaning."""

MOST_FAULTS = 100
"""Named in one answer: whoever sends thousands of unknown members does not get them all back."""

UNDER_WAY_SECONDS = 2
"""When a repeat of what is under way may ask again; most requests take milliseconds."""

OUTAGE_SECONDS = 5
"""When to ask again while the database is gone or full; to be asked sooner would not bring it back."""

_UNREADABLE = Fault("body", "must be JSON in UTF-8, not compressed, with numbers of less than 4,300 digits")
"""What is wrong where the framework cannot even tell where a body is none."""

_AFTER_SLASH = "There is nothing at this address: none of ours ends with a slash."
_NO_ADDRESS = "No call has this address; /docs and /openapi.json list them all."

_CODE_OF_STATUS = {400: "malformed_body", 404: "not_found", 405: "method_not_allowed", 413: "too_large"}


def build_problem(
    code: str, detail: str, faults: tuple[Fault, ...], more: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The problem document of one occurrence."""
    kind = KINDS[code]
    if len(faults) > MOST_FAULTS:
        detail = f"{detail} The first {MOST_FAULTS} of {len(faults)} errors are named."
    return {
        "type": f"/problems/{code}",
        "title": kind.title,
        "status": kind.status,
        "detail": detail,
        "errors": [{"field": fault.field, "message": fault.message} for fault in faults[:MOST_FAULTS]],
        "correlation_id": find_correlation_id(),
        **(more or {}),
    }


def respond(
    code: str,
    detail: str,
    faults: tuple[Fault, ...] = (),
    more: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """The answer that carries a problem document."""
    content = build_problem(code, detail, faults, more)
    return JSONResponse(content, KINDS[code].status, dict(headers or {}), media_type=MEDIA_TYPE)


async def answer_refusal(_: Request, refusal: Exception) -> JSONResponse:
    """For `InputRefused`."""
    assert isinstance(refusal, InputRefused)
    headers = {"WWW-Authenticate": "Bearer"} if refusal.code == "unauthorised" else None
    return respond(refusal.code, refusal.detail, refusal.faults, refusal.more, headers)


async def answer_validation(request: Request, invalid: Exception) -> JSONResponse:
    """For a request that does not fit its schema; the first part of each path (body, query) says where, not what."""
    assert isinstance(invalid, RequestValidationError)
    errors = invalid.errors()
    if any(error["type"] == "json_invalid" for error in errors):
        return respond("malformed_body", "The body is not JSON.", tuple(list_faults(errors)))
    faults = tuple(list_faults(errors, _find_form(request), skip=1))
    if any(error["loc"] == ("body",) and isinstance(error.get("input"), bytes) for error in errors):
        said = request.headers.get("content-type") or "none"
        faults = (
            Fault("Content-Type", f"must be application/json; it was {said}, so the body was not read"),
        )
    return respond("invalid_request", "The request cannot be taken; see errors.", faults)


def _find_form(request: Request) -> Any:
    """What the operation takes as its body; None where it takes none."""
    body = getattr(request.scope.get("route"), "body_field", None)
    return body.field_info.annotation if body else None


async def answer_http(request: Request, error: Exception) -> JSONResponse:
    """For what the framework refuses by itself."""
    assert isinstance(error, HTTPException)
    code = _CODE_OF_STATUS.get(error.status_code, "invalid_request")
    faults = (_UNREADABLE,) if code == "malformed_body" else ()
    detail = error.detail
    if code == "not_found":
        detail = _AFTER_SLASH if request.url.path.endswith("/") else _NO_ADDRESS
    return respond(code, detail, faults, headers=error.headers)


async def answer_xero(_: Request, error: Exception) -> JSONResponse:
    """For a request that had to ask Xero: later where that helps, with when; else for a person to mend."""
    assert isinstance(error, Retryable | Terminal)
    if not isinstance(error, Retryable):
        return respond("xero_refused", str(error), more={"reason": error.code})
    wait = {"Retry-After": str(math.ceil(error.retry_after.total_seconds()))} if error.retry_after else {}
    return respond("xero_unavailable", str(error), more={"reason": error.code}, headers=wait)


async def answer_claim_lost(_: Request, lost: Exception) -> JSONResponse:
    """The answer to a request that took so long that its repeat is carried out in its place."""
    return respond_under_way(f"Nothing of this attempt was kept: {lost}.")


def respond_outage() -> JSONResponse:
    """The answer while PostgreSQL cannot serve."""
    detail = (
        "The database does not answer, or has no room left. Take this call as not stored, and send it again."
    )
    return respond("database_unavailable", detail, headers={"Retry-After": str(OUTAGE_SECONDS)})


def respond_under_way(detail: str) -> JSONResponse:
    """The answer to a repeat that came too early."""
    return respond("request_under_way", detail, headers={"Retry-After": str(UNDER_WAY_SECONDS)})


HANDLERS: dict[Any, Any] = {
    ClaimLost: answer_claim_lost,
    Retryable: answer_xero,
    Terminal: answer_xero,
    InputRefused: answer_refusal,
    RequestValidationError: answer_validation,
    HTTPException: answer_http,
}


_WITH_A_KEY = ("forbidden", "invalid_request", "rate_limited")
"""What every operation may answer that takes a key; what writes may answer besides, `conventions` adds."""


MISSING = ("unauthorised", "not_found", "invalid_request")
"""What every call may be refused for that names something in its address."""


def documented(*codes: str) -> dict[int | str, dict[str, Any]]:
    """What an operation's `responses` say of these problems, with an example of each."""
    told: dict[int | str, dict[str, Any]] = {}
    for code in dict.fromkeys((*codes, *(_WITH_A_KEY if "unauthorised" in codes else ()))):
        kind = KINDS[code]
        entry = told.setdefault(kind.status, {"description": kind.title, "content": {MEDIA_TYPE: _media()}})
        entry["content"][MEDIA_TYPE]["examples"][code] = {"summary": kind.title, "value": _example(code)}
    return told


def _media() -> dict[str, Any]:
    return {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": {}}


def _example(code: str) -> dict[str, Any]:
    faults = (_EXAMPLE_FAULTS[code],) if code in _EXAMPLE_FAULTS else ()
    return build_problem(code, f"{KINDS[code].title}.", faults) | {"correlation_id": "5c1f0a7e9f5b4d0c8a53"}


_EXAMPLE_FAULTS = {
    "invalid_document": Fault("lines.0.unit_price", "has more than 4 decimal places"),
    "idempotency_key_reused": Fault("Idempotency-Key", "stands for another method, address or body"),
    "invalid_request": Fault("limit", "must be at most 500"),
    "stale_document": Fault("version", "Version 6 is older than version 7, which is held."),
    "version_reused": Fault("version", "Version 7 is held with other content; a change needs a new version."),
    "version_skipped": Fault(
        "version", "Version 9 follows a version that never arrived; 7 is the newest known."
    ),
    "resource_changed": Fault("If-Match", "The resource has another ETag now."),
}

SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "A problem document (RFC 9457).",
    "required": ["type", "title", "status", "detail", "errors", "correlation_id"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "examples": ["/problems/stale_document"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
        "correlation_id": {"type": ["string", "null"]},
    },
}
"""The schema of a problem document, for OpenAPI."""
