"""Reading and answering JSON at the control address, where mistakes are told in plain words."""

import json
from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.sandbox.xero.books.organisation import Organisation
from app.sandbox.xero.forms.answers import answer_json
from app.sandbox.xero.memory.sandbox import Sandbox, sandbox_of


class ControlError(Exception):
    """A control request that cannot be carried out."""

    def __init__(self, message: str, status: int = 400, errors: list[str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.errors = errors or []


async def read_json(request: Request) -> dict[str, Any]:
    """The body as a JSON object; an empty one when there is no body."""
    raw = await request.body()
    try:
        found = json.loads(raw, parse_float=Decimal) if raw else {}
    except ValueError:
        raise ControlError("the body is not JSON") from None
    if not isinstance(found, dict):
        raise ControlError("the body must be a JSON object")
    return found


def whole_number(wish: dict[str, Any], name: str, default: int) -> int:
    """A whole number from zero up. Raises ControlError."""
    value = wish.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ControlError(f"{name} must be a whole number from 0 up")
    return value


def organisation_of(request: Request) -> tuple[Sandbox, Organisation]:
    """The organisation that the path names. Raises ControlError (404)."""
    sandbox = sandbox_of(request)
    found = sandbox.organisations.get(request.path_params["tenant_id"].lower())
    if found is None:
        raise ControlError("no such organisation", 404)
    return sandbox, found


async def answer_control_error(request: Request, error: Exception) -> Response:
    """The answer to a ControlError."""
    assert isinstance(error, ControlError)
    return answer_json({"error": str(error), "errors": error.errors}, error.status)
