"""What can be switched for one organisation where Xero may answer either way, as control addresses.

PUT /control/organisations/{tenant}/actions    {action: true or false}: what GET /Organisation/Actions allows. Without
                                               CreateApprovedInvoice (or ...Bill) approving meets the plan limit; with
                                               ApproveTransactionsBeforePeriodLockDate the period lock binds no more;
                                               without UseMulticurrency only the base currency may be used
PUT /control/organisations/{tenant}/behaviour  a row of `troubles.SWITCHES` and one of its values; answers all in force
"""

from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.sandbox.xero.controls.control_answers import ControlError, organisation_of, read_json
from app.sandbox.xero.forms.answers import answer_json


async def _set_actions(request: Request) -> Response:
    _, organisation = organisation_of(request)
    wish = await read_json(request)
    if wish.keys() - organisation.actions.keys() or not all(
        isinstance(is_on, bool) for is_on in wish.values()
    ):
        raise ControlError(f"each of {', '.join(organisation.actions)} may be true or false")
    organisation.actions |= wish
    return answer_json(organisation.actions)


async def _set_behaviour(request: Request) -> Response:
    _, organisation = organisation_of(request)
    try:
        organisation.behaviour.set(await read_json(request))
    except ValueError as mistake:
        raise ControlError(str(mistake)) from None
    return answer_json(asdict(organisation.behaviour))


def build_organisation_routes() -> list[Route]:
    """The routes of this module."""
    path = "/control/organisations/{tenant_id}"
    return [
        Route(f"{path}/actions", _set_actions, methods=["PUT"]),
        Route(f"{path}/behaviour", _set_behaviour, methods=["PUT"]),
    ]
