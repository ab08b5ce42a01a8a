"""What a person's browser opens: the way to Xero, where Xero sends it back to, and where the person then chooses.

GET /oauth/xero/start begins, and gives the browser a cookie, without which the others end nothing.
GET /oauth/xero/callback ends a consent, with a code or with a no. Where that covers several organisations its
page posts the choice to /oauth/xero/organisation, as a form, with a token that is good once.
"""

import re
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, Response

from app.api.dependencies import Given, Services
from app.api.onboarding import consent
from app.api.onboarding.browsers import Binding
from app.api.onboarding.choice import OpenChoice, choose_as_person
from app.api.onboarding.consent_page import lead_to_xero, show_choice, show_connected, show_refused
from app.api.onboarding.consent_refusal import ConsentRefused
from app.api.problems import documented
from app.domain.connections.connection import Connection

router = APIRouter(tags=["consent"])

RETURN_PATH = "/oauth/xero/callback"
"""What a Xero app must have registered as its redirect URI, below our public address (FACTS 1)."""

_TOO_MANY = {"description": "A page that says when to load it again: too many calls came from this address."}

_ERROR = re.compile(r"[a-z_]{1,64}")
"""As OAuth spells its errors: the address is the browser's, and what it says is kept."""

_WITHOUT_STATE = "This address lacks its state; start again from your app."

Sent = Annotated[str | None, Query(max_length=4096, description="As Xero sends it.")]


@router.get(
    consent.START_PATH,
    status_code=302,
    operation_id="start_consent",
    summary="The way to Xero's consent, for a person's browser",
    response_class=HTMLResponse,
    responses={
        302: {
            "description": "On to Xero's page, with a cookie that ties the consent to this browser.",
            "headers": {
                "Location": {"description": "Xero's page.", "schema": {"type": "string"}},
                "Set-Cookie": {
                    "description": "Kept for as long as the state is good.",
                    "schema": {"type": "string"},
                },
            },
        },
        400: {"description": "A page that says why there is no way on."},
        429: _TOO_MANY,
        **documented("invalid_request"),
    },
)
async def start_consent(services: Given, state: Sent = None) -> Response:
    """What `authorise_url` names. Opened in another browser it moves there, until Xero has sent one of them back.

    The browser that opened it last ends the consent, and no other: without its cookie nothing happens.
    """
    if not state:
        return show_refused(_WITHOUT_STATE)
    try:
        started = await consent.start(services, state)
    except ConsentRefused as refused:
        return show_refused(str(refused))
    return _give_cookie(services, lead_to_xero(started.address), started.binding)


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
        429: _TOO_MANY,
        **documented("invalid_request"),
    },
)
async def return_from_xero(
    services: Given,
    request: Request,
    state: Sent = None,
    code: Sent = None,
    error: Sent = None,
) -> Response:
    """A state works once, in the browser that opened its address last. Nothing about the connection changes unless the
    whole way was gone.
    """
    if not state:
        return show_refused(_WITHOUT_STATE)
    try:
        begun = await consent.take(services, request.cookies, state)
        if error is not None or not code:
            reason, what_next = _explain(error)
            await consent.note_refused(services, begun, reason)
            return show_refused(f"{reason} {what_next}")
        return _show(services, await consent.finish(services, begun, code))
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
        429: _TOO_MANY,
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
async def choose_organisation_as_person(services: Given, request: Request) -> Response:
    """The token of the page works once, in the browser that was shown it; where Xero gives no answer the page comes
    again with a fresh one.
    """
    form = parse_qs((await request.body()).decode("utf-8", "replace"))
    token, tenant_id = form.get("token", [""])[0], form.get("tenant_id", [""])[0]
    try:
        return _show(services, await choose_as_person(services, request.cookies, token, tenant_id))
    except ConsentRefused as refused:
        return show_refused(str(refused))


def _show(services: Services, outcome: Connection | OpenChoice) -> Response:
    if isinstance(outcome, OpenChoice):
        return _give_cookie(services, show_choice(outcome), outcome.binding)
    return show_connected(outcome)


def _give_cookie(services: Services, answer: Response, binding: Binding) -> Response:
    answer.set_cookie(**binding.build_cookie(services.public_url, services.clock.now()))
    return answer


def _explain(error: str | None) -> tuple[str, str]:
    """Why Xero sent no code, and what to do."""
    if error == "access_denied":
        what_next = "Nothing was changed; start again from your app when you are ready."
        return "Consent was declined in Xero.", what_next
    said = "no code came back" if not error else error if _ERROR.fullmatch(error) else "an unknown error"
    return f"Xero did not give consent ({said}).", "Start again from your app."
