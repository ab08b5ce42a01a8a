"""GET /oauth/xero/callback: where Xero sends the person's browser back to, with a code or with a no."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse

from app.api import consent
from app.api.consent_page import show_connected, show_refused
from app.api.dependencies import Given
from app.api.problems import documented

router = APIRouter(tags=["consent"])

Sent = Annotated[str | None, Query(max_length=4096)]


@router.get(
    "/oauth/xero/callback",
    operation_id="return_from_xero",
    summary="The end of Xero's consent, for a person's browser",
    response_class=HTMLResponse,
    responses={
        200: {"description": "A page that says that it is connected."},
        400: {"description": "A page that says why it is not connected."},
        **documented("invalid_request"),
    },
)
async def return_from_xero(
    services: Given, state: Sent = None, code: Sent = None, error: Sent = None
) -> HTMLResponse:
    """A state works once. Nothing about the connection changes unless the whole way was gone."""
    if not state:
        return show_refused("This address lacks its state; start again from your app.")
    try:
        begun = await consent.take(services, state)
        if error is not None or not code:
            await consent.decline(services, begun)
            return show_refused(_explain(error))
        return show_connected(await consent.finish(services, begun, code))
    except consent.ConsentRefused as refused:
        return show_refused(str(refused))


def _explain(error: str | None) -> str:
    if error == "access_denied":
        return (
            "Consent was declined in Xero. Nothing was changed; start again from your app when you are ready."
        )
    return f"Xero did not give consent ({error or 'no code came back'}). Start again from your app."
