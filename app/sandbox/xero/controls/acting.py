"""How an act of a person at Xero's screens is carried out: whole or not at all, its events published, told in JSON.

`people` and its neighbours say which acts there are; each writes through the same rules as the API.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.sandbox.xero.books.organisation import Organisation
from app.sandbox.xero.controls.control_answers import ControlError, organisation_of, read_json
from app.sandbox.xero.forms.answers import answer_json
from app.sandbox.xero.forms.elements import Element, check_names
from app.sandbox.xero.forms.refusals import NotBuilt, PostDataInvalid, Refused

PLACES = 4
"""Places of unit prices on a person's screen."""
Act = Callable[[Request, Organisation, dict[str, Any]], dict[str, Any]]


def _acting(act: Act) -> Callable[[Request], Awaitable[Response]]:
    """A view that carries out one act whole, publishes its events and answers with JSON."""

    async def view(request: Request) -> Response:
        sandbox, organisation = organisation_of(request)
        wish = await read_json(request)
        mark = organisation.journal.mark()
        try:
            shown = act(request, organisation, wish)
        except Exception as error:
            organisation.journal.rewind(mark)
            raise _told(error) from error
        sandbox.publish(organisation)
        return answer_json(shown)

    return view


def _told(error: Exception) -> Exception:
    """The error in words for the control address; anything unforeseen as it is."""
    match error:
        case Refused():
            return ControlError("Xero refuses this", errors=error.messages)
        case PostDataInvalid() | NotBuilt():
            return ControlError(str(error))
    return error


def read_wish(values: dict[str, Any], shape_name: str) -> Element:
    """The wish as an element of the API. Raises PostDataInvalid at a name that Xero does not have."""
    check_names(values, shape_name)
    return Element(values)


def build_act_routes(acts: Iterable[tuple[str, str, Act]]) -> list[Route]:
    """Routes below `/control/people/{tenant_id}` for (method, path, act)."""
    return [
        Route(f"/control/people/{{tenant_id}}{path}", _acting(act), methods=[method])
        for method, path, act in acts
    ]
