"""Where Xero sends the person's browser back to, with a code or with a no, and where the person then chooses.

GET /oauth/xero/callback ends a consent. Where that covers several organisations its page posts the choice to
/oauth/xero/organisation, as a form, with a token that is good once.
"""

from typing import Annotated
from urllib.parse import parse_qs

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse

from app.api.dependencies import Given
from app.api.onboarding import consent
from app.api.onboarding.choice import OpenChoice, choose_as_person
from app.api.onboarding.consent_page import show_choice, show_connected, show_refused
from app.api.onboarding.consent_refusal import ConsentRefused
from app.api.problems import documented
from app.domain.connection import Connection

router = APIRouter(tags=["consent"])

RETURN_PATH = "/oauth/xero/callback"
"""What a Xero app must have registered as its redirect URI, below our public address (FACTS 1)."""

Sent = Annotated[str | None, Query(max_length=4096, description="As Xero sends it.")]


@router.get(
    RETURN_PATH,
    operation_id="return_from_xero",
    summary="The end of Xero's consent, for a person's browser",
    response_class=HTMLResponse,
    responses={
        200: {
            "description": "A page that says that it is connected, or asks which organisation it is to be."
        },
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
        return _show(await consent.finish(services, begun, code))
    except ConsentRefused as refused:
        return show_refused(str(refused))


@router.post(
    "/oauth/xero/organisation",
    operation_id="choose_organisation_as_person",
    summary="The choice between the organisations of a consent, from the page after it",
    response_class=HTMLResponse,
    responses={
        200: {"description": "A page that says that it is connected, or asks again."},
        400: {"description": "A page that says why it is not connected."},
        **documented("too_large"),
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/x-www-form-urlencoded": {
                    "schema": {
                        "type": "object",
                        "required": ["token", "tenant_id"],
                        "properties": {"token": {"type": "string"}, "tenant_id": {"type": "string"}},
                    }
                }
            },
        }
    },
)
async def choose_organisation_as_person(services: Given, request: Request) -> HTMLResponse:
    """The token of the page works once; where Xero gives no answer the page comes again with a fresh one."""
    form = parse_qs((await request.body()).decode("utf-8", "replace"))
    token, tenant_id = form.get("token", [""])[0], form.get("tenant_id", [""])[0]
    try:
        return _show(await choose_as_person(services, token, tenant_id))
    except ConsentRefused as refused:
        return show_refused(str(refused))


def _show(outcome: Connection | OpenChoice) -> HTMLResponse:
    return show_choice(outcome) if isinstance(outcome, OpenChoice) else show_connected(outcome)


def _explain(error: str | None) -> str:
    if error == "access_denied":
        return (
            "Consent was declined in Xero. Nothing was changed; start again from your app when you are ready."
        )
    return f"Xero did not give consent ({error or 'no code came back'}). Start again from your app."
